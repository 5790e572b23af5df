package wizard

import (
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Board is the live state of every flow of a site. It is plain data: the
// caller runs the jobs and brings the results. Not safe for concurrent use.
type Board struct{}

// NewBoard lays out the flows of site as seen from a vantage point.
func NewBoard(book *rules.Book, words *Words, site Site, from rules.Place) *Board {
	panic("not written yet")
}

// Lay changes site and vantage; results of flows that stay are kept.
func (b *Board) Lay(site Site, from rules.Place) { panic("not written yet") }

// Jobs are the checks that can run from here, of the named tables (none: all),
// without those that already have a final result when fresh is false.
func (b *Board) Jobs(fresh bool, tables ...string) []check.Job { panic("not written yet") }

// JobFor is the check of one flow; ok is false when it cannot run from here.
func (b *Board) JobFor(key string) (j check.Job, ok bool) { panic("not written yet") }

// Start marks jobs as running.
func (b *Board) Start(jobs []check.Job, at time.Time) { panic("not written yet") }

// Apply takes one result. Causes are folded anew over all final results.
func (b *Board) Apply(r check.Result) { panic("not written yet") }

// Views are the tables that apply (all: every table), with states.
func (b *Board) Views(all bool) []TableView { panic("not written yet") }

// Causes are the root causes found, worst first.
func (b *Board) Causes() []CauseView { panic("not written yet") }

// Summary counts flows by status.
func (b *Board) Summary() Summary { panic("not written yet") }

// Changes are the flows whose verdict differs from their first one.
func (b *Board) Changes() []Change { panic("not written yet") }

// TableView is a table with the state of its rows.
type TableView struct {
	Table rules.Table
	Rows  []RowView
	Sum   Summary
}

// RowView is a row with the state of its flows.
type RowView struct {
	Row     rules.Row
	Applies bool
	Because string // why it does not apply, ready to show
	Flows   []FlowView
}

// FlowView is one line of a table screen.
type FlowView struct {
	Flow    rules.Flow
	Status  check.Status // Running while a check is under way
	Result  check.Result // the last one; zero when never run
	Short   string       // a few words beside the state: "31 ms", "blocked", "re-signed"
	Finding Finding
}

// Finding is what the user reads about a result. All text is clean.
type Finding struct {
	Seen  string // what was seen
	Means string // what that means
	Do    string // what to change
}

// CauseView is a cause and the flows it explains.
type CauseView struct {
	Cause   check.Cause
	Finding Finding
}

// Change is a verdict that changed between the first and the last run.
type Change struct {
	Flow     rules.Flow
	Was, Now check.Status
}

// Summary counts flows by status.
type Summary struct {
	Pass, Note, Fail, Unproven, Waiting, Skipped, NotNeeded, Running int
}
