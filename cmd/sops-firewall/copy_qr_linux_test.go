package main

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scanned is what a reader of QR codes finds in the picture on the screen.
func (m *console) scanned(l *copyLab) string {
	m.t.Helper()
	file := filepath.Join(l.Dir, "screen.png")
	f, err := os.Create(file)
	if err != nil {
		m.t.Fatal(err)
	}
	if err := png.Encode(f, m.paint()); err != nil {
		m.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		m.t.Fatal(err)
	}
	// It ends what it found with a new line, and is not at ease without a desktop's bus.
	return strings.TrimSuffix(l.reads([]string{"DBUS_SESSION_BUS_ADDRESS=disabled:"}, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file)(), "\n")
}

// TestQROnTheScreen: what c copies, as a code that a phone reads off the screen;
// the window tells where it is too small, and how large it must be.
func TestQROnTheScreen(t *testing.T) {
	l := newCopyLab(t, []string{"zbarimg"})
	steps, commands := strings.SplitAfter(l.parts["server apply"], "\n"), strings.SplitAfter(l.parts["hubs apply"], "\n")
	m := l.opened(80, 24, overSSH...)
	holds := func(want string) {
		t.Helper()
		want = strings.TrimRight(want, "\n")
		until(func() string { return m.scanned(l) })(m, want)
	}
	m.key("2")
	m.see("[2 Enter]", "Port Sharing")
	m.key("g")
	m.see("QR code: step 1.", "g shows the text again")
	m.picture("qr-step")
	holds(steps[0])
	m.key("\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B")
	m.see("QR code of step 3", "is needed", "Press x")
	m.key("x")
	m.see("QR code: 192.168.50.10.")
	m.picture("qr-value")
	holds("192.168.50.10")
	m.key("m")
	m.see("press m to show it")
	if got := m.scanned(l); got != "" {
		t.Errorf("behind the mask is %q", got)
	}
	m.key("m" + tab)
	m.see("MikroTik")
	m.key("2")
	m.see("the commands: too long for any QR code.", "Press x for a single value or line", "v says where it is")
	m.picture("qr-too-long")
	m.key("x\x1b[Bx")
	m.see("QR code: line 2.")
	holds(commands[1])
	m.key("g")
	m.see("[2 Enter]", "SOPS hub network")
	m.leave()
}

// TestQRInALargeWindow: whole steps fit, umlauts and all.
func TestQRInALargeWindow(t *testing.T) {
	l := newCopyLab(t, []string{"zbarimg"})
	m := l.opened(120, 50, overSSH...)
	m.key("2")
	m.see("[2 Enter]", "Port Sharing")
	m.key(strings.Repeat("\x1b[B", 5) + "g")
	m.see("QR code: step 3.")
	until(func() string { return m.scanned(l) + "\n" })(m, strings.SplitAfter(l.parts["server apply"], "\n")[2])
	m.leave()
}
