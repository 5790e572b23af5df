package check

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/miekg/dns"

	"github.com/syncsign/sops-firewall/rules/check/wire/timelab"
)

func TestFiltered(t *testing.T) {
	for name, tt := range map[string]struct {
		addrs  string
		public bool
		want   string
	}{
		"plain":                              {"192.0.2.1 2001:db8::1", true, ""},
		"nobody's":                           {"0.0.0.0", false, "sinkhole"},
		"nobody's, IPv6 beside a true one":   {"192.0.2.1 ::", true, "sinkhole"},
		"this computer":                      {"127.0.0.1", true, "sinkhole"},
		"the server's own name, on itself":   {"127.0.1.1", false, ""},
		"inside":                             {"192.168.1.5", true, "private"},
		"inside, IPv6":                       {"fd00::5", true, "private"},
		"carrier's own":                      {"100.100.1.1", true, "private"},
		"the customer's own name, inside":    {"192.168.1.5", false, ""},
		"Umbrella's block page":              {"146.112.61.106", true, "page"},
		"Umbrella's block page, a typed one": {"146.112.61.106", false, "page"},
	} {
		var addrs []netip.Addr
		for f := range strings.FieldsSeq(tt.addrs) {
			addrs = append(addrs, netip.MustParseAddr(f))
		}
		if got := filtered(addrs, tt.public); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// hostsEnv has a hosts file.
type hostsEnv struct {
	*fakeEnv
	file map[string][]netip.Addr
}

func (e hostsEnv) HostsFile(host string) []netip.Addr { return e.file[host] }

// TestOwnAnswers has names that lead elsewhere: by a filter, by the hosts
// file, by a VPN.
func TestOwnAnswers(t *testing.T) {
	addr := netip.MustParseAddr
	server := dnsServer(t, zone(t, map[string][]string{
		"plain.example.":   {"plain.example. 60 IN A 192.0.2.1"},
		"hole.example.":    {"hole.example. 60 IN A 0.0.0.0"},
		"inside.example.":  {"inside.example. 60 IN A 10.0.0.8"},
		"blocked.example.": {"blocked.example. 60 IN A 146.112.61.106"},
	}))
	open := func(context.Context, string, netip.AddrPort) (net.Conn, error) { return muteConn() }
	shut := func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) { return silentAfter(ctx) }
	for name, tt := range map[string]struct {
		host   string
		public bool
		dial   func(context.Context, string, netip.AddrPort) (net.Conn, error)
		system map[string][]netip.Addr
		file   map[string][]netip.Addr
		status Status
		code   Code
		fact   [2]string
	}{
		"plain":                         {"plain.example", true, open, nil, nil, Pass, "", [2]string{}},
		"plain, the system agrees":      {"plain.example", true, open, map[string][]netip.Addr{"plain.example": {addr("192.0.2.1")}}, nil, Pass, "", [2]string{}},
		"plain, other public addresses": {"plain.example", true, open, map[string][]netip.Addr{"plain.example": {addr("192.0.2.9")}}, nil, Pass, "", [2]string{}},
		"a VPN's answer":                {"plain.example", true, open, map[string][]netip.Addr{"plain.example": {addr("10.9.9.9")}}, nil, Note, DNSDiffers, [2]string{"own", "10.9.9.9"}},
		"hosts file":                    {"plain.example", true, open, nil, map[string][]netip.Addr{"plain.example": {addr("192.0.2.9")}}, Note, DNSDiffers, [2]string{"own", "192.0.2.9"}},
		"hosts file says the same":      {"plain.example", true, open, nil, map[string][]netip.Addr{"plain.example": {addr("192.0.2.1")}}, Pass, "", [2]string{}},
		"hosts file, and no way":        {"plain.example", true, shut, nil, map[string][]netip.Addr{"plain.example": {addr("192.0.2.9")}}, Fail, TCPSilent, [2]string{"own", "192.0.2.9"}},
		"sinkhole":                      {"hole.example", true, open, nil, nil, Fail, DNSRewritten, [2]string{"variant", "sinkhole"}},
		"inside, and works":             {"inside.example", true, open, nil, nil, Note, DNSRewritten, [2]string{"variant", "private"}},
		"inside, and does not":          {"inside.example", true, shut, nil, nil, Fail, DNSRewritten, [2]string{"expected", "tcp.silent"}},
		"inside, the customer's own":    {"inside.example", false, open, nil, nil, Pass, "", [2]string{}},
		"block page":                    {"blocked.example", true, shut, nil, nil, Fail, DNSRewritten, [2]string{"variant", "page"}},
		"unknown":                       {"unknown.example", true, open, nil, nil, Fail, DNSNXDomain, [2]string{"variant", "public"}},
		"unknown, typed":                {"unknown.example", false, open, nil, nil, Fail, DNSNXDomain, [2]string{"variant", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := hostsEnv{&fakeEnv{resolvers: []netip.AddrPort{server}, hosts: tt.system}, tt.file}
			env.dial = func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
				if to == server {
					return new(net.Dialer).DialContext(ctx, network, to.String())
				}
				return tt.dial(ctx, network, to)
			}
			r := final(t, env, fast(), "tcp", Target{Host: tt.host, Port: 443, Proto: "tcp", Public: tt.public})
			if r.Status != tt.status || r.Code != tt.code || tt.fact[0] != "" && r.Facts[tt.fact[0]] != tt.fact[1] {
				t.Errorf("got %v %q %q, want %v %q %v", r.Status, r.Code, r.Facts, tt.status, tt.code, tt.fact)
			}
		})
	}
}

// TestHijack tells a name server that answers for everybody from a domain with
// a wildcard of its own.
func TestHijack(t *testing.T) {
	liar := func(under ...string) dns.HandlerFunc {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			name := q.Question[0].Name
			if name == dnsHost+"." || slices.ContainsFunc(under, func(d string) bool { return strings.HasSuffix(name, d+".") }) {
				answer(t, w, q, dns.RcodeSuccess, name+" 60 IN A 192.0.2.1")
				return
			}
			answer(t, w, q, dns.RcodeNameError)
		}
	}
	for name, tt := range map[string]struct {
		h    dns.HandlerFunc
		code Code
	}{
		"honest":                          {liar(), ""},
		"lies for all":                    {liar("invalid", "sync-sign.com", "github.com"), DNSRewritten},
		"lies only where a name could be": {liar("sync-sign.com", "github.com"), DNSRewritten},
		"the domain's own wildcard":       {liar("sync-sign.com"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := final(t, &fakeEnv{resolvers: []netip.AddrPort{dnsServer(t, tt.h)}}, fast(), "dns", Target{Host: "dns"})
			if r.Code != tt.code || r.Facts["host"] != dnsHost {
				t.Errorf("got %v %q %q, want %q", r.Status, r.Code, r.Facts, tt.code)
			}
		})
	}
}

// TestTurnedAway tells a name server that is not there, and one that a device
// keeps from us, from one that is silent.
func TestTurnedAway(t *testing.T) {
	router := netip.MustParseAddr("192.168.1.1")
	server := netip.MustParseAddrPort("192.0.2.53:53")
	for name, tt := range map[string]struct {
		err     error
		variant string
		device  string
	}{
		"nothing listens":    {syscall.ECONNREFUSED, "refused", ""},
		"rejected":           {&PathError{Device: router, Type: 3, Code: 13, Err: syscall.EHOSTUNREACH}, "rejected", router.String()},
		"rejected by itself": {&PathError{Device: server.Addr(), Type: 3, Code: 3, Err: syscall.ECONNREFUSED}, "refused", ""},
		"silent":             {nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			timelab.Test(t, func(t *testing.T) {
				env := &fakeEnv{resolvers: []netip.AddrPort{server}, dial: func(context.Context, string, netip.AddrPort) (net.Conn, error) {
					if tt.err != nil {
						return nil, tt.err
					}
					return muteConn()
				}}
				for _, kind := range []string{"dns", "tcp"} {
					r := final(t, env, DefaultLimits(), kind, Target{Host: "sops.example", Port: 443, Proto: "tcp"})
					if r.Status != Fail || r.Code != DNSSilent || r.Facts["variant"] != tt.variant || r.Facts["device"] != tt.device {
						t.Errorf("%s: got %v %q %q, want %q by %q", kind, r.Status, r.Code, r.Facts, tt.variant, tt.device)
					}
				}
			})
		})
	}
}
