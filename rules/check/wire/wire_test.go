package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func listen(t *testing.T) (net.Listener, netip.AddrPort) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, netip.MustParseAddrPort(l.Addr().String())
}

func TestDialTCP(t *testing.T) {
	l, to := listen(t)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = c.Write([]byte("hello"))
		_ = c.Close()
	}()
	c, err := New(Config{}).Dial(t.Context(), "tcp4", to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16)
	if n, err := c.Read(b); err != nil || string(b[:n]) != "hello" {
		t.Errorf("read %q, %v", b[:n], err)
	}
	if got := c.RemoteAddr().String(); got != to.String() {
		t.Errorf("the peer is %s, want %s", got, to)
	}
}

func TestDialRefused(t *testing.T) {
	l, to := listen(t)
	_ = l.Close()
	for _, network := range []string{"tcp4"} {
		c, err := New(Config{}).Dial(t.Context(), network, to)
		if c != nil || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, %v, want connection refused", c, err)
		}
	}
}

func TestDialUDPRefused(t *testing.T) {
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := netip.MustParseAddrPort(pc.LocalAddr().String())
	_ = pc.Close()
	c, err := New(Config{}).Dial(t.Context(), "udp4", to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want connection refused", err)
	}
}

func TestDialCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, to := listen(t)
	if c, err := New(Config{}).Dial(ctx, "tcp4", to); c != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v, want a cancelled dial", c, err)
	}
}

func TestDialBadAddress(t *testing.T) {
	if c, err := New(Config{}).Dial(t.Context(), "tcp4", netip.AddrPort{}); c != nil || err == nil {
		t.Errorf("got %v, %v, want an error", c, err)
	}
}

func TestProxy(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	tests := map[string]struct {
		env  map[string]string
		host string
		port uint16
		want string
	}{
		"none":          {nil, "up.example", 443, ""},
		"https":         {map[string]string{"HTTPS_PROXY": "http://proxy:3128"}, "up.example", 443, "http://proxy:3128"},
		"lower case":    {map[string]string{"https_proxy": "proxy:3128"}, "up.example", 8883, "http://proxy:3128"},
		"http":          {map[string]string{"HTTPS_PROXY": "http://a:1", "http_proxy": "http://b:2"}, "up.example", 80, "http://b:2"},
		"all":           {map[string]string{"ALL_PROXY": "socks5://s:1080"}, "up.example", 22, "socks5://s:1080"},
		"excepted":      {map[string]string{"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".example"}, "up.example", 443, ""},
		"excepted net":  {map[string]string{"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "192.168.0.0/16"}, "192.168.1.5", 443, ""},
		"loopback":      {map[string]string{"HTTPS_PROXY": "http://proxy:3128"}, "127.0.0.1", 443, ""},
		"unusable":      {map[string]string{"HTTPS_PROXY": "http://[::1"}, "up.example", 443, ""},
		"with a login":  {map[string]string{"HTTPS_PROXY": "http://u:p@proxy:3128"}, "up.example", 443, "http://u:p@proxy:3128"},
		"IPv6 literals": {map[string]string{"HTTPS_PROXY": "http://proxy:1"}, "2001:db8::1", 443, "http://proxy:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if u := New(Config{Env: env(tt.env)}).Proxy(tt.host, tt.port); u != nil {
				got = u.String()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseResolv(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"usual":     {"# x\nnameserver 192.168.1.1\nnameserver 9.9.9.9\nsearch lan\n", "192.168.1.1:53 9.9.9.9:53"},
		"IPv6":      {"nameserver 2001:db8::1\nnameserver fe80::1%eth0\n", "[2001:db8::1]:53 [fe80::1%eth0]:53"},
		"too many":  {"nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4\n", "1.1.1.1:53 1.1.1.2:53 1.1.1.3:53"},
		"double":    {"nameserver 1.1.1.1\nnameserver 1.1.1.1\n", "1.1.1.1:53"},
		"nonsense":  {"nameserver\nnameserver x\n\x00\xff\n;nameserver 1.1.1.1\n", ""},
		"empty":     {"", ""},
		"long line": {strings.Repeat("x", 1<<20), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, a := range parseResolv(strings.NewReader(tt.in)) {
				got = append(got, a.String())
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestParseHosts(t *testing.T) {
	const file = "127.0.0.1 localhost\n10.0.0.5\tsops.example sops # mine\n::ffff:10.0.0.6 SOPS.example.\n# 10.0.0.7 sops.example\nx sops.example\n"
	got := parseHosts(strings.NewReader(file), "sops.example")
	if len(got) != 2 || got[0].String() != "10.0.0.5" || got[1].String() != "10.0.0.6" {
		t.Errorf("got %v", got)
	}
	if got := parseHosts(strings.NewReader(file), "mine"); got != nil {
		t.Errorf("a comment was read: %v", got)
	}
}

func TestRoutes(t *testing.T) {
	// Whatever this machine has: it must not fail and must agree with itself.
	e := New(Config{})
	for _, f := range []int{4, 6} {
		r := e.routes[f/6]
		if r.gateway.IsValid() && !r.exists {
			t.Errorf("IPv%d has a gateway %v and no route", f, r.gateway)
		}
	}
	if e.HasRoute(0) != (e.HasRoute(4) || e.HasRoute(6)) {
		t.Error("either family is not either family")
	}
}

func TestNowIsHandedIn(t *testing.T) {
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	if got := New(Config{Now: func() time.Time { return at }}).Now(); !got.Equal(at) {
		t.Errorf("got %v", got)
	}
}

func TestDialLeavesNothing(t *testing.T) {
	_, to := listen(t)
	e := New(Config{})
	before := runtime.NumGoroutine()
	for range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if c, err := e.Dial(ctx, "tcp4", to); err == nil {
			_ = c.Close()
		}
		cancel()
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Second); runtime.NumGoroutine() > before; <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}

// FuzzSystemFiles has any content in the files that the system is read from.
func FuzzSystemFiles(f *testing.F) {
	for _, s := range []string{
		"nameserver 192.168.1.1\nnameserver fe80::1%eth0\n", "127.0.0.1 localhost sops.example\n",
		"eth0\t00000000\t0132A8C0\t0003\t0\t0\t100\t00000000\n", "10.0.0.1 0x1 0x0 00:00:00:00:00:00 * eth0\n", "\x00\xff\x1b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := parseResolv(strings.NewReader(s)); len(got) > 3 {
			t.Errorf("%d name servers", len(got))
		}
		for _, a := range parseHosts(strings.NewReader(s), "sops.example") {
			if !a.IsValid() {
				t.Error("an invalid address")
			}
		}
		for a := range parseNeighbours(strings.NewReader(s)) {
			if !a.IsValid() {
				t.Error("an invalid neighbour")
			}
		}
		for _, r := range []route{parseRoute4(strings.NewReader(s), binary.LittleEndian), parseRoute6(strings.NewReader(s))} {
			if r.gateway.IsValid() && !r.exists {
				t.Error("a gateway without a route")
			}
		}
	})
}
