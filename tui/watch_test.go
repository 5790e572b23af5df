package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// turn makes a row of the fake board another, as a new verdict would.
func (b *fakeBoard) turn(port uint16, host string, st check.Status) {
	b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Flow.Port.Number == port && v.Flow.Host == host {
			v.Status, v.Result.Status, v.Short = st, st, "31 ms"
			v.Result.Job.Key = v.Flow.Key
		}
	})
}

// TestWatchTurns: a row that opens is marked in its line and above the table until
// the watch ends; then before and after are compared.
func TestWatchTurns(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("tables")
	dr.b.settle()
	dr.a.d.changed()
	dr.keys("1", "w")
	turn := func(port uint16, host string, st check.Status) {
		dr.b.settle()
		dr.b.turn(port, host, st)
		dr.a.d.changed()
		dr.a.Update(resultMsg{})
	}
	turn(8433, "up.sync-sign.com", check.Fail)
	if text := dr.flat(); strings.Contains(text, "opened since") || strings.Contains(text, "NOW OPEN") {
		t.Errorf("nothing opened yet:\n%s", dr.text())
	}
	turn(8433, "up.sync-sign.com", check.Pass)
	text := dr.text()
	if !strings.Contains(text, "1 row opened since 09:21: 1.1 TCP 8433.") || !strings.Contains(text, "[ ok ] NOW OPEN") {
		t.Errorf("8433 opened:\n%s", text)
	}
	dr.b.turn(22, "github.com", check.Fail)
	dr.a.d.changed()
	dr.a.Update(resultMsg{})
	if text := dr.text(); !strings.Contains(text, "1 row closed since 09:21: 1.2 TCP 22.") || strings.Count(text, "NOW OPEN") != 1 {
		t.Errorf("22 closed:\n%s", text)
	}
	dr.keys("w")
	got := dr.flat()
	for _, want := range []string{"Watched from 09:21 to 09:21: what changed", "1.1 TCP 8433 up.sync-sign.com [FAIL] [ ok ]", "1.2 TCP 22 github.com [ ok ] [FAIL]"} {
		if !strings.Contains(got, want) {
			t.Errorf("the end lacks %q:\n%s", want, dr.text())
		}
	}
	dr.keys("esc")
	if text := dr.text(); strings.Contains(text, "NOW OPEN") || strings.Contains(text, "opened since") {
		t.Errorf("after the watch:\n%s", text)
	}
	dr.keys("w", "w")
	if !strings.Contains(dr.flat(), "nothing changed.") {
		t.Errorf("a watch without news:\n%s", dr.text())
	}
}

// TestPlainWatch reads out a row that opens, and compares at the end.
func TestPlainWatch(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5 // tables
	b.settle()
	clock := noon
	d.now = func() time.Time { clock = clock.Add(wizard.WatchClosed); return clock }
	d.beat = time.Millisecond
	opened := false
	k := startTalk(t, d, func(_ context.Context, jobs []check.Job) <-chan check.Result {
		ch := make(chan check.Result, len(jobs))
		for _, j := range jobs {
			r := fakeResult(j)
			if j.To.Port == 8433 && opened {
				r.Status, r.Code = check.Pass, ""
			}
			opened = opened || j.To.Port == 8433
			ch <- r
		}
		close(ch)
		return ch
	})
	k.dialog("Table 1 of 4", "w", "Now open: row 1.1 TCP 8433 up.sync-sign.com. Before: failed.", "", "Row 1.1 TCP 8433 up.sync-sign.com. Before: failed. Now: ok.", "q")
	k.finish()
}
