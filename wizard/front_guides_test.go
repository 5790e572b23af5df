package wizard

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// TestFrontGuides: the box hands on to the own router, and that to the server.
func TestFrontGuides(t *testing.T) {
	d := realDeps(t)
	gd := GuideDeps{Book: d.Book, Routers: d.Routers, Words: d.Words}
	site := planSite(rules.CaseLAN, OutboundOpen, rules.SourceGoogle)
	site.Firewalls = []Firewall{{Side: router.SideSite, Router: "speedport", Front: true, To: netip.MustParseAddr("192.168.2.2")}, {Side: router.SideSite, Router: "mikrotik"}}
	g := SiteGuides(gd, site, nil, false)
	if len(g) != 2 || g[0].Err != nil || g[1].Err != nil {
		t.Fatalf("%+v", g)
	}
	box, own := GuideText(d.Words, g[0], ""), GuideText(d.Words, g[1], "")
	for _, want := range []string{"Provider box in front: Telekom Speedport", "\nHere \"the server\" means your own router: 192.168.2.2, ", "the server, 192.168.2.2", "80", "443"} {
		if !strings.Contains(box, want) {
			t.Errorf("the box's guide lacks %q:\n%s", want, box)
		}
	}
	for _, want := range []string{"Router of this office: MikroTik", "both are needed. So it is right that this router's Internet address is private (192.168.2.2).", "to-addresses=192.168.50.10"} {
		if !strings.Contains(own, want) {
			t.Errorf("the router's guide lacks %q:\n%s", want, own)
		}
	}
	if strings.Contains(box, "192.168.50.10") || strings.Contains(GuideText(d.Words, g[1], router.Apply), "192.168.2.2") {
		t.Error("an address of the other device's side")
	}
	if a, b := GuideFile(g[0], "md"), GuideFile(g[1], "md"); a != "guide-site-front-speedport.md" || b != "guide-site-mikrotik.md" {
		t.Errorf("files %s, %s", a, b)
	}
	j := GuidesJSON(g, "")
	if !j[0].Front || j[1].Front || j[0].Lead == "" || j[0].Side != "site" {
		t.Errorf("JSON %+v", j)
	}

	// What is proven open is missing in both; nothing to do needs no lead.
	in := NewBoard(d.Book, d.Words, site, rules.FromInternet)
	for _, job := range in.Jobs(true) {
		in.Apply(check.Result{Job: job, Status: check.Pass, At: testNow})
	}
	for _, x := range SiteGuides(gd, site, in, true) {
		if !x.Guide.Nothing || x.Lead != "" {
			t.Errorf("%s: all is open, and still %+v", x.Title, x)
		}
	}

	// Without its address nothing is printed that would go elsewhere.
	site.Firewalls[0].To = netip.Addr{}
	if x := SiteGuides(gd, site, nil, false)[0]; len(x.Guide.Blocks) > 0 || x.Lacks() == "" || x.Guide.Nothing {
		t.Errorf("without an address: %+v", x)
	}
}

// TestEveryBox renders every shipped router as the box in front: it names the own
// router alone, never the server or the networks behind.
func TestEveryBox(t *testing.T) {
	d := realDeps(t)
	gd := GuideDeps{Book: d.Book, Routers: d.Routers, Words: d.Words}
	to := netip.MustParseAddr("10.7.7.2")
	n := 0
	for _, side := range frontSides {
		c := rules.CaseInternet
		if side == router.SideSite {
			c = rules.CaseLAN
		}
		site := planSite(c, OutboundClosed, rules.SourceGoogle)
		site.Hubs.Subnets = []netip.Prefix{netip.MustParsePrefix("192.168.60.0/24")}
		site.Server.PublicIP = netip.MustParseAddr("203.0.113.5")
		s := NewSession(d, site)
		for _, b := range s.brands(frontOf(side)) {
			in := map[string]string{}
			for _, a := range b.v.AsksFor(side) {
				if v := firstText(a.Default, map[string]string{"iface": "wan", "zone": "wan", "word": "wan", "ip": "10.7.7.1", "prefix": "10.7.7.0/24", "port": "443", "number": "12", "id": "L1", "name": "n1", "mac": "00:11:22:33:44:55"}[a.Kind]); v != "" && !a.Optional && a.From == "" {
					in[a.ID] = v
				}
			}
			site.Firewalls = []Firewall{{Side: side, Router: b.r.ID, Generation: b.v.Generation, Front: true, To: to, Inputs: in}, {Side: side, Router: genericID}}
			g := SiteGuides(gd, site, nil, false)[0]
			if g.Err != nil {
				t.Errorf("%s %s: %v", side, b.id, g.Err)
				continue
			}
			n++
			text := GuideText(d.Words, g, "")
			if b.v.Kind == router.None {
				continue
			}
			if !strings.Contains(text, to.String()) {
				t.Errorf("%s %s does not name the own router", side, b.id)
			}
			for _, other := range []string{"192.168.50.10", "192.168.60."} {
				if strings.Contains(text, other) {
					t.Errorf("%s %s names %s, which the box does not know", side, b.id, other)
				}
			}
			for _, gap := range g.Guide.Gaps {
				t.Errorf("%s %s: %s %s", side, b.id, gap.Code, gap.Say)
			}
		}
	}
	if n < 100 {
		t.Errorf("%d boxes only", n)
	}
}

// TestOwnRouterBehindBox: what a router asks for as its address on the Internet
// is, behind a box, the one that the box gave it.
func TestOwnRouterBehindBox(t *testing.T) {
	d := realDeps(t)
	site := planSite(rules.CaseLAN, OutboundOpen, rules.SourceGoogle)
	site.Server.PublicIP = netip.MustParseAddr("203.0.113.5")
	site.From, site.Step = rules.FromServer, "inputs:site"
	site.Firewalls = []Firewall{
		{Side: router.SideSite, Router: "speedport", Front: true, To: netip.MustParseAddr("192.168.2.2")},
		{Side: router.SideSite, Router: "paloalto", Inputs: map[string]string{"public_ip": "203.0.113.5"}},
	}
	s := NewSession(d, site)
	v := s.variant("site")
	i := slices.IndexFunc(v.Asks, func(a router.Ask) bool { return a.From == "public_ip" })
	if i < 0 {
		t.Fatal("that router asks for no public address")
	}
	id := v.Asks[i].ID
	s.site.Firewalls[1].Inputs = nil
	j := slices.IndexFunc(s.Ask().Fields, func(f Field) bool { return f.ID == id })
	if f := s.Ask().Fields[j]; f.Value != "192.168.2.2" {
		t.Errorf("proposes %+v", f)
	}
	a := Answer{Fields: map[string]string{}}
	for _, f := range s.Ask().Fields {
		a.Fields[f.ID] = firstText(f.Value, typical(s, f.ID))
	}
	answer(t, s, "inputs:site", a)
	if own := GuideText(d.Words, s.Guides(nil, false)[1], router.Apply); !strings.Contains(own, "192.168.2.2") || strings.Contains(own, "203.0.113.5") {
		t.Errorf("the router waits for another address:\n%s", own)
	}
	s.Goto("inputs:site-front")
	answer(t, s, "inputs:site-front", Answer{Fields: map[string]string{"to": "192.168.2.9"}})
	if q := s.Ask(); q.ID != "inputs:site" || q.Fields[j].Value != "192.168.2.9" {
		t.Errorf("after a change: %s", q.ID)
	}
	s.Goto("front:site")
	answer(t, s, "front:site", Answer{Choice: "no"})
	if q := s.Ask(); q.ID != "inputs:site" || q.Fields[j].Value != "203.0.113.5" {
		t.Errorf("without a box: %s", q.ID)
	}
}
