package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// bench is a computer alone in a network, with a rule book of two rows that
// nobody answers, and a folder for answers.
type bench struct {
	*netlab.Net

	bin, ns, rules, home string
}

func newBench(t *testing.T, tools ...string) *bench {
	n := netlab.New(t, tools...)
	b := &bench{Net: n, bin: filepath.Join(n.Dir, "sops-firewall"), ns: n.Space("alone"), home: filepath.Join(n.Dir, "home")}
	n.Must("go", "build", "-o", b.bin, ".")
	n.IP(b.ns, "link add eth0 type veth peer name port0\nlink set port0 up\naddr add 192.168.50.10/24 dev eth0\nlink set eth0 up")
	n.File("rules/1.yaml", `id: server-out-ota
code: "1"
title: Of another day
origin: manual
source: https://example.com/manual
from: server
rows:
  - {id: one, code: "1.1", proto: tcp, hosts: [192.168.50.77], ports: {443: tcp, 8433: tcp}, destination: there, function: A port, importance: required}
`)
	b.rules = filepath.Join(n.Dir, "rules")
	return b
}

// start runs the wizard there, as over SSH; before are programs to run it by.
func (b *bench) start(t *testing.T, before ...string) *console {
	args := append(before, b.bin, "--rules", b.rules, "--no-look")
	c := b.Command(b.ns, args[0], args[1:]...)
	c.Env = append(withoutTerminals(os.Environ()), "TERM=xterm-256color", "HOME="+b.home, "XDG_STATE_HOME=", "USER=pi",
		"SSH_CONNECTION=192.0.2.7 50000 192.168.50.10 22", "SSH_TTY=/dev/pts/0")
	return startConsole(t, c, 80, 24)
}

// station is a question of the walk: what its screen shows, the answer, and the
// keys that go on when it is answered.
type station struct {
	sees []string
	do   func(m *console)
}

// onAgain goes on from a question that is answered.
func (s station) onAgain(m *console) {
	if s.sees[0] == "4/7 Addresses" {
		m.fields("Server in the LAN", "Public address", "Name of this site")
		return
	}
	m.key(enter)
}

func keys(list ...string) func(m *console) {
	return func(m *console) {
		for _, k := range list {
			m.key(k)
		}
	}
}

// stations are the questions of case A, in order.
var stations = []station{
	{[]string{"2/7 Where is the server?"}, keys("a", enter)},
	{[]string{"3/7", "Google Calendar"}, keys("1", " ", enter)},
	{[]string{"4/7 Addresses", "Server name"}, func(m *console) {
		m.key("sops.example.com" + enter)
		m.see("> Server in the LAN")
		m.fields("Public address", "Name of this site")
	}},
	{[]string{"Where are you now?"}, keys(enter)},
	{[]string{"5/7", "block the way out"}, keys("1", enter)},
	{[]string{"Which firewalls are in the way?"}, keys(enter)},
	{[]string{"/ filters"}, func(m *console) {
		m.key("/fritz")
		m.see("> FRITZ!Box")
		m.key(enter)
	}},
	{[]string{"Is there a provider box"}, keys(enter)},
	{[]string{"6/7 Checks", "192.168.50.77"}, keys("n")},
	{[]string{"7/7 FRITZ!Box"}, keys("n")},
	{[]string{"Save the report"}, nil},
}

// begin answers Start: with earlier answers, that it goes on.
func (b *bench) begin(m *console) {
	m.see("1/7", "1 ")
	m.key(enter)
}

// site is the site's file.
func (b *bench) site(t *testing.T) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(b.home, ".local/state/sops-firewall/sites/*/site.yaml"))
	if err != nil || len(list) != 1 {
		t.Fatalf("saved sites: %v, %v", list, err)
	}
	return list[0]
}

// termios is how the terminal treats what is typed. Fd would make Close wait.
func (m *console) termios() (now unix.Termios) {
	m.t.Helper()
	raw, err := m.pty.SyscallConn()
	if err != nil {
		m.t.Fatal(err)
	}
	var got *unix.Termios
	if err2 := raw.Control(func(fd uintptr) { got, err = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); err2 != nil || err != nil {
		m.t.Fatal(err2, err)
	}
	return *got
}

// cleanTerminal holds that the terminal is as it was before the program.
func (m *console) cleanTerminal(before unix.Termios) {
	m.t.Helper()
	if after := m.termios(); after != before {
		m.t.Errorf("the terminal is left as %+v; it was %+v", after, before)
	}
	if m.em.IsAltScreen() {
		m.t.Error("the alternate screen is still on")
	}
	raw := string(m.line())
	for _, mode := range []struct{ on, off string }{{"\x1b[?2004h", "\x1b[?2004l"}, {"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?25l", "\x1b[?25h"}} {
		if strings.LastIndex(raw, mode.on) > strings.LastIndex(raw, mode.off) {
			m.t.Errorf("%q is the last of its kind", mode.on)
		}
	}
}

// ends are the ways a session ends without being asked.
var ends = map[string]struct {
	do   func(m *console) error
	exit int // -1: not judged
}{
	"hang-up":         {func(m *console) error { return m.cmd.Process.Signal(syscall.SIGHUP) }, 129},
	"terminate":       {func(m *console) error { return m.cmd.Process.Signal(syscall.SIGTERM) }, 143},
	"closed terminal": {func(m *console) error { m.closeTerminal(); return nil }, 129},
	"kill -9":         {func(m *console) error { return m.cmd.Process.Kill() }, -1},
}

// TestDropped ends the wizard at every question, in every way, and goes on: at
// the same question, with all that was answered.
func TestDropped(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			for i := range stations {
				m := b.start(t)
				termios := m.termios()
				b.begin(m)
				if i > 0 { // the question that the last one was ended at
					m.see(stations[i-1].sees...)
					stations[i-1].do(m)
				}
				m.see(stations[i].sees...)
				if err := end.do(m); err != nil {
					t.Fatal(err)
				}
				code := m.end()
				if end.exit >= 0 {
					if code != end.exit {
						t.Errorf("at %v: exit code %d, want %d", stations[i].sees, code, end.exit)
					}
					if name != "closed terminal" {
						m.cleanTerminal(termios)
					}
				}
				if data, err := os.ReadFile(b.site(t)); err != nil || len(data) == 0 {
					t.Errorf("at %v: %q, %v", stations[i].sees, data, err)
				}
				if left, _ := filepath.Glob(filepath.Join(filepath.Dir(b.site(t)), ".new-*")); end.exit >= 0 && len(left) > 0 {
					t.Errorf("at %v: %v is left", stations[i].sees, left)
				}
			}
			m := b.start(t)
			b.begin(m)
			m.see(stations[len(stations)-1].sees...)
			m.key("s")
			m.see("sops.example.com", "Google Calendar", "FRITZ!Box")
			m.key("\x03\x03")
			m.end()
		})
	}
}

// TestDroppedAtTheTables: the next start shows the same table and row, and the
// results with their age until they come again.
func TestDroppedAtTheTables(t *testing.T) {
	b := newBench(t)
	m := b.start(t)
	b.begin(m)
	for _, s := range stations[:8] {
		m.see(s.sees...)
		s.do(m)
	}
	m.see("6/7 Checks", "2 FAIL")
	m.key("\x1b[B")
	m.see("row 1.1, TCP 8433")
	kept := filepath.Join(filepath.Dir(b.site(t)), "results.json")
	wait(t, func() bool {
		data, err := os.ReadFile(kept)
		return err == nil && strings.Contains(string(data), `"flow":"server-out-ota/one/tcp/192.168.50.77/8433"}`) && strings.Count(string(data), `"fail"`) > 1
	})
	if err := m.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	m.end()
	m = b.start(t)
	b.begin(m)
	m.see("row 1.1, TCP 8433", "FAIL now", "before this start")
	m.see("2 FAIL")
	if s := m.screen(); strings.Contains(s, "before this start") {
		t.Errorf("what was seen again is no longer old:\n%s", s)
	}
	m.key("\x03\x03")
	m.end()
}

// wait waits until something is so.
func wait(t *testing.T, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("it never comes to be so")
		}
	}
}

// TestDiskFull fills the disk between any two questions: the answers stay in
// memory, the screen says so, and with room again all of them are saved.
func TestDiskFull(t *testing.T) {
	b := newBench(t)
	if err := os.MkdirAll(b.home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", b.home, "tmpfs", 0, "size=256k,mode=700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(b.home, unix.MNT_DETACH) })
	filler := filepath.Join(b.home, "filler")
	fill := func() {
		f, err := os.Create(filler)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
	}
	empty := func() {
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	m := b.start(t)
	b.begin(m)
	for i, s := range stations[:8] {
		m.see(s.sees...)
		fill()
		was := ""
		if i > 0 {
			data, err := os.ReadFile(b.site(t))
			if err != nil {
				t.Fatal(err)
			}
			was = string(data)
		}
		s.do(m)
		m.see(stations[i+1].sees...)
		m.see("Not saved, but nothing is lost while this runs", "disk is full")
		if i > 0 {
			if data, err := os.ReadFile(b.site(t)); err != nil || string(data) != was {
				t.Fatalf("a full disk changed the answers: %v\n%s", err, data)
			}
		}
		empty()
		full := time.Now()
		m.key(esc) // back, which saves too: now there is room
		m.see(s.sees...)
		wait(t, func() bool {
			info, err := os.Stat(b.site(t))
			return err == nil && info.ModTime().After(full)
		})
		s.onAgain(m)
		m.see(stations[i+1].sees...)
	}
}
