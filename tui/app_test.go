package tui

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

var update = flag.Bool("update", false, "write the golden files anew")

// drive runs an app without a terminal: Cmds are run in order and their
// messages given back, as the program would.
type drive struct {
	t     testing.TB
	a     *app
	s     *fakeSession
	b     *fakeBoard
	f     *fakeFiles
	pages []string
	quit  bool
	hold  bool // results of checks do not come
}

func newDrive(t testing.TB, env map[string]string) *drive {
	t.Helper()
	d, s, b, f := fakeDesk(env)
	dr := &drive{t: t, s: s, b: b, f: f}
	dr.a = newApp(d, func(jobs []check.Job) tea.Cmd {
		if dr.hold {
			return nil
		}
		return func() tea.Msg {
			ch := make(chan check.Result, len(jobs))
			for _, j := range jobs {
				ch <- fakeResult(j)
			}
			close(ch)
			return startedMsg{ch}
		}
	}, func(s string) tea.Cmd {
		return func() tea.Msg { dr.pages = append(dr.pages, s); return pageMsg{} }
	})
	return dr
}

// do runs a Cmd and everything that follows from it.
func (dr *drive) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg := cmd()
	switch m := msg.(type) {
	case nil:
	case tea.QuitMsg:
		dr.quit = true
	case tea.BatchMsg:
		for _, c := range m {
			dr.do(c)
		}
	default:
		if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() { // a sequence
			for i := range v.Len() {
				c, _ := v.Index(i).Interface().(tea.Cmd)
				dr.do(c)
			}
			return
		}
		_, next := dr.a.Update(msg)
		dr.do(next)
	}
}

func press(name string) tea.KeyPressMsg {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace,
	}
	switch name {
	case "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	case "ctrl+c", "ctrl+l", "ctrl+z":
		return tea.KeyPressMsg{Code: rune(name[5]), Mod: tea.ModCtrl}
	case "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case "alt+esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape, Mod: tea.ModAlt}
	}
	if c, ok := codes[name]; ok {
		return tea.KeyPressMsg{Code: c}
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// keys presses keys; watching beats are not awaited.
func (dr *drive) keys(names ...string) {
	dr.t.Helper()
	for _, n := range names {
		_, cmd := dr.a.Update(press(n))
		if n != "w" {
			dr.do(cmd)
		}
	}
}

func (dr *drive) goTo(id string) {
	dr.t.Helper()
	if !dr.s.Goto(id) {
		dr.t.Fatalf("no question %q", id)
	}
	dr.a.ask()
	dr.do(dr.a.runMissing())
}

func (dr *drive) text() string {
	lines, _, _ := dr.a.draw()
	return plain(strings.Join(lines, "\n"))
}

func (dr *drive) golden(name string) {
	dr.t.Helper()
	lines, x, y := dr.a.draw()
	var b strings.Builder
	for i, l := range lines {
		if width(l) != dr.a.w {
			dr.t.Errorf("%s line %d is %d columns wide, want %d: %q", name, i, width(l), dr.a.w, plain(l))
		}
		b.WriteString(strings.TrimRight(plain(l), " ") + "\n")
	}
	if len(lines) != dr.a.h {
		dr.t.Errorf("%s has %d lines, want %d", name, len(lines), dr.a.h)
	}
	if y >= dr.a.h || x >= dr.a.w {
		dr.t.Errorf("%s: the cursor is outside: %d,%d", name, x, y)
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			dr.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		dr.t.Fatal(err)
	}
	if string(want) != b.String() {
		dr.t.Errorf("%s differs; got\n%s", name, b.String())
	}
}

var sizes = map[string]tea.WindowSizeMsg{"80x24": {Width: 80, Height: 24}, "120x40": {Width: 120, Height: 40}, "60x18": {Width: 60, Height: 18}}

// scenes bring the app to every picture there is.
var scenes = map[string]func(*drive){
	"start":          func(dr *drive) { dr.do(dr.a.Init()) },
	"start-running":  func(dr *drive) { dr.hold = true; dr.do(dr.a.Init()) },
	"case":           func(dr *drive) { dr.goTo("case") },
	"sources":        func(dr *drive) { dr.goTo("sources"); dr.keys("down", "down", "space") },
	"addresses":      func(dr *drive) { dr.goTo("addresses"); dr.keys("tab", "tab") },
	"addresses-pick": func(dr *drive) { dr.goTo("addresses"); dr.keys("shift+tab", "space") },
	"brand":          func(dr *drive) { dr.goTo("brand:site"); dr.keys("down") },
	"brand-filter":   func(dr *drive) { dr.goTo("brand:site"); dr.keys("/", "s", "e", "n") },
	"tables-ok":      func(dr *drive) { dr.goTo("tables") },
	"tables-fail":    func(dr *drive) { dr.goTo("tables"); dr.keys("tab", "down") },
	"picture": func(dr *drive) { // of the README: the rows as the manual has them
		for i := range dr.b.views {
			if rows := dr.b.views[i].Rows; dr.b.views[i].Table.Code == "1" {
				last := &rows[len(rows)-1]
				last.Row.Function, last.Flows = "OTA image", last.Flows[:2]
			}
		}
		dr.goTo("tables")
		dr.keys("1", "down")
	},
	"tables-running": func(dr *drive) { dr.hold = true; dr.goTo("tables"); dr.keys("1") },
	"tables-failed":  func(dr *drive) { dr.goTo("tables"); dr.keys("1", "f") },
	"tables-watch":   func(dr *drive) { dr.goTo("tables"); dr.keys("1", "w") },
	"tables-all":     func(dr *drive) { dr.goTo("tables"); dr.keys("3", "a", "down") },
	"tables-wait":    func(dr *drive) { dr.goTo("tables"); dr.keys("5") },
	"tables-pane":    func(dr *drive) { dr.goTo("tables"); dr.keys("1", "down", "enter") },
	"inbound":        func(dr *drive) { dr.goTo("tables"); dr.keys("5", "i") },
	"inbound-table":  func(dr *drive) { dr.goTo("tables"); dr.keys("5", "i", "esc") },
	"inbound-sent":   func(dr *drive) { dr.goTo("tables"); dr.keys("5", "i", "c") },
	"inbound-qr":     func(dr *drive) { dr.goTo("tables"); dr.keys("5", "i", "g") },
	"inbound-held":   func(dr *drive) { dr.a.d.listens = heldListening; dr.goTo("tables"); dr.keys("5", "i") },
	"inbound-failed": func(dr *drive) {
		dr.a.d.listens = func(wizard.Site) (wizard.Listening, error) {
			return wizard.Listening{}, errors.New("no random numbers")
		}
		dr.goTo("tables")
		dr.keys("5", "i")
	},
	"tables-cause": func(dr *drive) {
		dr.b.causes = []wizard.CauseView{{
			Cause:   check.Cause{Code: "dns.dead", Status: check.Fail, Explains: []string{"a", "b", "c"}},
			Finding: wizard.Finding{Means: "No name can be looked up: the resolver 192.168.50.1 does not answer.", Do: "Let UDP and TCP 53 out, or set another resolver."},
		}}
		dr.goTo("tables")
		dr.keys("1")
	},
	"guides":         func(dr *drive) { dr.goTo("guides"); dr.keys("2", "down", "down", "down") },
	"guides-copied":  func(dr *drive) { dr.goTo("guides"); dr.keys("2", "down", "down", "c") },
	"guides-front":   func(dr *drive) { dr.a.d.guides = frontGuides; dr.goTo("guides"); dr.keys("2") },
	"guides-code":    func(dr *drive) { dr.goTo("guides"); dr.keys("a", "tab") },
	"guides-nothing": func(dr *drive) { dr.goTo("guides"); dr.keys("tab") },
	"guides-error":   func(dr *drive) { dr.goTo("guides"); dr.keys("tab", "tab") },
	"finish": func(dr *drive) {
		dr.b.changes = []wizard.Change{{Flow: dr.b.views[1].Rows[0].Flows[0].Flow, Was: check.Fail, Now: check.Pass}}
		dr.goTo("finish")
	},
	"finish-report": func(dr *drive) { dr.goTo("finish"); dr.keys("1", "enter") },
	"code":          func(dr *drive) { dr.goTo("tables"); dr.keys("k") },
	"code-long": func(dr *drive) {
		dr.b.code = "H4TQ-9M2K-71AC-3WXY-7KQM-V0ZG"
		dr.goTo("finish")
		dr.keys("2", "enter", "c")
	},
	"code-none":    func(dr *drive) { dr.b.code = ""; dr.goTo("finish"); dr.keys("k") },
	"shared-start": func(dr *drive) { dr.do(dr.a.Init()); dr.keys("z", "down") },
	"shared-case":  func(dr *drive) { dr.goTo("case"); dr.keys("z") },
	"shared-many":  func(dr *drive) { dr.goTo("sources"); dr.keys("z", "down") },
	"shared-list":  func(dr *drive) { dr.goTo("brand:site"); dr.keys("z", "down") },
	"shared-form":  func(dr *drive) { dr.goTo("case"); dr.keys("z"); dr.goTo("addresses"); dr.keys("tab") },
	"shared-table": func(dr *drive) { dr.goTo("tables"); dr.keys("1", "z", "down") },
	"shared-few":   func(dr *drive) { dr.goTo("tables"); dr.keys("5", "z"); dr.a.d.mask = true },
	"shared-guide": func(dr *drive) {
		dr.goTo("guides")
		dr.text()
		dr.keys("2", "z", "down", "down")
		dr.text()
		dr.keys("down", "down", "down")
	},
	"shared-code":   func(dr *drive) { dr.goTo("guides"); dr.keys("a", "tab", "z"); dr.text(); dr.keys("down") },
	"shared-finish": func(dr *drive) { dr.goTo("finish"); dr.keys("z") },
	"help":          func(dr *drive) { dr.goTo("tables"); dr.keys("?") },
	"glossary":      func(dr *drive) { dr.goTo("tables"); dr.keys("?", "g") },
	"summary":       func(dr *drive) { dr.goTo("case"); dr.keys("s", "down") },
	"leave":         func(dr *drive) { dr.goTo("case"); dr.keys("q") },
	"masked":        func(dr *drive) { dr.goTo("addresses"); dr.a.d.mask = true },
	"not-saved": func(dr *drive) {
		dr.s.fail = &wizard.SaveError{Path: "/x", Err: errors.New("no space left on device")}
		dr.goTo("case")
		dr.a.notice = dr.a.d.t("screens.not-saved-yet", "error", "no space left on device")
	},
}

func TestGolden(t *testing.T) {
	used := map[string]bool{"plain-session.de.golden": true}
	for name, scene := range scenes {
		for size, msg := range sizes {
			file := name + "-" + size
			used[file+".golden"] = true
			used[name+"-80x24.de.golden"] = true
			t.Run(file, func(t *testing.T) {
				dr := newDrive(t, nil)
				dr.a.Update(msg)
				scene(dr)
				dr.golden(file)
			})
		}
	}
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !used[filepath.Base(f)] {
			t.Errorf("nobody draws %s", f)
		}
	}
}

// TestPicture: the picture in the README is the program's own.
func TestPicture(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile("testdata/picture-80x24.golden")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimRight(string(picture), "\n"); !strings.Contains(string(readme), "```\n"+want+"\n```") {
		t.Errorf("README.md shows another table screen than this one; put it there:\n%s", want)
	}
}

// TestNoSize walks every picture through all window sizes: no panic, and every
// line exactly as wide as the window.
func TestNoSize(t *testing.T) {
	for name, scene := range scenes {
		for lang, speak := range map[string]func(*drive){"en": func(*drive) {}, "de": german} {
			t.Run(name+"/"+lang, func(t *testing.T) {
				dr := newDrive(t, nil)
				speak(dr)
				scene(dr)
				for w := 1; w <= 200; w += 1 + w/5 {
					for h := 1; h <= 60; h += 1 + h/4 {
						dr.a.Update(tea.WindowSizeMsg{Width: w, Height: h})
						lines, x, y := dr.a.draw()
						if len(lines) != h || y >= h || x >= w {
							t.Fatalf("%dx%d: %d lines, cursor %d,%d", w, h, len(lines), x, y)
						}
						for _, l := range lines {
							if width(l) != w {
								t.Fatalf("%dx%d: line of %d columns: %q", w, h, width(l), plain(l))
							}
						}
					}
				}
			})
		}
	}
}

// TestRandomKeys presses anything, anywhere, and looks only for order in the picture.
func TestRandomKeys(t *testing.T) {
	names := []string{
		"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "backspace", "space", "alt+esc", "ctrl+l", "ctrl+z",
		"a", "A", "b", "c", "C", "f", "g", "i", "m", "n", "p", "r", "R", "s", "v", "w", "x", "y", "k", "z", "1", "2", "3", "4", "5", "9", "0", "/", "?", ".", "é", "q", "ctrl+c",
	}
	for seed := range uint64(8) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		dr := newDrive(t, map[string]string{"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"})
		dr.a.Update(tea.WindowSizeMsg{Width: 60 + rnd.IntN(80), Height: 18 + rnd.IntN(30)})
		for range 250 {
			n := names[rnd.IntN(len(names))]
			dr.keys(n)
			if lines, _, _ := dr.a.draw(); len(lines) != dr.a.h {
				t.Fatalf("seed %d: %d lines after %q, want %d", seed, len(lines), n, dr.a.h)
			}
			if dr.quit {
				dr.quit = false
				dr.a.over, dr.a.leave = nil, false
			}
		}
	}
}
