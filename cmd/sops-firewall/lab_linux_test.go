package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lab is a small Internet of network namespaces on this machine, with real
// servers in it:
//
//	server 192.168.50.10 --- router .50.1 | 203.0.113.5 ===(40 ms)=== inet 203.0.113.1, 198.51.100.x
//	hub 203.0.113.66 (an office elsewhere) ------------------------------/
//
// inet holds the DNS and all names of the manual; server holds SOPS's own
// services. It needs root; everything goes away with the test.
type lab struct {
	t                         *testing.T
	dir                       string
	inet, router, server, hub string
	ca                        string // file with the lab's own certificate authority
	bin                       string // the program under test
}

// labTools are the programs of the lab; the names of their packages differ.
var labTools = []string{"ip", "nft", "dnsmasq", "nginx", "sshd", "chronyd", "mosquitto"}

// newLab builds the lab, or skips the test with a plain word. With SOPS_LAB=must
// a skip is a failure.
func newLab(t *testing.T) *lab {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("SOPS_LAB") == "must" {
		skip = t.Fatalf
	}
	if testing.Short() {
		t.Skip("the lab takes some seconds; run without -short")
	}
	if os.Getuid() != 0 {
		skip("the lab of network namespaces needs root")
	}
	for _, tool := range labTools {
		if _, err := exec.LookPath(tool); err != nil {
			skip("the lab needs %s: %v", tool, err)
		}
	}
	p := fmt.Sprintf("sfw%d", os.Getpid())
	l := &lab{t: t, dir: t.TempDir(), inet: p + "i", router: p + "r", server: p + "s", hub: p + "h"}
	l.bin = filepath.Join(l.dir, "sops-firewall")
	l.must("go", "build", "-o", l.bin, ".")
	l.wires()
	l.ca = labCertificates(t, l.dir)
	l.services()
	return l
}

// must runs a command of the lab's set-up.
func (l *lab) must(name string, args ...string) {
	l.t.Helper()
	out, err := exec.CommandContext(l.t.Context(), name, args...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// lines runs one ip(8) command a line.
func (l *lab) ip(lines string) {
	l.t.Helper()
	for line := range strings.Lines(lines) {
		if f := strings.Fields(line); len(f) > 0 {
			l.must("ip", f...)
		}
	}
}

// wires makes the namespaces and the lines between them.
func (l *lab) wires() {
	t := l.t
	for _, ns := range []string{l.inet, l.router, l.server, l.hub} {
		l.must("ip", "netns", "add", ns)
		t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "ip", "netns", "del", ns).Run() })
		conf := filepath.Join("/etc/netns", ns)
		if err := os.MkdirAll(conf, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(conf) })
		l.file(filepath.Join(conf, "resolv.conf"), "nameserver 198.51.100.53\n")
		l.ip("-n " + ns + " link set lo up")
	}
	slowLine(t, l.router, "wan", l.inet, "cust", 20*time.Millisecond)
	l.ip(`
		-n ` + l.router + ` link add lan type veth peer name eth0 netns ` + l.server + `
		-n ` + l.inet + ` link add office type veth peer name eth0 netns ` + l.hub + `
		-n ` + l.router + ` addr add 192.168.50.1/24 dev lan
		-n ` + l.router + ` addr add 203.0.113.5/26 dev wan
		-n ` + l.server + ` addr add 192.168.50.10/24 dev eth0
		-n ` + l.hub + ` addr add 203.0.113.66/26 dev eth0
		-n ` + l.inet + ` addr add 203.0.113.1/26 dev cust
		-n ` + l.inet + ` addr add 203.0.113.65/26 dev office
		-n ` + l.router + ` link set lan up
		-n ` + l.router + ` link set wan up
		-n ` + l.server + ` link set eth0 up
		-n ` + l.hub + ` link set eth0 up
		-n ` + l.inet + ` link set cust up
		-n ` + l.inet + ` link set office up
		-n ` + l.router + ` route add default via 203.0.113.1
		-n ` + l.server + ` route add default via 192.168.50.1
		-n ` + l.hub + ` route add default via 203.0.113.65`)
	for _, a := range []string{"53", "10", "11", "12", "13", "123"} {
		l.ip("-n " + l.inet + " addr add 198.51.100." + a + "/32 dev lo")
	}
	for _, ns := range []string{l.inet, l.router} {
		l.must("ip", "netns", "exec", ns, "sysctl", "-qw", "net.ipv4.ip_forward=1")
	}
	l.nat("")
	l.forward(true)
}

// nat sets the router's rules: masquerading, and extra rules of its forward chain.
func (l *lab) nat(forwardRules string) {
	l.t.Helper()
	l.nft(l.router, `
table ip labnat {}
delete table ip labnat
table ip labnat {
	chain post { type nat hook postrouting priority 100; oifname "wan" masquerade; }
	chain through { type filter hook forward priority 0; policy accept; `+forwardRules+` }
}`)
}

// forward switches the router's port forwards to the server on or off.
func (l *lab) forward(on bool) {
	l.t.Helper()
	rule := ""
	if on {
		rule = `iifname "wan" tcp dport { 80, 443, 1883, 8443, 8883, 8888 } dnat to 192.168.50.10;`
	}
	l.nft(l.router, `
table ip labfwd {}
delete table ip labfwd
table ip labfwd {
	chain pre { type nat hook prerouting priority -100; `+rule+` }
}`)
}

func (l *lab) nft(ns, rules string) {
	l.t.Helper()
	c := exec.CommandContext(l.t.Context(), "ip", "netns", "exec", ns, "nft", "-f", "-")
	c.Stdin = strings.NewReader(rules)
	if out, err := c.CombinedOutput(); err != nil {
		l.t.Fatalf("nft: %v\n%s\n%s", err, out, rules)
	}
}

func (l *lab) file(path, text string) string {
	l.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// in is a command inside a namespace, with the lab's certificate authority
// trusted and a home of its own.
func (l *lab) in(ns, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(l.t.Context(), "ip", append([]string{"netns", "exec", ns, name}, args...)...)
	c.Env = append(os.Environ(), "SSL_CERT_FILE="+l.ca, "SSL_CERT_DIR=/nowhere", "HOME="+l.dir, "XDG_STATE_HOME="+filepath.Join(l.dir, "state"))
	return c
}

// run runs the program in a namespace and returns stdout and the exit code.
func (l *lab) run(ns string, args ...string) (stdout string, code int) {
	l.t.Helper()
	c := l.in(ns, l.bin, args...)
	var out, errw bytes.Buffer
	c.Stdout, c.Stderr = &out, &errw
	err := c.Run()
	if c.ProcessState == nil {
		l.t.Fatalf("%v: %v", args, err)
	}
	if errw.Len() > 0 {
		l.t.Logf("stderr: %s", errw.String())
	}
	return out.String(), c.ProcessState.ExitCode()
}
