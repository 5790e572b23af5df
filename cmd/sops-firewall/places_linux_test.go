package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/wizard"
)

// TestLabPlacesMerge looks from three places of a healthy network into one file:
// after the third nothing waits, and no firewall has anything left to do.
func TestLabPlacesMerge(t *testing.T) {
	l := newLab(t)
	site, file := l.site(), filepath.Join(l.dir, "all.json")
	for _, c := range []struct {
		ns, from string
		code     int
	}{{l.server, "server", 4}, {l.hub, "hub", 4}, {l.hub, "internet", 0}} {
		if out, code := l.run(c.ns, "check", "--from", c.from, "--site", site, "--save", file); code != c.code {
			t.Fatalf("from %s: exit %d, want %d\n%s", c.from, code, c.code, out)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rep wizard.Report
	if err := json.Unmarshal(data, &rep); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rep.Results {
		seen[r.From] = true
		if r.Status != "pass" {
			t.Errorf("%s %s seen from %s: %s %s", r.Code, r.Flow, r.From, r.Status, r.Reason)
		}
	}
	if !seen["server"] || !seen["hub"] || !seen["internet"] {
		t.Errorf("seen from %v, want three places", seen)
	}
	out, code := l.run(l.server, "guide", "--site", site, "--only", "missing", "--saved", file)
	if code != 0 || strings.Count(out, "Nothing to do on this firewall: what has to pass is open already.") != 2 {
		t.Errorf("exit %d, want nothing to do on both firewalls:\n%s", code, out)
	}
	// The same as lines of a chat, in place of a file: with the site's own file, and
	// with no more than the server's name on a computer that has none.
	for name, as := range map[string]struct {
		args []string
		exit int
	}{
		"its file": {[]string{"--site", site}, 4},
		"its name": {[]string{"--to", l.domain}, 0}, // the hubs' rows alone
	} {
		out, code := l.runWith([]string{"XDG_STATE_HOME=" + t.TempDir()}, l.hub, append([]string{"check", "--from", "hub", "--label", "Office 2", "--transfer"}, as.args...)...)
		begin := strings.Index(out, "--- BEGIN")
		if code != as.exit || begin < 0 || strings.Count(out[begin:], "\n") > 10 {
			t.Fatalf("%s: exit %d, want %d and a short block:\n%s", name, code, as.exit, out)
		}
		c := l.in(l.server, l.bin, "check", "--site", site, "--table", "hubs-out", "--format", "json", "--saved", "-")
		c.Stdin = strings.NewReader("> " + strings.ReplaceAll(out[begin:], "\n", "\r\n> "))
		text, err := c.Output()
		if err != nil || json.Unmarshal(text, &rep) != nil || rep.Summary["pass"] != 10 {
			t.Fatalf("%s, pasted: %v\n%s", name, err, text)
		}
		for _, r := range rep.Results {
			if r.From != "hub" || r.Label != "Office 2" || r.Stale || r.At.IsZero() {
				t.Errorf("%s: %s %s: seen from %s (%s) at %s", name, r.Code, r.Flow, r.From, r.Label, r.At)
			}
		}
	}
	if out, code := l.run(l.hub, "check", "--from", "internet", "--to", l.domain); code != 2 {
		t.Errorf("without a code: exit %d\n%s", code, out)
	}
}
