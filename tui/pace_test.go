package tui

import (
	"strings"
	"testing"
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
