package tui

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/wizard"
)

// noJargon are words in capitals that need no explanation: products and
// providers, words of our own screens and of commands, units, keys.
var noJargon = []string{
	"SyncSign", "AWS", "FAIL", "FAILS", "OPEN", "CLOSED", "PUBLIC", "YOUR", "BEGIN", "END", "CHECK", "NOW", "NAME", "FILE",
	"TMV", "PgDn", "PgUp", "KiB", "MiB", "UTF", "DE", "YAML", "JSON", "HOME", "DIR", "ID", "CODE", "PORT", "HOST", "FILTER",
}

// plainJargon are words in small letters that not everybody knows.
var plainJargon = []string{
	"webhook", "certificate", "port forward", "hairpin", "security group", "egress", "ingress", "gateway", "resolver", "proxy",
	"subnet", "firewall", "router", "port", "hub", "host", "container", "sudo", "root", "name server", "default route",
	"carrier-grade NAT", "public address", "private address", "exposed host", "inbound", "outbound", "scp", "ping",
}

var capitals = regexp.MustCompile(`\b[A-Z]+[A-Za-z]*[A-Z]+[A-Za-z0-9]*\b|\bIPv[46]\b`)

// TestJargonIsExplained: every word of that kind that a user can read has an
// entry in the glossary.
func TestJargonIsExplained(t *testing.T) {
	w := realWords()
	d := &desk{words: w}
	unknown := map[string]string{}
	for _, key := range w.Keys() {
		if strings.HasPrefix(key, "glossary.") || strings.HasPrefix(key, "commands.") || strings.HasPrefix(key, "keys.") {
			continue
		}
		text := regexp.MustCompile(`\{[a-z_]+\}|sops-firewall [^.,]*|https?://\S+`).ReplaceAllString(w.Raw(key), "")
		for _, word := range capitals.FindAllString(text, -1) {
			if !slices.Contains(noJargon, word) && len(d.meaningsIn(word)) == 0 {
				unknown[word] = key
			}
		}
	}
	for word, key := range unknown {
		t.Errorf("%s (in %s) is in no glossary entry, nor one that needs none", word, key)
	}
	for _, word := range plainJargon {
		if len(d.meaningsIn("the "+word+".")) == 0 {
			t.Errorf("%q has no glossary entry", word)
		}
	}
}

// TestGlossaryEntries: each explains itself in one or two sentences, in both
// languages, and the German one is not the English one.
func TestGlossaryEntries(t *testing.T) {
	for _, w := range []*wizard.Words{realWords(), germanWords()} {
		list := (&desk{words: w}).glossary()
		if len(list) < 35 {
			t.Errorf("%s: %d entries, want 35 or more", w.Lang(), len(list))
		}
		seen := map[string]string{}
		for _, m := range list {
			if n := len(m.say); n < 30 || n > 240 || !strings.HasSuffix(m.say, ".") {
				t.Errorf("%s: %s: %d letters: %q", w.Lang(), m.word, n, m.say)
			}
			for _, f := range m.forms {
				if other := seen[strings.ToLower(f)]; other != "" && other != m.id {
					t.Errorf("%s: %q stands for %s and %s", w.Lang(), f, other, m.id)
				}
				seen[strings.ToLower(f)] = m.id
			}
		}
	}
	de := germanWords()
	for _, m := range (&desk{words: realWords()}).glossary() {
		if de.Raw("glossary."+m.id+".say") == m.say {
			t.Errorf("%s is not translated", m.word)
		}
	}
}

func TestWholeWords(t *testing.T) {
	d := &desk{words: realWords()}
	for text, want := range map[string]string{
		"a Mac here":              "",
		"the MAC address":         "MAC",
		"port forwards, TCP 443":  "port forward, TCP",
		"important, reports":      "",
		"Webhooks need it":        "webhook",
		"re-signed on the way":    "TLS",
		"IPv6":                    "IPv6",
		"a shared address\n  NAT": "CGNAT, NAT",
	} {
		var got []string
		for _, m := range d.meaningsIn(text) {
			if m.id != "port" {
				got = append(got, m.word)
			}
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q has %q, want %q", text, s, want)
		}
	}
}

// TestGlossaryScreen: one key from the help to the words, first those of the
// screen; the filter finds one; Esc leads back step by step.
func TestGlossaryScreen(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("tables")
	dr.keys("?")
	if got := dr.text(); !strings.Contains(got, "Words here:") || !strings.Contains(got, "TCP") {
		t.Fatalf("the help names no words:\n%s", got)
	}
	dr.keys("g")
	got := dr.text()
	if !strings.Contains(got, "Words on this screen") || !strings.Contains(got, "A connection") && !strings.Contains(got, "a connection") {
		t.Errorf("no words of the screen:\n%s", got)
	}
	dr.keys("/", "h", "a", "i", "r")
	if got = dr.text(); !strings.Contains(got, "Many routers do not turn traffic round") || strings.Contains(got, "MQTT ") {
		t.Errorf("the filter does not find hairpin alone:\n%s", got)
	}
	dr.keys("q", "?")
	if dr.quit || !strings.Contains(dr.text(), "No such word") {
		t.Errorf("letters should be text while filtering:\n%s", dr.text())
	}
	dr.keys("esc")
	if !strings.Contains(dr.text(), "Other words") && !strings.Contains(dr.text(), "Words on this screen") {
		t.Errorf("Esc should clear the filter:\n%s", dr.text())
	}
	dr.keys("esc", "esc")
	if len(dr.a.over) != 0 || dr.a.q.ID != "tables" {
		t.Errorf("Esc should lead back to the tables, %d over %s", len(dr.a.over), dr.a.q.ID)
	}
	dr.keys("?", "?", "esc", "esc")
	if len(dr.a.over) != 0 {
		t.Error("a second ? should open the words, too")
	}
}
