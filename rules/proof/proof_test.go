package proof

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// short are limits for loopback.
func short() Limits {
	l := DefaultLimits()
	l.Hello, l.Done, l.Probe = 300*time.Millisecond, time.Second, 2*time.Second
	return l
}

// desk is a listener on loopback whose every arrival is kept.
type desk struct {
	code Code
	tcp  netip.AddrPort
	udp  netip.AddrPort
	got  chan Arrival
	stop context.CancelFunc
	err  chan error
}

var told = []check.Post{
	{Proto: "tcp", Port: 8883, State: check.PostOurs},
	{Proto: "udp", Port: 123, State: check.PostHeld, Identity: identityMask},
	{Proto: "tcp", Port: 65535, State: check.PostNobody},
}

var (
	tcpPort = Port{TCP, 8883}
	udpPort = Port{UDP, 123}
)

func listener(t *testing.T, lim Limits) *desk {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	d := &desk{
		code: code(t), tcp: netip.MustParseAddrPort(ln.Addr().String()), udp: netip.MustParseAddrPort(pc.LocalAddr().String()),
		got: make(chan Arrival, 100), stop: stop, err: make(chan error, 1),
	}
	l := Listener{Code: d.code, Limits: lim, Posts: told, Page: PhonePage{Inside: [2]string{"From <inside>", "Try again."}}}
	go func() {
		d.err <- l.Serve(ctx, Sockets{TCP: map[Port][]net.Listener{tcpPort: {ln}}, UDP: map[Port][]net.PacketConn{udpPort: {pc}}}, d.got)
	}()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-d.err:
			d.err <- err
		case <-time.After(10 * time.Second):
			t.Error("the listener does not end")
		}
	})
	return d
}

// to dials the desk whatever port is meant: the rule's ports need root.
func (d *desk) to(ctx context.Context, network string, _ netip.AddrPort) (net.Conn, error) {
	at := d.tcp
	if strings.HasPrefix(network, "udp") {
		at = d.udp
	}
	return (&net.Dialer{}).DialContext(ctx, network, at.String())
}

func (d *desk) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := d.to(t.Context(), "tcp4", netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (d *desk) prober(c Code) Prober { return Prober{Code: c, Dial: d.to, Limits: short()} }

func (d *desk) arrival(t *testing.T) Arrival {
	t.Helper()
	select {
	case a := <-d.got:
		return a
	case <-time.After(5 * time.Second):
		t.Fatal("nothing arrived")
		return Arrival{}
	}
}

func (d *desk) nothing(t *testing.T) {
	t.Helper()
	select {
	case a := <-d.got:
		t.Errorf("arrived: %+v", a)
	default:
	}
}

var loopback = netip.MustParseAddr("127.0.0.1")

// TestBothEnds: both ends say the same of the same exchange.
func TestBothEnds(t *testing.T) {
	for _, p := range []Port{tcpPort, udpPort} {
		t.Run(p.Proto.String(), func(t *testing.T) {
			d := listener(t, short())
			o := d.prober(d.code).Probe(t.Context(), p, loopback)
			if o.Verdict != Inside || o.Source != loopback || !slices.Equal(o.Posts, told) {
				t.Errorf("the prober says %+v, want inside", o)
			}
			a := d.arrival(t)
			if a.Port != p || a.Way != ByProgram || a.Seen != check.SeenInside || a.Dialed != loopback || a.At.IsZero() {
				t.Errorf("the listener says %+v", a)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	ip := netip.MustParseAddr
	here := Here{
		Local:  []netip.Prefix{netip.MustParsePrefix("192.168.50.10/24"), netip.MustParsePrefix("2001:db8:1::10/64")},
		Public: ip("203.0.113.5"), Gateways: []netip.Addr{ip("192.168.50.1")},
	}
	for name, c := range map[string]struct {
		source, local string
		want          check.Seen
	}{
		"from the Internet":                {"198.51.100.7", "192.168.1.20", check.SeenOutside},
		"IPv6 from the Internet":           {"2001:db8:2::7", "2001:db8:2::7", check.SeenOutside},
		"same LAN":                         {"192.168.50.20", "192.168.50.20", check.SeenInside},
		"same LAN, IPv6":                   {"2001:db8:1::7", "2001:db8:1::7", check.SeenInside},
		"another LAN, IPv6":                {"2001:db8:1:4::7", "2001:db8:1:4::7", check.SeenInside},
		"a far customer, IPv6":             {"2001:db8:1:100::7", "2001:db8:1:100::7", check.SeenOutside},
		"this computer":                    {"192.168.50.10", "192.168.50.10", check.SeenInside},
		"loopback":                         {"127.0.0.1", "127.0.0.1", check.SeenInside},
		"another LAN or VPN":               {"10.8.0.3", "10.8.0.3", check.SeenInside},
		"hairpin with the public address":  {"203.0.113.5", "192.168.50.20", check.SeenInside},
		"hairpin with the router's own":    {"192.168.50.1", "192.168.50.20", check.SeenInside},
		"the router hides senders":         {"192.168.50.1", "10.20.30.40", check.SeenMasked},
		"the router itself":                {"192.168.50.1", "192.168.50.1", check.SeenInside},
		"carrier's own network":            {"100.70.1.1", "192.168.1.2", check.SeenInside},
		"a phone behind a masking router":  {"192.168.50.1", "", check.SeenInside},
		"IPv4 in IPv6":                     {"::ffff:198.51.100.7", "192.168.1.20", check.SeenOutside},
		"IPv4 in IPv6, same LAN":           {"::ffff:192.168.50.20", "192.168.50.20", check.SeenInside},
		"link-local":                       {"fe80::1", "fe80::2", check.SeenInside},
		"public neighbour that lies of it": {"198.51.100.7", "192.168.50.20", check.SeenOutside},
	} {
		t.Run(name, func(t *testing.T) {
			var local netip.Addr
			if c.local != "" {
				local = ip(c.local)
			}
			if got := here.judge(ip(c.source), local); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// TestStranger: whoever has not the code cannot pass, and hostile bytes are bounded.
func TestStranger(t *testing.T) {
	for name, speak := range map[string]func(net.Conn){
		"web page": func(c net.Conn) {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n" + strings.Repeat("<", 5000)))
		},
		"closes": func(net.Conn) {},
		"echo":   func(c net.Conn) { b := make([]byte, helloSize); _, _ = c.Read(b); _, _ = c.Write(b) },
		"endless": func(c net.Conn) {
			for {
				if _, err := c.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		},
		"almost a word": func(c net.Conn) { _, _ = c.Write(append([]byte{version, typeProof}, make([]byte, proofSize-2)...)) },
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				speak(c)
				_ = c.Close()
			})
			defer func() { _ = ln.Close(); wg.Wait() }()
			p := Prober{Code: code(t), Limits: short(), Dial: func(ctx context.Context, network string, _ netip.AddrPort) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, ln.Addr().String())
			}}
			o := p.Probe(t.Context(), tcpPort, loopback)
			if o.Verdict != Stranger || len(o.Said) > 64 {
				t.Errorf("got %+v, want stranger", o)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := ln.Addr().String()
	_ = ln.Close()
	p := Prober{Code: code(t), Limits: short()}
	p.Dial = func(ctx context.Context, network string, _ netip.AddrPort) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, at)
	}
	if o := p.Probe(t.Context(), tcpPort, loopback); o.Verdict != Rejected || o.Err == nil {
		t.Errorf("got %+v, want rejected", o)
	}
	p.Dial = func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	p.Limits.Probe = 50 * time.Millisecond
	if o := p.Probe(t.Context(), tcpPort, loopback); o.Verdict != NoAnswer {
		t.Errorf("got %+v, want no-answer", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := p.Probe(ctx, tcpPort, loopback); o.Verdict != Cancelled {
		t.Errorf("got %+v, want cancelled", o)
	}
}

// TestCrossedForward: the listener of another port does not pass for this one.
func TestCrossedForward(t *testing.T) {
	d := listener(t, short())
	o := d.prober(d.code).Probe(t.Context(), Port{TCP, 443}, loopback)
	if o.Verdict != Stranger && o.Verdict != NoAnswer {
		t.Errorf("got %+v, want no proof", o)
	}
	d.nothing(t)
}

func TestCheckTarget(t *testing.T) {
	for a, ok := range map[string]bool{
		"198.51.100.7": true, "2001:db8::1": true, "127.0.0.1": false, "::1": false, "0.0.0.0": false, "255.255.255.255": false,
		"169.254.169.254": false, "fe80::1": false, "224.0.0.1": false, "ff02::1": false, "192.168.1.1": false, "100.64.0.1": false, "fd00::1": false,
	} {
		if err := CheckTarget(netip.MustParseAddr(a), false); (err == nil) != ok || err != nil && !errors.Is(err, ErrTarget) {
			t.Errorf("%s: %v", a, err)
		}
	}
	if err := CheckTarget(netip.MustParseAddr("192.168.1.1"), true); err != nil {
		t.Errorf("a LAN address on purpose: %v", err)
	}
	if err := CheckTarget(netip.MustParseAddr("127.0.0.1"), true); err == nil {
		t.Error("loopback may be probed")
	}
}
