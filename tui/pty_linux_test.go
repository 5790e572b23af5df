package tui

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// pane is a terminal as a person sees it.
type pane struct {
	t    *testing.T
	pty  *os.File
	mu   sync.Mutex // CellAt gives a pointer into what Write changes
	em   *vt.SafeEmulator
	raw  atomic.Int64
	osc  chan string // clipboard texts in base64
	end  chan Outcome
	err  error
	stop context.CancelFunc
}

func openWindow(t *testing.T, d *desk) *pane {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal: " + err.Error())
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	w := &pane{t: t, pty: master, em: vt.NewSafeEmulator(80, 24), osc: make(chan string, 8), end: make(chan Outcome, 1), stop: stop}
	go func() { _, _ = io.Copy(master, w.em) }()
	go func() {
		buf := make([]byte, 16<<10)
		for {
			n, err := master.Read(buf)
			if n > 0 {
				w.raw.Add(int64(n))
				if i := bytes.Index(buf[:n], []byte("\x1b]52;c;")); i >= 0 {
					w.osc <- string(buf[i+7 : n])
				}
				w.mu.Lock()
				_, _ = w.em.Write(buf[:n])
				w.mu.Unlock()
			}
			if err != nil {
				return
			}
		}
	}()
	ask := func(_ context.Context, jobs []check.Job) <-chan check.Result {
		ch := make(chan check.Result, len(jobs))
		for _, j := range jobs {
			ch <- fakeResult(j)
		}
		close(ch)
		return ch
	}
	go func() {
		o, err := run(ctx, d, ask, slave, slave)
		w.err = err
		w.end <- o
		close(done)
	}()
	t.Cleanup(func() { // only now: a terminal is not closed under a program
		stop()
		<-done
		_ = master.Close()
		runtime.KeepAlive(slave)
	})
	return w
}

func (w *pane) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for y := range 24 {
		for x := range 80 {
			if c := w.em.CellAt(x, y); c != nil && c.Content != "" {
				b.WriteString(c.Content)
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// sees waits until the window shows text.
func (w *pane) sees(text string) {
	w.t.Helper()
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	late := time.After(10 * time.Second)
	for !strings.Contains(w.text(), text) {
		select {
		case <-beat.C:
		case <-late:
			w.t.Fatalf("%q never came; the window shows\n%s", text, w.text())
		}
	}
}

func (w *pane) types(s string) {
	w.t.Helper()
	if _, err := io.WriteString(w.pty, s); err != nil {
		w.t.Fatal(err)
	}
}

var remote = map[string]string{"TERM": "xterm-256color", "SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22", "SSH_TTY": "/dev/pts/9", "USER": "pi"}

// TestTerminal goes from the first key to the copied guide in a real terminal.
func TestTerminal(t *testing.T) {
	d, s, _, f := fakeDesk(remote)
	w := openWindow(t, d)
	w.sees("SOPS services")
	w.types("2\r")
	w.sees("Where is the server?")
	w.types("A\r")
	w.sees("Where do the bookings")
	w.types("\r")
	w.sees("Hub network")
	w.types("\r\r0/24\r\r")
	w.sees("Which router")
	w.types("/mikro\r")
	w.sees("Checks   table 1 of 4")
	w.types("\t\x1b[B")
	w.sees("Means: outgoing TCP 8433")
	w.types("n")
	w.sees("1 Prepare")
	w.types("2C")
	w.sees("did it arrive?")
	select {
	case osc := <-w.osc:
		if !strings.HasPrefix(osc, "SW50ZXJuZXQg") { // "Internet "
			t.Errorf("the clipboard got %q", osc)
		}
	case <-time.After(5 * time.Second):
		t.Error("nothing was sent to the clipboard")
	}
	w.types("n") // it did not: the plain page, on the normal screen
	w.sees("Then press Enter here.")
	w.types("\r")
	w.sees("1 Prepare")
	w.types("n")
	w.sees("Save the report")
	w.types("1\r")
	w.sees("Report: /home/user")
	w.types("3\r")
	select {
	case o := <-w.end:
		if w.err != nil || o.Left || o.Exit != 3 || len(o.Lines) != 3 {
			t.Errorf("the end is %+v, %v", o, w.err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it does not end")
	}
	if s.answers["brand:site"].Choice != "mikrotik" {
		t.Errorf("the answers are %v", s.answers)
	}
	if f.got["guide-site-fritzbox.md"] == "" || f.got["report-acme-office.md"] == "" {
		t.Errorf("files: %v", f.got)
	}
}

// TestIdleIsSilent: nothing goes over the line while nothing changes.
func TestIdleIsSilent(t *testing.T) {
	d, s, _, _ := fakeDesk(remote)
	s.Goto("tables")
	w := openWindow(t, d)
	w.sees("table 1 of 4")
	w.types("\t")
	w.sees("[FAIL]")
	quiet := func(d time.Duration) int64 {
		before := w.raw.Load()
		<-time.After(d)
		return w.raw.Load() - before
	}
	for i := 0; quiet(100*time.Millisecond) > 0; i++ {
		if i == 50 {
			t.Fatal("it never comes to rest")
		}
	}
	if n := quiet(700 * time.Millisecond); n != 0 {
		t.Errorf("%d bytes while idle, want none", n)
	}
	before := w.raw.Load()
	w.types("\x1b[B")
	w.sees("row 1.1, TCP 8433")
	quiet(100 * time.Millisecond)
	if n := w.raw.Load() - before; n > 600 {
		t.Errorf("a key press cost %d bytes", n)
	} else {
		t.Logf("a key press that changes the pane: %d bytes", n)
	}
}

// TestToldToEnd: a signal restores the terminal and ends in order.
func TestToldToEnd(t *testing.T) {
	d, _, _, _ := fakeDesk(remote)
	w := openWindow(t, d)
	w.sees("SOPS services")
	w.stop()
	select {
	case o := <-w.end:
		if w.err != nil || !o.Left || o.Exit != 130 {
			t.Errorf("the end is %+v, %v", o, w.err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it does not end")
	}
}

// TestKeepsResults: the table and the row of the last start are shown, results
// are kept as they come and at the end, and others are noticed.
func TestKeepsResults(t *testing.T) {
	d, s, b, _ := fakeDesk(remote)
	s.keeps = make(chan wizard.Kept, 8)
	key := b.views[1].Rows[1].Flows[0].Flow.Key
	s.kept = wizard.Kept{Report: wizard.Report{From: "server"}, Place: wizard.Spot{Table: b.views[1].Table.ID, Flow: key}}
	s.Goto("tables")
	w := openWindow(t, d)
	w.sees("table 2 of 4")
	w.sees("row 1.2, TCP 22")
	if b.recalled.From != "server" {
		t.Error("the board got no earlier results")
	}
	got := func() wizard.Kept {
		select {
		case k := <-s.keeps:
			return k
		case <-time.After(10 * time.Second):
			t.Fatal("nothing is kept")
			return wizard.Kept{}
		}
	}
	if k := got(); k.Place.Flow != key {
		t.Errorf("kept %+v", k.Place)
	}
	w.types("\x1b[B")
	w.sees("row 1.2, TCP 443")
	w.stop()
	if k := got(); k.Place.Flow == key {
		t.Errorf("at the end the row before is kept: %+v", k.Place)
	}
}
