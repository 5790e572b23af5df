package wizard

import (
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
	ID       string // start, case, sources, source-hosts, addresses, where, outbound, firewalls, brand:<side>, inputs:<side>, tables, guides, finish
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

// Session asks one site's questions in order.
type Session struct {
	deps Deps
}

// NewSession starts at the question that site.Step names, or at the first.
func NewSession(d Deps, site Site) *Session { panic("not written yet") }

// Ask is the current question; it has no side effects.
func (s *Session) Ask() Question { panic("not written yet") }

// Answer takes the reply to the current question, moves on and saves. The error
// is a *Problem (stay here), or a *SaveError (the answer is kept in memory).
func (s *Session) Answer(a Answer) error { panic("not written yet") }

// Try validates one field of the current Form while it is typed: say is a short
// remark ("points to 203.0.113.7"), err a *Problem.
func (s *Session) Try(field, value string) (normal, say string, err error) {
	panic("not written yet")
}

// Back goes to the question before; false at the first. It never validates.
func (s *Session) Back() bool { panic("not written yet") }

// Goto jumps to an answered question by ID, from the summary.
func (s *Session) Goto(id string) bool { panic("not written yet") }

// Summary is every answer so far, to change any of them.
func (s *Session) Summary() []SummaryLine { panic("not written yet") }

// SummaryLine is one answered question.
type SummaryLine struct{ ID, Title, Value string }

// Site is the answers so far.
func (s *Session) Site() Site { panic("not written yet") }

// Here is what was found out about this computer.
func (s *Session) Here() Here { return s.deps.Here }

// Words are the texts shown.
func (s *Session) Words() *Words { return s.deps.Words }

// Saved is when the answers were last saved; zero when they were not.
func (s *Session) Saved() time.Time { panic("not written yet") }

// Guides are the instructions for each firewall of the path, in order.
// onlyMissing leaves out rows that the board proved open.
func (s *Session) Guides(b *Board, onlyMissing bool) []SideGuide { panic("not written yet") }

// SideGuide is a guide, or why there is none.
type SideGuide struct {
	Side  router.Side
	Title string // "Router of this office"
	Guide router.Guide
	Err   error
}
