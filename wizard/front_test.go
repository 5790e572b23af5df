package wizard

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

const twoDevices = `version: 1
case: lan
sources: [google]
server: {domain: sops.example.com, lan_ip: 192.168.50.10}
outbound: open
firewalls:
  - {side: site, router: acme, generation: v1, front: true, to: 192.168.2.2}
  - {side: site, router: zeta}
`

func TestParseFront(t *testing.T) {
	d := testDeps(t)
	s, err := ParseSite([]byte(twoDevices), d.Book, d.Routers)
	if err != nil {
		t.Fatal(err)
	}
	box := Firewall{Side: router.SideSite, Router: "acme", Generation: "v1", Front: true, To: netip.MustParseAddr("192.168.2.2")}
	if got := s.Front(router.SideSite); got == nil || !reflect.DeepEqual(*got, box) {
		t.Errorf("box %+v", got)
	}
	if got := s.Firewall(router.SideSite); got == nil || got.Router != "zeta" || got.Front {
		t.Errorf("own router %+v", got)
	}
	data, err := MarshalSite(s)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseSite(data, d.Book, d.Routers); err != nil || !reflect.DeepEqual(again, s) {
		t.Errorf("read back %+v, %v, from\n%s", again, err, data)
	}
}

func TestFrontMistakes(t *testing.T) {
	d := testDeps(t)
	head := "version: 1\ncase: lan\nsources: [google]\nserver: {domain: sops.example.com, lan_ip: 192.168.50.10}\nfirewalls:\n"
	own := "- {side: site, router: zeta}\n"
	for name, tc := range map[string]struct{ in, want string }{
		"no router behind": {head + "- {side: site, router: acme, front: true, to: 192.168.2.2}\n", "line 6: the box in front has no router behind it: add your own router, such as {side: site, router: generic}, or leave front and to out"},
		"no address":       {head + own + "- {side: site, router: acme, front: true}\n", "line 7: the box in front must know your own router: add to, the address that it has on the box's side, such as to: 192.168.2.2"},
		"public":           {head + own + "- {side: site, router: acme, front: true, to: 198.51.100.7}\n", "line 7: to: 198.51.100.7 is a public address, so no second router is in front: leave the box out, or write the private address that your own router has on its side"},
		"carrier's":        {head + own + "- {side: site, router: acme, front: true, to: 100.64.3.4}\n", "line 7: to: 100.64.3.4 is shared by customers of the provider, so no box of yours is in front: leave the box out, and ask the provider for a public address"},
		"IPv6":             {head + own + "- {side: site, router: acme, front: true, to: \"fd00::2\"}\n", "line 7: to: fd00::2 is an IPv6 address: type the IPv4 address that your own router has on the box's side, such as 192.168.2.2"},
		"the server's own": {head + own + "- {side: site, router: acme, front: true, to: 192.168.50.10}\n", "line 7: to: 192.168.50.10 is the server's own address: write the one that your own router has on the box's side"},
		"a network":        {head + own + "- {side: site, router: acme, front: true, to: 192.168.2.2/24}\n", "line 7: to: write the address alone, as 192.168.2.2"},
		"two boxes":        {head + own + "- {side: site, router: acme, front: true, to: 192.168.2.2}\n- {side: site, router: zeta, front: true, to: 192.168.3.2}\n", "line 8: side site has two boxes in front: keep the one that your own router is connected to"},
		"to alone":         {head + "- {side: site, router: zeta, to: 192.168.2.2}\n", "line 6: to goes with a provider box in front: add front: true, or leave to out"},
		"front of what":    {head + own + "- {side: site, router: acme, front: maybe}\n", "line 7: front \"maybe\": want one of true, false"},
		"of the host":      {head + own + "- {side: host, router: hostwall}\n- {side: host, router: hostwall, front: true, to: 192.168.2.2}\n", "line 8: router hostwall is no box that stands in front of a router: take the box's brand, or generic\nline 8: side host has no box in front: write the box on the side of the router behind it, one of site, server, hubs"},
		"of a cloud": {
			"version: 1\ncase: internet\nserver: {domain: sops.example.com}\nfirewalls:\n- {side: server, router: cloudy}\n- {side: server, router: acme, front: true, to: 192.168.2.2}\n",
			"line 6: router cloudy of side server has no box in front: leave this entry out",
		},
		"a cloud in front": {
			"version: 1\ncase: internet\nserver: {domain: sops.example.com}\nfirewalls:\n- {side: server, router: acme}\n- {side: server, router: cloudy, front: true, to: 192.168.2.2}\n",
			"line 6: router cloudy is no box that stands in front of a router: take the box's brand, or generic",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseSite([]byte(tc.in), d.Book, d.Routers)
			if err == nil || d.Words.Error(err) != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
	for name, in := range map[string]string{
		"nothing arrives":   strings.Replace(head, "google", "caldav", 1) + own + "- {side: site, router: acme, front: true}\n",
		"not in front":      head + "- {side: site, router: zeta, front: false}\n",
		"unfinished":        "version: 1\nstep: inputs:site-front\n" + strings.TrimPrefix(head, "version: 1\n") + own + "- {side: site, front: true}\n",
		"all there can be":  "version: 1\ncase: internet\nfirewalls: [{side: server, router: acme, front: true, to: 10.0.0.2}, {side: server, router: zeta}, {side: hubs, router: zeta}, {side: hubs, router: zeta, front: true}, {side: host, router: hostwall}]\n",
		"the question open": "version: 1\nstep: front:site\ncase: lan\nfirewalls: [{side: site, router: zeta}]\n",
	} {
		if _, err := ParseSite([]byte(in), d.Book, d.Routers); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []string{"front:host", "front:site-front", "brand:host-front", "inputs:moon-front", "tables:site-front", "front"} {
		if knownQuestion(id) {
			t.Errorf("%s is taken for a question", id)
		}
	}
}

// frontSession is a LAN site at the question for the brand of its router.
func frontSession(t *testing.T, here func(*Here)) *Session {
	t.Helper()
	d := testDeps(t)
	here(&d.Here)
	site := planSite(rules.CaseLAN, OutboundOpen, rules.SourceGoogle)
	site.From, site.Firewalls, site.Step = rules.FromServer, []Firewall{{Side: router.SideSite}}, "brand:site"
	return NewSession(d, site)
}

func answer(t *testing.T, s *Session, want string, a Answer) {
	t.Helper()
	q := s.Ask()
	complete(t, q)
	if q.ID != want {
		t.Fatalf("asked %s, want %s", q.ID, want)
	}
	if err := s.Answer(a); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
}

func TestFrontSession(t *testing.T) {
	s := frontSession(t, func(*Here) {})
	answer(t, s, "brand:site", Answer{Choice: "zeta"})
	if q := s.Ask(); !slices.Equal(q.Selected, []string{"no"}) || q.Options[1].Because != "" {
		t.Errorf("proposes %v, %q", q.Selected, q.Options[1].Because)
	}
	answer(t, s, "front:site", Answer{Choice: "yes"})
	q := s.Ask()
	if i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Because != "" }); i >= 0 || len(q.Selected) > 0 {
		t.Errorf("the box is taken for the own router: %+v", q.Options)
	}
	if !strings.Contains(q.Title, "box") {
		t.Errorf("title %q", q.Title)
	}
	answer(t, s, "brand:site-front", Answer{Choice: "acme/v1"})
	for v, ok := range map[string]bool{"192.168.2.2": true, " 192.168.2.2 ": true, "": false, "198.51.100.7": false, "192.168.50.10": false, "fd00::2": false, "box": false} {
		if got, err := s.Try("to", v); (err == nil) != ok || ok && got.Normal != "192.168.2.2" {
			t.Errorf("%q: %+v, %v", v, got, err)
		}
	}
	if got, err := s.Try("to", "192.168.50.1"); err != nil || !got.Odd || got.Say == "" {
		t.Errorf("the router's address inside: %+v, %v", got, err)
	}
	var p *Problem
	if err := s.Answer(Answer{}); !asProblem(err, &p) || p.Field != "to" || s.Ask().ID != "inputs:site-front" {
		t.Errorf("no address: %v, at %s", err, s.Ask().ID)
	}
	answer(t, s, "inputs:site-front", Answer{Fields: map[string]string{"to": "192.168.2.2"}})
	answer(t, s, "tables", Answer{})

	var lines []string
	for _, l := range s.Summary() {
		if strings.Contains(l.ID, ":") {
			lines = append(lines, l.ID+" "+l.Value)
		}
	}
	want := []string{"brand:site Zeta: one", "front:site Yes, a provider box stands in front", "brand:site-front Acme: v1", "inputs:site-front 192.168.2.2"}
	if !slices.Equal(lines, want) {
		t.Errorf("summary %q", lines)
	}

	// Back, and on again; the answers stand.
	for _, id := range []string{"tables", "inputs:site-front", "brand:site-front", "front:site", "brand:site"} {
		s.Back()
		if s.Ask().ID != id {
			t.Fatalf("Back is at %s, want %s", s.Ask().ID, id)
		}
	}
	s.Goto("guides")

	// Resume: every question of the box opens where it was left.
	data, err := MarshalSite(s.Site())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"front:site", "brand:site-front", "inputs:site-front", "guides"} {
		site, err := ParseSite([]byte(strings.Replace(string(data), "step: guides", "step: "+step, 1)), nil, s.deps.Routers)
		if err != nil {
			t.Fatal(err)
		}
		if again := NewSession(s.deps, site); again.Ask().ID != step || !reflect.DeepEqual(again.Site().Firewalls, s.Site().Firewalls) {
			t.Errorf("resumed at %s with %+v", again.Ask().ID, again.Site().Firewalls)
		}
	}

	// Any answer can be changed, and the session comes back.
	s.Goto("inputs:site-front")
	answer(t, s, "inputs:site-front", Answer{Fields: map[string]string{"to": "192.168.2.3"}})
	if s.Ask().ID != "guides" || addrText(s.Site().Front(router.SideSite).To) != "192.168.2.3" {
		t.Errorf("at %s with %+v", s.Ask().ID, s.Site().Firewalls)
	}
	s.Goto("addresses")
	if _, err := s.Try("lan_ip", "192.168.2.3"); err == nil {
		t.Error("the own router's address taken for the server's")
	}
	s.Goto("guides")
	s.Goto("firewalls")
	answer(t, s, "firewalls", Answer{Many: []string{"site"}})
	if s.Site().Front(router.SideSite) == nil {
		t.Error("the box got lost")
	}
	s.Goto("front:site")
	answer(t, s, "front:site", Answer{Choice: "no"})
	if s.Ask().ID != "guides" || len(s.Site().Firewalls) != 1 || s.Goto("brand:site-front") {
		t.Errorf("at %s with %+v", s.Ask().ID, s.Site().Firewalls)
	}
}

// TestFrontProposed: a private address on the router's Internet side is that of
// a box in front; a shared one, or a public one, is none.
func TestFrontProposed(t *testing.T) {
	for wan, yes := range map[string]bool{"192.168.2.2": true, "100.64.1.2": false, "198.51.100.7": false, "": false} {
		s := frontSession(t, func(h *Here) {
			if wan != "" {
				h.WAN, h.WANBy = netip.MustParseAddr(wan), "UPnP"
			}
		})
		answer(t, s, "brand:site", Answer{Choice: "zeta"})
		q := s.Ask()
		if got := slices.Equal(q.Selected, []string{"yes"}); got != yes || strings.Contains(q.Options[1].Because, "192.168.2.2") != yes {
			t.Errorf("%q: proposes %v, %q", wan, q.Selected, q.Options[1].Because)
		}
		if !yes {
			continue
		}
		answer(t, s, "front:site", Answer{Choice: "yes"})
		answer(t, s, "brand:site-front", Answer{Choice: "acme/v1"})
		if f := s.Ask().Fields[0]; f.ID != "to" || f.Value != wan || f.From == "" || f.Optional {
			t.Errorf("to is %+v", f)
		}
		s.Goto("front:site")
		answer(t, s, "front:site", Answer{Choice: "no"})
		s.Back()
		if q := s.Ask(); q.ID == "front:site" && !slices.Equal(q.Selected, []string{"no"}) {
			t.Errorf("what was answered is not kept: %v", q.Selected)
		}
	}
	if (Here{WAN: netip.MustParseAddr("192.168.2.2")}).NAT() != check.NATDouble {
		t.Error("a private address is no second router")
	}
}

// TestFrontGoesWithRouter: a cloud has no box in front; sources that call the
// server make the box's address needed.
func TestFrontGoesWithRouter(t *testing.T) {
	d := testDeps(t)
	site := planSite(rules.CaseInternet, OutboundOpen)
	site.From = rules.FromServer
	site.Firewalls = []Firewall{{Side: router.SideServer, Router: "acme", Front: true, To: netip.MustParseAddr("192.168.2.2")}, {Side: router.SideServer, Router: "zeta"}}
	s := NewSession(d, site)
	s.Goto("brand:server")
	answer(t, s, "brand:server", Answer{Choice: "cloudy"})
	if s.Site().Front(router.SideServer) != nil {
		t.Error("a box in front of a cloud")
	}

	site = planSite(rules.CaseLAN, OutboundOpen, rules.SourceCalDAV)
	site.From, site.Step = rules.FromServer, "finish"
	site.Firewalls = []Firewall{{Side: router.SideSite, Router: "acme", Front: true}, {Side: router.SideSite, Router: "zeta"}}
	s = NewSession(d, site)
	s.Goto("sources")
	answer(t, s, "sources", Answer{Many: []string{"google"}})
	answer(t, s, "inputs:site-front", Answer{Fields: map[string]string{"to": "192.168.2.2"}})
	answer(t, s, "finish", Answer{Choice: "leave"})
	s.Goto("outbound")
	answer(t, s, "outbound", Answer{Choice: "closed"})
	if s.Ask().ID != "finish" {
		t.Errorf("at %s", s.Ask().ID)
	}
}
