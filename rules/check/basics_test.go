package check

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/syncsign/sops-firewall/rules/check/wire/timelab"
)

func TestRoute(t *testing.T) {
	tests := map[string]struct {
		routes map[Family]bool
		status Status
		code   Code
	}{
		"both":      {map[Family]bool{4: true, 6: true}, Pass, ""},
		"only IPv4": {map[Family]bool{4: true}, Pass, ""},
		"only IPv6": {map[Family]bool{6: true}, Pass, ""},
		"none":      {map[Family]bool{}, Fail, RouteNone},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := final(t, &fakeEnv{routes: tt.routes}, fast(), "route", Target{Host: "default"})
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q", r.Status, r.Code, tt.status, tt.code)
			}
		})
	}
}

func TestGateway(t *testing.T) {
	quiet := func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) { return silentAfter(ctx) }
	tests := map[string]struct {
		env    *fakeEnv
		status Status
		code   Code
	}{
		"refuses":    {&fakeEnv{gateway: home}, Pass, ""},
		"silent":     {&fakeEnv{gateway: home, dial: quiet}, Unproven, GatewaySilent},
		"unknown":    {&fakeEnv{}, Unproven, RouteUnknown},
		"no gateway": {&fakeEnv{routes: map[Family]bool{}}, Unproven, RouteNone},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := final(t, tt.env, fast(), "gateway", Target{Host: "gateway"})
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
		})
	}
}

func TestDNSKind(t *testing.T) {
	good := zone(t, map[string][]string{dnsHost + ".": {dnsHost + ". 60 IN A 192.0.2.1"}})
	mute := func(dns.ResponseWriter, *dns.Msg) {}
	liar := func(w dns.ResponseWriter, q *dns.Msg) {
		answer(t, w, q, dns.RcodeSuccess, q.Question[0].Name+" 60 IN A 198.51.100.1")
	}
	tests := map[string]struct {
		handlers []dns.HandlerFunc
		status   Status
		code     Code
	}{
		"good":        {[]dns.HandlerFunc{good}, Pass, ""},
		"silent":      {[]dns.HandlerFunc{mute}, Fail, DNSSilent},
		"one silent":  {[]dns.HandlerFunc{good, mute}, Note, DNSSomeSilent},
		"rewrites":    {[]dns.HandlerFunc{liar}, Note, DNSRewritten},
		"no such":     {[]dns.HandlerFunc{zone(t, nil)}, Fail, DNSNXDomain},
		"only system": {nil, Pass, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			env := &fakeEnv{hosts: map[string][]netip.Addr{}}
			for _, h := range tt.handlers {
				env.resolvers = append(env.resolvers, dnsServer(t, h))
			}
			if tt.handlers == nil {
				env.hosts[dnsHost] = []netip.Addr{far}
			}
			r := final(t, env, fast(), "dns", Target{Host: "dns"})
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
			allClean(t, r)
		})
	}
}

func TestClockByWeb(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	tests := map[string]struct {
		off    time.Duration // of our clock
		status Status
	}{
		"right": {0, Pass}, "a minute fast": {time.Minute, Note}, "an hour slow": {-time.Hour, Fail},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			env := &fakeEnv{now: func() time.Time { return time.Now().Add(tt.off) }}
			r := final(t, env, fast(), "clock", peerTarget(s.Listener.Addr()))
			if r.Status != tt.status {
				t.Errorf("got %v %q, want %v: %+v", r.Status, r.Code, tt.status, r)
			}
			off, err := time.ParseDuration(r.Facts["offset"])
			if err != nil || (off+tt.off).Abs() > 1500*time.Millisecond {
				t.Errorf("the offset is %q, want about %v", r.Facts["offset"], -tt.off)
			}
		})
	}
}

func TestClockUnknown(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		env := &fakeEnv{
			hosts: map[string][]netip.Addr{"pool.ntp.org": {far}, "time.google.com": {far}, timeHost: {far}, "github.com": {far}},
			dial:  func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) { return silentAfter(ctx) },
		}
		if r := final(t, env, DefaultLimits(), "clock", Target{Host: "clock"}); r.Status != Unproven || r.Code != ClockOpen {
			t.Errorf("got %+v", r)
		}
	})
}

func TestOwner(t *testing.T) {
	if got := owner("a.b.example.com"); got != "example.com" {
		t.Errorf("got %q", got)
	}
	if stranger("www.Example.com", "example.com") || !stranger("10.0.0.1", "example.com") {
		t.Error("who is a stranger is wrong")
	}
	if !strings.EqualFold(owner("localhost"), "localhost") {
		t.Error("a name without dots")
	}
}
