package tui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// asker is what the screens need of a wizard.Session.
type asker interface {
	Ask() wizard.Question
	Answer(wizard.Answer) error
	Try(field, value string) (wizard.Tried, error)
	Needs(picked []string) string
	Back() bool
	Goto(id string) bool
	Summary() []wizard.SummaryLine
	Site() wizard.Site
	Here() wizard.Here
	NAT() wizard.Finding
	Stands() []wizard.HereLine
	Looking()
	Looked(l wizard.Looked)
	Saved() time.Time
	File() string
	Names() []string
	Keep(rep wizard.Report, at wizard.Spot) func() error
	Kept() (wizard.Kept, bool)
	Lost(err error) bool
	LookOnly() bool
}

// boarder is what the screens need of a wizard.Board.
type boarder interface {
	Lay(site wizard.Site, from rules.Place)
	Surround(h wizard.Here)
	InsideJobs(keys ...string) []check.Job
	Jobs(fresh bool, tables ...string) []check.Job
	JobFor(key string) (check.Job, bool)
	Start(jobs []check.Job, at time.Time)
	Apply(r check.Result)
	Remember(rep wizard.Report) int
	Views(all bool) []wizard.TableView
	Causes() []wizard.CauseView
	Arrived(a wizard.Arrival) []rules.Flow
	Listens([]wizard.Post)
	Summary() wizard.Summary
	Changes() []wizard.Change
	SupportCode() (string, error)
	ToKeep(now time.Time) wizard.Report
	Recall(rep wizard.Report)
	Exit() int
}

// liveBoard is a wizard.Board asked for its exit code over all tables.
type liveBoard struct{ *wizard.Board }

func (b liveBoard) Exit() int { return b.Board.Exit() }

// desk is what all screens share. The session is asked in Update only: an
// answer is written by a Cmd, and until it is back no key reaches a screen.
type desk struct {
	session  asker
	board    boarder
	guides   func(onlyMissing bool) []wizard.SideGuide
	report   func() []byte
	files    Files
	env      func(string) string
	now      func() time.Time
	copier   *copier
	looks    func(context.Context) wizard.Looked         // asks the router what it is; nil: it is not asked
	in       inbound                                     // the inbound proof
	listens  func(wizard.Site) (wizard.Listening, error) // starts one; nil: there is none
	words    *wizard.Words
	look     tea.Cmd   // the same, as a command
	meanings []meaning // the glossary, once it was asked for

	tables  map[bool][]wizard.TableView // the board's, until it changes
	version string
	beat    time.Duration  // between two looks of a watch; 0: wizard.WatchClosed
	writing sync.WaitGroup // files under way; leaving waits for them

	spot   wizard.Spot // where the last start stood, until that screen is shown
	slow   bool        // the line may be slow: see pace
	timers bool        // there is a program that waits for them
	moving bool        // the pointer moves, and explanations wait
	round  int         // keys so far
	runs   int         // runs of checks so far
	calm   bool        // the last run has just begun: see asks
	pace   pace

	shared    bool // the screen is shared: see where
	ascii     bool // the terminal knows ASCII alone
	mask      bool
	masks     masks
	learned   bool            // masks knows what is private so far
	bookNames map[string]bool // the rule book's own names

	lookOnly bool        // others have the site: nothing is saved
	unsaved  bool        // the last answer could not be saved
	earlier  bool        // the first question offers earlier work, and nothing else was begun
	site     wizard.Site // the answers so far
	saved    time.Time
	drafts   map[string]draft // what was typed or chosen, by question, until it is answered
}

// draft is an answer that was not given yet.
type draft struct {
	hover  int
	many   []string
	fields map[string]string
}

// views are the board's tables; a picture asks several times for the same.
func (d *desk) views(all bool) []wizard.TableView {
	if v, ok := d.tables[all]; ok {
		return v
	}
	if d.tables == nil {
		d.tables = map[bool][]wizard.TableView{}
	}
	d.tables[all] = d.board.Views(all)
	if d.calm {
		calmed(d.tables[all])
	}
	return d.tables[all]
}

// beats is the time between two beats of a watch.
func (d *desk) beats() time.Duration { return cmp.Or(d.beat, wizard.WatchClosed) }

// changed forgets what views remembers; call it after touching the board.
func (d *desk) changed() {
	clear(d.tables)
	d.learned = false
}

// save writes a file in a Cmd; a wroteMsg follows.
func (d *desk) save(name string, data []byte) tea.Cmd {
	d.writing.Add(1)
	return func() tea.Msg {
		defer d.writing.Done()
		path, err := d.files.Write(name, data)
		return wroteMsg{path, err}
	}
}

// earlierWork tells whether q offers to go on with answers that were saved.
func earlierWork(q wizard.Question) bool {
	return q.Kind == wizard.Start && slices.ContainsFunc(q.Options, func(o wizard.Option) bool { return o.ID == "continue" })
}

// home is a path as people write it, from the home folder on.
func (d *desk) home(path string) string {
	if h := strings.TrimRight(d.env("HOME"), "/"); h != "" && strings.HasPrefix(path, h+"/") {
		return "~" + path[len(h):]
	}
	return path
}

// colours tells whether colours are wanted. Any value of NO_COLOR counts, not only
// those that ParseBool knows; an empty one is none.
func (d *desk) colours() bool {
	force := d.env("CLICOLOR_FORCE")
	return d.env("NO_COLOR") == "" && (d.env("CLICOLOR") != "0" || force != "" && force != "0")
}

func (d *desk) ssh() bool { return overSSH(d.env) }

// from is the place that checks run from; the server until the user says otherwise.
func (d *desk) from() rules.Place {
	if d.site.From == "" {
		return rules.FromServer
	}
	return d.site.From
}
