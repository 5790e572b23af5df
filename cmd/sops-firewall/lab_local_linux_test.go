package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
	"github.com/syncsign/sops-firewall/wizard"
)

// aloneLab is a server by itself, with a site; nothing is reached from it.
type aloneLab struct {
	*netlab.Net
	server, bin, site string
}

func newAloneLab(t *testing.T, tools ...string) aloneLab {
	n := netlab.New(t, tools...)
	l := aloneLab{Net: n, server: n.Space("server"), bin: filepath.Join(n.Dir, "sops-firewall")}
	n.Must("go", "build", "-o", l.bin, ".")
	n.IP(l.server, `
link add eth0 type veth peer name far
addr add 192.168.50.10/24 dev eth0
addr add 192.168.99.1/24 dev eth0
link set eth0 up
link set far up`)
	l.site = n.File("site.yaml", `version: 1
case: internet
sources: [google]
server: {domain: sops.example.com, lan_ip: 192.168.50.10}
firewalls:
  - {side: server, router: mikrotik, inputs: {}}
`)
	return l
}

// listen opens a port inside the namespace; only6 takes no IPv4.
func (l aloneLab) listen(network, at string, only6 int) {
	l.T.Helper()
	var ln net.Listener
	var err error
	l.Inside(l.server, func() {
		lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) {
				if network == "tcp6" {
					_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only6)
				}
			})
		}}
		ln, err = lc.Listen(context.Background(), network, at)
	})
	if err != nil {
		l.T.Fatal(err)
	}
	l.T.Cleanup(func() { _ = ln.Close() })
}

// json runs the program in the namespace and reads what it prints.
func (l aloneLab) json(to any, args ...string) (exit int) {
	l.T.Helper()
	c := l.Command(l.server, l.bin, args...)
	c.Env = append(c.Environ(), "HOME="+l.Dir, "XDG_STATE_HOME="+filepath.Join(l.Dir, "state"))
	var out, errw bytes.Buffer
	c.Stdout, c.Stderr = &out, &errw
	_ = c.Run()
	if err := json.Unmarshal(out.Bytes(), to); err != nil {
		l.T.Fatalf("%v: %v\n%s%s", args, err, &out, &errw)
	}
	return c.ProcessState.ExitCode()
}

// TestLabLocal opens SOPS's ports in every way that a service can get wrong, and
// asks the real program what stands on the server.
func TestLabLocal(t *testing.T) {
	l := newAloneLab(t, "nft")
	l.listen("tcp4", "0.0.0.0:80", 0)
	l.listen("tcp4", "127.0.0.1:443", 0)
	l.listen("tcp6", "[::]:8883", 1)
	l.listen("tcp6", "[::]:8443", 0)
	l.listen("tcp4", "192.168.99.1:1883", 0)
	want := map[uint16][4]string{ // listens, at, status, reason
		80:   {"ipv4", "0.0.0.0", "waiting", "not-here"},
		443:  {"loopback", "127.0.0.1", "fail", "in.loopback-only"},
		8883: {"ipv6", "::", "waiting", "in.ipv6-only"},
		8443: {"all", "::", "waiting", "not-here"},
		1883: {"some", "192.168.99.1", "waiting", "in.one-address"},
		8888: {"none", "", "waiting", "in.service-down"},
	}
	var here hereReport
	if exit := l.json(&here, "detect", "--no-look", "--format", "json"); exit != 0 || len(here.Ports) != len(want) {
		t.Errorf("detect: exit %d, ports %+v", exit, here.Ports)
	}
	for _, p := range here.Ports {
		if w := want[p.Port]; p.Listens != w[0] || strings.Join(p.At, " ") != w[1] {
			t.Errorf("detect: port %d listens %s at %v, want %s at %s", p.Port, p.Listens, p.At, w[0], w[1])
		}
	}
	text, err := l.Command(l.server, l.bin, "detect", "--no-look").Output()
	if err != nil || strings.Contains(string(text), "commands.") || !strings.Contains(string(text), "\nPorts here       443 only for this computer itself; 8883 over IPv6 only; ") {
		t.Errorf("detect in words: %v\n%s", err, text)
	}
	var rep wizard.Report
	if exit := l.json(&rep, "check", "--site", l.site, "--table", "4", "--table", "5", "--format", "json"); exit != 3 {
		t.Errorf("check: exit %d, want 3", exit)
	}
	if len(rep.Results) != 8 {
		t.Errorf("check: %d rows, want those of tables 4 and 5", len(rep.Results))
	}
	for _, r := range rep.Results {
		if got := [4]string{r.Listens, strings.Join(r.ListensAt, " "), r.Status, r.Reason}; got != want[r.Port] {
			t.Errorf("check: %s port %d is %q, want %q", r.Code, r.Port, got, want[r.Port])
		}
	}
	// The computer's own firewall, in front of a service that listens.
	l.listen("tcp4", "0.0.0.0:8888", 0)
	l.NFT(l.server, `table inet lab {
	chain in { type filter hook input priority 0; tcp dport 8888 reject with tcp reset; }
}`)
	l.json(&rep, "check", "--site", l.site, "--table", "4", "--format", "json")
	for _, r := range rep.Results {
		if r.Port == 8888 && r.Reason != "in.host-blocked" {
			t.Errorf("8888 behind its own firewall: %s %s", r.Status, r.Reason)
		}
	}
}
