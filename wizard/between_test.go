package wizard

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// TestRouterAddress: what the router says of its address, against what a test
// from outside brought.
func TestRouterAddress(t *testing.T) {
	type way struct {
		dialed string
		closed bool
	}
	ways := map[string]way{
		"not tried": {}, "closed": {closed: true}, "open": {dialed: "203.0.113.5"}, "open, and one port closed": {dialed: "203.0.113.5", closed: true},
		"open over IPv6": {dialed: "2001:db8::5"}, "at the router's own": {dialed: "{wan}"},
	}
	for _, wan := range []string{"", "none", "192.168.1.2", "10.1.2.3", "172.16.9.9", "100.64.1.2", "100.127.255.255", "100.128.0.1", "198.51.100.9"} {
		code := map[string]check.Code{
			"none": check.NATHidden, "192.168.1.2": check.NATDouble, "10.1.2.3": check.NATDouble, "172.16.9.9": check.NATDouble,
			"100.64.1.2": check.NATCGNAT, "100.127.255.255": check.NATCGNAT,
		}[wan]
		for name, w := range ways {
			h := Here{NoWAN: wan == "none"}
			if a, err := netip.ParseAddr(wan); err == nil {
				h.WAN = a
			}
			n := between{from: rules.FromServer, rows: true, wan: h.WAN, noWAN: h.NoWAN, nat: h.NAT(), closed: w.closed}
			if w.dialed == "{wan}" {
				if code != "" || !h.WAN.IsValid() {
					continue // nobody outside can dial that
				}
				w.dialed = wan
			}
			if w.dialed != "" {
				n.dialed = addrs(w.dialed)
			}
			want := "nothing"
			switch four := w.dialed != "" && !strings.Contains(w.dialed, ":"); {
			case code != "" && four:
				want = string(code) + ".open note false"
			case code != "" && w.closed:
				want = string(code) + ".closed fail true"
			case code != "":
				want = string(code) + ".test unproven false"
			case h.WAN.IsValid() && four && w.dialed != wan:
				want = "nat.other. note false"
			}
			if got := verdictText(n.address()); got != want {
				t.Errorf("%q, %s: got %s, want %s", wan, name, got, want)
			}
			n.rows = false
			if got := verdictText(n.address()); got != "nothing" {
				t.Errorf("no rows arrive: got %s", got)
			}
			n.rows, n.from = true, rules.FromHub
			if got := verdictText(n.address()); got != "nothing" {
				t.Errorf("another router's address: got %s", got)
			}
		}
	}
}

func verdictText(v verdict, ok bool) string {
	if !ok {
		return "nothing"
	}
	return fmt.Sprintf("%s.%s %s %v", v.code, v.facts["variant"], v.status, v.turns)
}

// TestNameLeads: where the server's name leads, against what is known to be its
// address.
func TestNameLeads(t *testing.T) {
	lanNets := []netip.Prefix{netip.MustParsePrefix("192.168.50.10/24"), netip.MustParsePrefix("10.8.0.10/24"), netip.MustParsePrefix("2001:db8::10/64")}
	given, lan := netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("192.168.50.10")
	server := between{from: rules.FromServer, rows: true, given: given, server: lan, own: lanNets}
	hub := between{from: rules.FromHub, rows: true, given: given, server: lan, own: []netip.Prefix{netip.MustParsePrefix("192.168.60.10/24")}}
	outside := between{from: rules.FromInternet, rows: true, given: given, own: []netip.Prefix{netip.MustParsePrefix("198.51.100.7/24")}}
	for name, tt := range map[string]struct {
		in     between
		answer []netip.Addr
		set    func(*between)
		want   string
		yours  string // what it says is right
	}{
		"as given":                         {server, addrs("203.0.113.5"), nil, "nothing", ""},
		"as given, and IPv6":               {server, addrs("203.0.113.5", "2001:db8:f::1"), nil, "nothing", ""},
		"IPv6 alone":                       {server, addrs("2001:db8:f::1"), nil, "nothing", ""},
		"another address":                  {server, addrs("198.51.100.99"), nil, "name.elsewhere. fail true", "203.0.113.5"},
		"one of two":                       {server, addrs("203.0.113.5", "198.51.100.99"), nil, "name.elsewhere.some note false", "203.0.113.5"},
		"nothing to compare":               {server, addrs("198.51.100.99"), func(n *between) { n.given = netip.Addr{} }, "nothing", ""},
		"the router's own":                 {server, addrs("198.51.100.9"), func(n *between) { n.given, n.wan = netip.Addr{}, addrs("198.51.100.9")[0] }, "nothing", ""},
		"not the router's":                 {server, addrs("198.51.100.99"), func(n *between) { n.given, n.wan = netip.Addr{}, addrs("198.51.100.9")[0] }, "name.elsewhere. fail true", "198.51.100.9"},
		"as given, not the router's":       {server, addrs("203.0.113.5"), func(n *between) { n.wan = addrs("198.51.100.9")[0] }, "name.elsewhere.router note false", "203.0.113.5"},
		"the router's own, not as given":   {server, addrs("198.51.100.9"), func(n *between) { n.wan = addrs("198.51.100.9")[0] }, "nothing", ""},
		"the router has a private one":     {server, addrs("203.0.113.5"), func(n *between) { n.wan, n.nat = addrs("192.168.1.2")[0], check.NATDouble }, "nothing", ""},
		"proven, not the router's":         {server, addrs("203.0.113.5"), func(n *between) { n.wan, n.dialed = addrs("198.51.100.9")[0], addrs("203.0.113.5") }, "nothing", ""},
		"proven elsewhere than given":      {server, addrs("198.51.100.99"), func(n *between) { n.dialed, n.proven = addrs("198.51.100.99"), true }, "nothing", ""},
		"proven elsewhere than the name":   {server, addrs("198.51.100.99"), func(n *between) { n.dialed, n.proven = addrs("203.0.113.5"), true }, "name.elsewhere. fail true", "203.0.113.5"},
		"this computer has it":             {server, addrs("198.51.100.99"), func(n *between) { n.own = []netip.Prefix{netip.MustParsePrefix("198.51.100.99/24")} }, "nothing", ""},
		"its LAN address":                  {server, addrs("192.168.50.10"), nil, "name.split. note false", ""},
		"its LAN address, proven":          {server, addrs("192.168.50.10"), func(n *between) { n.dialed, n.proven = addrs("203.0.113.5"), true }, "name.split.both note false", ""},
		"its address in a VPN":             {server, addrs("10.8.0.10"), nil, "name.split. note false", ""},
		"a LAN address, none given":        {hub, addrs("192.168.50.77"), func(n *between) { n.server = netip.Addr{} }, "name.split. note false", ""},
		"another device's":                 {server, addrs("192.168.50.77"), nil, "name.elsewhere.lan fail false", "192.168.50.10"},
		"another device's, from a hub":     {hub, addrs("192.168.50.77"), nil, "name.elsewhere.lan note false", "192.168.50.10"},
		"all inside":                       {server, addrs("192.168.50.10"), func(n *between) { n.rows, n.lan = false, true }, "nothing", ""},
		"all inside, by the outside":       {hub, addrs("203.0.113.5"), func(n *between) { n.rows, n.lan = false, true }, "name.outside. note false", ""},
		"inside and outside in one":        {server, addrs("192.168.50.10", "203.0.113.5"), nil, "nothing", ""},
		"no name":                          {server, nil, func(n *between) { n.nobody = true }, "name.none. fail false", ""},
		"no name inside":                   {server, nil, func(n *between) { n.nobody, n.proven = true, true }, "name.none.inside note false", ""},
		"no name, from outside":            {outside, nil, func(n *between) { n.nobody = true }, "nothing", ""}, // the rows say so
		"from outside, as given":           {outside, addrs("203.0.113.5"), nil, "nothing", ""},
		"from outside, another":            {outside, addrs("198.51.100.99"), nil, "name.elsewhere. fail true", "203.0.113.5"},
		"from outside, another that works": {outside, addrs("198.51.100.99"), func(n *between) { n.works = true }, "nothing", ""},
		"from outside, inside":             {outside, addrs("192.168.50.10"), nil, "name.elsewhere.private fail true", "203.0.113.5"},
		"from outside, shared":             {outside, addrs("100.64.7.7"), nil, "name.elsewhere.private fail true", "203.0.113.5"},
		"not outside at all":               {outside, addrs("198.51.100.8"), func(n *between) { n.own, n.given = lanNets, netip.Addr{} }, "nothing", ""},
		"in the server's own network":      {outside, addrs("192.168.50.10"), func(n *between) { n.own = lanNets }, "nothing", ""},
		"from a hub, another":              {hub, addrs("198.51.100.99"), nil, "name.elsewhere. fail true", "203.0.113.5"},
		"from a hub, another that works":   {hub, addrs("198.51.100.99"), func(n *between) { n.works = true }, "nothing", ""},
	} {
		n := tt.in
		n.answer = tt.answer
		if tt.set != nil {
			tt.set(&n)
		}
		v, ok := n.name()
		if got := verdictText(v, ok); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
		if v.facts["yours"] != tt.yours {
			t.Errorf("%s: yours is %q, want %q", name, v.facts["yours"], tt.yours)
		}
	}
}

// TestLoopback: a hub in the server's own network that does not get there by the
// public name.
func TestLoopback(t *testing.T) {
	good := between{
		from: rules.FromHub, rows: true, server: netip.MustParseAddr("192.168.50.10"), own: []netip.Prefix{netip.MustParsePrefix("192.168.50.20/24")},
		answer: addrs("203.0.113.5"), proven: true, deaf: true,
	}
	if got := verdictText(good.loopback()); got != "nat.hairpin.hub note false" {
		t.Errorf("got %s", got)
	}
	for name, change := range map[string]func(*between){
		"from the server":      func(n *between) { n.from = rules.FromServer },
		"another network":      func(n *between) { n.own = []netip.Prefix{netip.MustParsePrefix("192.168.60.20/24")} },
		"not proven":           func(n *between) { n.proven = false },
		"it connects":          func(n *between) { n.deaf = false },
		"the name leads there": func(n *between) { n.answer = addrs("192.168.50.10") },
		"no LAN address":       func(n *between) { n.server = netip.Addr{} },
	} {
		n := good
		change(&n)
		if got := verdictText(n.loopback()); got != "nothing" {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// TestBetweenSays: every such verdict has words of its own in each language, and
// none leaves a hole.
func TestBetweenSays(t *testing.T) {
	d := testDeps(t)
	full := check.Facts{
		"wan": "198.51.100.9", "dialed": "203.0.113.5", "host": "sops.example.com", "addresses": "192.0.2.1", "yours": "203.0.113.5",
		"why": "you said", "server-ip": "192.168.50.10", "resolver": "192.168.50.1 ok",
	}
	for _, key := range []string{
		"nat.double.test", "nat.double.open", "nat.double.closed", "nat.cgnat.test", "nat.cgnat.open", "nat.cgnat.closed",
		"nat.hidden.test", "nat.hidden.open", "nat.hidden.closed", "nat.other", "nat.hairpin", "nat.hairpin.hub", "name.none", "name.none.inside",
		"name.elsewhere", "name.elsewhere.router", "name.elsewhere.some", "name.elsewhere.lan", "name.elsewhere.private",
		"name.split", "name.split.both", "name.outside",
	} {
		part := strings.SplitN(key, ".", 3)
		facts := check.Facts{}
		for k, v := range full {
			facts[k] = v
		}
		if len(part) == 3 {
			if _, ok := d.Words.reasons[key]; !ok {
				t.Errorf("%s has no words", key)
			}
			facts["variant"] = part[2]
		}
		f := d.Words.Finding(check.Result{Code: check.Code(part[0] + "." + part[1]), Facts: facts}, nil)
		if all := f.Seen + f.Means + f.Do; f.Seen == "" || f.Means == "" || f.Do == "" || strings.ContainsAny(all, "{}~") {
			t.Errorf("%s: %+v", key, f)
		}
	}
}
