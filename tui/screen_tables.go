package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// tablesScreen is the heart: one table at a time, a line for every flow, and a
// pane that explains the chosen one.
type tablesScreen struct {
	noDraft
	d      *desk
	q      wizard.Question
	table  string // id of the table shown
	key    string // key of the chosen flow
	row    int    // its line, for when it goes away
	top    int
	all    bool          // rows that do not apply too
	failed bool          // failed flows only
	watch  *wizard.Watch // nil: nothing is watched
	round  int           // tells this watch's beats from those of one that was ended
	beats  bool          // the first beat is still to be started
	told   string        // the line that is explained, see desk.under
	pane   bool          // the pane takes the whole body
	scroll int           // of the whole-body pane
	say    string        // what the last key could not do
}

func newTablesScreen(d *desk, q wizard.Question, watch bool) *tablesScreen {
	s := &tablesScreen{d: d, q: q, beats: watch}
	if watch {
		s.watch = wizard.NewWatch(d.views(false), d.now()) // what is watched is what fails: begin there
		for _, t := range d.views(false) {
			if t.Sum.Fail > 0 {
				s.table = t.Table.ID
				break
			}
		}
	}
	return s
}

// line is one flow of the table, or a row without flows.
type line struct {
	row   wizard.RowView
	flow  wizard.FlowView
	first bool // of its row
	nth   int  // of the row's lines
	of    int  // lines of the row
	none  bool // a row that does not apply
	same  bool // the host stands on the line above
}

// views are the tables; the chosen one is at index i.
func (s *tablesScreen) views() (v []wizard.TableView, i int) {
	v = s.d.views(s.all)
	for n, t := range v {
		if t.Table.ID == s.table {
			i = n
		}
	}
	if len(v) > 0 {
		s.table = v[i].Table.ID
	}
	return v, i
}

func (s *tablesScreen) lines(t wizard.TableView) []line {
	var out []line
	for _, r := range t.Rows {
		if !r.Applies {
			if s.all && !s.failed {
				out = append(out, line{row: r, first: true, none: true, of: 1})
			}
			continue
		}
		begin := len(out)
		for _, f := range r.Flows {
			if s.failed && f.Status != check.Fail && f.Status != check.Running {
				continue
			}
			out = append(out, line{row: r, flow: f, first: len(out) == begin, nth: len(out) - begin})
		}
		for i := begin; i < len(out); i++ {
			out[i].of = len(out) - begin
		}
	}
	return out
}

// at is the index of the chosen line.
func (s *tablesScreen) at(ls []line) int {
	for i, l := range ls {
		if s.key != "" && l.flow.Flow.Key == s.key {
			s.row = i
			return i
		}
	}
	s.row = max(min(s.row, len(ls)-1), 0)
	return s.row
}

func (s *tablesScreen) choose(ls []line, i int) {
	if len(ls) == 0 {
		return
	}
	s.row = max(min(i, len(ls)-1), 0)
	s.key, s.scroll = ls[s.row].flow.Flow.Key, 0
}

// Heading names the table in the header.
func (s *tablesScreen) Heading() string {
	v, i := s.views()
	if len(v) == 0 {
		return s.q.Title
	}
	return s.d.t("screens.tables.place", "title", s.q.Title, "n", itoa(i+1), "all", itoa(len(v)))
}

func (s *tablesScreen) Keys() []hint {
	if s.pane {
		return append([]hint{s.d.hint("r", "again-row"), s.d.hint("Up Down", "scroll"), s.d.hint("Enter Esc", "table")}, s.d.usual()[3:]...)
	}
	d := s.d
	watch := d.hint("w", "watch")
	if s.watch != nil { // as wide as before, so that the line behind it stays
		stop := d.hint("w", "stop")
		watch.long, watch.short = stop.long+strings.Repeat(" ", max(width(watch.long)-width(stop.long), 0)), stop.short
	}
	keys := []hint{}
	if v, i := s.views(); len(v) > 0 && s.d.provable(&v[i].Table) {
		keys = append(keys, d.hint("i", "prove"))
	}
	last := []hint{
		d.rare("p", "paste"), d.rare("a", "all-rows"), d.rare("Enter", "explain"), d.rare("k", "code"), d.rare("s", "answers"), d.rare("m", "mask"), d.rare("z", "shared"), d.rare("q", "leave"),
	}
	if v, i := s.views(); len(v) > 0 && d.insidable(v[i]) {
		last = append([]hint{d.rare("h", "inside")}, last...)
	}
	return slices.Concat(keys, []hint{
		d.hint("r", "again"), d.hint("R", "all"), watch, d.hint("f", "failed"), d.hint("Tab", "next-one"), d.hint("n", "on"),
		d.hint("?", "help"), d.hint("Esc", "back"),
	}, last)
}

func (s *tablesScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case watchMsg:
		if s.watch == nil || msg.round != s.round {
			return act{}, nil
		}
		s.watch.See(s.d.views(false))
		return act{want: wantRun, jobs: s.dueJobs()}, s.tick()
	case resultMsg:
		if s.watch != nil {
			s.watch.See(s.d.views(false))
		}
	case tea.PasteMsg:
		if begun, _ := wizard.Pasted(msg.Content); begun {
			paste := &pasteScreen{d: s.d}
			paste.add(msg.Content)
			return act{want: wantOpen, open: paste}, nil
		}
	case tea.KeyPressMsg:
		return s.press(keyName(msg))
	}
	return act{}, nil
}

func (s *tablesScreen) press(name string) (act, tea.Cmd) {
	v, ti := s.views()
	if len(v) == 0 {
		if name == "esc" {
			return act{want: wantBack}, nil
		}
		if name == "n" {
			return act{want: wantAnswer}, nil
		}
		return act{}, nil
	}
	ls := s.lines(v[ti])
	at := s.at(ls)
	s.say = ""
	move := func(by int) {
		if s.pane {
			s.scroll = max(s.scroll+by, 0)
			return
		}
		s.choose(ls, at+by)
	}
	if s.pane && !slices.Contains([]string{"up", "down", "pgup", "pgdown", "home", "end", "enter", "esc", "r"}, name) {
		return act{}, nil // the last line names the pane's keys alone
	}
	switch name {
	case "up":
		move(-1)
	case "down":
		move(1)
	case "pgup":
		move(-10)
	case "pgdown":
		move(10)
	case "home":
		move(-len(ls))
	case "end":
		move(len(ls))
	case "tab", "right":
		s.show(v, ti+1)
	case "shift+tab", "left":
		s.show(v, ti-1)
	case "enter":
		s.pane, s.scroll = !s.pane, 0
	case "esc":
		if s.pane {
			s.pane = false
			return act{}, nil
		}
		return act{want: wantBack}, nil
	case "n":
		return act{want: wantAnswer}, nil
	case "f":
		s.failed = !s.failed
	case "a":
		s.all = !s.all
	case "r":
		if at < len(ls) {
			if j, ok := s.d.board.JobFor(ls[at].flow.Flow.Key); ok {
				return act{want: wantRun, jobs: []check.Job{j}}, nil
			}
			s.say = s.d.t("screens.tables.not-here")
		}
	case "i":
		if s.d.provable(&v[ti].Table) {
			return act{want: wantOpen, open: &inboundScreen{d: s.d}}, s.d.listen()
		}
	case "h":
		if at < len(ls) && s.d.insidable(v[ti]) {
			if jobs := s.d.board.InsideJobs(ls[at].flow.Flow.Key); len(jobs) > 0 {
				return act{want: wantRun, jobs: jobs}, nil
			}
			s.say = s.d.words.Text("text.inside.none", nil)
		}
	case "k":
		return act{want: wantOpen, open: &codeScreen{d: s.d}}, nil
	case "p":
		return act{want: wantOpen, open: &pasteScreen{d: s.d}}, nil
	case "R":
		return act{want: wantRun, jobs: s.d.board.Jobs(true)}, nil
	case "w":
		s.round++
		if w := s.watch; w != nil {
			s.watch = nil
			w.See(s.d.views(false))
			if len(w.Turns()) > 0 {
				return act{want: wantOpen, open: &watchedScreen{d: s.d, watch: w, to: s.d.now()}}, nil
			}
			s.say = s.d.t("watch.unchanged", "from", s.d.clock(w.Since), "to", s.d.clock(s.d.now()))
			return act{}, nil
		}
		s.watch = wizard.NewWatch(s.d.views(false), s.d.now())
		return act{want: wantRun, jobs: s.dueJobs()}, s.tick()
	default: // a digit goes to the table of that code
		for i, t := range v {
			if t.Table.Code == name {
				s.show(v, i)
			}
		}
	}
	return act{}, nil
}

func (s *tablesScreen) show(v []wizard.TableView, i int) {
	s.table = v[(i+len(v))%len(v)].Table.ID
	s.key, s.row, s.top, s.scroll = "", 0, 0, 0
}

// beat starts the watch that another screen asked for.
func (s *tablesScreen) beat() tea.Cmd {
	if !s.beats {
		return nil
	}
	s.beats = false
	return s.tick()
}

func (s *tablesScreen) tick() tea.Cmd {
	round := s.round
	return tea.Tick(s.d.beats(), func(time.Time) tea.Msg { return watchMsg{round} })
}

// dueJobs are the checks of the rows that a watch asks now.
func (s *tablesScreen) dueJobs() []check.Job {
	var jobs []check.Job
	for _, key := range s.watch.Due(s.d.views(false), s.d.now()) {
		if j, ok := s.d.board.JobFor(key); ok {
			jobs = append(jobs, j)
		}
	}
	return jobs
}
