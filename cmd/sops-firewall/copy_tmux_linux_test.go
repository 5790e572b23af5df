package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// tmux is the command line of the wizard inside a tmux server of its own, and
// what its newest buffer is read by.
func (l *copyLab) tmux(conf string) (argv []string, buffer func() string) {
	l.T.Helper()
	dir, err := os.MkdirTemp("", "tmux") // short enough for a socket
	if err != nil {
		l.T.Fatal(err)
	}
	own := []string{"env", "TMUX_TMPDIR=" + dir, l.lookUp("tmux"), "-L", "copy", "-f", l.File("tmux.conf", conf)}
	l.T.Cleanup(func() { _ = os.RemoveAll(dir) })
	return slices.Concat(own, []string{"new-session"}, l.command()), l.reads(nil, slices.Concat(own, []string{"show-buffer"})...)
}

// TestCopyInTmux: whatever set-clipboard says, tmux has the text in its buffer
// and hands it to the outer terminal, here and over SSH.
func TestCopyInTmux(t *testing.T) {
	tests := map[string]struct {
		conf string
		env  []string
	}{
		"external":      {"set -g set-clipboard external\n", nil},
		"on":            {"set -g set-clipboard on\n", nil},
		"off":           {"set -g set-clipboard off\n", nil},
		"ssh, external": {"set -g set-clipboard external\n", overSSH},
		"as it comes":   {"", overSSH},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newCopyLab(t, nil, "tmux")
			argv, buffer := l.tmux(tt.conf)
			m := l.openedBy(80, 24, argv, tt.env...)
			l.copyAllSorts(m, "[copied]", until(buffer), theTerminal)
			m.see("to tmux, which hands it to your terminal if that takes it.")
			m.leave()
		})
	}
}

// TestCopyInTmuxWithoutClipboard: a terminal that tmux knows to have no
// clipboard gets nothing; the user says so, and a page is next.
func TestCopyInTmuxWithoutClipboard(t *testing.T) {
	l := newCopyLab(t, nil, "tmux")
	argv, buffer := l.tmux("")
	m := l.openedBy(80, 24, argv, append(overSSH, "TERM=vt100")...)
	m.key("2")
	m.see("[2 Enter]", "Port Sharing")
	m.key("C")
	m.see(`[copied] all of "Enter" to tmux, which hands it to your terminal if that takes it.`, "did it arrive?")
	until(buffer)(m, l.parts["server apply"])
	if osc52.Match(m.line()) {
		t.Error("the terminal was sent something: the test proves nothing")
	}
	m.key("n")
	m.see(`[sent] all of "Enter" to your terminal.`, "did it arrive?")
	m.key("n")
	m.see("Then press Enter here.")
	m.key(enter)
	m.see("7/7", "FRITZ!Box")
	m.leave()
}

// TestCopyWithoutItsTmux: the tmux that the variables name is gone, does not
// move, or is not to be found: the terminal is next, by itself.
func TestCopyWithoutItsTmux(t *testing.T) {
	for name, tools := range map[string][]string{"gone": {"tmux"}, "stopped": {"tmux"}, "not there": nil} {
		t.Run(name, func(t *testing.T) {
			l := newCopyLab(t, []string{"tmux"}, tools...)
			socket, pid := filepath.Join(l.Dir, "none"), 0
			if name == "stopped" {
				socket, pid = l.otherTmux()
			}
			m := l.opened(80, 24, append(overSSH, "TMUX="+socket+",1,0")...)
			if pid != 0 {
				l.stop(pid)
			}
			m.key("2")
			m.see("[2 Enter]", "Port Sharing")
			m.key("C")
			m.see(`[sent] all of "Enter" to your terminal.`, "did it arrive?")
			theTerminal(m, l.parts["server apply"])
			if strings.Contains(m.screen(), "[copied]") {
				t.Errorf("it claims too much:\n%s", m.screen())
			}
			m.leave()
		})
	}
}

// otherTmux is a tmux server in which the wizard does not run.
func (l *copyLab) otherTmux() (socket string, pid int) {
	l.T.Helper()
	argv, _ := l.tmux("")
	argv = argv[:slices.Index(argv, "new-session")]
	run := func(args ...string) string {
		c := l.Command(l.ns, "env", append(argv[1:len(argv):len(argv)], args...)...)
		out, err := c.CombinedOutput()
		if err != nil {
			l.T.Fatalf("tmux: %v\n%s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	run("new-session", "-d", "cat")
	pid, err := strconv.Atoi(run("display-message", "-p", "#{pid}"))
	if err != nil {
		l.T.Fatal(err)
	}
	return run("display-message", "-p", "#{socket_path}"), pid
}

// stop halts a process; the test's end ends it.
func (l *copyLab) stop(pid int) {
	l.T.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		l.T.Fatal(err)
	}
}
