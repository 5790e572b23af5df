package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// seen are the variables by which terminals make themselves known.
var seen = []string{
	"TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
	"TMUX", "STY", "SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT", "WT_SESSION", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "HOME",
}

// patience is how long an answer under way may take once we are told to end.
const patience = 2 * time.Second

// Run shows the session on a terminal until the user leaves or ctx ends. Both in
// and out must be terminals; signals reach it through ctx alone.
func Run(ctx context.Context, d Deps, in io.Reader, out io.Writer) (Outcome, error) {
	desk := &desk{
		session: d.Session,
		board:   liveBoard{d.Board},
		guides:  func(missing bool) []wizard.SideGuide { return d.Session.Guides(d.Board, missing) },
		files:   d.Files, env: d.Env, now: d.Now, mask: d.Mask, ascii: d.ASCII,
		copier: newCopier(d.Env), version: d.Version,
	}
	desk.looks, desk.words = d.Look, d.Session.Words()
	desk.slow = desk.ssh()
	if d.Listen != nil {
		desk.listens = func(site wizard.Site) (wizard.Listening, error) { return d.Listen(ctx, site) }
	}
	desk.report = func() []byte { return report(desk.words, d.Session, d.Board, desk.now()) }
	return run(ctx, desk, d.Check, in, out)
}

func run(ctx context.Context, d *desk, ask func(context.Context, []check.Job) <-chan check.Result, in io.Reader, out io.Writer) (Outcome, error) {
	ctx2, stop := context.WithCancel(ctx)
	defer stop() // ends the checks that are still under way
	d.timers = true
	start := func(jobs []check.Job) tea.Cmd {
		return func() tea.Msg { return startedMsg{ask(ctx2, jobs)} }
	}
	if d.looks != nil {
		d.look = func() tea.Msg { return lookedMsg{d.looks(ctx2)} }
	}
	show := func(text string) tea.Cmd {
		return tea.Exec(&plainPage{ctx: ctx2, text: d.spell(text), say: d.t("screens.page")}, func(err error) tea.Msg { return pageMsg{err} })
	}
	// Told to end, the program quits in order, and hard only if it does not.
	hard, kill := context.WithCancel(context.WithoutCancel(ctx))
	defer kill()
	opts := []tea.ProgramOption{
		tea.WithContext(hard), tea.WithoutSignalHandler(), tea.WithInput(in), tea.WithOutput(out),
		tea.WithFPS(framesASecond),
		tea.WithEnvironment(environ(d.env)),
	}
	if !d.colours() {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	a := newApp(d, start, show)
	p := tea.NewProgram(a, opts...)
	defer context.AfterFunc(ctx, func() {
		p.Quit()
		select {
		case <-time.After(patience):
			kill()
		case <-hard.Done():
		}
	})()
	_, err := p.Run()
	a.settle()
	if err != nil && ctx.Err() == nil {
		return Outcome{Left: true, Exit: 1, Lines: a.last()}, fmt.Errorf("the terminal: %w", err)
	}
	if ctx.Err() != nil {
		a.code = 130
	}
	return a.outcome(), nil
}

// settle lets an answer or a file that is being written come to its end.
func (a *app) settle() {
	done := make(chan struct{})
	go func() {
		a.d.writing.Wait()
		if a.wrote != nil {
			<-a.wrote
		}
		if f := a.kept(); f != nil {
			_ = f() // the answers are safe; results are seen again
		}
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
}

func environ(env func(string) string) []string {
	var list []string
	for _, k := range seen {
		if v := env(k); v != "" {
			list = append(list, k+"="+v)
		}
	}
	return list
}

func (a *app) outcome() Outcome {
	o := Outcome{Left: !a.finished, Exit: a.code, Lines: a.last()}
	if a.finished && a.code == 0 {
		o.Exit = a.d.board.Exit()
	}
	return o
}

// last are the three lines that stay on the normal screen.
func (a *app) last() []string {
	files := a.d.t("screens.last.no-files")
	if n := len(a.d.copier.files); n > 0 {
		path := a.d.home(a.d.copier.files[n-1])
		files = a.d.t("screens.last.file", "path", path)
		if n > 1 {
			files = a.d.n("screens.last.files", n-1, "path", path)
		}
	}
	return []string{a.d.show(a.result()), a.d.show(files), a.d.comeBack("sops-firewall")}
}

func (a *app) result() string {
	s := a.d.board.Summary()
	if done := s.Pass + s.Note + s.Fail; done == 0 {
		return a.d.t("screens.last.nothing")
	}
	return a.d.t("screens.last.result", "sum", a.d.sumWords(s))
}

// plainPage shows text outside the alternate screen, from column 1 and not
// wrapped by us: what the mouse selects there is what was written.
type plainPage struct {
	ctx  context.Context // ends the page when the program is told to end
	text string
	say  string // what to do with it
	in   io.Reader
	out  io.Writer
}

func (p *plainPage) SetStdin(r io.Reader)  { p.in = r }
func (p *plainPage) SetStdout(w io.Writer) { p.out = w }
func (p *plainPage) SetStderr(io.Writer)   {}

// Run prints the page and waits for Enter.
func (p *plainPage) Run() error {
	lines := strings.Split(p.text, "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	if _, err := fmt.Fprintf(p.out, "\r\n%s\n\n%s\n", strings.Join(lines, "\n"), p.say); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(p.in).ReadString('\n')
		done <- err
	}()
	select {
	case err := <-done:
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	case <-p.ctx.Done():
		_, _ = io.WriteString(p.out, "\n") // what follows stands on its own line
		return p.ctx.Err()
	}
}
