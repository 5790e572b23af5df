package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// The line of TestSlowLine: a poor one by satellite or mobile phone.
const (
	slowDelay = 300 * time.Millisecond // each way
	slowLoss  = 0.02                   // each way
)

// TestSlowLine walks case B to the copied guide by a real SSH server, over a line
// that takes long and loses packets, and prints what it carried.
func TestSlowLine(t *testing.T) {
	l := newLab(t, "ssh", "ssh-keygen")
	n := l.net
	desk := n.Space("desk")
	line := n.Line(desk, "eth0", l.server, "ssh0", slowDelay)
	n.IP(desk, "addr add 10.9.0.1/30 dev eth0\nlink set eth0 up")
	n.IP(l.server, "addr add 10.9.0.2/30 dev ssh0\nlink set ssh0 up")
	keys := filepath.Join(n.Dir, "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"host", "user"} {
		n.Must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(keys, k))
	}
	if err := os.Rename(filepath.Join(keys, "user.pub"), filepath.Join(keys, "authorized")); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	conf := n.File("sshd-line.conf", strings.Join([]string{
		"Port 22", "ListenAddress 10.9.0.2", "HostKey " + keys + "/host", "AuthorizedKeysFile " + keys + "/authorized",
		"PermitRootLogin prohibit-password", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "UsePAM no", "StrictModes no",
		"PidFile none", "UseDNS no", "PrintMotd no", "PrintLastLog no", "Compression no",
		"SetEnv SSL_CERT_FILE=" + l.ca + " SSL_CERT_DIR=/nowhere XDG_STATE_HOME=" + filepath.Join(n.Dir, "state"), "",
	}, "\n"))
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		t.Fatal(err)
	}
	n.Daemon(l.server, sshd, "-D", "-e", "-f", conf)
	n.Await(l.server, "22/tcp")
	line.Set(netlab.Trouble{Loss: slowLoss})

	start := time.Now()
	c := n.Command(desk, "ssh", "-tt", "-F", "none", "-i", filepath.Join(keys, "user"), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "LogLevel=ERROR", me.Username+"@10.9.0.2", l.bin)
	c.Env = append(withoutTerminals(os.Environ()), "TERM=xterm-256color")
	m := startConsole(t, c, 80, 24)
	m.see("1/7", "14 ok", "Begin")
	first := len(m.line())
	before := l.sentBySSH()
	m.walkInternet(func(string) {})
	walked := len(m.line())
	took := time.Since(start)
	sent := l.sentBySSH() - before
	// Nothing at all while nothing changes: not on the terminal, and on the line
	// no more than what is on its way.
	m.rest()
	<-time.After(4 * time.Second) // what was lost is sent again
	idle, idleLine := len(m.line()), l.sentBySSH()
	<-time.After(5 * time.Second)
	if more := len(m.line()) - idle; more != 0 {
		t.Errorf("%d bytes on the terminal while idle", more)
	}
	t.Logf("case B over SSH, %v and %.0f %% loss each way: %v from the call to the copied guide; terminal %d bytes (first picture %d), sent by the server's interface %d bytes; idle 5 s: %d bytes on the interface",
		slowDelay, slowLoss*100, took.Round(time.Second), walked, first, sent, l.sentBySSH()-idleLine)
	if walked > 64<<10 {
		t.Errorf("the walk took %d bytes, want 64 KiB at most", walked)
	}
	// The line goes away: the server ends the session, and the next call goes on.
	if err := m.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	m.end()
	c2 := n.Command(desk, c.Args[4], c.Args[5:]...)
	c2.Env = c.Env
	m = startConsole(t, c2, 80, 24)
	m.see("1/7", "Continue")
	m.key(enter)
	m.see("7/7", "[2 Enter]")
	m.key("\x03\x03")
	m.end()
}

// sentBySSH are the bytes that the server's end of the slow line has sent.
func (l *lab) sentBySSH() int {
	out, err := l.net.Command(l.server, "cat", "/sys/class/net/ssh0/statistics/tx_bytes").Output()
	if err != nil {
		l.t.Fatal(err)
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(out)))
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}
