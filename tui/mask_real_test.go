package tui

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// realValues are what the real walk is given: of the site, this computer, its
// router, and what the checks see.
var realValues = []string{
	"sops.kaltenbrunn.com", "kaltenbrunn", "198.18.7.44", "198.18.9.9", "c8:0e:14:aa:bb:cc", "Hotel Seeblick", "seeblick", "nas-werner", "Oberhuber", "wernerk",
}

// realPrivate is a real session of which all that can be private is.
func realPrivate(t *testing.T, lang string) Deps {
	t.Helper()
	deps, _ := realDepsOf(t, lang, "nas-werner")
	deps.Mask = true
	deps.Env = func(k string) string {
		return map[string]string{"HOME": "/home/wernerk", "USER": "wernerk", "SSH_CONNECTION": "198.18.9.9 5000 198.18.7.44 22"}[k]
	}
	deps.Look = func(context.Context) wizard.Looked {
		var l wizard.Looked
		l.Signs.WAN, l.Signs.WANBy = netip.MustParseAddr("198.18.7.44"), "UPnP"
		l.Guess.Router, l.Guess.Where, l.Guess.Text = "fritzbox", "title", "FRITZ!Box 7590 Oberhuber"
		return l
	}
	deps.Check = func(_ context.Context, jobs []check.Job) <-chan check.Result {
		out := make(chan check.Result, len(jobs))
		for i, j := range jobs {
			r := check.Result{Job: j, Status: check.Fail, Code: check.TCPBlockedBy, At: noon, Facts: check.Facts{"device": "198.18.9.9", "icmp": "3/13"}}
			switch i % 3 {
			case 1:
				r.Status, r.Code = check.Note, check.TLSIntercepted
				r.Facts = check.Facts{"issuer": "Kaltenbrunn Inspection CA", "location": "https://login.kaltenbrunn.com/", "server": "mail.kaltenbrunn.com"}
			case 2:
				r.Status, r.Code = check.Pass, ""
				r.Layers = []check.Layer{{Name: "tcp", Family: 4, Status: check.Pass, Address: "198.18.7.44:443"}}
			}
			out <- r
		}
		close(out)
		return out
	}
	return deps
}

// explained takes the code from a picture, as somebody on the phone would, and
// wants the table of it elsewhere.
func explained(t *testing.T, picture, lang string) {
	t.Helper()
	book, err := rules.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	w := shippedWords(lang)
	_, after, _ := strings.Cut(picture, "sops-firewall explain ")
	code, _, _ := strings.Cut(after, "\n")
	x, err := wizard.ExplainCode(w.Book(book), w, strings.TrimSpace(code), noon)
	if err != nil {
		t.Fatalf("%q: %v\n%s", code, err, picture)
	}
	if text := x.Text(w); !strings.Contains(text, "1.1   up.sync-sign.com") || !strings.Contains(text, "FAIL") {
		t.Errorf("%s says:\n%s", code, text)
	}
}

// shows fails if a private value is in a text.
func shows(t *testing.T, where, text string) {
	t.Helper()
	low := strings.ToLower(text)
	for _, v := range realValues {
		if i := strings.Index(low, strings.ToLower(v)); i >= 0 {
			t.Errorf("%s: %s is shown:\n%s", where, v, text)
			return
		}
	}
}

// privateAnswer is what a user types at a field of the real questions.
var privateAnswer = map[string]string{
	"domain": "sops.kaltenbrunn.com", "name": "Hotel Seeblick", "lan_ip": "192.168.50.10", "public_ip": "198.18.7.44",
	"hubs": "192.168.60.0/24", "subnets": "192.168.60.0/24", "to": "192.168.2.2",
}

// TestMaskRealWalk walks the real questions to the end, in both languages and both
// cases, with masks on: no picture shows a private value.
func TestMaskRealWalk(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		for _, where := range []string{"lan", "internet"} {
			t.Run(lang+"-"+where, func(t *testing.T) {
				deps := realPrivate(t, lang)
				d := plainDesk(deps)
				d.copier = newCopier(deps.Env)
				dr := &drive{t: t}
				dr.a = newApp(d, func(jobs []check.Job) tea.Cmd {
					return func() tea.Msg { return startedMsg{deps.Check(t.Context(), jobs)} }
				}, func(string) tea.Cmd { return nil })
				d.look = func() tea.Msg { return lookedMsg{deps.Look(t.Context())} }
				dr.do(dr.a.Init())
				var bare strings.Builder // the same without masks: what there is to hide
				look := func() {
					for _, size := range sizes {
						dr.a.Update(size)
						shows(t, dr.a.q.ID, dr.text())
						d.mask = false
						bare.WriteString(dr.text())
						d.mask = true
					}
				}
				asked := map[string]int{}
				for range 60 {
					q := dr.a.q
					look()
					if asked[q.ID]++; q.Kind == wizard.Finish || asked[q.ID] > 3 {
						break
					}
					switch q.Kind {
					case wizard.Form:
						for i, f := range q.Fields {
							for _, r := range privateAnswer[f.ID] {
								if f.Value == "" {
									dr.keys(map[bool]string{true: "space", false: string(r)}[r == ' '])
								}
							}
							look()
							if i < len(q.Fields)-1 {
								dr.keys("tab")
							}
						}
						dr.keys("enter")
					case wizard.Tables:
						for range 6 {
							for _, k := range []string{"down", "enter", "enter", "z", "down", "z", "tab"} {
								dr.keys(k)
								look()
							}
						}
						dr.keys("k")
						look()
						explained(t, dr.text(), lang)
						dr.keys("esc", "n")
					case wizard.Guides:
						for range 3 {
							for _, k := range []string{"1", "2", "3", "4", "5", "z", "2", "a", "z", "tab"} {
								dr.keys(k)
								look()
							}
						}
						dr.keys("n")
					case wizard.Choice:
						if q.ID == "case" {
							dr.keys(map[string]string{"lan": "a", "internet": "b"}[where])
						}
						dr.keys("enter")
					case wizard.Many:
						dr.keys("space", "enter")
					case wizard.Start:
						dr.keys("enter")
					case wizard.Finish: // the end, see above
					}
				}
				if dr.a.q.Kind != wizard.Finish {
					t.Errorf("the walk ends at %s: %v\n%s", dr.a.q.ID, asked, dr.text())
				}
				dr.keys("s")
				look()
				for _, v := range []string{"sops.kaltenbrunn.com", "198.18.7.44", "198.18.9.9", "nas-werner", "Oberhuber", "Kaltenbrunn Inspection"} {
					if !strings.Contains(bare.String(), v) {
						t.Errorf("%s was nowhere to hide", v)
					}
				}
				shows(t, "the last lines", strings.Join(dr.a.last(), "\n"))
			})
		}
	}
}

// TestMaskPlainWalk: the same line by line.
func TestMaskPlainWalk(t *testing.T) {
	for _, where := range []string{"lan", "internet"} {
		t.Run(where, func(t *testing.T) {
			deps := realPrivate(t, "en")
			d := plainDesk(deps)
			d.looks = deps.Look
			k := startTalk(t, d, deps.Check)
			asked := map[string]int{}
			for range 200 {
				said, ok := k.prompt()
				if !ok {
					break
				}
				q := deps.Session.Ask()
				asked[q.ID]++
				line := said[strings.LastIndex(said, "\n")+1:]
				answer := realAnswer(line, q, asked[q.ID], where)
				for _, f := range q.Fields {
					if v := privateAnswer[f.ID]; v != "" && strings.HasPrefix(line, f.Label) {
						answer = v
					}
				}
				switch {
				case q.Kind == wizard.Tables && asked[q.ID]%4 != 0: // all rows, one row, the code
					answer = []string{"2", "1.1", "k"}[asked[q.ID]%4-1]
				case q.Kind == wizard.Finish && asked[q.ID] == 1:
					answer = "s"
				case q.Kind == wizard.Finish && asked[q.ID] > 2:
					answer = ""
				}
				k.says(answer)
			}
			o := k.finish()
			if o.Left || asked["finish"] == 0 {
				t.Fatalf("left before the end: %v", asked)
			}
			shows(t, "plain", k.all.String()+strings.Join(o.Lines, "\n"))
		})
	}
}
