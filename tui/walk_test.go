package tui

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

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
	if !strings.Contains(txt, "[sent]") || !strings.Contains(txt, " File: /home/user/sops/guide-site-fritzbox.md\n") {
		t.Errorf("the copy is not told rightly:\n%s", txt)
	}
	dr.keys("v")
	if txt = regexp.MustCompile(" +\n").ReplaceAllString(dr.text(), "\n"); !strings.Contains(txt, " scp pi@192.0.2.2:/home/user/sops/guide-site-fritzbox.md .\n") || !strings.Contains(txt, "did it arrive?") {
		t.Errorf("v does not say how to fetch the file:\n%s", txt)
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
	dr.keys("3", "enter")
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

// TestNothingChosen: a number marks a line and does not choose it, so Enter with
// nothing chosen asks once; what is done in between asks anew.
func TestNothingChosen(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("sources")
	dr.keys("space", "3", "enter") // the first one was chosen
	if dr.a.q.ID != "sources" || !strings.Contains(dr.text(), "Nothing is chosen") {
		t.Fatalf("went on with nothing:\n%s", dr.text())
	}
	dr.keys("space", "space")
	if strings.Contains(dr.text(), "Nothing is chosen") {
		t.Error("the remark stays after the next key")
	}
	dr.keys("enter")
	if dr.a.q.ID != "sources" {
		t.Fatal("went on with nothing after one was chosen and let go")
	}
	dr.keys("enter")
	if dr.a.q.ID != "addresses" || len(dr.s.answers["sources"].Many) != 0 {
		t.Errorf("the second Enter does not go on: %q, %v", dr.a.q.ID, dr.s.answers["sources"].Many)
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
	dr.a.d.changed()
	dr.a.d.now = func() time.Time { return noon.Add(wizard.WatchClosed) }
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
			dr.s.names = []string{"Acme office"}
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
			if dr.a.d.earlier && strings.Contains(dr.text(), "Acme office") {
				t.Errorf("the saved site's name is shown:\n%s", dr.text())
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
		if key := "screens.from." + string(p); !realWords().Has(key) {
			t.Errorf("%q has no name", p)
		}
	}
}

func TestOneValueIsCopiedAlone(t *testing.T) {
	dr := newDrive(t, nil)
	var got string
	dr.a.d.copier.system = func(_ context.Context, s string) error { got = s; return nil }
	dr.goTo("guides")
	dr.keys("2")
	dr.text() // the lines are known once they are drawn
	dr.keys("down", "down", "down", "down")
	for _, want := range []string{"SOPS443", "443"} {
		dr.keys("x", "c", "esc")
		if got != want {
			t.Errorf("copied %q, want %q", got, want)
		}
		dr.keys("x")
	}
	dr.keys("down", "c")
	if !strings.HasPrefix(got, "2. New sharing") {
		t.Errorf("after moving c copied %q, want the step", got)
	}
}

func TestWatchFromTheGuide(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("guides")
	_, cmd := dr.a.Update(press("w"))
	msg, ok := cmd().(answeredMsg) // the way there; the beat that follows is not awaited
	if !ok {
		t.Fatal("w asks nothing of the session")
	}
	dr.a.Update(msg)
	if txt := dr.text(); dr.a.q.ID != "tables" || !strings.Contains(txt, "Watching") || !strings.Contains(txt, "OTA") {
		t.Errorf("w should watch the table that fails:\n%s", txt)
	}
}

func TestFileIsToldWhateverComesFirst(t *testing.T) {
	for _, sentLast := range []bool{true, false} {
		dr := newDrive(t, map[string]string{"SSH_TTY": "x"})
		dr.goTo("guides")
		g, ok := dr.a.base.(*guidesScreen)
		if !ok {
			t.Fatal("no guides")
		}
		g.copyAll()
		if !sentLast {
			dr.a.Update(sentMsg{rung: rungTerminal})
		}
		dr.a.Update(wroteMsg{path: "/home/user/guide.md"})
		if sentLast {
			dr.a.Update(sentMsg{rung: rungTerminal})
		}
		if txt := dr.text(); !strings.Contains(txt, "File: /home/user/guide.md") || !strings.Contains(txt, "[sent]") {
			t.Errorf("the file or the copy is not told:\n%s", txt)
		}
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("case")
	dr.s.fail = errors.New("site.yaml could not be written: no space left on device")
	dr.keys("b", "enter")
	if txt := dr.text(); !strings.Contains(txt, "[note] Not saved") || !strings.Contains(txt, "no space left") {
		t.Errorf("an answer that was not saved is not told:\n%s", txt)
	}
	dr.keys("enter")
	if txt := dr.text(); strings.Contains(txt, "Not saved") {
		t.Errorf("the note stays after a save that worked:\n%s", txt)
	}
}
