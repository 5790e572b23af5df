package tui

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules"
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
	"tables-running": func(dr *drive) { dr.hold = true; dr.goTo("tables"); dr.keys("1") },
	"tables-failed":  func(dr *drive) { dr.goTo("tables"); dr.keys("1", "f") },
	"tables-watch":   func(dr *drive) { dr.goTo("tables"); dr.keys("1", "w") },
	"tables-all":     func(dr *drive) { dr.goTo("tables"); dr.keys("3", "a", "down") },
	"tables-wait":    func(dr *drive) { dr.goTo("tables"); dr.keys("5") },
	"tables-pane":    func(dr *drive) { dr.goTo("tables"); dr.keys("1", "down", "enter") },
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
	"guides-code":    func(dr *drive) { dr.goTo("guides"); dr.keys("a", "tab") },
	"guides-nothing": func(dr *drive) { dr.goTo("guides"); dr.keys("tab") },
	"guides-error":   func(dr *drive) { dr.goTo("guides"); dr.keys("tab", "tab") },
	"finish": func(dr *drive) {
		dr.b.changes = []wizard.Change{{Flow: dr.b.views[1].Rows[0].Flows[0].Flow, Was: check.Fail, Now: check.Pass}}
		dr.goTo("finish")
	},
	"finish-report": func(dr *drive) { dr.goTo("finish"); dr.keys("1", "enter") },
	"help":          func(dr *drive) { dr.goTo("tables"); dr.keys("?") },
	"summary":       func(dr *drive) { dr.goTo("case"); dr.keys("s", "down") },
	"leave":         func(dr *drive) { dr.goTo("case"); dr.keys("q") },
	"masked":        func(dr *drive) { dr.goTo("addresses"); dr.a.d.mask = true },
	"not-saved": func(dr *drive) {
		dr.s.fail = &wizard.SaveError{Path: "/x", Err: errors.New("no space left on device")}
		dr.goTo("case")
		dr.a.notice = "Not saved, but nothing is lost while this runs: no space left on device"
	},
}

func TestGolden(t *testing.T) {
	used := map[string]bool{}
	for name, scene := range scenes {
		for size, msg := range sizes {
			file := name + "-" + size
			used[file+".golden"] = true
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

// TestNoSize walks every picture through all window sizes: no panic, and every
// line exactly as wide as the window.
func TestNoSize(t *testing.T) {
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			dr := newDrive(t, nil)
			scene(dr)
			for w := 1; w <= 200; w += 1 + w/12 {
				for h := 1; h <= 60; h += 1 + h/9 {
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

// TestRandomKeys presses anything, anywhere, and looks only for order in the picture.
func TestRandomKeys(t *testing.T) {
	names := []string{
		"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "backspace", "space", "alt+esc", "ctrl+l", "ctrl+z",
		"a", "A", "b", "c", "C", "f", "m", "n", "p", "r", "R", "s", "v", "w", "x", "y", "1", "2", "3", "4", "5", "9", "0", "/", "?", ".", "é", "q", "ctrl+c",
	}
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		dr := newDrive(t, map[string]string{"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"})
		dr.a.Update(tea.WindowSizeMsg{Width: 60 + rnd.IntN(80), Height: 18 + rnd.IntN(30)})
		for range 400 {
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

func TestWalk(t *testing.T) {
	dr := newDrive(t, map[string]string{"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22", "USER": "pi"})
	dr.do(dr.a.Init())
	dr.keys("2", "enter", "b", "enter")
	if got := dr.s.answers["case"].Choice; got != "internet" {
		t.Errorf("the case is %q, want internet", got)
	}
	dr.keys("down", "space", "enter")
	if got := strings.Join(dr.s.answers["sources"].Many, " "); got != "google microsoft365" {
		t.Errorf("the sources are %q, want google and microsoft365", got)
	}
	dr.keys("enter", "enter", "0", "/", "2", "4", "enter", "enter")
	if dr.a.q.ID == "addresses" {
		t.Fatalf("192.168.60.0/24 was not taken:\n%s", dr.text())
	}
	if got := dr.s.answers["addresses"].Fields["hubs"]; got != "192.168.60.0/24" {
		t.Errorf("the hubs' network is %q", got)
	}
	dr.keys("/", "m", "i", "k", "r", "o", "enter")
	if got := dr.s.answers["brand:site"].Choice; got != "mikrotik" {
		t.Errorf("the brand is %q, want mikrotik", got)
	}
	if dr.a.q.ID != "tables" || !strings.Contains(dr.text(), "Checks") {
		t.Fatalf("no tables:\n%s", dr.text())
	}
	dr.keys("n", "2", "C")
	txt := regexp.MustCompile(" +\n").ReplaceAllString(dr.text(), "\n")
	if !strings.Contains(txt, "[sent]") || !strings.Contains(txt, " scp 'pi@192.0.2.2:/home/user/sops/guide-site-fritzbox.md' .\n") {
		t.Errorf("the copy is not told rightly:\n%s", txt)
	}
	if !strings.Contains(dr.f.got["guide-site-fritzbox.md"], "## Enter") {
		t.Errorf("the file lacks its heading: %q", dr.f.got)
	}
	dr.keys("n")
	if len(dr.pages) != 1 || !strings.Contains(dr.pages[0], "SOPS443") {
		t.Errorf("after \"no\" the plain page should come, got %q", dr.pages)
	}
	dr.keys("n", "1", "enter")
	if dr.f.got["report-acme-office.md"] == "" {
		t.Errorf("no report: %v", dr.f.got)
	}
	dr.keys("2", "enter")
	if o := dr.a.outcome(); !dr.quit || o.Left || o.Exit != 3 || len(o.Lines) != 3 {
		t.Errorf("the end is %+v, quit %v", o, dr.quit)
	}
}

func TestBackKeepsWhatWasTyped(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("addresses")
	dr.keys("tab", "tab", "7", "7", "alt+esc")
	if dr.a.q.ID != "sources" {
		t.Fatalf("Esc went to %q, want sources", dr.a.q.ID)
	}
	dr.keys("enter")
	if got := dr.text(); !strings.Contains(got, "192.168.60.77") {
		t.Errorf("what was typed is lost:\n%s", got)
	}
}

func TestProblemStays(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("addresses")
	dr.keys("enter", "enter", "enter", "enter")
	if dr.a.q.ID != "addresses" || !strings.Contains(dr.text(), "[fix ]") || !strings.Contains(dr.text(), "four numbers and a size") {
		t.Errorf("a bad answer should stay here and say why:\n%s", dr.text())
	}
}

func TestKeysWaitForTheAnswer(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("case")
	_, cmd := dr.a.Update(press("enter")) // being written
	for _, k := range []string{"space", "down", "space", "enter"} {
		if _, c := dr.a.Update(press(k)); c != nil {
			t.Errorf("%q reached a screen while the answer was being written", k)
		}
	}
	dr.do(cmd)
	if got := strings.Join(dr.s.answers["sources"].Many, " "); got != "microsoft365" || dr.a.q.ID != "addresses" {
		t.Errorf("the waiting keys gave %q at %q, want microsoft365 at addresses", got, dr.a.q.ID)
	}
}

func TestLeaving(t *testing.T) {
	dr := newDrive(t, nil)
	dr.keys("ctrl+c")
	if dr.quit || !strings.Contains(dr.text(), "Leave?") {
		t.Fatalf("one Ctrl-C should ask:\n%s", dr.text())
	}
	dr.keys("ctrl+c")
	if o := dr.a.outcome(); !dr.quit || o.Exit != 130 || !o.Left {
		t.Errorf("two Ctrl-C end with %+v, quit %v", o, dr.quit)
	}
	dr = newDrive(t, nil)
	dr.keys("q", "n")
	if dr.quit || strings.Contains(dr.text(), "Leave?") {
		t.Error("n should stay")
	}
	dr.keys("q", "y")
	if o := dr.a.outcome(); !dr.quit || o.Exit != 0 {
		t.Errorf("q and y end with %+v, quit %v", o, dr.quit)
	}
}

func TestWatchAsksOnlyWhatFails(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("tables")
	dr.keys("w")
	tables, ok := dr.a.base.(*tablesScreen)
	if !ok {
		t.Fatal("no tables")
	}
	dr.b.settle()
	do, _ := tables.Update(watchMsg{tables.round})
	if len(do.jobs) != 1 || do.jobs[0].To.Port != 8433 {
		t.Errorf("the beat asks %v, want port 8433 alone", do.jobs)
	}
	if do, next := tables.Update(watchMsg{tables.round - 1}); do.want != wantNothing || next != nil {
		t.Error("a beat of a watch that was ended should do nothing")
	}
}

func TestStaleResultIsDropped(t *testing.T) {
	dr := newDrive(t, nil)
	dr.hold = true
	dr.goTo("tables")
	j := dr.b.Jobs(true)[0]
	old := j
	old.To.Host = "old.example.com"
	dr.a.results(resultMsg{results: []check.Result{{Job: old, Status: check.Fail, At: noon}}})
	if st := dr.b.views[0].Rows[0].Flows[0].Status; st != check.Running {
		t.Errorf("a result for another target made it %v", st)
	}
	dr.a.results(resultMsg{results: []check.Result{{Job: j, Status: check.Pass, At: noon}}})
	if st := dr.b.views[0].Rows[0].Flows[0].Status; st != check.Pass {
		t.Errorf("the right result made it %v", st)
	}
}

func TestMaskHidesEverywhere(t *testing.T) {
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) {
			dr := newDrive(t, nil)
			dr.a.d.mask = true
			dr.s.here.Gateway = dr.s.site.Server.PublicIP
			scene(dr)
			if name == "masked" {
				dr.a.d.mask = true
			}
			dr.a.Update(sizes["120x40"])
			for _, secret := range []string{"sops.example.com", "203.0.113.7"} {
				if strings.Contains(dr.text(), secret) {
					t.Errorf("%s is shown:\n%s", secret, dr.text())
				}
			}
		})
	}
}

func TestHostileText(t *testing.T) {
	dr := newDrive(t, nil)
	dr.s.here.Host = "evil\x1b]52;c;aGk=\x07\u202ename"
	lines, _, _ := dr.a.draw()
	if all := strings.Join(lines, ""); strings.Contains(all, "\x1b]") || strings.Contains(all, "\u202e") || strings.Contains(all, "\x07") {
		t.Error("control characters reach the terminal")
	}
}

func TestPlaceNames(t *testing.T) {
	for _, p := range []rules.Place{rules.FromServer, rules.FromHub, rules.FromInternet} {
		if placeName(p) == string(p) {
			t.Errorf("%q has no name", p)
		}
	}
}
