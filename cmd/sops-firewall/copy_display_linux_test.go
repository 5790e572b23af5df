package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// awaitFile waits until a daemon has written a line into a file, or made it.
func (l *copyLab) awaitFile(pattern string, line bool) string {
	l.T.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for {
		if all, _ := filepath.Glob(pattern); len(all) > 0 {
			data, err := os.ReadFile(all[0])
			if !line {
				return all[0]
			}
			if err == nil && strings.HasSuffix(string(data), "\n") {
				return strings.TrimSpace(string(data))
			}
		}
		select {
		case <-limit:
			l.T.Fatalf("there is no %s", pattern)
		case <-tick.C:
		}
	}
}

// xvfb is an X server without a screen; it returns its DISPLAY.
func (l *copyLab) xvfb() string {
	l.T.Helper()
	number := filepath.Join(l.Dir, "display")
	l.Daemon(l.ns, "sh", "-c", "exec Xvfb -displayfd 3 -screen 0 640x480x8 -nolisten tcp -noreset 3>"+number)
	return "DISPLAY=:" + l.awaitFile(number, true)
}

// sway is a Wayland compositor without a screen; it returns what its clients
// need to know. It does not run as root.
func (l *copyLab) sway() []string {
	l.T.Helper()
	dir, err := os.MkdirTemp("", "sway") // where another user comes to, and short enough for a socket
	if err != nil {
		l.T.Fatal(err)
	}
	l.T.Cleanup(func() { _ = os.RemoveAll(dir) })
	const nobody = 65534
	if err := os.Chown(dir, nobody, nobody); err != nil {
		l.T.Fatal(err)
	}
	l.Daemon(l.ns, "env", "XDG_RUNTIME_DIR="+dir, "HOME="+dir, "WLR_BACKENDS=headless", "WLR_RENDERER=pixman", "WLR_LIBINPUT_NO_DEVICES=1",
		"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sway", "-c", "/dev/null")
	return []string{"XDG_RUNTIME_DIR=" + dir, "WAYLAND_DISPLAY=" + filepath.Base(l.awaitFile(filepath.Join(dir, "wayland-[0-9]"), false))}
}

// reads is the clipboard as another program reads it.
func (l *copyLab) reads(env []string, argv ...string) func() string {
	l.T.Helper()
	name := l.lookUp(argv[0])
	return func() string {
		c := l.Command(l.ns, name, argv[1:]...)
		c.Env = append(os.Environ(), env...)
		out, _ := c.Output() // an empty clipboard is an error
		return string(out)
	}
}

// TestCopyOnADesktop: each tool alone, read back by another. What was copied
// stays when the wizard and its window are gone.
func TestCopyOnADesktop(t *testing.T) {
	tests := map[string]struct {
		tool, server string
		reads        []string
	}{
		"xclip":   {"xclip", "Xvfb", []string{"xsel", "--output", "--clipboard"}},
		"xsel":    {"xsel", "Xvfb", []string{"xclip", "-out", "-selection", "clipboard"}},
		"wl-copy": {"wl-copy", "sway", []string{"wl-paste", "--no-newline"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newCopyLab(t, []string{tt.server, tt.reads[0], "setpriv"}, tt.tool)
			var env []string
			if tt.server == "sway" {
				env = l.sway()
			} else {
				env = []string{l.xvfb()}
			}
			read := l.reads(env, tt.reads...)
			m := l.opened(80, 24, env...)
			l.copyAllSorts(m, "[copied]", until(read), theTerminal)
			m.see("to the clipboard of this computer.")
			if err := syscall.Kill(-m.cmd.Process.Pid, syscall.SIGHUP); err != nil { // as the window is closed
				t.Fatal(err)
			}
			m.end()
			until(read)(m, strings.SplitAfter(l.parts["hubs apply"], "\n")[2])
		})
	}
}

// TestCopyWithoutATool: what cannot work is not said to have, and the next tool
// or the terminal is used.
func TestCopyWithoutATool(t *testing.T) {
	const honest = "to your terminal; this computer has no clipboard tool that works."
	copies := func(l *copyLab, m *console, want string) {
		l.T.Helper()
		m.key("2")
		m.see("[2 Enter]", "Port Sharing")
		m.key("C")
		m.see(want, "did it arrive?")
		theTerminal(m, l.parts["server apply"])
		m.leave()
	}
	t.Run("none is installed", func(t *testing.T) {
		l := newCopyLab(t, nil)
		copies(l, l.opened(80, 24, "DISPLAY=:0", "WAYLAND_DISPLAY=wayland-0"), `[sent] all of "Enter" `+honest)
	})
	t.Run("no display", func(t *testing.T) {
		l := newCopyLab(t, nil, "xclip", "xsel", "wl-copy")
		copies(l, l.opened(80, 24), `[sent] all of "Enter" `+honest)
	})
	t.Run("dead displays", func(t *testing.T) {
		l := newCopyLab(t, nil, "xclip", "xsel", "wl-copy")
		copies(l, l.opened(80, 24, "DISPLAY=:4711", "WAYLAND_DISPLAY=wayland-7", "XDG_RUNTIME_DIR="+l.Dir), `[sent] all of "Enter" `+honest)
	})
	t.Run("the first tool is broken", func(t *testing.T) {
		l := newCopyLab(t, []string{"Xvfb", "xclip"}, "xsel")
		if err := os.Symlink("/bin/false", filepath.Join(l.path, "xclip")); err != nil {
			t.Fatal(err)
		}
		display := l.xvfb()
		m := l.opened(80, 24, display, "WAYLAND_DISPLAY=wayland-7")
		copies(l, m, `[copied] all of "Enter" to the clipboard of this computer.`)
		until(l.reads([]string{display}, "xclip", "-out", "-selection", "clipboard"))(m, l.parts["server apply"])
	})
	for _, tool := range []string{"xclip", "xsel"} {
		t.Run("a display that takes calls and never answers: "+tool, func(t *testing.T) {
			l := newCopyLab(t, nil, tool)
			l.Listen(l.ns, "127.0.0.1:6010") // as of an SSH line that is gone
			m := l.opened(80, 24, "DISPLAY=127.0.0.1:10.0")
			copies(l, m, `[sent] all of "Enter" `+honest)
			if left := l.running(tool); left != "" {
				t.Errorf("%s still waits: %s", tool, left)
			}
		})
	}
}

// running are the processes of that name in the namespace.
func (l *copyLab) running(name string) string {
	l.T.Helper()
	out, err := exec.CommandContext(l.T.Context(), "ip", "netns", "pids", l.ns).Output()
	if err != nil {
		l.T.Fatal(err)
	}
	var found []string
	for _, pid := range strings.Fields(string(out)) {
		if comm, err := os.ReadFile(filepath.Join("/proc", pid, "comm")); err == nil && strings.TrimSpace(string(comm)) == name {
			found = append(found, pid)
		}
	}
	return strings.Join(found, " ")
}
