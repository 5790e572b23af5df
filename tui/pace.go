package tui

import (
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// On a slow line a held-down key brings more pictures than the line can carry,
// and so do results that come one by one. Over SSH the explanation of a row
// follows when the pointer rests, results are shown a few times a second, and a
// row that is asked again keeps its last verdict until the answer is late.
const (
	restAfter     = 150 * time.Millisecond
	showEvery     = 250 * time.Millisecond
	framesASecond = 120 // a key waits for the next picture, 8 ms at most
)

// restMsg tells that no key came for a while; of the key number round.
type restMsg struct{ round int }

// pointerKeys move the pointer and change nothing else.
var pointerKeys = []string{"up", "down", "pgup", "pgdown", "home", "end", "ctrl+p", "ctrl+n"}

// askedMsg tells that the answers of the run number n are late now.
type askedMsg struct{ n int }

// asks notes a new run of checks.
func (d *desk) asks() tea.Cmd {
	if !d.slow || !d.timers {
		return nil
	}
	d.runs++
	d.calm = true
	return d.later(showEvery, askedMsg{d.runs})
}

// late shows from now on what is still under way, unless a newer run began.
func (d *desk) late(msg askedMsg) {
	if msg.n == d.runs && d.calm {
		d.calm = false
		d.changed()
	}
}

// calmed shows rows that were just asked again as they were.
func calmed(tables []wizard.TableView) {
	for _, t := range tables {
		for n, r := range t.Rows {
			r.Flows = slices.Clone(r.Flows)
			for i, f := range r.Flows {
				if f.Was != nil {
					r.Flows[i] = *f.Was
				}
			}
			t.Rows[n] = r
		}
	}
}

// pressed notes a key: while the pointer moves over a slow line, what explains
// the line under it waits. The timer runs only after such a key.
func (d *desk) pressed(name string, typing bool) tea.Cmd {
	d.round++
	d.moving = d.slow && (slices.Contains(pointerKeys, name) || typing)
	if !d.moving {
		return nil
	}
	return d.later(restAfter, restMsg{d.round})
}

// later sends a message after a while; never where no terminal is.
func (d *desk) later(after time.Duration, msg tea.Msg) tea.Cmd {
	if !d.timers {
		return nil
	}
	return tea.Tick(after, func(time.Time) tea.Msg { return msg })
}

// rested ends the wait of that key, unless another one came.
func (d *desk) rested(msg restMsg) {
	if msg.round == d.round {
		d.moving = false
	}
}

// under is the index whose explanation is shown: at, or the one that was shown
// before while the pointer moves. was is kept by the screen.
func (d *desk) under(was *string, at, n int, key func(int) string) int {
	if at >= n {
		return at
	}
	if d.moving {
		for i := range n {
			if key(i) == *was {
				return i
			}
		}
	}
	*was = key(at)
	return at
}

// pace holds results back so that they come together.
type pace struct {
	mu   sync.Mutex
	last time.Time // when results were let through
}

// wait is how long results must wait; they are let through then.
func (p *pace) wait(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.last.Add(showEvery)
	if at.Before(now) {
		at = now
	}
	p.last = at
	return at.Sub(now)
}

// next waits for one result and takes along what is there already, and over a
// slow line what comes until the next picture is due: a burst is one picture.
func (d *desk) next(ch <-chan check.Result) tea.Cmd {
	slow, p := d.slow, &d.pace
	return func() tea.Msg {
		r, ok := <-ch
		if !ok {
			return resultMsg{from: ch}
		}
		got := []check.Result{r}
		if slow {
			due := time.NewTimer(p.wait(time.Now()))
			defer due.Stop()
			for open := true; open; {
				select {
				case r, ok = <-ch:
					if !ok {
						return resultMsg{results: got, from: ch}
					}
					got = append(got, r)
				case <-due.C:
					open = false
				}
			}
		}
		for {
			select {
			case r, ok = <-ch:
				if !ok {
					return resultMsg{results: got, from: ch}
				}
				got = append(got, r)
			default:
				return resultMsg{results: got, from: ch, open: true}
			}
		}
	}
}
