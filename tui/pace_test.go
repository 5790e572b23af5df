package tui

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check"
)

// TestHeldKey: on a slow line a key that is held down moves the mark alone; the
// explanation follows when the last of them has rested, and no earlier.
func TestHeldKey(t *testing.T) {
	dr := newDrive(t, map[string]string{"SSH_TTY": "/dev/pts/0"})
	dr.a.d.slow = true
	dr.goTo("tables")
	dr.keys("tab")
	const first = "row 1.1, TCP 443 ok"
	if txt := dr.text(); !strings.Contains(txt, first) {
		t.Fatalf("it does not begin at %q:\n%s", first, txt)
	}
	pane := func() string {
		_, below, _ := strings.Cut(dr.text(), "----")
		return below
	}
	before := pane()
	var early []restMsg
	for range 4 {
		mark := dr.text()
		dr.keys("down")
		if dr.text() == mark {
			t.Error("the mark does not move")
		}
		if pane() != before {
			t.Errorf("the explanation does not wait:\n%s", dr.text())
		}
		early = append(early, restMsg{dr.a.d.round})
	}
	for _, m := range early[:3] {
		if dr.a.Update(m); pane() != before {
			t.Errorf("a key that another followed has rested:\n%s", dr.text())
		}
	}
	if dr.a.Update(early[3]); pane() == before || !strings.Contains(dr.text(), "row 1.3, TCP 443 ok") {
		t.Errorf("the explanation does not follow:\n%s", dr.text())
	}
}

// TestAskedAgain: on a slow line a row that is asked again keeps its verdict until
// the answer is late; that it is asked is told at once.
func TestAskedAgain(t *testing.T) {
	for _, slow := range []bool{true, false} {
		dr := newDrive(t, nil)
		dr.goTo("tables")
		dr.keys("tab")
		dr.a.d.slow, dr.a.d.timers, dr.hold = slow, true, true
		const asked = "[ .. ]"
		if txt := dr.text(); strings.Contains(txt, asked) {
			t.Fatalf("something is under way:\n%s", txt)
		}
		dr.a.Update(press("R")) // nobody waits for the timer
		txt := dr.text()
		if !strings.Contains(txt, " running") || strings.Contains(txt, asked) == slow {
			t.Errorf("slow %v, asked:\n%s", slow, txt)
		}
		if !slow {
			continue
		}
		j := dr.b.Jobs(true)[5]
		dr.a.results(resultMsg{results: []check.Result{{Job: j, Status: check.Fail, At: noon}}})
		if txt := dr.text(); !strings.Contains(txt, "[FAIL]") || strings.Contains(txt, asked) {
			t.Errorf("the first answer came:\n%s", txt)
		}
		dr.a.Update(askedMsg{dr.a.d.runs - 1})
		if strings.Contains(dr.text(), asked) {
			t.Error("an earlier run's answers are late, and this one's are shown so")
		}
		dr.a.Update(askedMsg{dr.a.d.runs})
		if txt := dr.text(); !strings.Contains(txt, asked) || !strings.Contains(txt, "[FAIL]") {
			t.Errorf("late:\n%s", txt)
		}
	}
}
