package tui

import (
	"io/fs"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// realDeps is the shipped book, catalogue and words around an empty site.
func realDeps(t *testing.T) (Deps, *fakeFiles) {
	t.Helper()
	return realDepsIn(t, "en")
}

// realDepsIn is realDeps in a language.
func realDepsIn(t *testing.T, lang string) (Deps, *fakeFiles) {
	t.Helper()
	return realDepsOf(t, lang, "sops-1")
}

// realDepsOf is realDepsIn on a computer of that name.
func realDepsOf(t *testing.T, lang, host string) (Deps, *fakeFiles) {
	t.Helper()
	book, err := rules.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	cat, err := router.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.Sub(assets.FS, "text")
	if err != nil {
		t.Fatal(err)
	}
	words, err := wizard.LoadWords(text, lang)
	if err != nil {
		t.Fatal(err)
	}
	book = words.Book(book)
	main := wizard.Iface{Name: "eth0", Prefix: netip.MustParsePrefix("192.168.50.10/24")}
	here := wizard.Here{
		Host: host, OS: "Debian 12", GOOS: "linux", Main: main, Nets: []wizard.Iface{main},
		Gateway: netip.MustParseAddr("192.168.50.1"),
	}
	now := func() time.Time { return noon }
	s := wizard.NewSession(wizard.Deps{
		Book: book, Routers: cat, Words: words, Here: here, Now: now,
		Store: &wizard.Store{Dir: filepath.Join(t.TempDir(), "sops")},
	}, wizard.Site{})
	files := &fakeFiles{got: map[string]string{}}
	return Deps{
		Session: s, Board: wizard.NewBoard(book, words, s.Site(), rules.FromServer), Check: atOnce,
		Files: files, Env: func(string) string { return "" }, Now: now,
	}, files
}

// prompt waits for the next question and returns what was said since the last.
func (k *talk) prompt() (said string, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		rest := k.all.String()[k.read:]
		if strings.HasSuffix(rest, ": ") {
			k.read += len(rest)
			return rest, true
		}
		if k.end {
			return rest, false
		}
		k.more.Wait()
	}
}

func TestPlainRealSession(t *testing.T) {
	tests := map[string]struct {
		answer string // to where the server is
		tables []string
		absent string
		guides []string
	}{
		"everything in one LAN": {
			"lan",
			[]string{"Services for OTA", "Basic Network Services", "From Internet to SOPS (Inbound, for Data Source)"},
			"From Hubs to SOPS",
			[]string{"guide-site-front-generic.md", "guide-site-generic.md", "Here \"the server\" means your own router: 192.168.2.2"},
		},
		"server on the Internet": {
			"internet",
			[]string{"Services for OTA", "From Internet to SOPS (Inbound, for Hubs)", "From Hubs to SOPS on the Internet (Outbound)"},
			"",
			[]string{"guide-server-", "Nothing to enter on this firewall so far: nobody has checked from the hubs' network yet."},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			deps, files := realDeps(t)
			k := startTalk(t, plainDesk(deps), deps.Check)
			asked := map[string]int{}
			for range 150 {
				said, ok := k.prompt()
				if !ok {
					break
				}
				q := deps.Session.Ask() // the session rests while it waits for a line
				asked[q.ID]++
				k.says(realAnswer(said[strings.LastIndex(said, "\n")+1:], q, asked[q.ID], tt.answer))
			}
			o := k.finish()
			if o.Left {
				t.Fatalf("left before the end: %v\n%s", asked, k.all.String())
			}
			said := k.all.String()
			for _, table := range tt.tables {
				if !strings.Contains(said, table) {
					t.Errorf("table %q was not read", table)
				}
			}
			if tt.absent != "" && strings.Contains(said, tt.absent) {
				t.Errorf("table %q was read", tt.absent)
			}
			for _, side := range tt.guides {
				if !strings.Contains(said, side) {
					t.Errorf("%q was not said; %d files", side, len(files.got))
				}
			}
			if !strings.Contains(said, "sops-firewall check --from internet --site site.yaml --save internet.json\n") || !strings.Contains(said, "The site's file: /") {
				t.Error("no command for outside, or not as it is to be typed")
			}
			if got := deps.Session.Site(); string(got.Case) != tt.answer || got.Server.Domain != "sops.example.com" {
				t.Errorf("site %+v", got)
			}
		})
	}
}

// realAnswer is what a user of that case would type.
func realAnswer(prompt string, q wizard.Question, times int, where string) string {
	switch {
	case q.Kind == wizard.Form:
		for _, f := range q.Fields {
			if strings.HasPrefix(prompt, f.Label) {
				return map[string]string{
					"domain": "sops.example.com", "lan_ip": "192.168.50.10", "public_ip": "203.0.113.5",
					"hubs": "192.168.60.0/24", "subnets": "192.168.60.0/24", "to": "192.168.2.2",
				}[f.ID]
			}
		}
		return ""
	case q.ID == "case":
		return where
	case q.ID == "sources" && times == 1:
		return "1"
	case strings.HasPrefix(q.ID, "front:"):
		return "2"
	case strings.HasPrefix(q.ID, "brand:"):
		return "generic"
	case strings.Contains(prompt, "[") || q.Kind == wizard.Tables || q.Kind == wizard.Guides:
		return ""
	}
	return "1"
}
