package wizard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

const (
	watchedClosed = "server-out-ota/ota-update/tcp/up.sync-sign.com/8433"
	watchedOpen   = "server-out-ota/ota-update/tcp/up.sync-sign.com/443"
	watchedUDP    = "server-out-basic/ntp/udp/pool.ntp.org/123"
)

// TestWatch follows a row that opens, one that closes and one that had no verdict.
func TestWatch(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseLAN), rules.FromServer)
	now := testNow
	set := func(key string, st check.Status, code check.Code) {
		t.Helper()
		j, ok := b.JobFor(key)
		if !ok {
			t.Fatalf("no job %s", key)
		}
		b.Apply(check.Result{Job: j, Status: st, Code: code, At: now})
	}
	set(watchedClosed, check.Fail, check.TCPSilent)
	set(watchedOpen, check.Pass, "")
	w := NewWatch(b.Views(false), now)
	due := func() []string { return w.Due(b.Views(false), now) }
	if got := due(); !slices.Contains(got, watchedClosed) || slices.Contains(got, watchedOpen) {
		t.Errorf("at once %q", got)
	}
	// Closed rows are asked every 5 seconds, open ones every 30.
	asked := map[string]int{}
	for range 60 {
		now = now.Add(time.Second)
		for _, k := range due() {
			asked[k]++
		}
	}
	if asked[watchedClosed] != 12 || asked[watchedOpen] != 2 {
		t.Errorf("in a minute the closed row was asked %d times, the open one %d times", asked[watchedClosed], asked[watchedOpen])
	}
	j, _ := b.JobFor(watchedClosed)
	b.Start([]check.Job{j}, now)
	now = now.Add(time.Hour)
	if slices.Contains(due(), watchedClosed) {
		t.Error("a row is asked while it is asked")
	}
	if turns := w.See(b.Views(false)); len(turns) != 0 {
		t.Errorf("asking is no turn: %+v", turns)
	}
	set(watchedClosed, check.Pass, "")
	set(watchedUDP, check.Pass, "")
	turns := w.See(b.Views(false))
	if len(turns) != 1 || !turns[0].Opened() || turns[0].Was != check.Fail || !w.IsOpened(watchedClosed) || w.IsOpened(watchedUDP) || w.IsOpened(watchedOpen) {
		t.Errorf("opened: %+v", turns)
	}
	set(watchedOpen, check.Fail, check.TCPSilent)
	if turns = w.See(b.Views(false)); len(turns) != 1 || !turns[0].Closed() {
		t.Errorf("closed: %+v", turns)
	}
	if o, c := w.Opened(), w.Closed(); strings.Join(o, ", ") != "1.1 TCP 8433" || strings.Join(c, ", ") != "1.1 TCP 443" {
		t.Errorf("opened %q, closed %q", o, c)
	}
	rep := b.Report(now, 0)
	w.Mark(&rep)
	for _, r := range rep.Results {
		if r.Opened != (r.Port == 8433) {
			t.Errorf("%s %s: opened %v", r.Code, r.Flow, r.Opened)
		}
	}
	// What turned and turned back is no change in the end.
	set(watchedClosed, check.Fail, check.TCPSilent)
	w.See(b.Views(false))
	if all := w.Turns(); len(all) != 1 || all[0].Flow.Key != watchedOpen || w.IsOpened(watchedClosed) {
		t.Errorf("in the end %+v", all)
	}
}
