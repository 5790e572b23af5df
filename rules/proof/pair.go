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

// half is an arrival that waits for its sibling, which closes met.
type half struct {
	Arrival
	told bool // it proves nothing, coming from inside: nobody has to wait for it
	met  chan struct{}
}

// arrived tells of an arrival: at once, together with its sibling, or alone when
// the prober's time for that one is over.
func (w *serving) arrived(ctx context.Context, a Arrival, both bool) {
	a.At = w.s.now()
	if !both {
		w.tell(ctx, a)
		return
	}
	now, h := w.pairs.meet(a)
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
	if w.pairs.leave(h) && !h.told {
		w.tell(ctx, a)
	}
}

// meet brings an arrival to the one that waits for it. now is what can be told; h
// is set when this one has to wait.
func (p *pairs) meet(a Arrival) (now []Arrival, h *half) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, inside := p.held[a.Port], a.Seen == check.SeenInside
	switch {
	case old != nil && old.family() != a.family():
		close(old.met)
		delete(p.held, a.Port)
		if !old.told {
			now = append(now, old.Arrival)
		}
		return append(now, a), nil
	case old != nil && (inside || !old.told): // asked again: the first one tells
		return nil, nil
	case old != nil: // now from outside
		close(old.met)
	}
	if p.held == nil {
		p.held = map[Port]*half{}
	}
	h = &half{a, inside, make(chan struct{})}
	p.held[a.Port] = h
	if inside {
		now = append(now, a)
	}
	return now, h
}

// leave ends the wait of h; false when its sibling came.
func (p *pairs) leave(h *half) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[h.Port] != h {
		return false
	}
	delete(p.held, h.Port)
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
