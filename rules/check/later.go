package check

import (
	"context"
	"time"
)

// settle finishes what a probe left running beside its own conversation: the
// other IP family and the way through the proxy. Whoever runs a probe calls it.
func (r *Result) settle(ctx context.Context) {
	later := r.later
	r.later = nil
	for _, f := range later {
		f(ctx, r)
	}
}

// waitOther waits for the other family, but not longer than for a first word.
func (r *Result) waitOther(ctx context.Context, rest time.Duration, ch <-chan tried, stop func()) {
	timer := time.NewTimer(max(rest, 0))
	defer timer.Stop()
	select {
	case t := <-ch:
		r.otherFamily(t)
		return
	case <-ctx.Done():
	case <-timer.C:
	}
	stop()
	t := <-ch // at once, since it was stopped
	r.otherFamily(t)
}

// otherFamily adds the layer of a family whose connection is not used. A broken
// one is a note: programs wait for it before they take the one that works.
func (r *Result) otherFamily(t tried) {
	if t.conn != nil {
		_ = t.conn.Close()
		r.add(t.layer)
		return
	}
	if t.layer.Status == Unproven { // it had no time
		r.add(t.layer)
		return
	}
	t.layer.Status = Note
	r.add(t.layer)
	if r.Status == Pass {
		r.note(TCPFamily, "family", FamilyName(t.layer.Family))
	}
}

// FamilyName is "IPv4" or "IPv6".
func FamilyName(f Family) string {
	if f == 6 {
		return "IPv6"
	}
	return "IPv4"
}
