package wizard

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

const fullSite = `version: 1
case: internet               # lan | internet
sources: [google, exchange, {kind: caldav, host: cal.example.com, port: 8443}]
server: {domain: sops.example.com, lan_ip: 192.168.50.10, public_ip: 203.0.113.5}
hubs: {subnets: [192.168.60.0/24]}
outbound: open
firewalls:
  - {side: server, router: cloudy}
  - {side: hubs, router: acme, generation: v1}
`

func TestParseSite(t *testing.T) {
	d := testDeps(t)
	s, err := ParseSite([]byte(fullSite), d.Book, d.Routers)
	if err != nil {
		t.Fatal(err)
	}
	want := Site{
		Version: 1, Case: rules.CaseInternet,
		Sources: []DataSource{{Kind: rules.SourceGoogle}, {Kind: rules.SourceExchange}, {rules.SourceCalDAV, "cal.example.com", 8443}},
		Server:  Server{"sops.example.com", netip.MustParseAddr("192.168.50.10"), netip.MustParseAddr("203.0.113.5")},
		Hubs:    Hubs{[]netip.Prefix{netip.MustParsePrefix("192.168.60.0/24")}}, Outbound: OutboundOpen,
		Firewalls: []Firewall{{Side: router.SideServer, Router: "cloudy"}, {Side: router.SideHubs, Router: "acme", Generation: "v1"}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	data, err := MarshalSite(s)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseSite(data, d.Book, d.Routers); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("round trip: %v\n%s", err, data)
	}
	if id := NewSession(d, s).Ask().ID; id != "where" {
		t.Errorf("a file by hand goes on at %s, want where", id)
	}
}

func TestParseSiteMistakes(t *testing.T) {
	d := testDeps(t)
	for name, tc := range map[string]struct{ in, want string }{
		"empty":      {"", "empty: write at least version: 1 and case: lan or internet"},
		"list":       {"- a", "line 1: the site file must be written as key: value"},
		"no version": {"case: lan", "line 1: there is no version: write version: 1"},
		"no case":    {"version: 1", "line 1: there is no case: write case: lan (one network) or case: internet (server on the Internet)"},
		"two documents": {
			"version: 1\ncase: lan\n---\nversion: 1\n",
			"more than one document: one file holds one site, without a line ---",
		},
		"unknown key": {
			"version: 1\ncase: lan\ncolour: red",
			`line 3: unknown key "colour" in the site file: known are version, name, case, sources, server, hubs, outbound, from, firewalls, step`,
		},
		"doubled": {"version: 1\ncase: lan\ncase: lan", `line 3: key "case" is twice in the site file: keep one`},
		"all at once": {
			"version: 1\ncase: moon\nsources: [gogle, {kind: google, host: x.example.com}, {kind: exchange, port: 1}]\nserver:\n  domain: 10.0.0.1\n  lan_ip: 127.0.0.1\n  public_ip: 10.0.0.1\nhubs: {subnets: [192.168.60.5]}\noutbound: perhaps\n",
			strings.Join([]string{
				`line 2: case "moon": want one of lan, internet`,
				`line 3: source "gogle": want one of google, microsoft365, exchange, database, lan-service, caldav, csv-url, google-sheets`,
				`line 3: source google has no host of your own: leave host and port out`,
				`line 3: source exchange has a port and no host: add the host, or leave the port out`,
				`line 5: domain: 10.0.0.1 is an address: type the name that points to it, such as sops.example.com; without one, let your DNS provider make one`,
				`line 6: lan_ip: 127.0.0.1 is every computer's own address: type the one that other devices use`,
				`line 7: public_ip: 10.0.0.1 is a private address that the Internet cannot reach: type the public one, or leave this empty`,
				`line 8: subnets: 192.168.60.5 is one address: for its whole network type 192.168.60.0/24, for this one alone 192.168.60.5/32`,
				`line 9: outbound "perhaps": want one of open, closed, unknown`,
			}, "\n"),
		},
		"sides": {
			"version: 1\ncase: lan\nfirewalls:\n  - {side: server, router: acme}\n  - {side: hubs, router: acme}\n  - {side: roof, router: acme}\n  - {router: acme}\n",
			strings.Join([]string{
				"line 4: side server does not go with case lan: there it is one of site, host",
				"line 5: side hubs does not go with case lan: there it is one of site, host",
				`line 6: side "roof": want one of site, server, hubs, host`,
				"line 7: the firewall has no side: want one of site, server, hubs, host",
			}, "\n"),
		},
		"router of another side": {
			"version: 1\ncase: lan\nfirewalls: [{side: site, router: cloudy}]",
			"line 3: router cloudy does not go with side site: it is for server",
		},
		"inputs nobody asks": {
			"version: 1\ncase: lan\nfirewalls: [{side: site, router: zeta, inputs: {wan: x}}]",
			"line 3: router zeta has no inputs: leave inputs out",
		},
		"side twice": {
			"version: 1\ncase: lan\nfirewalls:\n- {side: site, router: zeta}\n- {side: site, router: acme}\n",
			"line 5: side site is twice: keep one; for another office make a site file of its own",
		},
		"forward to nowhere": {
			"version: 1\ncase: lan\nsources: [google]\nserver: {domain: a.example.com}\nfirewalls: [{side: site, router: zeta}]",
			"line 5: the router must know where the server is: add lan_ip to server, such as lan_ip: 192.168.1.20",
		},
		"control characters": {
			"version: 1\ncase: lan\nname: \"a\\e[2J\"",
			"line 3: name is too long or holds characters that cannot be seen: write it anew",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseSite([]byte(tc.in), d.Book, d.Routers)
			if err == nil || d.Words.Error(err) != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
	_, err := ParseSite([]byte("version: 2\nnew: thing\n"), d.Book, d.Routers)
	var newer *NewerError
	if !errors.As(err, &newer) || newer.Version != 2 || !strings.Contains(d.Words.Error(err), "newer") {
		t.Errorf("newer file: %v", err)
	}
	if _, err := ParseSite(make([]byte, maxSite+1), d.Book, d.Routers); err == nil || !strings.Contains(d.Words.Error(err), "64 KiB") {
		t.Errorf("large file: %v", err)
	}
}

// FuzzParseSite: whatever is taken is written and read back the same, and what
// is refused is refused in clean words.
func FuzzParseSite(f *testing.F) {
	for _, s := range []string{
		fullSite, twoDevices, "", "version: 1\ncase: lan\n", "version: 9", "a: &a [*a]", "version: 1\nstep: brand:site\n",
		"version: 1\ncase: lan\nserver: {domain: Bücher.example., lan_ip: \"::ffff:10.0.0.1\"}\nhubs: {subnets: [\"fd00::1/64\"]}",
		"version: 1\nname: \"\\u202e\"\ncase: lan", "x: !!binary aaaa", "version: 1\ncase: lan\nfirewalls: [{side: site, router: \"a\\e/b\"}]", "? [a]\n: b",
	} {
		f.Add([]byte(s))
	}
	cat, words := testCatalogue(), english(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSite(data, nil, cat)
		if err != nil {
			if strings.ContainsFunc(words.Error(err), func(r rune) bool { return r != '\n' && hidden(r) }) {
				t.Fatalf("hostile message %q", err)
			}
			return
		}
		out, err := MarshalSite(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseSite(out, nil, cat)
		if err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%v\n%+v\n%+v\n%s", err, s, again, out)
		}
	})
}
