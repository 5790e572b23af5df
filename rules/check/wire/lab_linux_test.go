package wire

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// lab is a client behind a router of its own, in namespaces:
//
//	client 10.77.1.2, fd77:1::2 --- router .1.1 | .2.1 --- server 10.77.2.2, fd77:2::2
type lab struct {
	*netlab.Net

	client, router, server string
}

func newLab(t *testing.T) lab {
	t.Helper()
	n := netlab.New(t, "nft")
	l := lab{n, n.Space("client"), n.Space("router"), n.Space("server")}
	for net, side := range map[int]struct{ ns, dev string }{1: {l.client, "c"}, 2: {l.server, "s"}} {
		n.IP(l.router, fmt.Sprintf(`
link add %[1]s type veth peer name eth0 netns %[2]s
addr add 10.77.%[3]d.1/24 dev %[1]s
addr add fd77:%[3]d::1/64 dev %[1]s nodad
link set %[1]s up`, side.dev, side.ns, net))
		n.IP(side.ns, fmt.Sprintf(`
addr add 10.77.%[1]d.2/24 dev eth0
addr add fd77:%[1]d::2/64 dev eth0 nodad
link set eth0 up
route add default via 10.77.%[1]d.1
route add default via fd77:%[1]d::1`, net))
	}
	n.Forwards(l.router)
	rules := "add table inet f\nadd chain inet f fw { type filter hook forward priority 0; }\n"
	for port, verdict := range map[int]string{
		11: "reject with icmpx port-unreachable", 12: "reject with icmpx admin-prohibited", 13: "reject with icmpx host-unreachable",
		14: "reject with tcp reset", 15: "drop", 16: "reject with icmpx no-route",
	} {
		rules += fmt.Sprintf("add rule inet f fw tcp dport %d %s\n", port, verdict)
	}
	rules += "add rule inet f fw udp dport 11 reject with icmpx admin-prohibited\n"
	n.NFT(l.router, rules)
	return l
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
			l.Inside(l.client, func() {
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
		l.Inside(l.client, func() {
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
		l.Inside(l.client, func() {
			e := New(Config{})
			if g := e.Gateway(4); !e.HasRoute(4) || g != router4 {
				t.Errorf("the gateway is %v, want %v", g, router4)
			}
			if g := e.Gateway(6); !e.HasRoute(6) || g != router6 {
				t.Errorf("the gateway is %v, want %v", g, router6)
			}
		})
		l.Inside(l.router, func() {
			if e := New(Config{}); e.HasRoute(4) || e.HasRoute(6) {
				t.Error("a router without a default route has one")
			}
		})
	})
}
