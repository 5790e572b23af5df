package tui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// The window's bounds: below the least nothing can be shown in order.
const (
	leastW, leastH = 60, 18
	usualW, usualH = 80, 24
)

// app is the only tea.Model: it owns the header, the key line, what lies on top
// of the question, and the session.
type app struct {
	d      *desk
	run    func([]check.Job) tea.Cmd // starts checks; a startedMsg follows
	page   func(string) tea.Cmd      // shows text outside the alternate screen
	w, h   int
	q      wizard.Question
	base   screen        // the question
	over   []screen      // help, summary, leave; the last is on top
	busy   bool          // an answer is being written
	wrote  chan struct{} // closed when it is
	given  string        // the question that was answered
	queue  []tea.Msg     // keys that came meanwhile
	leave  bool          // leave as soon as the answer is written
	notice string        // one line above the keys, until the next answer
	checks *checks
	keeper keeper

	watchNext bool // the next tables screen starts watching
	finished  bool
	code      int // exit code set by Ctrl-C
}

func newApp(d *desk, run func([]check.Job) tea.Cmd, page func(string) tea.Cmd) *app {
	a := &app{d: d, run: run, page: page, w: usualW, h: usualH, checks: newChecks()}
	if d.drafts == nil {
		d.drafts = map[string]draft{}
	}
	d.site, d.saved = d.session.Site(), d.session.Saved()
	d.board.Lay(d.site, d.from())
	d.board.Surround(d.session.Here())
	d.changed()
	d.recall()
	a.ask()
	return a
}

// ask builds the screen of the session's current question.
func (a *app) ask() {
	a.q = a.d.session.Ask()
	a.over = nil
	a.finished, a.d.earlier = a.q.Kind == wizard.Finish, earlierWork(a.q)
	old := a.d.drafts[a.q.ID]
	switch a.q.Kind {
	case wizard.Start:
		a.base = newStartScreen(a.d, a.q, old)
	case wizard.Many:
		a.base = newManyScreen(a.d, a.q, old)
	case wizard.Form:
		a.base = newFormScreen(a.d, a.q, old)
	case wizard.Tables:
		t := newTablesScreen(a.d, a.q, a.watchNext)
		if a.d.spot.Table != "" && !a.watchNext {
			t.place(a.d.spot)
			a.d.spot = wizard.Spot{}
		}
		a.base = t
	case wizard.Guides:
		g := newGuidesScreen(a.d, a.q, a.page)
		if a.d.spot.Part != "" {
			g.place(a.d.spot)
			a.d.spot = wizard.Spot{}
		}
		a.base = g
	case wizard.Finish:
		a.base = newFinishScreen(a.d, a.q)
	case wizard.Choice:
		a.base = a.choice(old)
	}
	a.watchNext = false
}

// choice is a huh field for a few options and our own filtering list for many.
func (a *app) choice(old draft) screen {
	if len(a.q.Options) > 9 || strings.HasPrefix(a.q.ID, "brand") {
		return newListScreen(a.d, a.q, old)
	}
	return newChoiceScreen(a.d, a.q, old)
}

// Init starts the checks, and the look at the router, that run behind the questions.
func (a *app) Init() tea.Cmd {
	if a.d.look != nil {
		a.d.session.Looking()
	}
	return tea.Batch(a.runMissing(), a.d.look)
}

// Update takes one message. It returns at once and does no I/O.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = msg.Width, msg.Height
		return a, nil
	case answeredMsg:
		return a, a.answered(msg.err)
	case startedMsg:
		return a, a.d.next(msg.results)
	case resultMsg:
		return a, a.results(msg)
	case sentMsg:
		switch s := a.top().(type) {
		case *inboundScreen, *codeScreen:
			return a, a.pass(s, msg)
		}
		return a, a.pass(a.base, msg)
	case listeningMsg:
		return a, a.d.listening(msg)
	case arrivalMsg:
		return a, a.d.arrival(msg)
	case keepMsg:
		return a, a.keepNow()
	case keptMsg:
		a.wasKept(msg.err)
		return a, nil
	case askedMsg:
		a.d.late(msg)
		return a, nil
	case restMsg:
		a.d.rested(msg)
		return a, a.pass(a.top(), msg)
	case lookedMsg:
		a.d.session.Looked(msg.looked)
		a.d.board.Surround(a.d.session.Here())
		a.d.changed()
		return a, nil
	case tea.KeyPressMsg, tea.PasteMsg:
		if a.busy {
			if k, ok := msg.(tea.KeyPressMsg); !ok || k.String() != "ctrl+c" {
				a.queue = append(a.queue, msg)
				return a, nil
			}
		}
		if k, ok := msg.(tea.KeyPressMsg); ok {
			rest := a.d.pressed(keyName(k), a.top().Typing())
			return a, tea.Batch(rest, a.key(k), a.moved())
		}
		return a, a.pass(a.top(), msg)
	}
	return a, a.pass(a.base, msg)
}

func (a *app) top() screen {
	if n := len(a.over); n > 0 {
		return a.over[n-1]
	}
	return a.base
}

// key handles the keys that mean the same everywhere.
func (a *app) key(k tea.KeyPressMsg) tea.Cmd {
	name, top := keyName(k), a.top()
	_, leaving := top.(*leaveScreen)
	switch {
	case name == "ctrl+c" && leaving:
		a.code = 130
		return a.do(act{want: wantQuit})
	case name == "ctrl+c":
		a.over = append(a.over, newLeaveScreen(a.d, a.finished))
		return nil
	case name == "ctrl+l":
		return tea.ClearScreen
	case leaving || top.Typing() && name != "?":
	case a.small():
		if name == "q" {
			a.over = append(a.over, newLeaveScreen(a.d, a.finished))
		}
		return nil
	case name == "q":
		a.over = append(a.over, newLeaveScreen(a.d, a.finished))
		return nil
	case name == "z":
		a.d.shared = !a.d.shared
		return nil
	case name == "m":
		a.d.mask = !a.d.mask
		return nil
	case name == "?" && !explains(top):
		help := newHelpScreen(a.d, a.q.Title, a.d.helpText(a.q), top.Keys())
		help.here = a.d.meaningsIn(a.read() + " " + help.text)
		a.over = append(a.over, help)
		return nil
	case name == "s":
		if len(a.over) == 0 {
			a.over = append(a.over, newSummaryScreen(a.d))
			return nil
		}
	}
	return a.pass(top, k)
}

// explains tells whether a screen is an explanation itself.
func explains(s screen) bool {
	switch s.(type) {
	case *helpScreen, *glossaryScreen:
		return true
	}
	return false
}

// read is all that the screen says, without what is only drawn.
func (a *app) read() string {
	lines, _, _ := a.draw()
	text := plain(strings.Join(lines[min(1, len(lines)):max(len(lines)-1, 1)], " "))
	if s, ok := a.top().(interface{ More() string }); ok {
		text += " " + s.More()
	}
	return text
}

// pass gives a message to a screen and does what it wants.
func (a *app) pass(s screen, msg tea.Msg) tea.Cmd {
	do, cmd := s.Update(msg)
	return tea.Batch(cmd, a.do(do))
}

func (a *app) do(do act) tea.Cmd {
	s := a.d.session
	switch do.want {
	case wantNothing:
	case wantAnswer:
		if a.q.ID == wizard.HeldID && do.answer.Choice == wizard.LeaveID {
			return a.do(act{want: wantQuit})
		}
		a.given = a.q.ID
		return a.write(func() error { return s.Answer(do.answer) })
	case wantBack:
		a.keep()
		return a.write(func() error { s.Back(); return nil })
	case wantGoto, wantWatch:
		a.keep()
		a.watchNext = do.want == wantWatch
		return a.write(func() error { s.Goto(do.id); return nil })
	case wantOpen:
		a.over = append(a.over, do.open)
	case wantClose:
		a.over = a.over[:max(len(a.over)-1, 0)]
	case wantRun:
		return a.start(do.jobs)
	case wantLeave:
		a.over = append(a.over, newLeaveScreen(a.d, a.finished))
	case wantQuit:
		if a.busy {
			a.leave = true
			return nil
		}
		return tea.Quit
	}
	return nil
}

// keep remembers what was typed, so that going back loses nothing.
func (a *app) keep() { a.d.drafts[a.q.ID] = a.base.Draft() }

// write lets the session save in a Cmd; keys wait until it is back.
func (a *app) write(f func() error) tea.Cmd {
	a.busy, a.wrote = true, make(chan struct{})
	wrote := a.wrote
	return func() tea.Msg {
		defer close(wrote)
		return answeredMsg{f()}
	}
}

func (a *app) answered(err error) tea.Cmd {
	a.busy = false
	s, given := a.d.session, a.given
	a.given = ""
	var wrong *wizard.Problem
	var cmds []tea.Cmd
	if errors.As(err, &wrong) {
		cmds = append(cmds, a.pass(a.base, problemMsg{wrong.Field, wrong.Say}))
	} else {
		a.notice, a.d.unsaved = "", err != nil
		if err != nil {
			a.notice = a.d.t("screens.not-saved-yet", "error", err.Error())
		}
		a.d.site, a.d.saved = s.Site(), s.Saved()
		a.d.board.Lay(a.d.site, a.d.from())
		a.d.changed()
		a.d.recall()
		a.d.lookOnly = s.LookOnly()
		delete(a.d.drafts, given)
		a.ask()
		cmds = append(cmds, a.runMissing())
		if t, ok := a.base.(*tablesScreen); ok {
			cmds = append(cmds, t.beat())
		}
	}
	if a.leave {
		return tea.Quit
	}
	queue := a.queue
	a.queue = nil
	for _, m := range queue { // keys typed meanwhile; one of them may answer again
		_, cmd := a.Update(m)
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

func (a *app) small() bool { return a.w < leastW || a.h < leastH }
