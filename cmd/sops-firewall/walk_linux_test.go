package main

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	enter = "\r"
	tab   = "\t"
	esc   = "\x1b"
)

// wizard starts the wizard in a namespace, as over SSH from a terminal of that size.
func (l *lab) wizard(ns string, cols, rows int, args ...string) *console {
	c := l.in(ns, l.bin, args...)
	c.Env = append(withoutTerminals(c.Env), "TERM=xterm-256color", "SSH_CONNECTION=203.0.113.66 50000 192.168.50.10 22", "SSH_TTY=/dev/pts/0")
	return startConsole(l.t, c, cols, rows)
}

// withoutTerminals drops what tells of the terminal that the tests run in.
func withoutTerminals(env []string) []string {
	var out []string
	for _, e := range env {
		switch k, _, _ := strings.Cut(e, "="); k {
		case "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "TERM", "NO_COLOR", "ACCESSIBLE", "DISPLAY", "WAYLAND_DISPLAY", "WT_SESSION":
		default:
			out = append(out, e)
		}
	}
	return out
}

// osc52 is a text on the way to the terminal's clipboard, which tmux does not name.
var osc52 = regexp.MustCompile(`\x1b\]52;c?;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)`)

// copied is the text sent to the terminal's clipboard last.
func (m *console) copied() string {
	m.t.Helper()
	all := osc52.FindAllSubmatch(m.line(), -1)
	if len(all) == 0 {
		m.t.Fatalf("nothing was sent to the clipboard:\n%s", m.screen())
	}
	text, err := base64.StdEncoding.DecodeString(string(all[len(all)-1][1]))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

// fields presses Enter from field to field, and once more behind the last.
func (m *console) fields(names ...string) {
	m.t.Helper()
	for _, n := range names {
		m.key(enter)
		m.see("> " + n)
	}
	m.key(enter)
}

// walkInternet answers case B up to the copied guide.
func (m *console) walkInternet(picture func(name string)) {
	m.t.Helper()
	m.see("1/7", "192.168.50.10", "SOPS services", "14 ok", "Begin")
	picture("internet-1-start")
	m.key(enter)
	m.see("2/7 Where is the server?", "we think this one")
	m.key("b")
	m.see("> B", "[ firewall of the cloud or VPS ]")
	picture("internet-2-case")
	m.key(enter)
	m.see("3/7", "Google Calendar")
	m.key(" ")
	m.see("[x] 1 Google")
	picture("internet-3-sources")
	m.key(enter)
	m.see("4/7 Addresses", "Server name")
	m.key("https://SOPS.example.com:8443/portal" + tab)
	m.see("Server name        sops.example.com ", "> Server in the LAN")
	picture("internet-4-addresses")
	m.fields("Public address", "Hub network", "Name of this site")
	m.see("Where are you now?", "> 1 On the server")
	picture("internet-4-where")
	m.key(enter)
	m.see("5/7", "block the way out")
	m.key("1" + enter)
	m.see("Which firewalls are in the way?")
	m.key(enter)
	m.see("firewall at the server?", "/ filters")
	m.key("/fritz")
	m.see("> FRITZ!Box")
	picture("internet-5-firewall")
	m.key(enter)
	m.see("Is there a provider box", "> 1 No")
	m.key(enter)
	m.see("hubs' office", "/ filters")
	m.key("/know")
	m.see("> I don't know")
	m.key(enter)
	m.see("the hubs' router?", "> 1 No")
	m.key(enter)
	m.see("6/7 Checks", "0 Basics", "5 ok")
	picture("internet-6-basics")
	m.key(tab)
	m.see("Services for OTA", "6 ok", "8433")
	picture("internet-6-checks")
	m.key("n")
	m.see("7/7", "1 Prepare", "FRITZ!Box password")
	picture("internet-7-prepare")
	m.key("2")
	m.see("[2 Enter]", "Internet > Permit Access")
	picture("internet-7-enter")
	m.key("C")
	m.see("[sent]")
	picture("internet-7-sent")
}

// TestWalkInternet answers case B at 80x24, from the first key to the copied
// text, on the server of the lab.
func TestWalkInternet(t *testing.T) {
	l := newLab(t)
	m := l.wizard(l.server, 80, 24)
	m.walkInternet(m.picture)
	text := m.copied()
	for _, want := range []string{"192.168.50.10", "8883", "8443", "1883", "8888", "80", "443", "Port Sharing"} {
		if !strings.Contains(text, want) {
			t.Errorf("the copied text lacks %q:\n%s", want, text)
		}
	}
	m.key("y")
	m.key("q")
	m.see("leave")
	m.key("\x03")
	m.key("\x03")
	if code := m.end(); code != 0 && code != 4 && code != 130 {
		t.Errorf("exit code %d", code)
	}
	saved, err := filepath.Glob(filepath.Join(l.dir, "state0", "sops-firewall", "sites", "*", "site.yaml"))
	if err != nil || len(saved) != 1 {
		t.Fatalf("saved sites: %v, %v", saved, err)
	}
	data, err := os.ReadFile(saved[0])
	if err != nil || !strings.Contains(string(data), "case: internet") || !strings.Contains(string(data), "fritzbox") {
		t.Errorf("site.yaml: %v\n%s", err, data)
	}
	// The next start offers to go on.
	m = l.wizard(l.server, 80, 24)
	m.see("1/7", "Continue", "sops.example.com")
}

// TestWalkLAN answers case A at 120x40, with one row closed by the router: it is
// red, says why, and is in the instructions.
func TestWalkLAN(t *testing.T) {
	l := newLab(t)
	l.nat("tcp dport 8433 reject with icmp type admin-prohibited;")
	m := l.wizard(l.server, 120, 40)
	m.see("1/7", "Begin")
	m.picture("lan-1-start")
	m.key(enter)
	m.see("2/7", "> A")
	m.picture("lan-2-case")
	m.key(enter)
	m.see("3/7", "Microsoft 365")
	m.key("2 ")
	m.see("[x] 2 Microsoft 365")
	m.picture("lan-3-sources")
	m.key(enter)
	m.see("4/7 Addresses")
	m.key("sops.example.com" + enter)
	m.see("> Server in the LAN")
	m.picture("lan-4-addresses")
	m.fields("Public address", "Name of this site")
	m.see("Where are you now?")
	m.key(enter)
	m.see("block the way out")
	m.key("2" + enter)
	m.see("Which firewalls are in the way?")
	m.key(enter)
	m.see("/ filters")
	m.key("/fritz")
	m.see("> FRITZ!Box")
	m.picture("lan-5-firewall")
	m.key(enter)
	m.see("Is there a provider box", "> 1 No")
	m.key(enter)
	m.see("6/7 Checks")
	m.key(tab)
	m.see("Services for OTA", "[FAIL]", "rejected")
	m.key("\x1b[B")
	m.see("Your router 192.168.50.1 rejects it", "Allow TCP 8433 out to up.sync-sign.com on your router.")
	m.picture("lan-6-closed")
	// The router is changed: r asks the row again.
	l.nat("")
	m.key("r")
	m.see("6 ok")
	m.picture("lan-6-open")
	m.key("n")
	m.see("7/7", "FRITZ!Box")
	m.key("2")
	m.key("C")
	m.see("[sent]")
	m.picture("lan-7-sent")
	if text := m.copied(); !strings.Contains(text, "443") || strings.Contains(text, "8883") {
		t.Errorf("case A forwards 80 and 443 alone:\n%s", text)
	}
	m.key("\x03\x03")
	m.end()
}

// TestEnds: however the wizard ends, the terminal is clean and the code tells why.
func TestEnds(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "sops-firewall")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start := func(cols, rows int) *console {
		c := exec.CommandContext(t.Context(), bin, "--no-look")
		c.Env = append(withoutTerminals(os.Environ()), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "HOME="+t.TempDir(), "XDG_STATE_HOME=")
		return startConsole(t, c, cols, rows)
	}
	t.Run("Ctrl-C twice", func(t *testing.T) {
		m := start(80, 24)
		m.see("1/7")
		m.key("\x03\x03")
		if code := m.end(); code != 130 {
			t.Errorf("exit code %d, want 130", code)
		}
		if m.em.IsAltScreen() {
			t.Error("the alternate screen is still on")
		}
	})
	t.Run("window too small", func(_ *testing.T) {
		m := start(20, 5)
		m.see("20x5", "60x18")
		m.key("\x03\x03")
		m.end()
	})
}
