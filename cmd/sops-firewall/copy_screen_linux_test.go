package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// gnuScreen is the command line of argv inside a GNU screen of its own, and the
// picture that it holds to be on the terminal.
func (l *copyLab) gnuScreen(argv ...string) (started []string, picture func() string) {
	l.T.Helper()
	dir, err := os.MkdirTemp("", "screen") // short enough for a socket
	if err != nil {
		l.T.Fatal(err)
	}
	own := []string{"env", "SCREENDIR=" + dir, l.lookUp("screen"), "-S", "copy", "-c", l.File("screenrc", "startup_message off\nvbell off\n")}
	l.T.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(l.Dir, "hardcopy")
	return slices.Concat(own, argv), func() string {
		if err := l.Command(l.ns, "env", append(own[1:len(own):len(own)], "-X", "hardcopy", file)...).Run(); err != nil {
			return ""
		}
		data, _ := os.ReadFile(file) // screen writes it some time later
		return prose(string(data))
	}
}

// TestCopyInScreen: GNU screen lets the text through to the outer terminal, and
// nothing of it is junk on the picture.
func TestCopyInScreen(t *testing.T) {
	for name, env := range map[string][]string{"here": nil, "ssh": overSSH} {
		t.Run(name, func(t *testing.T) {
			l := newCopyLab(t, []string{"screen"})
			argv, _ := l.gnuScreen(l.command()...)
			m := l.openedBy(80, 24, argv, env...)
			m.inexact = true
			l.copyAllSorts(m, "[sent]", theTerminal)
			m.leave()
		})
	}
	t.Run("three parts", func(t *testing.T) {
		l := newCopyLab(t, []string{"screen"})
		l.writeSite("juniper-srx")
		argv, picture := l.gnuScreen(l.command()...)
		m := l.openedBy(80, 24, argv, overSSH...)
		m.key(tab)
		m.see("Juniper")
		m.key("2")
		m.see("[2 Enter]")
		m.key("C")
		got := ""
		for _, part := range []string{"part 1 of 3", "part 2 of 3", "part 3 of 3"} {
			until(func() string { // the emulator does not follow all that screen does
				if strings.Contains(picture(), `[sent] all of "Enter", `+part+", to your terminal. Paste it there: did it arrive?") {
					return part
				}
				return ""
			})(m, part)
			got += m.copied()
			m.key("y")
		}
		if want := l.parts["hubs apply"]; got != want {
			t.Errorf("%d bytes arrived, want %d", len(got), len(want))
		}
		m.leave()
	})
}

// TestCopyThroughTheirScreen: screen runs on the user's own computer and the
// wizard over SSH in it, where no variable but TERM tells of it.
func TestCopyThroughTheirScreen(t *testing.T) {
	l := newCopyLab(t, []string{"screen"})
	far := append([]string{l.lookUp("env"), "-u", "STY"}, overSSH...)
	argv, _ := l.gnuScreen(append(far, l.command()...)...)
	m := l.openedBy(80, 24, argv)
	m.key("2")
	m.see("[2 Enter]", "Port Sharing")
	m.key("C")
	m.see(`[sent] all of "Enter" to your terminal.`, "did it arrive?")
	if osc52.Match(m.line()) {
		t.Error("screen let it through as it was: the test proves nothing")
	}
	m.key("n")
	theTerminal(m, l.parts["server apply"])
	m.see(`[sent] all of "Enter" to your terminal.`, "did it arrive?")
	m.key("y")
	m.see("This way is used from now on.")
	m.leave()
}
