package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// Plain shows the session line by line, for screen readers, dumb terminals and
// pipes: it only appends, moves no cursor and asks with numbers. The end of the
// input leaves as q does; what was answered is saved.
func Plain(ctx context.Context, d Deps, in io.Reader, out io.Writer) (Outcome, error) {
	dk := plainDesk(d)
	dk.looks = d.Look
	if d.Listen != nil {
		within, stop := context.WithCancel(ctx)
		defer stop()
		dk.listens = func(site wizard.Site) (wizard.Listening, error) { return d.Listen(within, site) }
	}
	return plainRun(ctx, dk, d.Check, in, out, typedByHand(in))
}

func plainDesk(d Deps) *desk {
	dk := &desk{
		session: d.Session,
		board:   liveBoard{d.Board},
		guides:  func(missing bool) []wizard.SideGuide { return d.Session.Guides(d.Board, missing) },
		files:   d.Files, env: d.Env, now: d.Now, mask: d.Mask,
	}
	dk.words = d.Session.Words()
	dk.report = func() []byte { return report(dk.words, d.Session, d.Board, dk.now()) }
	return dk
}

func plainRun(ctx context.Context, d *desk, ask func(context.Context, []check.Job) <-chan check.Result, in io.Reader, out io.Writer, hand bool) (Outcome, error) {
	ctx2, stop := context.WithCancel(ctx)
	defer stop() // ends the checks under way and the reader, as soon as it has a line
	p := &teller{
		done: ctx2.Done(), d: d, out: out, hand: hand,
		ask:   func(jobs []check.Job) <-chan check.Result { return ask(ctx2, jobs) },
		typed: readLines(ctx2, in), news: make(chan news), checks: newChecks(),
	}
	p.sync()
	p.tell("title")
	p.tell("how")
	if d.looks != nil {
		p.tell("asking")
		d.session.Looked(d.looks(ctx2))
		p.sync()
	}
	for p.end == notYet {
		p.runMissing()
		p.question(p.d.session.Ask())
	}
	if f := d.session.Keep(d.board.ToKeep(d.now()), d.spot); f != nil {
		_ = f() // the answers are safe; results are seen again
	}
	o := Outcome{Left: p.end != wasDone, Lines: p.last()}
	switch {
	case ctx.Err() != nil:
		o.Exit = 130
		p.write("\n") // what follows stands on its own line
	case p.end == wasDone:
		o.Exit = d.board.Exit()
	}
	if p.bad != nil && ctx.Err() == nil {
		o.Exit = 1
		return o, fmt.Errorf("writing to the terminal: %w", p.bad)
	}
	return o, nil
}

// typedByHand tells whether somebody types on a terminal. What comes from a file
// or a pipe is there before it is asked for, and so is kept for the prompts.
func typedByHand(in io.Reader) bool {
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// ending is how far the session is.
type ending int

const (
	notYet  ending = iota
	wasLeft        // by q, the end of the input, or a signal
	wasDone        // at the last question
)

// teller is plain mode. All its fields belong to the goroutine of plainRun; the
// reader and the checks reach it through channels.
type teller struct {
	done  <-chan struct{} // closed when the session is to end
	d     *desk
	out   io.Writer
	bad   error // the first write that failed
	ask   func([]check.Job) <-chan check.Result
	hand  bool // somebody types: the terminal shows it, and a line may come at any time
	typed <-chan typed
	news  chan news
	end   ending

	checks *checks
	heard  func(check.Result)   // told about each result while the tables are on
	onBeat func()               // told about the beat of a watch
	came   func(wizard.Arrival) // told about what arrives while a proof is waited for
	told   string               // the causes read out last
	files  []string             // written so far
}

// question asks one question until the session stands elsewhere.
func (p *teller) question(q wizard.Question) {
	p.d.earlier = earlierWork(q)
	p.say("")
	p.tell("step", "n", itoa(q.Step), "all", itoa(wizard.Steps), "title", p.d.show(q.Title))
	p.paragraphs(q.Intro)
	switch q.Kind {
	case wizard.Start:
		p.here()
		p.choice(q)
	case wizard.Choice:
		p.choice(q)
	case wizard.Many:
		p.many(q)
	case wizard.Form:
		p.form(q)
	case wizard.Tables:
		p.tables(q)
	case wizard.Guides:
		p.guides(q)
	case wizard.Finish:
		p.finish(q)
	}
}

// answer gives the reply to the session. It returns nil when the session moved
// on, perhaps unsaved, which is said.
func (p *teller) answer(a wizard.Answer) *wizard.Problem {
	if p.d.session.Ask().ID == wizard.HeldID && a.Choice == wizard.LeaveID {
		p.end = wasLeft
		return nil
	}
	err := p.d.session.Answer(a)
	var wrong *wizard.Problem
	if errors.As(err, &wrong) {
		return wrong
	}
	if p.d.unsaved = err != nil; err != nil {
		p.tell("not-saved", "error", p.d.show(err.Error()))
	}
	p.sync()
	return nil
}

// back goes to the question before.
func (p *teller) back() {
	if !p.d.session.Back() {
		p.tell("first")
	}
	p.sync()
}

// sync takes over the answers so far.
func (p *teller) sync() {
	p.d.site, p.d.saved = p.d.session.Site(), p.d.session.Saved()
	p.d.lookOnly = p.d.session.LookOnly()
	p.d.board.Lay(p.d.site, p.d.from())
	p.d.recall()
	p.d.board.Surround(p.d.session.Here())
	p.d.changed()
}

// summary reads all answers and goes to the one that is to be changed. It tells
// whether the session stands elsewhere now.
func (p *teller) summary() bool {
	lines := p.d.session.Summary()
	if len(lines) == 0 {
		p.tell("summary.none")
		return false
	}
	p.tell("summary.title")
	for i, l := range lines {
		title := p.d.show(l.Title)
		if !strings.HasSuffix(title, "?") {
			title += ":"
		}
		p.say(itoa(i+1) + ". " + title + " " + sentence(p.d.show(l.Value)))
	}
	for {
		e := p.prompt(p.text("summary.which")+": ", "", false)
		if e.kind != isText {
			return false // leaving has been noted; < closes the list
		}
		if e.text == "" {
			return false
		}
		i, ok := number(e.text, len(lines))
		if !ok {
			p.tell("number", "max", itoa(len(lines)))
			continue
		}
		if !p.d.session.Goto(lines[i].ID) {
			p.tell("summary.fixed")
			return false
		}
		p.sync()
		return true
	}
}

// last are the three lines that stay after leaving.
func (p *teller) last() []string {
	result := p.d.t("screens.last.nothing")
	if s := p.d.board.Summary(); s.Pass+s.Note+s.Fail > 0 {
		result = p.d.t("screens.last.result", "sum", p.counts(s))
	}
	files := p.d.t("screens.last.no-files")
	switch n := len(p.files); {
	case n == 1:
		files = p.d.t("screens.last.file", "path", p.files[0])
	case n > 1:
		files = p.d.n("screens.last.files", n-1, "path", p.files[n-1])
	}
	return []string{p.d.show(result), p.d.show(files), p.d.comeBack("sops-firewall --plain")}
}

// summaryPause is the least time between two summaries nobody asked for.
const summaryPause = 10 * time.Second
