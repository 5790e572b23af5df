package wizard

import (
	"slices"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// How often rows are asked while they are watched: what is closed often enough to
// see a change being made, what is open seldom. A small router sees no flood.
const (
	WatchClosed = 5 * time.Second
	WatchOpen   = 30 * time.Second
	watchSlack  = 500 * time.Millisecond // a beat may come a little early
)

// Watch follows the rows of some tables while somebody changes a firewall. It is
// given the tables as they stand, and says which rows to ask and which have turned.
// Rows are known by their first verdict; those without one are no news when they
// get it. Not safe for concurrent use.
type Watch struct {
	Since time.Time

	began map[string]check.Status
	last  map[string]check.Status
	asked map[string]time.Time
	order []string // keys of rows that turned, in the order of their first turn
	flows map[string]rules.Flow
}

// Turn is a row that is another than before.
type Turn struct {
	Flow     rules.Flow
	Was, Now check.Status
}

// Opened tells whether a closed row is open now.
func (t Turn) Opened() bool { return !isOpen(t.Was) && isOpen(t.Now) }

// Closed tells whether an open row is closed now.
func (t Turn) Closed() bool { return isOpen(t.Was) && !isOpen(t.Now) }

func isOpen(s check.Status) bool { return s == check.Pass || s == check.Note }

// NewWatch begins a watch of the tables as they stand.
func NewWatch(views []TableView, now time.Time) *Watch {
	w := &Watch{
		Since: now, began: map[string]check.Status{}, last: map[string]check.Status{},
		asked: map[string]time.Time{}, flows: map[string]rules.Flow{},
	}
	for _, f := range flowsIn(views) {
		if isOpen(f.Status) && !f.Result.At.IsZero() {
			w.asked[f.Flow.Key] = f.Result.At
		}
	}
	w.See(views)
	return w
}

func flowsIn(views []TableView) []FlowView {
	var out []FlowView
	for _, t := range views {
		for _, r := range t.Rows {
			out = append(out, r.Flows...)
		}
	}
	return out
}

// believed is the status that a watch believes: one that was seen since this start,
// and not while it is asked anew.
func believed(f FlowView) (check.Status, bool) {
	known := f.Status != check.Running && f.Status != check.NotNeeded && f.Result.Job.Key != "" && f.Before.IsZero()
	return f.Status, known
}

// Due are the keys of rows to ask now, and takes them as asked. Those that cannot
// be asked from here are among them.
func (w *Watch) Due(views []TableView, now time.Time) []string {
	var out []string
	for _, f := range flowsIn(views) {
		if f.Status == check.Running || f.Status == check.NotNeeded {
			continue
		}
		every := WatchClosed
		if isOpen(f.Status) {
			every = WatchOpen
		}
		if at, ok := w.asked[f.Flow.Key]; ok && now.Sub(at) < every-watchSlack {
			continue
		}
		w.asked[f.Flow.Key] = now
		out = append(out, f.Flow.Key)
	}
	return out
}

// See takes the tables as they stand and returns the rows that have turned since
// the last look.
func (w *Watch) See(views []TableView) []Turn {
	var out []Turn
	for _, f := range flowsIn(views) {
		st, known := believed(f)
		if !known {
			continue
		}
		k := f.Flow.Key
		was, seen := w.last[k]
		w.last[k] = st
		switch {
		case !seen:
			w.began[k], w.flows[k] = st, f.Flow
		case was != st:
			out = append(out, Turn{f.Flow, was, st})
			if !slices.Contains(w.order, k) {
				w.order = append(w.order, k)
			}
		}
	}
	return out
}

// Turns are the rows that are another now than when the watch began, in the order
// in which they turned.
func (w *Watch) Turns() []Turn {
	var out []Turn
	for _, k := range w.order {
		if w.began[k] != w.last[k] {
			out = append(out, Turn{w.flows[k], w.began[k], w.last[k]})
		}
	}
	return out
}

// IsOpened tells whether a row was closed when the watch began and is open now.
func (w *Watch) IsOpened(key string) bool {
	was, seen := w.began[key]
	return seen && Turn{Was: was, Now: w.last[key]}.Opened()
}

// Opened and Closed are the rows that opened or closed, in words: "1.1 TCP 8433".
func (w *Watch) Opened() []string { return w.named(Turn.Opened) }

// Closed are the rows that closed.
func (w *Watch) Closed() []string { return w.named(Turn.Closed) }

func (w *Watch) named(which func(Turn) bool) []string {
	var out []string
	for _, t := range w.Turns() {
		if which(t) {
			out = append(out, t.Name())
		}
	}
	return out
}

// Name is the row and its port: "1.1 TCP 8433"; where several hosts share them,
// the host stands behind it.
func (t Turn) Name() string {
	name := strings.TrimSpace(t.Flow.Row.Code + " " + portText(t.Flow))
	if len(t.Flow.Row.Hosts) > 1 {
		name += " " + t.Flow.Host
	}
	return name
}

// Mark marks the results of a report whose rows opened while they were watched.
func (w *Watch) Mark(rep *Report) {
	for i := range rep.Results {
		r := &rep.Results[i]
		r.Opened = w.IsOpened(r.Table + "/" + r.Rule + "/" + r.Flow)
	}
}
