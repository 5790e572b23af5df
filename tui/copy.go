package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// rung is one way to bring text to the user's clipboard.
type rung string

// The rungs. No terminal confirms OSC 52, so only rungTmux and rungSystem know
// that they did their part, and even they may fill the wrong machine's clipboard.
const (
	rungTmux     rung = "tmux"     // tmux load-buffer -w
	rungScreen   rung = "screen"   // OSC 52 in small DCS pieces
	rungTerminal rung = "terminal" // OSC 52
	rungSystem   rung = "system"   // the desktop's own tool, OSC 52 beside it
	rungPage     rung = "page"     // select by mouse
)

// Bounds of the ladder, all measured: mosh forwards at most 16,268 characters of
// base64, GNU screen 768 bytes of a string, and a stale X11 forward blocks for ever.
const (
	partSize  = 12000
	pieceSize = 500
	toolTime  = 2 * time.Second
)

// copier chooses the rung, and remembers which one worked.
type copier struct {
	env    func(string) string
	run    func(ctx context.Context, stdin, name string, args ...string) error
	system func(ctx context.Context, text string) error
	rungs  []rung
	at     int      // the rung to use next
	works  bool     // the user said that this one arrives
	files  []string // what was written in this session
}

func newCopier(env func(string) string) *copier {
	c := &copier{env: env, rungs: ladder(env), run: runTool}
	c.system = c.desktop
	return c
}

// ladder is the order of rungs for a terminal, by what its variables say. Over
// SSH the desktop's tools are left alone: they would fill the clipboard of the
// server. Inside tmux and screen they come second, as somebody elsewhere may
// have attached since.
func ladder(env func(string) string) []rung {
	here := rungSystem
	if overSSH(env) {
		here = rungTerminal
	}
	switch {
	case env("TMUX") != "":
		return []rung{rungTmux, here, rungPage}
	case env("STY") != "" && here == rungSystem:
		return []rung{rungScreen, rungSystem, rungPage}
	case env("STY") != "":
		return []rung{rungScreen, rungPage}
	case strings.HasPrefix(env("TERM"), "screen"): // GNU screen on the user's own computer, or behind sudo
		return []rung{here, rungScreen, rungPage}
	}
	return []rung{here, rungPage}
}

func overSSH(env func(string) string) bool { return env("SSH_CONNECTION")+env("SSH_TTY") != "" }

func (c *copier) rung() rung { return c.rungs[c.at] }

// worked remembers that the present rung arrives; failed goes to the next.
func (c *copier) worked() { c.works = true }

func (c *copier) failed() bool {
	c.works = false
	if c.at+1 >= len(c.rungs) {
		return false
	}
	c.at++
	return true
}

// parts cuts text for the rung, at line ends where it can: OSC 52 may pass a
// line that carries no more than partSize bytes.
func (c *copier) parts(text string) []string {
	if c.rung() != rungTerminal && c.rung() != rungScreen {
		return []string{text}
	}
	return cut(text, partSize)
}

func cut(text string, size int) []string {
	var parts []string
	for len(text) > size {
		n := strings.LastIndexByte(text[:size], '\n') + 1
		if n <= 0 {
			n = size
			for n > 1 && text[n]&0xc0 == 0x80 { // not inside a character
				n--
			}
		}
		parts = append(parts, text[:n])
		text = text[n:]
	}
	return append(parts, text)
}

// send copies text by the present rung; a sentMsg follows.
func (c *copier) send(text string) tea.Cmd {
	r, run, system := c.rung(), c.run, c.system
	done := func() tea.Msg { return sentMsg{rung: r} }
	switch r {
	case rungTmux:
		return func() tea.Msg {
			ctx, stop := context.WithTimeout(context.Background(), toolTime)
			defer stop()
			return sentMsg{r, run(ctx, text, "tmux", "load-buffer", "-w", "-")}
		}
	case rungScreen:
		return tea.Sequence(tea.Raw(pieces(text)), done)
	case rungTerminal:
		return tea.Sequence(tea.SetClipboard(text), done)
	case rungSystem:
		return tea.Sequence(tea.SetClipboard(text), func() tea.Msg { return sentMsg{r, limited(system, text)} })
	case rungPage:
	}
	return done
}

// pieces is OSC 52 as GNU screen lets it through: in short DCS strings.
func pieces(text string) string {
	var b strings.Builder
	for osc := ansi.SetSystemClipboard(text); len(osc) > 0; {
		n := min(pieceSize, len(osc))
		b.WriteString("\x1bP" + osc[:n] + "\x1b\\")
		osc = osc[n:]
	}
	return b.String()
}

// sentWords says what a rung did, and never more than it can know.
func (d *desk) sentWords(r rung, what string, err error) string {
	key := "sent"
	switch {
	case r == rungSystem && err == nil:
		key = "copied"
	case r == rungSystem:
		key = "no-tool"
	case r == rungTmux && err == nil:
		key = "copied-tmux"
	case r == rungTmux:
		key = "no-tmux"
	}
	return d.t("screens.copy."+key, "what", what)
}

// remember keeps a file's path for the lines that stay on the normal screen.
func (c *copier) remember(path string) {
	if !slices.Contains(c.files, path) {
		c.files = append(c.files, path)
	}
}
