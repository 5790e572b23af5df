package check

import (
	"context"
	"net"
	"net/netip"
	"testing"
)

// TestName finds out where a name leads, and goes nowhere.
func TestName(t *testing.T) {
	server := dnsServer(t, zone(t, map[string][]string{"two.example.": {"two.example. A 192.168.50.10", "two.example. AAAA 2001:db8::1"}}))
	for host, want := range map[string]string{"two.example": "pass  192.168.50.10, 2001:db8::1", "none.example": "fail dns.nxdomain "} {
		env := &fakeEnv{resolvers: []netip.AddrPort{server}, dial: func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
			if to != server {
				t.Errorf("%s: %s is talked to", host, to)
			}
			return new(net.Dialer).DialContext(ctx, network, to.String())
		}, routes: map[Family]bool{4: true, 6: true}}
		r := final(t, env, fast(), "name", Target{Host: host})
		if got := r.Status.String() + " " + string(r.Code) + " " + r.Facts["addresses"]; got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}
