package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// copyLab is one computer without a network on which the wizard opens at the
// instructions for a FRITZ!Box, which are steps with umlauts and values, and for
// a MikroTik, which are commands.
type copyLab struct {
	*netlab.Net
	ns, bin, site string
	path          string            // the programs that the wizard finds
	parts         map[string]string // what guide prints: "server apply", "hubs apply"
}

// newCopyLab needs the tools, and lets the wizard find only those of found.
func newCopyLab(t testing.TB, tools []string, found ...string) *copyLab {
	t.Helper()
	l := &copyLab{Net: netlab.New(t, slices.Concat(tools, found)...), parts: map[string]string{}}
	l.ns = l.Space("desk")
	l.bin = filepath.Join(l.Dir, "sops-firewall")
	l.Must("go", "build", "-o", l.bin, ".")
	l.path = filepath.Join(l.Dir, "bin")
	l.File("bin/empty", "")
	for _, name := range append(found, "cat") { // wl-copy reads by cat
		if err := os.Symlink(l.lookUp(name), filepath.Join(l.path, name)); err != nil {
			t.Fatal(err)
		}
	}
	l.writeSite("mikrotik, inputs: {}")
	return l
}

// writeSite sets the hubs' router and learns what its guides print.
func (l *copyLab) writeSite(router string) {
	l.T.Helper()
	var hubs []string
	for _, n := range strings.Fields("0 2 4 6 8 20 22 24 26 28 30 32 34 36 38 40") {
		hubs = append(hubs, "10.20."+n+".0/24")
	}
	l.site = l.File("site.yaml", `version: 1
step: guides
case: internet
from: server
sources: [google, microsoft365]
server: {domain: sops.example.com, lan_ip: 192.168.50.10, public_ip: 203.0.113.5}
hubs: {subnets: [`+strings.Join(hubs, ", ")+`]}
outbound: closed
firewalls:
  - {side: server, router: fritzbox}
  - {side: hubs, router: `+router+`}
`)
	for _, what := range []string{"server apply", "hubs apply"} {
		side, part, _ := strings.Cut(what, " ")
		c := l.Command(l.ns, l.bin, "guide", "--site", l.site, "--side", side, "--part", part)
		c.Env = l.env()
		out, err := c.Output()
		if err != nil || len(out) == 0 {
			l.T.Fatalf("guide --part %s: %v", part, err)
		}
		l.parts[what] = string(out)
	}
}

// env is the environment of a user; more tells of the terminal and the display.
func (l *copyLab) env(more ...string) []string {
	env := slices.DeleteFunc(withoutTerminals(os.Environ()), func(e string) bool {
		k, _, _ := strings.Cut(e, "=")
		return k == "PATH" || k == "XAUTHORITY" || k == "XDG_RUNTIME_DIR" || strings.HasPrefix(k, "TMUX")
	})
	return append(env, append([]string{
		"PATH=" + l.path, "LC_ALL=C.UTF-8", "HOME=" + l.Dir, "XDG_STATE_HOME=" + filepath.Join(l.Dir, "state"), "TERM=xterm-256color",
	}, more...)...)
}

// overSSH are the variables of a line from elsewhere.
var overSSH = []string{"SSH_CONNECTION=203.0.113.66 50000 192.168.50.10 22", "SSH_TTY=/dev/pts/0"}

// command is what starts the wizard.
func (l *copyLab) command() []string { return []string{l.bin, "--no-look", "--site", l.site} }

// opened is the wizard in a terminal of its own, at the instructions for the
// commands, all rows.
func (l *copyLab) opened(cols, rows int, env ...string) *console {
	l.T.Helper()
	return l.openedBy(cols, rows, l.command(), env...)
}

// openedBy is opened with the wizard inside another program.
func (l *copyLab) openedBy(cols, rows int, argv []string, env ...string) *console {
	l.T.Helper()
	c := l.Command(l.ns, l.lookUp(argv[0]), argv[1:]...)
	c.Env = l.env(env...)
	m := startConsole(l.T, c, cols, rows)
	m.see("7/7", "FRITZ!Box", "Prepare")
	m.key("a")
	m.see("all rows")
	return m
}

// lookUp finds a program where the test does, not where the wizard would.
func (l *copyLab) lookUp(name string) string {
	l.T.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		l.T.Fatal(err)
	}
	return path
}

// clipboard is what a copy may be read back from; it waits until that is want.
type clipboard func(m *console, want string)

// until waits for a clipboard that another program fills.
func until(read func() string) clipboard {
	return func(m *console, want string) {
		m.t.Helper()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		limit := time.After(15 * time.Second)
		for got := read(); got != want; got = read() {
			select {
			case <-limit:
				m.t.Fatalf("the clipboard holds %d bytes, want %d: %q", len(got), len(want), got[:min(len(got), 200)])
			case <-tick.C:
			}
		}
	}
}

// theTerminal reads what was sent to the outer terminal's clipboard last.
func theTerminal(m *console, want string) {
	m.t.Helper()
	until(func() string {
		if !osc52.Match(m.line()) {
			return ""
		}
		return m.copied()
	})(m, want)
}

// copyAllSorts copies everything, a step, a value, a block and one command;
// mark is what the wizard is to say of each.
func (l *copyLab) copyAllSorts(m *console, mark string, clips ...clipboard) {
	l.T.Helper()
	holds := func(want string) {
		l.T.Helper()
		for _, c := range clips {
			c(m, want)
		}
	}
	steps := l.parts["server apply"]
	m.key("2")
	m.see("[2 Enter]", "Port Sharing")
	m.key("C")
	m.see(mark+` all of "Enter" to`, "did it arrive?")
	holds(steps)
	m.key("y")
	m.see("This way is used from now on.")
	m.key("\x1b[B\x1b[B\x1b[B\x1b[Bc") // each step of one or two lines, and an empty one
	m.see(mark + " step 2 to")
	lines := strings.SplitAfter(steps, "\n")
	holds(lines[1])
	m.key("\x1b[B\x1b[B\x1b[Bxc")
	m.see(mark + " 192.168.50.10 to")
	holds("192.168.50.10")
	m.key(tab)
	m.see("MikroTik", "[1 Prepare]")
	m.key("2")
	m.see("[2 Enter]", "SOPS hub network")
	m.key("c")
	m.see(mark + " the commands to")
	commands := l.parts["hubs apply"]
	holds(commands)
	m.key("\x1b[Bxc") // the second line: the first is a brace
	m.see(mark + " line 2 to")
	holds(strings.SplitAfter(commands, "\n")[1])
	m.key("xc")
	m.see(mark + " line 3 to")
	holds(strings.SplitAfter(commands, "\n")[2])
	if text := m.screen(); strings.Contains(text, "52;c;") || strings.Contains(text, "TUlQ") {
		l.T.Errorf("the sequence itself is on the screen:\n%s", text)
	}
}

// leave ends the wizard; the console is its own.
func (m *console) leave() {
	m.t.Helper()
	m.key("\x03\x03")
	m.end()
}
