package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// screen is one picture. Screens report what the user wants, app decides.
type screen interface {
	Update(msg tea.Msg) (act, tea.Cmd)
	View(w, h int) frame
	Keys() []hint
	Typing() bool // letters are text, not keys
	Draft() draft // what would be lost by leaving
}

// noDraft is the base of screens that take no text.
type noDraft struct{}

func (noDraft) Typing() bool { return false }
func (noDraft) Draft() draft { return draft{} }

// want is what a screen asks of app.
type want int

const (
	wantNothing want = iota
	wantAnswer       // give act.answer to the session
	wantBack         // the question before
	wantGoto         // the answered question act.id
	wantOpen         // put act.open on top
	wantClose        // take the topmost screen away
	wantRun          // start act.jobs
	wantLeave        // ask whether to leave
	wantQuit         // leave
	wantWatch        // to the tables, watching
)

type act struct {
	want   want
	answer wizard.Answer
	id     string
	open   screen
	jobs   []check.Job
}

// Messages between Cmds, app and screens.
type (
	// answeredMsg is the session's reply.
	answeredMsg struct{ err error }
	// problemMsg tells a screen what is wrong with its answer.
	problemMsg struct{ field, say string }
	// startedMsg and resultMsg carry one run of checks.
	startedMsg struct{ results <-chan check.Result }
	resultMsg  struct {
		results []check.Result
		from    <-chan check.Result
		open    bool
	}
	// sentMsg is a rung of the copy ladder that did its part.
	sentMsg struct {
		rung rung
		err  error
	}
	// wroteMsg is a file that was written.
	wroteMsg struct {
		path string
		err  error
	}
	// pageMsg is the end of a plain page.
	pageMsg struct{ err error }
	// watchMsg is the beat while watching.
	watchMsg struct{ round int }
)
