package wizard

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// sentBlock is what a hub's office prints for a transfer.
func sentBlock(t *testing.T, d Deps, site Site) string {
	t.Helper()
	b := NewBoard(d.Book, d.Words, site, rules.FromHub)
	b.Placed(func(Site, rules.Place) string { return "Office 2" }, d.Now)
	for _, j := range b.Jobs(true) {
		r := result(j, check.Pass, "")
		if strings.Contains(j.Key, "hub-time") {
			r.Status, r.Code = check.Fail, check.TCPSilent
		}
		b.Apply(r)
	}
	text, n := b.Transfer(testNow)
	if n != 10 {
		t.Fatalf("%d rows, want 10", n)
	}
	return text
}

// TestTransfer carries what an office saw through all that chats do to a text.
func TestTransfer(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	text := sentBlock(t, d, site)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > 10 {
		t.Errorf("%d lines, want at most 10", len(lines))
	}
	for _, l := range lines {
		if len(l) > 72 {
			t.Errorf("line of %d columns: %s", len(l), l)
		}
	}
	if strings.Contains(text, "sync-sign") || strings.Contains(text, "example") {
		t.Errorf("names are in it:\n%s", text)
	}
	oneLine := strings.Join(lines, " ")
	for name, sent := range map[string]string{
		"as it is":     text,
		"CRLF":         strings.ReplaceAll(text, "\n", "\r\n"),
		"CR":           strings.ReplaceAll(text, "\n", "\r"),
		"quoted":       "On Tuesday Ann wrote:\n> " + strings.Join(lines, "\n> "),
		"quoted twice": ">> " + strings.Join(lines, "\n>> "),
		"one line":     oneLine,
		"no blanks":    strings.ReplaceAll(oneLine, " ", ""),
		"wrapped":      strings.Join(chunks(oneLine, 17), "\n   "),
		"lower case":   strings.ToLower(text),
		"smart signs":  "\ufeff“" + strings.NewReplacer("---", "—–", " ", "\u00a0").Replace(text) + "”\u200b",
		"markdown":     "```\n" + text + "```",
		"typed":        lines[0] + strings.NewReplacer("O", "0", "I", "1", "B", "8").Replace(strings.Join(lines[1:len(lines)-1], "")) + lines[len(lines)-1],
		"around":       "hello\n\n" + text + "\nbye, END of it",
	} {
		b := passed(d, site, rules.FromServer)
		b.Placed(func(Site, rules.Place) string { return "" }, func() time.Time { return testNow.Add(3 * time.Hour) })
		reps, err := ParsePaste(sent)
		if err != nil || len(reps) != 1 {
			t.Errorf("%s: %v\n%s", name, err, sent)
			continue
		}
		if n := b.Remember(reps[0]); n != 10 {
			t.Errorf("%s: %d rows, want 10", name, n)
		}
		v, _ := b.Flow(hubTime)
		if v.Status != check.Fail || v.Result.Code != check.TCPSilent || v.Finding.Where != "Seen from a computer in the hubs' network (Office 2), 3 h ago." || v.Finding.Do == "" {
			t.Errorf("%s: %v %s %+v", name, v.Status, v.Result.Code, v.Finding)
		}
	}
	// Read from a file too, and beside another report.
	if reps, err := ParseSaved([]byte(text + text)); err != nil || len(reps) != 2 {
		t.Errorf("two in a file: %d, %v", len(reps), err)
	}
}

func chunks(s string, n int) (out []string) {
	for len(s) > n {
		out, s = append(out, s[:n]), s[n:]
	}
	return append(out, s)
}

// TestTransferOtherSite: rows of another site are not taken.
func TestTransferOtherSite(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	reps, err := ParsePaste(sentBlock(t, d, site))
	if err != nil {
		t.Fatal(err)
	}
	b := passed(d, labelled(rules.CaseLAN), rules.FromServer)
	if n := b.Remember(reps[0]); n != 0 {
		t.Errorf("%d rows taken by a site without any for hubs", n)
	}
	b.Lay(site, rules.FromServer) // and are there once it is the right one
	if v, _ := b.Flow(hubTime); v.Status != check.Fail {
		t.Errorf("after the answers: %v", v.Status)
	}
}

// TestTransferDamaged: what does not arrive whole says so, and changes nothing.
func TestTransferDamaged(t *testing.T) {
	d := testDeps(t)
	text := sentBlock(t, d, labelled(rules.CaseInternet))
	body := strings.Index(text, "\n") + 5
	other := byte('A')
	if text[body] == 'A' {
		other = 'B'
	}
	say := func(key string, pairs ...string) string { return d.Words.Say("problems.paste."+key, pairs...) }
	for name, c := range map[string][2]string{
		"a letter":   {text[:body] + string(other) + text[body+1:], say("wrong")},
		"a line":     {strings.Join(append(strings.Split(text, "\n")[:1], strings.Split(text, "\n")[2:]...), "\n"), say("wrong")},
		"cut":        {text[:len(text)-30], say("cut")},
		"begun anew": {text[:40] + "\n" + text, say("cut")},
		"no block":   {"hello", say("none")},
		"empty":      {transferBegin + transferEnd, say("wrong")},
		"many":       {strings.Repeat(text, 9), say("several", "max", "8")},
		"long":       {strings.Repeat("x", MaxPaste) + text, say("large", "max", "64")},
		"version":    {transferText([]byte{9, 1, 1}), say("version")},
		"rows":       {transferText([]byte{transferVersion, 1, 0, 0, 200, 1}), say("wrong")},
		"label":      {transferText(append([]byte{transferVersion, 1, 0, 5}, "\x1b[31m\x00"...)), say("wrong")},
		"place":      {transferText([]byte{transferVersion, 9, 0, 0, 0}), say("wrong")},
		"rest":       {transferText([]byte{transferVersion, 1, 0, 0, 0, 7}), say("wrong")},
		"bomb":       {transferText(append([]byte{transferVersion}, make([]byte, 10<<20)...)), say("wrong")},
	} {
		_, err := ParsePaste(c[0])
		if err == nil || d.Words.Spoken(err).Error() != c[1] {
			t.Errorf("%s: got %v, want %s", name, d.Words.Spoken(err), c[1])
		}
	}
}

// FuzzPaste: whatever is pasted, what comes out is clean and bounded, and what
// was printed comes back.
func FuzzPaste(f *testing.F) {
	f.Add(transferText([]byte{transferVersion, 1, 0, 2, 'O', '2', 1, 0, 0, 0, 1, 3, 18, 0}))
	f.Add("> --- begin sops check ---\r\n> AAAA\n--- end sops check")
	f.Fuzz(func(t *testing.T, text string) {
		reps, err := ParsePaste(text)
		if err != nil && len(reps) > 0 {
			t.Error("results and an error")
		}
		for _, r := range reps {
			if r.Label != check.Clean(r.Label, LabelMax) || len(r.Results) > maxTransferred {
				t.Errorf("%+v", r)
			}
			for _, x := range r.Results {
				if _, known := statusOf(x.Status); !known || x.mark == 0 {
					t.Errorf("%+v", x)
				}
			}
		}
		Pasted(text)
	})
}
