package main

import (
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// listener hears a line-by-line session and types into it, over a pipe or a
// pseudo-terminal.
type listener struct {
	t     testing.TB
	cmd   *exec.Cmd
	in    io.WriteCloser
	mu    sync.Mutex
	all   strings.Builder // said so far
	read  int             // how much of it was heard
	came  chan struct{}
	ended chan error
}

// listens starts c with its input and output on a pipe, or on a terminal.
func listens(t testing.TB, c *exec.Cmd, terminal bool) *listener {
	t.Helper()
	k := &listener{t: t, cmd: c, came: make(chan struct{}, 1), ended: make(chan error, 1)}
	var out io.Reader
	if terminal {
		f, err := pty.StartWithSize(c, &pty.Winsize{Cols: 80, Rows: 24})
		if err != nil {
			t.Fatal(err)
		}
		k.in, out = f, f
	} else {
		var err error
		if k.in, err = c.StdinPipe(); err != nil {
			t.Fatal(err)
		}
		r, w := io.Pipe()
		c.Stdout, c.Stderr, out = w, w, r
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 32<<10)
		for {
			n, err := out.Read(buf)
			k.mu.Lock()
			k.all.Write(buf[:n])
			k.mu.Unlock()
			select {
			case k.came <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		err := c.Wait()
		if w, ok := c.Stdout.(*io.PipeWriter); ok {
			_ = w.Close()
		}
		<-read
		k.ended <- err
	}()
	t.Cleanup(func() { _ = c.Process.Kill() })
	return k
}

// hears waits for a prompt after all of what is wanted, and returns what was said
// since the last one.
func (k *listener) hears(want ...string) string {
	k.t.Helper()
	return k.until(": ", want)
}

// hearsOf is hears without a prompt.
func (k *listener) hearsOf(want ...string) string {
	k.t.Helper()
	return k.until("", want)
}

func (k *listener) until(end string, want []string) string {
	k.t.Helper()
	limit := time.After(15 * time.Second)
	for {
		k.mu.Lock()
		said := k.all.String()[k.read:]
		k.mu.Unlock()
		said = strings.ReplaceAll(said, "\r\n", "\n")
		missing := ""
		for _, w := range want {
			if !strings.Contains(said, w) {
				missing = w
			}
		}
		if missing == "" && strings.HasSuffix(said, end) {
			k.mu.Lock()
			k.read = k.all.Len()
			k.mu.Unlock()
			return said
		}
		select {
		case <-k.came:
		case err := <-k.ended:
			k.ended <- err
			k.t.Fatalf("the program ended (%v) before %q was said:\n%s", err, missing, said)
		case <-limit:
			k.t.Fatalf("%q was not said, or no prompt came:\n%s", missing, said)
		}
	}
}

// says types a line.
func (k *listener) says(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

// talks hears and says in turn: what is to be heard, then what is typed.
func (k *listener) talks(turns ...string) {
	k.t.Helper()
	for i := 0; i+1 < len(turns); i += 2 {
		k.hears(turns[i])
		k.says(turns[i+1])
	}
}

// end waits for the end and returns all that was said, and the exit code.
func (k *listener) end() (string, int) {
	k.t.Helper()
	select {
	case err := <-k.ended:
		k.ended <- err
	case <-time.After(30 * time.Second):
		k.t.Fatalf("it does not end:\n%s", k.all.String())
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.ReplaceAll(k.all.String(), "\r\n", "\n"), k.cmd.ProcessState.ExitCode()
}
