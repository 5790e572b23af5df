package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// keepEvery is the least time between two writes of the results: what a kill or
// a power cut takes away at most.
const keepEvery = 2 * time.Second

type (
	// keepMsg is the time to write what changed; keptMsg is its end.
	keepMsg struct{}
	keptMsg struct{ err error }
)

// keeper writes results, and where the screen stands, beside the answers.
type keeper struct {
	due   bool        // a write is planned
	spot  wizard.Spot // as it was written
	wrong bool        // the last write failed, which is said once
}

// recall takes what was kept of a site that was opened.
func (d *desk) recall() {
	k, ok := d.session.Kept()
	if !ok {
		return
	}
	d.board.Recall(k.Report)
	d.changed()
	d.spot = k.Place
}

// changedNow plans a write. The timer runs only then: nothing goes on while idle.
func (a *app) changedNow() tea.Cmd {
	if a.keeper.due {
		return nil
	}
	a.keeper.due = true
	return a.d.later(keepEvery, keepMsg{})
}

// moved plans a write if another row is chosen than the one that was written.
func (a *app) moved() tea.Cmd {
	if at, ok := a.spot(); ok && at != a.keeper.spot {
		return a.changedNow()
	}
	return nil
}

// spot is where the screen stands; ok is false where there is nothing to note.
func (a *app) spot() (at wizard.Spot, ok bool) {
	switch s := a.base.(type) {
	case *tablesScreen:
		return wizard.Spot{Table: s.table, Flow: s.key}, true
	case *guidesScreen:
		return wizard.Spot{Guide: s.at, Part: string(s.part), Line: s.row}, true
	}
	return wizard.Spot{}, false
}

// kept prepares the write; nil for none.
func (a *app) kept() func() error {
	at, ok := a.spot()
	if !ok {
		at = a.keeper.spot
	}
	a.keeper.spot = at
	return a.d.session.Keep(a.d.board.ToKeep(a.d.now()), at)
}

func (a *app) keepNow() tea.Cmd {
	a.keeper.due = false
	if a.busy { // an answer is being written, perhaps of another site
		return a.changedNow()
	}
	f := a.kept()
	if f == nil {
		return nil
	}
	a.d.writing.Add(1)
	return func() tea.Msg {
		defer a.d.writing.Done()
		return keptMsg{f()}
	}
}

// wasKept says once that results cannot be kept; whether the site was taken by
// others is asked.
func (a *app) wasKept(err error) {
	switch {
	case err == nil:
		a.keeper.wrong = false
	case a.busy: // the answer finds it too
	case a.d.session.Lost(err):
		a.keep()
		a.ask()
	case !a.keeper.wrong && a.notice == "": // what is said of the answers goes first
		a.keeper.wrong = true
		a.notice = a.d.t("screens.not-kept", "error", err.Error())
	}
}

// place goes where the last start stood.
func (s *tablesScreen) place(at wizard.Spot) {
	s.table, s.key = at.Table, at.Flow
}

func (s *guidesScreen) place(at wizard.Spot) {
	if at.Guide < 0 || at.Guide >= len(s.list) {
		return
	}
	s.at = at.Guide
	s.firstPart()
	if p := router.Part(at.Part); s.has(p) {
		s.part, s.row = p, max(at.Line, 0)
	}
}

// age says how long ago something was.
func (d *desk) age(at time.Time) string { return d.words.Age("seen.age", d.now().Sub(at)) }

// short are the few words beside a state; of what was seen before this start, how
// long ago that was.
func (d *desk) short(f wizard.FlowView) string {
	switch {
	case f.Before.IsZero():
		return d.show(f.Short)
	case f.Old():
		return d.age(f.Before)
	}
	return d.stateBare(f.Last) + " " + d.words.Age("seen.brief", d.now().Sub(f.Before))
}

// before says that an explanation is of an earlier time; empty when it is not.
func (d *desk) before(f wizard.FlowView) string {
	switch {
	case f.Before.IsZero():
		return ""
	case d.now().Sub(f.Before) > wizard.OldAfter:
		return d.t("screens.tables.before-old", "age", d.age(f.Before))
	}
	return d.t("screens.tables.before", "age", d.age(f.Before))
}
