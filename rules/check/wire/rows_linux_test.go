package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// kept is a connection that keeps what is written to it.
type kept struct {
	net.Conn
	sent []byte
}

func (k *kept) Write(b []byte) (int, error)          { k.sent = append(k.sent, b...); return len(b), nil }
func (*kept) Read([]byte) (int, error)               { return 0, io.EOF }
func (*kept) Close() error                           { return nil }
func (*kept) SetDeadline(time.Time) error            { return nil }
func (*kept) SetWriteDeadline(time.Time) error       { return nil }
func (*kept) HandshakeContext(context.Context) error { return nil }

// named matches packets that name the server in their first message, in nft's words.
func named(t *testing.T) string {
	t.Helper()
	var k kept
	_ = tls.Client(&k, &tls.Config{ServerName: chainName, MinVersion: tls.VersionTLS12}).HandshakeContext(t.Context())
	at := bytes.Index(k.sent, []byte(chainName))
	if at < 0 || at > 500 {
		t.Fatalf("the name stands at byte %d of the first message", at)
	}
	return fmt.Sprintf("@ih,%d,%d 0x%s", 8*at, 8*len(chainName), hex.EncodeToString([]byte(chainName)))
}

// TestWhereItStops holds every way in which a path says no, or nothing,
// against what a row says about it: why, who, and how far packets got.
func TestWhereItStops(t *testing.T) {
	l := newChain(t)
	l.rules(l.home, "forward",
		"tcp dport 1001 drop", "tcp dport 1002 reject with icmpx admin-prohibited", "tcp dport 1003 reject with tcp reset",
		"tcp dport 1004 reject with icmp type host-prohibited", "tcp dport 1005 reject with icmp type net-prohibited",
		"tcp dport 1006 reject with icmpx no-route", "tcp dport 1007 reject with icmpx host-unreachable",
		"tcp dport 1008 reject with icmpx port-unreachable", "tcp dport 1009 reject with icmp type prot-unreachable",
		"udp dport 124 drop", "udp dport 125 reject with icmpx admin-prohibited",
		"tcp dport 3001 meta length > 700 drop", "tcp sport 3002 meta length > 700 drop",
		"tcp dport 3003 @ih,0,8 22 @ih,24,16 > 700 drop", "tcp dport 3004 meta length > 100 drop",
		"tcp dport 3006 "+named(t)+" reject with tcp reset",
		"ip daddr 10.78.2.3 drop",
	)
	l.rules(l.provider, "forward",
		"tcp dport 2001 drop", "tcp dport 2002 reject with icmpx admin-prohibited", "tcp dport 2003 reject with tcp reset",
		"ip6 daddr fd78:2::3 drop",
	)
	l.rules(l.client, "output", "tcp dport 4001 drop", "tcp dport 4002 reject with icmpx admin-prohibited")
	l.IP(l.server, "addr add fd78:2::3/64 dev eth0 nodad")

	const server, server6, home, home6, provider = "10.78.2.2", "fd78:2::2", "10.78.1.1", "fd78:1::1", "10.78.9.2"
	tests := map[string]struct {
		kind   string
		to     string
		status string
		code   check.Code
		facts  map[string]string
	}{
		"well":                     {"tcp", server + ":443", "pass", "", nil},
		"well, encrypted":          {"tls", server + ":443", "pass", "", nil},
		"dropped at home":          {"tcp", server + ":1001", "fail", check.TCPSilent, map[string]string{"hop": "1", "reach": home, "variant": "stops-router"}},
		"dropped by the provider":  {"tcp", server + ":2001", "fail", check.TCPSilent, map[string]string{"hop": "2", "reach": provider, "variant": "stops"}},
		"all dropped at home":      {"tcp", "10.78.2.3:443", "fail", check.TCPSilent, map[string]string{"hop": "1", "reach": home, "variant": "router"}},
		"prohibited at home":       {"tcp", server + ":1002", "fail", check.TCPBlockedBy, map[string]string{"device": home, "variant": "router", "icmp": "administratively prohibited"}},
		"prohibited by another":    {"tcp", server + ":2002", "fail", check.TCPBlockedBy, map[string]string{"device": provider, "variant": "", "icmp": "administratively prohibited"}},
		"host prohibited":          {"tcp", server + ":1004", "fail", check.TCPBlockedBy, map[string]string{"device": home, "icmp": "host administratively prohibited"}},
		"net prohibited":           {"tcp", server + ":1005", "fail", check.TCPBlockedBy, map[string]string{"device": home, "icmp": "network administratively prohibited"}},
		"net unreachable":          {"tcp", server + ":1006", "fail", check.TCPNoHost, map[string]string{"device": home, "variant": "router", "icmp": "network unreachable"}},
		"host unreachable":         {"tcp", server + ":1007", "fail", check.TCPNoHost, map[string]string{"device": home, "variant": "router", "icmp": "host unreachable"}},
		"port unreachable":         {"tcp", server + ":1008", "fail", check.TCPBlockedBy, map[string]string{"device": home, "variant": "router", "icmp": "port unreachable"}},
		"protocol unreachable":     {"tcp", server + ":1009", "fail", check.TCPBlockedBy, map[string]string{"device": home, "variant": "router", "icmp": "protocol unreachable"}},
		"refused by the server":    {"tcp", server + ":5001", "fail", check.TCPRefused, map[string]string{"device": "", "variant": ""}},
		"refused at home":          {"tcp", server + ":1003", "fail", check.TCPRefused, map[string]string{"device": home, "variant": "router"}},
		"nobody in the LAN":        {"tcp", "10.78.1.99:443", "fail", check.TCPLANAbsent, map[string]string{"device": "10.78.1.99", "variant": ""}},
		"no way there":             {"tcp", "10.99.0.1:443", "fail", check.TCPNoRoute, nil},
		"forbidden here":           {"tcp", "10.98.0.1:443", "fail", check.TCPBlockedBy, map[string]string{"variant": "self"}},
		"rejected here":            {"tcp", server + ":4002", "fail", check.TCPBlockedBy, map[string]string{"variant": "self"}},
		"IPv6 dropped at home":     {"tcp", "[" + server6 + "]:1001", "fail", check.TCPSilent, map[string]string{"hop": "1", "reach": home6, "variant": "stops-router"}},
		"IPv6 prohibited at home":  {"tcp", "[" + server6 + "]:1002", "fail", check.TCPBlockedBy, map[string]string{"device": home6, "variant": "router", "icmp": "administratively prohibited"}},
		"IPv6 refused at home":     {"tcp", "[" + server6 + "]:1003", "fail", check.TCPRefused, map[string]string{"device": home6, "variant": "router"}},
		"IPv6 port unreachable":    {"tcp", "[" + server6 + "]:1008", "fail", check.TCPBlockedBy, map[string]string{"device": home6, "icmp": "port unreachable"}},
		"IPv6 no route":            {"tcp", "[" + server6 + "]:1006", "fail", check.TCPNoHost, map[string]string{"device": home6, "icmp": "no route"}},
		"time, dropped at home":    {"ntp", server + ":124", "unproven", check.NTPSilent, map[string]string{"hop": "1", "reach": home}},
		"time, prohibited at home": {"ntp", server + ":125", "fail", check.NTPBlocked, map[string]string{"device": home, "variant": "router"}},
		"time, refused":            {"ntp", server + ":126", "fail", check.NTPRefused, nil},
		"our packets too large":    {"tls", server + ":3001", "fail", check.TLSHelloLost, map[string]string{"variant": "size"}},
		"its packets too large":    {"tls", server + ":3002", "fail", check.TLSHelloLost, map[string]string{"variant": "size"}},
		"modern greeting dropped":  {"tls", server + ":3003", "fail", check.TLSHelloLost, map[string]string{"variant": "modern"}},
		"every greeting dropped":   {"tls", server + ":3004", "fail", check.TLSHelloLost, map[string]string{"variant": ""}},
		"server stuck":             {"tls", server + ":3005", "fail", check.TLSSilent, map[string]string{"variant": ""}},
		"cut off by name":          {"tls", server + ":3006", "fail", check.TLSReset, map[string]string{"variant": "name", "named": chainName, "device": home}},
	}
	var jobs []check.Job
	for name, tt := range tests {
		to := netip.MustParseAddrPort(tt.to)
		proto := "tcp"
		if tt.kind == "ntp" {
			proto = "udp"
		}
		jobs = append(jobs, check.Job{Key: name, Kind: tt.kind, To: check.Target{Host: chainName, Port: to.Port(), Proto: proto, Addrs: []netip.Addr{to.Addr()}}})
	}
	both := check.Target{Host: chainName, Port: 443, Proto: "tcp", Addrs: []netip.Addr{netip.MustParseAddr(server), netip.MustParseAddr("fd78:2::3")}}
	jobs = append(jobs, check.Job{Key: "IPv6 black hole", Kind: "tls", To: both})

	// A few at a time: what is asked here is what is said, not how fast.
	got := map[string]chainRow{}
	for len(jobs) > 0 {
		n := min(len(jobs), 6)
		for k, r := range l.check(jobs[:n]) {
			got[k] = r
		}
		jobs = jobs[n:]
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := got[name]
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %s %q, want %s %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
			for k, want := range tt.facts {
				if r.Facts[k] != want {
					t.Errorf("%s is %q, want %q: %q", k, r.Facts[k], want, r.Facts)
				}
			}
		})
	}
	l.IP(l.home, "link set lan down")
	gone := l.check([]check.Job{{Key: "gone", Kind: "tcp", To: check.Target{Host: server, Port: 443, Proto: "tcp"}}})["gone"]
	if gone.Code != check.TCPLANAbsent || gone.Facts["device"] != home || gone.Facts["variant"] != "gateway" {
		t.Errorf("router gone: got %+v", gone)
	}
	if r := got["IPv6 black hole"]; r.Status != "note" || r.Code != check.TCPFamily || r.Facts["family"] != "IPv6" {
		t.Errorf("IPv6 black hole: got %+v", r)
	}
}
