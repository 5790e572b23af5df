package wire

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check"
)

// lab is a client behind a router of its own, in namespaces:
//
//	client 10.77.1.2, fd77:1::2 --- router .1.1 | .2.1 --- server 10.77.2.2, fd77:2::2
type lab struct {
	t                      *testing.T
	client, router, server string
}

func newLab(t *testing.T) lab {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("SOPS_LAB") == "must" {
		skip = t.Fatalf
	}
	if os.Getuid() != 0 {
		skip("network namespaces need root")
	}
	for _, tool := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(tool); err != nil {
			skip("%v", err)
		}
	}
	p := fmt.Sprintf("sfwire%d", os.Getpid())
	l := lab{t, p + "c", p + "r", p + "s"}
	for _, ns := range []string{l.client, l.router, l.server} {
		if out, err := exec.CommandContext(t.Context(), "ip", "netns", "add", ns).CombinedOutput(); err != nil {
			skip("ip netns add: %v: %s", err, out)
		}
		t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "ip", "netns", "del", ns).Run() })
		l.ip("-n " + ns + " link set lo up")
	}
	for _, side := range []struct {
		ns, dev string
		net     int
	}{{l.client, "c", 1}, {l.server, "s", 2}} {
		l.ip("-n " + l.router + " link add " + side.dev + " type veth peer name eth0 netns " + side.ns)
		l.ip(fmt.Sprintf("-n %s addr add 10.77.%d.1/24 dev %s", l.router, side.net, side.dev))
		l.ip(fmt.Sprintf("-n %s addr add fd77:%d::1/64 dev %s nodad", l.router, side.net, side.dev))
		l.ip(fmt.Sprintf("-n %s addr add 10.77.%d.2/24 dev eth0", side.ns, side.net))
		l.ip(fmt.Sprintf("-n %s addr add fd77:%d::2/64 dev eth0 nodad", side.ns, side.net))
		l.ip("-n " + l.router + " link set " + side.dev + " up")
		l.ip("-n " + side.ns + " link set eth0 up")
		l.ip(fmt.Sprintf("-n %s route add default via 10.77.%d.1", side.ns, side.net))
		l.ip(fmt.Sprintf("-n %s -6 route add default via fd77:%d::1", side.ns, side.net))
	}
	l.run("ip", "netns", "exec", l.router, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1",
		"net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
	rules := "add table inet f\nadd chain inet f fw { type filter hook forward priority 0; }\n"
	for port, verdict := range map[int]string{
		11: "reject with icmpx port-unreachable", 12: "reject with icmpx admin-prohibited", 13: "reject with icmpx host-unreachable",
		14: "reject with tcp reset", 15: "drop", 16: "reject with icmpx no-route",
	} {
		rules += fmt.Sprintf("add rule inet f fw tcp dport %d %s\n", port, verdict)
	}
	rules += "add rule inet f fw udp dport 11 reject with icmpx admin-prohibited\n"
	c := exec.CommandContext(t.Context(), "ip", "netns", "exec", l.router, "nft", "-f", "-")
	c.Stdin = strings.NewReader(rules)
	if out, err := c.CombinedOutput(); err != nil {
		skip("nft: %v: %s", err, out)
	}
	return l
}

func (l lab) ip(args string) { l.t.Helper(); l.run("ip", strings.Fields(args)...) }

func (l lab) run(name string, args ...string) {
	l.t.Helper()
	if out, err := exec.CommandContext(l.t.Context(), name, args...).CombinedOutput(); err != nil {
		l.t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}

// inside runs f with this thread in the namespace; the thread dies after it.
func (l lab) inside(ns string, f func()) {
	l.t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: Go ends the thread
		fd, err := unix.Open("/run/netns/"+ns, unix.O_RDONLY|unix.O_CLOEXEC, 0)
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
		l.t.Fatal(err)
	}
}

func TestWhoRejects(t *testing.T) {
	l := newLab(t)
	router4, router6 := netip.MustParseAddr("10.77.1.1"), netip.MustParseAddr("fd77:1::1")
	tests := map[string]struct {
		to     string
		device netip.Addr // invalid: a plain error
		code   uint8
		errno  error
		own    bool
	}{
		"reset by the server":    {"10.77.2.2:10", netip.Addr{}, 0, unix.ECONNREFUSED, false},
		"port unreachable":       {"10.77.2.2:11", router4, 3, unix.ECONNREFUSED, false},
		"prohibited":             {"10.77.2.2:12", router4, 13, unix.EHOSTUNREACH, false},
		"host unreachable":       {"10.77.2.2:13", router4, 1, unix.EHOSTUNREACH, false},
		"reset by the router":    {"10.77.2.2:14", netip.Addr{}, 0, unix.ECONNREFUSED, false},
		"no route at the router": {"10.77.2.2:16", router4, 0, unix.ENETUNREACH, false},
		"silent":                 {"10.77.2.2:15", netip.Addr{}, 0, context.DeadlineExceeded, false},
		"nobody in the LAN":      {"10.77.1.99:80", netip.MustParseAddr("10.77.1.2"), 1, unix.EHOSTUNREACH, true},
		"IPv6 reset":             {"[fd77:2::2]:10", netip.Addr{}, 0, unix.ECONNREFUSED, false},
		"IPv6 port unreachable":  {"[fd77:2::2]:11", router6, 4, unix.ECONNREFUSED, false},
		"IPv6 prohibited":        {"[fd77:2::2]:12", router6, 1, unix.EACCES, false},
		"IPv6 silent":            {"[fd77:2::2]:15", netip.Addr{}, 0, context.DeadlineExceeded, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var err error
			l.inside(l.client, func() {
				patience := 4 * time.Second // the LAN is searched for 3 s
				if errors.Is(tt.errno, context.DeadlineExceeded) {
					patience = 1200 * time.Millisecond
				}
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				to := netip.MustParseAddrPort(tt.to)
				network := "tcp4"
				if to.Addr().Is6() {
					network = "tcp6"
				}
				_, err = New(Config{}).Dial(ctx, network, to)
			})
			var pe *check.PathError
			switch named := errors.As(err, &pe); {
			case !errors.Is(err, tt.errno):
				t.Errorf("got %v, want %v", err, tt.errno)
			case named != tt.device.IsValid():
				t.Errorf("got %#v, want a device: %v", err, tt.device.IsValid())
			case named && (pe.Device != tt.device || pe.Code != tt.code || pe.Own != tt.own):
				t.Errorf("got %+v, want %v code %d", pe, tt.device, tt.code)
			}
		})
	}
	t.Run("UDP", func(t *testing.T) {
		var err error
		l.inside(l.client, func() {
			c, derr := New(Config{}).Dial(t.Context(), "udp4", netip.MustParseAddrPort("10.77.2.2:11"))
			if derr != nil {
				err = derr
				return
			}
			defer func() { _ = c.Close() }()
			_ = c.SetDeadline(time.Now().Add(2 * time.Second))
			_, _ = c.Write([]byte("x"))
			_, err = c.Read(make([]byte, 1))
		})
		var pe *check.PathError
		if !errors.As(err, &pe) || pe.Device != router4 || pe.Code != 13 {
			t.Errorf("got %v, want it named by %v", err, router4)
		}
	})
	t.Run("routes", func(t *testing.T) {
		l.inside(l.client, func() {
			e := New(Config{})
			if g := e.Gateway(4); !e.HasRoute(4) || g != router4 {
				t.Errorf("the gateway is %v, want %v", g, router4)
			}
			if g := e.Gateway(6); !e.HasRoute(6) || g != router6 {
				t.Errorf("the gateway is %v, want %v", g, router6)
			}
		})
		l.inside(l.router, func() {
			if e := New(Config{}); e.HasRoute(4) || e.HasRoute(6) {
				t.Error("a router without a default route has one")
			}
		})
	})
}
