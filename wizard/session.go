package wizard

import (
	"slices"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// Deps is what a Session stands on; all fields are required but Store.
type Deps struct {
	Book    *rules.Book
	Routers *router.Catalogue
	Words   *Words
	Here    Here             // what was found out about this computer
	Store   *Store           // nil: nothing is saved
	Me      Owner            // who runs the program, for others who open the same site
	Now     func() time.Time // the clock
}

// QuestionKind is how a question is answered.
type QuestionKind int

// The kinds of question.
const (
	Choice QuestionKind = iota // one of Options
	Many                       // any of Options
	Form                       // Fields
	Start                      // one of Options, with what was found out shown above
	Tables                     // the check screens; answered by going on
	Guides                     // the instructions; answered by going on
	Finish                     // one of Options: report, leave
)

// Question is what to ask next. Texts are ready to show.
type Question struct {
	ID       string // start, case, sources, source-hosts, addresses, where, outbound, firewalls, brand:<side>, front:<side>, inputs:<side>, tables, guides, finish
	Step     int    // 1 to Steps
	Kind     QuestionKind
	Title    string // "Where is the server?"
	Intro    string // a sentence or two; may be empty
	Help     string // for `?`
	Options  []Option
	Fields   []Field
	Selected []string // option IDs chosen so far, or proposed
}

// Steps is the number shown as "n/7".
const Steps = 7

// Option is one possible answer.
type Option struct {
	ID      string
	Key     string // letter or digit that jumps to it
	Label   string
	Detail  string // beside the label
	Because string // why it is proposed; empty when it is not
	Picture string // ASCII drawing shown with the option, at most 12 lines by 76 columns
}

// Field is one input of a Form.
type Field struct {
	ID       string
	Label    string
	Value    string
	From     string // where the value comes from: "this computer", "you said"
	Hint     string // an example of what is right
	Help     string
	Optional bool
	Choices  []string // when not empty, one of these
}

// Answer is the user's reply to a Question.
type Answer struct {
	Choice string
	Many   []string
	Fields map[string]string
}

// Problem is an answer that cannot be taken: the session stays where it is.
type Problem struct {
	Field string // empty: the whole answer
	Say   string // one clear sentence: what, and what would be right
}

func (p *Problem) Error() string { return p.Say }

// Session asks one site's questions in order. Not safe for concurrent use.
type Session struct {
	deps     Deps
	site     Site
	at       string          // question now asked
	ret      string          // question to return to after a change from the summary
	answered map[string]bool // by question ID
	file     string          // site.yaml in use; empty before the first save
	saved    time.Time
	list     []SavedSite // what Start offers

	disk  sync.Mutex      // what is kept beside the answers is written meanwhile
	lock  *lock           // nil: the site is not ours, or none can be had
	other *heldSite       // others use it: what to do is asked first
	look  bool            // nothing is saved
	wrote []byte          // the file as we know it
	files map[string]bool // guides and reports that were written
	kept  *Kept           // what was kept of the last time
}

// NewSession starts at the question that site.Step names, else at the first
// that site leaves open; without answers at the start.
func NewSession(d Deps, site Site) *Session {
	d.Here = d.Here.Told(d.Words)
	s := &Session{deps: d}
	if d.Store != nil {
		s.file = d.Store.File
		if list, err := d.Store.List(); err == nil && d.Store.File == "" {
			s.list = list
			for i := range min(len(list), maxOffered+1) {
				list[i].Held = peek(list[i].Path)
			}
		}
	}
	if empty(site) {
		s.reset(Site{}, s.file)
		return s
	}
	if s.file == "" && d.Store != nil {
		s.file = d.Store.Path(siteTitle(site), siteName)
	}
	s.reset(site, s.file)
	if d.Store != nil {
		s.wrote, _ = readSite(s.file) // none yet, or saving tells
		s.enter(s.file, nil)
		s.recall()
	}
	return s
}

// empty tells whether nothing was answered yet.
func empty(s Site) bool {
	return s.Case == "" && s.Step == "" && s.Name == "" && s.Server == (Server{}) && len(s.Sources) == 0 && len(s.Firewalls) == 0
}

// reset takes the answers of another site and goes where they stop.
func (s *Session) reset(site Site, file string) {
	if file != s.file {
		s.wrote = nil
	}
	s.site, s.file, s.ret = site.clone(), file, ""
	s.site.Version = siteVersion
	s.answered = map[string]bool{}
	path := s.path()
	s.at = path[0]
	if empty(site) {
		return
	}
	step := slices.Index(path, site.Step)
	for i, id := range path {
		s.answered[id] = i < step || s.has(id)
	}
	if s.at = site.Step; step < 0 {
		s.at = s.firstOpen()
	}
}

// firstOpen is the first question without an answer.
func (s *Session) firstOpen() string {
	path := s.path()
	for _, id := range path {
		if !s.answered[id] {
			return id
		}
	}
	return path[len(path)-1]
}

// Ask is the current question; it has no side effects.
func (s *Session) Ask() Question {
	if s.other != nil {
		return s.held()
	}
	return s.step(s.at).ask(s)
}

// Answer takes the reply to the current question, moves on and saves. The error
// is a *Problem (stay here), or a *SaveError (the answer is kept in memory).
func (s *Session) Answer(a Answer) error {
	s.disk.Lock()
	defer s.disk.Unlock()
	return s.answer(a)
}

func (s *Session) answer(a Answer) error {
	if bad := s.unclean(a); bad != nil {
		return bad
	}
	if s.other != nil {
		return s.answerHeld(a)
	}
	id := s.at
	to, err := s.step(id).set(s, a)
	if err != nil {
		return err
	}
	if s.other != nil {
		return nil // asked first; then the answer is taken
	}
	s.answered[id] = true
	if to == "" {
		to = s.next(id)
	}
	s.at = to
	return s.save()
}

// next is where to go after an answer: on, or back to where a change from the
// summary was begun, unless the change opened a question before that.
func (s *Session) next(id string) string {
	path := s.path()
	i := slices.Index(path, id)
	ret := slices.Index(path, s.ret)
	if s.ret == "" || ret <= i {
		s.ret = ""
		return path[min(i+1, len(path)-1)]
	}
	for _, q := range path[:ret] {
		if !s.answered[q] {
			return q
		}
	}
	s.ret = ""
	return path[ret]
}

// Tried is what the session makes of a value while it is typed.
type Tried struct {
	Normal string // as it will be kept
	Say    string // a short remark: "taken as sops.example.com"; may be empty
	Odd    bool   // the remark is a warning
}

// Try validates one field of the current Form while it is typed; err is a *Problem.
func (s *Session) Try(field, value string) (Tried, error) {
	st := s.step(s.at)
	if st.try == nil {
		return Tried{Normal: value}, nil
	}
	normal, r, err := st.try(s, field, value)
	if err != nil {
		return Tried{}, s.problem(field, err)
	}
	t := Tried{Normal: normal, Odd: r.odd()}
	if r.key != "" {
		t.Say = s.deps.Words.Text("remarks."+r.key, r.facts)
	}
	return t, nil
}

// Back goes to the question before; false at the first. It never validates.
func (s *Session) Back() bool {
	s.disk.Lock()
	defer s.disk.Unlock()
	if s.other != nil {
		return false
	}
	path := s.path()
	i := slices.Index(path, s.at)
	if i <= 0 {
		return false
	}
	s.at = path[i-1]
	if !empty(s.site) {
		_ = s.save() // the place alone changed; the next answer tells of a full disk
	}
	return true
}

// Goto jumps to an answered question by ID, from the summary. After the answer
// the session returns to where it was.
func (s *Session) Goto(id string) bool {
	s.disk.Lock()
	defer s.disk.Unlock()
	if s.other != nil {
		return false
	}
	path := s.path()
	to, from := slices.Index(path, id), slices.Index(path, s.at)
	if to < 0 {
		return false
	}
	for _, q := range path[:to] {
		if !s.answered[q] {
			return false
		}
	}
	if to < from && s.ret == "" && s.step(id).what != Tables && s.step(id).what != Guides {
		s.ret = s.at
	}
	s.at = id
	return true
}

// Summary is every answer so far, to change any of them.
func (s *Session) Summary() []SummaryLine {
	var out []SummaryLine
	for _, id := range s.path() {
		st := s.step(id)
		if st.value == nil || !s.answered[id] {
			continue
		}
		v := st.value(s, st.spot)
		if v == "" {
			v = s.text("summary.nothing", nil)
		}
		out = append(out, SummaryLine{ID: id, Title: st.title(s), Value: v})
	}
	return out
}

// SummaryLine is one answered question.
type SummaryLine struct{ ID, Title, Value string }

// Site is the answers so far.
func (s *Session) Site() Site {
	site := s.site.clone()
	site.Step = s.at
	return site
}

// Here is what was found out about this computer.
func (s *Session) Here() Here { return s.deps.Here }

// Words are the texts shown.
func (s *Session) Words() *Words { return s.deps.Words }

// Names are the names of the saved sites, as Start shows them.
func (s *Session) Names() []string {
	var out []string
	for _, it := range s.list {
		out = append(out, it.Name)
	}
	return out
}

// File is the site's file; empty before the first save.
func (s *Session) File() string { return s.file }

// Saved is when the answers were last saved; zero when they were not.
func (s *Session) Saved() time.Time { return s.saved }

// Guides are the instructions for each firewall of the path, in order.
// onlyMissing leaves out rows that the board proved open.
func (s *Session) Guides(b *Board, onlyMissing bool) []SideGuide {
	return SiteGuides(GuideDeps{Book: s.deps.Book, Routers: s.deps.Routers, Words: s.deps.Words}, s.site, b, onlyMissing)
}

// SideGuide is a guide, or why there is none.
type SideGuide struct {
	Side  router.Side
	Front bool   // of the provider box in front of this side's own router
	Title string // "Router of this office"
	Lead  string // what to know before all else, where two devices are in the path; may be empty
	Guide router.Guide
	Notes []string // what to know about the choice of rows
	Why   Nothing  // why there is nothing to enter; empty where there is something
	Idle  string   // Why in words
	Err   error
}
