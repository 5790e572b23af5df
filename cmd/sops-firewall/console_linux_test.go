package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// console runs a program in a pseudo-terminal and sees what a person sees.
type console struct {
	t          testing.TB
	cmd        *exec.Cmd
	pty        *os.File
	em         *vt.SafeEmulator
	cols, rows int
	mu         sync.Mutex    // of em and raw
	raw        []byte        // all that came over the line
	inexact    bool          // the emulator does not follow all that stands between: see asks for the picture anew
	changed    chan struct{} // something came
	ended      chan error
	closes     atomic.Bool // the terminal closes after the next output
}

// startConsole starts cmd with a terminal of that size.
func startConsole(t testing.TB, cmd *exec.Cmd, cols, rows int) *console {
	t.Helper()
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	m := &console{
		t: t, cmd: cmd, pty: f, em: vt.NewSafeEmulator(cols, rows), cols: cols, rows: rows,
		changed: make(chan struct{}, 1), ended: make(chan error, 1),
	}
	m.em.RegisterCsiHandler('P', m.deletes)
	go func() { // the terminal's own answers to queries
		_, _ = io.Copy(f, m.em)
	}()
	go func() {
		buf := make([]byte, 32<<10)
		for {
			n, err := f.Read(buf)
			if n > 0 {
				m.mu.Lock()
				m.raw = append(m.raw, buf[:n]...)
				_, _ = m.em.Write(buf[:n])
				m.mu.Unlock()
				select {
				case m.changed <- struct{}{}:
				default:
				}
			}
			if m.closes.Load() { // here: a close elsewhere would wait for the read
				err = f.Close()
			}
			if err != nil || m.closes.Load() {
				m.ended <- cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = f.Close()
	})
	return m
}

// deletes is Delete Character as terminals do it; the emulator's own does nothing
// in lines outside the scroll region, where tmux and screen use it too.
func (m *console) deletes(params ansi.Params) bool {
	n, _, _ := params.Param(0, 1)
	at := m.em.Emulator.CursorPosition() // without a lock: Write holds it
	for x := at.X; x < m.cols; x++ {
		c := uv.EmptyCell
		if next := m.em.Emulator.CellAt(x+max(n, 1), at.Y); next != nil {
			c = *next
		}
		m.em.Emulator.SetCell(x, at.Y, &c)
	}
	return true
}

// screen is the text shown, a line per row, without trailing blanks.
func (m *console) screen() string {
	m.mu.Lock() // CellAt points into the emulator's own buffer
	defer m.mu.Unlock()
	var b strings.Builder
	for y := range m.rows {
		var line strings.Builder
		for x := range m.cols {
			c := m.em.CellAt(x, y)
			switch {
			case c == nil || c.Content == "" && c.Width != 0:
				line.WriteByte(' ')
			default:
				line.WriteString(c.Content)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// prose is a screen as one reads it: wrapped lines are one, also in the pane
// that stands right of a table.
func prose(screen string) string {
	var words []string
	for line := range strings.Lines(screen) {
		if _, pane, ok := strings.Cut(line, "| "); ok {
			line = pane
		}
		words = append(words, strings.Fields(line)...)
	}
	return strings.Join(words, " ")
}

// see waits until every wanted text is on the screen, perhaps wrapped.
func (m *console) see(want ...string) {
	m.t.Helper()
	limit := time.After(30 * time.Second)
	anew := time.NewTicker(2 * time.Second)
	defer anew.Stop()
	for {
		s := m.screen()
		missing := ""
		for _, w := range want {
			if !strings.Contains(s, w) && !strings.Contains(prose(s), w) {
				missing = w
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-m.changed:
		case err := <-m.ended:
			m.ended <- err
			m.t.Fatalf("the program ended (%v) before %q was seen:\n%s", err, missing, s)
		case <-anew.C:
			if m.inexact {
				m.key("\x0c")
			}
		case <-limit:
			m.t.Fatalf("%q was not seen:\n%s", missing, s)
		}
	}
}

// line is all that came over the line so far.
func (m *console) line() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.raw)
}

// closeTerminal takes the terminal away, as when its window is closed.
func (m *console) closeTerminal() {
	m.t.Helper()
	m.closes.Store(true)
	m.key("\x0c") // draws the screen anew
}

// key types.
func (m *console) key(s string) {
	m.t.Helper()
	if _, err := io.WriteString(m.pty, s); err != nil {
		m.t.Fatal(err)
	}
}

// end waits for the program's end and returns its exit code.
func (m *console) end() int {
	m.t.Helper()
	select {
	case err := <-m.ended:
		m.ended <- err
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			m.t.Fatal(err)
		}
		return m.cmd.ProcessState.ExitCode()
	case <-time.After(15 * time.Second):
		m.t.Fatalf("the program did not end:\n%s", m.screen())
		return -1
	}
}
