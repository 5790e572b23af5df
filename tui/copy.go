package tui

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/atotto/clipboard"
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
	system func(string) error
	rungs  []rung
	at     int      // the rung to use next
	works  bool     // the user said that this one arrives
	files  []string // what was written in this session
}

func newCopier(env func(string) string) *copier {
	return &copier{env: env, rungs: ladder(env), run: runTool, system: clipboard.WriteAll}
}

// ladder is the order of rungs for a terminal, by what its variables say.
func ladder(env func(string) string) []rung {
	switch {
	case env("TMUX") != "":
		return []rung{rungTmux, rungTerminal, rungPage}
	case env("STY") != "":
		return []rung{rungScreen, rungPage}
	case env("SSH_CONNECTION")+env("SSH_TTY") != "":
		return []rung{rungTerminal, rungPage}
	}
	return []rung{rungSystem, rungPage}
}

func runTool(ctx context.Context, stdin, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdin = strings.NewReader(stdin)
	return c.Run()
}

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

var errSlow = errors.New("the clipboard tool does not answer")

// limited gives the desktop's tool its time; a stale X11 forward blocks for ever.
func limited(write func(string) error, text string) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil { // a panic here would leave the terminal raw
				done <- errSlow
			}
		}()
		done <- write(text)
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(toolTime):
		return errSlow
	}
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

// fetchLine is the command that brings a file to the user's own computer; empty
// when the terminal is not at the other end of an SSH line.
func fetchLine(env func(string) string, path string) string {
	conn := strings.Fields(env("SSH_CONNECTION"))
	if len(conn) < 4 {
		return ""
	}
	user, host, port := firstOf(env("USER"), env("LOGNAME"), "root"), conn[2], conn[3]
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	line := "scp "
	if port != "22" {
		line += "-P " + port + " "
	}
	return line + "'" + user + "@" + host + ":" + strings.ReplaceAll(path, "'", `'\''`) + "' ."
}

// remember keeps a file's path for the lines that stay on the normal screen.
func (c *copier) remember(path string) {
	if !slices.Contains(c.files, path) {
		c.files = append(c.files, path)
	}
}
