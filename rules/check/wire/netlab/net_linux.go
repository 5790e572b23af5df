package netlab

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Net is the network of one test. Its methods end the test when something in
// the set-up fails.
type Net struct {
	T   testing.TB
	Dir string // files of the test

	prefix string
}

// New is an empty network. The test is skipped, or with SOPS_LAB=must fails,
// where it cannot be built; tools are the programs it needs.
func New(t testing.TB, tools ...string) *Net {
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
	for _, tool := range append([]string{"ip"}, tools...) {
		if _, err := exec.LookPath(tool); err != nil {
			skip("the lab needs %s: %v", tool, err)
		}
	}
	return &Net{T: t, Dir: t.TempDir(), prefix: fmt.Sprintf("%s-%d-", strings.ReplaceAll(t.Name(), "/", "-"), os.Getpid())}
}

// For is the same network, used by a part of the test.
func (n *Net) For(t testing.TB) *Net {
	m := *n
	m.T = t
	return &m
}

// Space makes a namespace and returns its name; it has nothing but lo.
func (n *Net) Space(name string) string {
	n.T.Helper()
	ns := n.prefix + name
	n.Must("ip", "netns", "add", ns)
	n.T.Cleanup(func() { remove(ns) })
	// Addresses can be used at once, without a search for doubles.
	n.Must("ip", "netns", "exec", ns, "sysctl", "-eqw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0")
	n.IP(ns, "link set lo up")
	return ns
}

// remove ends what is left in a namespace, such as the session of an SSH server
// whose visitor vanished: it would hold the namespace for ever.
func remove(ns string) {
	ctx := context.Background() // the test's own is over
	out, _ := exec.CommandContext(ctx, "ip", "netns", "pids", ns).Output()
	for _, field := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(field); err == nil {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	}
	_ = exec.CommandContext(ctx, "ip", "netns", "del", ns).Run()
}

// Resolver gives the programs of a namespace a resolv.conf of their own.
func (n *Net) Resolver(ns string, servers ...string) {
	n.T.Helper()
	conf := filepath.Join("/etc/netns", ns)
	if err := os.MkdirAll(conf, 0o755); err != nil {
		n.T.Fatal(err)
	}
	n.T.Cleanup(func() { _ = os.RemoveAll(conf) })
	n.File(filepath.Join(conf, "resolv.conf"), "nameserver "+strings.Join(servers, "\nnameserver ")+"\n")
}

// Must runs a command of the set-up.
func (n *Net) Must(name string, args ...string) {
	n.T.Helper()
	out, err := exec.CommandContext(n.T.Context(), name, args...).CombinedOutput()
	if err != nil {
		n.T.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// feed runs a command with text as its input.
func (n *Net) feed(text, name string, args ...string) {
	n.T.Helper()
	c := exec.CommandContext(n.T.Context(), name, args...)
	c.Stdin = strings.NewReader(text)
	if out, err := c.CombinedOutput(); err != nil {
		n.T.Fatalf("%s %s: %v\n%s\n%s", name, strings.Join(args, " "), err, out, text)
	}
}

// IP runs commands of ip(8) in a namespace, one a line.
func (n *Net) IP(ns, lines string) {
	n.T.Helper()
	n.feed(lines+"\n", "ip", "-n", ns, "-batch", "-")
}

// NFT loads rules into a namespace, all or none.
func (n *Net) NFT(ns, rules string) {
	n.T.Helper()
	n.feed(rules, "ip", "netns", "exec", ns, "nft", "-f", "-")
}

// Forwards makes a namespace a router that tells of every packet it rejects,
// and does not filter between the ports of a bridge.
func (n *Net) Forwards(ns string) {
	n.T.Helper()
	n.Must("ip", "netns", "exec", ns, "sysctl", "-eqw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
		"net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0",
		"net.bridge.bridge-nf-call-iptables=0", "net.bridge.bridge-nf-call-ip6tables=0")
}

// File writes a file and returns its path; a relative one is in Dir.
func (n *Net) File(path, text string) string {
	n.T.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(n.Dir, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		n.T.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		n.T.Fatal(err)
	}
	return path
}

// The main thread is kept for the main function: Go cannot end it, and in /proc
// it stands for the whole process, which Inside would leave in the namespace.
func init() { runtime.LockOSThread() }

// Inside runs f with this thread in the namespace; the thread dies after it.
// Sockets that f opens stay in the namespace.
func (n *Net) Inside(ns string, f func()) {
	n.T.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: Go ends the thread
		fd, err := unix.Open(filepath.Join("/run/netns", ns), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = unix.Setns(fd, unix.CLONE_NEWNET)
			_ = unix.Close(fd)
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		n.T.Fatalf("namespace %s: %v", ns, err)
	}
}

// Listen listens inside a namespace until the test ends.
func (n *Net) Listen(ns, addr string) net.Listener {
	n.T.Helper()
	var ln net.Listener
	var err error
	n.Inside(ns, func() { ln, err = new(net.ListenConfig).Listen(n.T.Context(), "tcp", addr) })
	if err != nil {
		n.T.Fatal(err)
	}
	n.T.Cleanup(func() { _ = ln.Close() })
	return ln
}

// ListenUDP is Listen for UDP.
func (n *Net) ListenUDP(ns, addr string) net.PacketConn {
	n.T.Helper()
	var c net.PacketConn
	var err error
	n.Inside(ns, func() { c, err = new(net.ListenConfig).ListenPacket(n.T.Context(), "udp", addr) })
	if err != nil {
		n.T.Fatal(err)
	}
	n.T.Cleanup(func() { _ = c.Close() })
	return c
}
