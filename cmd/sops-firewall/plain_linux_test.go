package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// reads starts the line-by-line wizard in a namespace.
func (l *lab) reads(ns string, terminal bool, args ...string) *listener {
	c := l.in(ns, l.bin, append([]string{"--plain", "--no-look"}, args...)...)
	c.Env = append(withoutTerminals(c.Env), "TERM=xterm", "LC_ALL=C.UTF-8")
	return listens(l.t, c, terminal)
}

// readable holds what a screen reader needs: only text that is appended, no
// frames, rules and columns, and no word that only makes sense to the eye.
func readable(t *testing.T, said string) {
	t.Helper()
	if !utf8.ValidString(said) {
		t.Error("not UTF-8")
	}
	inText := false
	for line := range strings.Lines(said) {
		line = strings.TrimRight(line, "\n")
		if i := strings.IndexFunc(line, unicode.IsControl); i >= 0 {
			t.Errorf("a control character in %q", line)
		}
		switch {
		case strings.HasPrefix(line, "Start of the text"), strings.HasPrefix(line, "Anfang des Textes"):
			inText = true
		case strings.HasPrefix(line, "End of the text"), strings.HasPrefix(line, "Ende des Textes"):
			inText = false
		}
		if inText { // commands are as they are
			continue
		}
		for _, bad := range []string{"---", "===", "[ ok ]", "[FAIL]", "[wait]", "[note]", "    ", "->", "|"} {
			if strings.Contains(line, bad) {
				t.Errorf("%q in %q", bad, line)
			}
		}
		if m := seenOnly.FindString(line); m != "" {
			t.Errorf("%q in %q", m, line)
		}
		if len(line) > 700 { // the longest remark of a guide, in German
			t.Errorf("%d characters in one line: %q", len(line), line)
		}
	}
}

var seenOnly = regexp.MustCompile(`(?i)\b(see above|see below|row below|rows below|the list below|shown in red|siehe oben|siehe unten|the (left|right) side)\b`)

// TestPlainInternet walks case B on the lab's server, as somebody who hears it:
// with wrong turns, over a pipe and a terminal, to the instructions, the proof of
// the way in, the hub's transfer, the support code, a watch, and the end.
func TestPlainInternet(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	for name, terminal := range map[string]bool{"pipe": false, "terminal": true} {
		t.Run(name, func(t *testing.T) {
			l := &lab{customer: l.as(t), customers: l.customers, outside: l.outside}
			site := filepath.Join(t.TempDir(), "site.yaml")
			long, two := 5000, "2\r" // as from a file of Windows
			if terminal {
				long, two = 4000, "2" // a terminal keeps no more of a line, and makes lines of \r itself
			}
			k := l.reads(l.server, terminal, "--site", site)
			k.talks(
				"Step 1 of 7. Start", "?",
				"Commands: back or the sign <", "<",
				"This is the first question.", "\x1b[A\x07",
				"There is no choice", "",
				"Step 2 of 7.", "help",
				"Commands: back", "back",
				"Step 1 of 7.", "",
				"Step 2 of 7.", strings.Repeat("x", long),
				map[bool]string{false: "longer than 4096 characters", true: "There is no choice"}[terminal], "\xff\xfe",
				"Nothing in that line can be read.", two,
				"Step 3 of 7.", "1 99",
				"There is no choice", "1,  3",
				"Microsoft Exchange", "",
				"", "",
				"Step 4 of 7. Addresses", "help",
				"the question mark ? is this help", "not a name!",
				"Not accepted: ", "https://SOPS.example.com:8443/portal",
				"Server in the LAN", "back",
				"[https://SOPS.example.com:8443/portal]", "",
				"Server in the LAN", "",
				"Public address", "",
				"Hub network", "192.168.60.0/33",
				"Not accepted: ", "192.168.60.0/24",
				"Name of this site", "Acme",
				"Where are you now?", "",
				"block the way out?", "no",
				"Which firewalls are in the way?", "1 2",
				"What is the firewall at the server?", "/fritz",
				"FRITZ!Box", "",
				"provider box", "no",
				"router of the hubs' office?", "generic",
				"provider box", "no",
				"Table 1 of", "2",
				"Row 0.5", "1.1",
				"TCP 8433", "9.9",
				"There is no choice", "w",
			)
			if terminal {
				k.hearsOf("Watching:")
				k.says("")
			}
			k.talks(
				"nothing changed", "k",
				"Support code: ", "s",
				"Your answers:", "",
				"Enter takes", "",
			)
			for n := 2; !strings.Contains(k.hears("Table "+strconv.Itoa(n)+" of"), "4 prove the way in"); n++ {
				k.says("")
			}
			k.says("4")
			code := codeShown.FindStringSubmatch(k.hearsOf("--code", "Waiting until"))
			if code == nil {
				t.Fatal("no code was said")
			}
			l.proves(l.outside, l.domain, code[1]).all(t, "outside", proven, nil)
			k.hears("arrives here", "All ports that wait here were reached from outside.", "6 checks. 6 ok.")
			seen, _ := l.run(l.hub, "check", "--from", "hub", "--site", site, "--transfer")
			k.says("p")
			k.hearsOf("Paste all lines")
			for line := range strings.Lines(seen) {
				k.says(strings.TrimRight(line, "\n"))
			}
			k.hears("Taken: ")
			for k.says("3"); !strings.Contains(k.hears("Enter takes"), "Step 7 of 7."); {
				k.says("3")
			}
			k.says("help")
			k.talks(
				"Commands:", "2",
				"Instructions 1 of 2: ", "1",
				"FRITZ!Box", "",
				"Instructions 2 of 2", "<",
				"Instructions 1 of 2: ", "",
				"Instructions 2 of 2", "",
				"Save the report", "report",
				"Written to ", "code",
				"Support code: ", "leave",
			)
			said, exit := k.end()
			if exit != 3 { // SOPS is down, so the hub reached nothing
				t.Errorf("exit code %d", exit)
			}
			if !terminal { // which shows what is typed, too
				readable(t, said)
			}
			if files, err := filepath.Glob(filepath.Join(filepath.Dir(site), "*")); err != nil || len(files) < 4 {
				t.Errorf("files %v, %v", files, err)
			}
			if dir := os.Getenv("SOPS_HEARD"); dir != "" { // to listen to
				if err := os.WriteFile(filepath.Join(dir, "heard-"+name+".txt"), []byte(said), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestPlainLAN walks case A in German, with one row that the router closes: it is
// read with its reason, and is in the instructions; then it is opened and heard.
func TestPlainLAN(t *testing.T) {
	l := newLab(t)
	l.nat("tcp dport 8433 reject with icmp type admin-prohibited;")
	site := filepath.Join(t.TempDir(), "site.yaml")
	k := l.reads(l.server, false, "--lang", "de", "--site", site)
	k.talks(
		"Schritt 1 von 7.", "",
		"Schritt 2 von 7.", "Hilfe",
		"Befehle: ", "1",
		"Schritt 3 von 7.", "2",
		"Schritt 4 von 7.", "sops.example.com",
		"192.168.50.10", "",
		"Adresse, darf leer bleiben", "",
		"Standortname", "",
		"1. ", "",
		"Ja, nur Erlaubtes darf hinaus", "Ja",
		"Gewählt: Ja", "zurück", // from the firewalls to the way out
		"Nein, alles darf hinaus", "j",
		"Gewählt: Ja", "",
		"zur Wahl", "/fritz",
		"FRITZ!Box", "",
		"Box des Anbieters", "nein",
		"Tabelle 1 von", "",
	)
	said := k.hears("Tabelle 2 von")
	for _, want := range []string{"up.sync-sign.com, TCP 8433", "192.168.50.1"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said:\n%s", want, said)
		}
	}
	l.nat("")
	k.says("1")
	k.hears("TCP 8433: ok", "6 ok")
	for k.says(""); !strings.Contains(k.hears(" nimmt ["), "Schritt 7 von 7."); {
		k.says("")
	}
	k.says("2")
	all := ""
	for i := 0; i < 4 && !strings.Contains(all, "8433"); i++ {
		all += k.hears(" nimmt [")
		k.says("")
	}
	for _, want := range []string{"8433", "FRITZ!Box"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in the instructions:\n%s", want, all)
		}
	}
	k.says("Ende")
	said, _ = k.end()
	readable(t, said)
}
