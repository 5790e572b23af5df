package proof

import (
	"context"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// pairs holds back what came over one family while the prober asks the same port
// over the other one too, so that a port of which half is closed is told as such.
type pairs struct {
	mu   sync.Mutex
	held map[Port]*half
}

// half is an arrival whose sibling has not come.
type half struct {
	Arrival
	told bool          // nobody waits for it any more, or it proves nothing, coming from inside
	met  chan struct{} // closed by its sibling, unless told
}

// arrived tells of an arrival: at once, together with its sibling, or alone when
// the prober's time for that one is over.
func (w *serving) arrived(ctx context.Context, a Arrival, both bool) {
	a.At = w.s.now()
	if !both {
		w.tell(ctx, a)
		return
	}
	now, h := w.pairs.meet(a, 2*w.s.lim.Sibling)
	for _, x := range now {
		w.tell(ctx, x)
	}
	if h != nil {
		w.wg.Go(func() { w.alone(ctx, h) })
	}
}

// alone waits for the sibling of h, and tells of h if none comes.
func (w *serving) alone(ctx context.Context, h *half) {
	late := time.NewTimer(w.s.lim.Sibling)
	defer late.Stop()
	a := h.Arrival
	select {
	case <-h.met:
		return
	case <-late.C:
		a.Missing = other(a.family())
	case <-ctx.Done(): // not waited for to the end: nothing is missing for sure
	}
	if w.pairs.giveUp(h) {
		w.tell(ctx, a)
	}
}

// meet brings an arrival to its sibling, if that came at most so long ago: on a
// bad line one may come after the other was given up. now is what can be told; h
// is set when this one has to wait.
func (p *pairs) meet(a Arrival, within time.Duration) (now []Arrival, h *half) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, inside := p.held[a.Port], a.Seen == check.SeenInside
	if old != nil && a.At.Sub(old.At) > within {
		old = nil
	}
	switch {
	case old != nil && old.family() != a.family():
		delete(p.held, a.Port)
		if !old.told {
			close(old.met)
			now = append(now, old.Arrival)
		}
		return append(now, a), nil
	case old != nil && !old.told: // asked again: the first one tells
		return nil, nil
	}
	h = &half{a, inside, make(chan struct{})}
	if p.held == nil {
		p.held = map[Port]*half{}
	}
	p.held[a.Port] = h
	if inside {
		return append(now, a), nil
	}
	return nil, h
}

// giveUp ends the wait of h; false when its sibling came.
func (p *pairs) giveUp(h *half) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[h.Port] != h {
		return false
	}
	h.told = true
	return true
}

// family is that of the address that was reached for: a sender of IPv4 may be
// seen in IPv6 form.
func (a Arrival) family() check.Family {
	if a.Dialed.Is4() {
		return 4
	}
	return 6
}

func other(f check.Family) check.Family { return 10 - f }
