package wizard

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

func realDeps(t *testing.T) Deps {
	t.Helper()
	d := testDeps(t)
	cat, err := router.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	d.Routers = cat
	return d
}

// TestRealBrands walks a site of each case through every shipped router of
// every side, answers its inputs with their defaults, and renders its guide.
func TestRealBrands(t *testing.T) {
	d := realDeps(t)
	for _, c := range []rules.Case{rules.CaseLAN, rules.CaseInternet} {
		for _, side := range sidesOf(c) {
			start := planSite(c, OutboundClosed, rules.SourceGoogle)
			start.Hubs.Subnets = []netip.Prefix{netip.MustParsePrefix("192.168.60.0/24")}
			start.Server.PublicIP = netip.MustParseAddr("203.0.113.5")
			start.From, start.Firewalls, start.Step = rules.FromServer, []Firewall{{Side: side}}, "brand:"+string(side)
			for _, o := range NewSession(d, start).Ask().Options {
				s := NewSession(d, start)
				if err := s.Answer(Answer{Choice: o.ID}); err != nil {
					t.Fatalf("%s: %v", o.ID, err)
				}
				if q := s.Ask(); q.ID == "front:"+string(side) {
					complete(t, q)
					if err := s.Answer(reply(q, c)); err != nil {
						t.Errorf("%s: %v", o.ID, err)
					}
				}
				if q := s.Ask(); q.Kind == Form {
					complete(t, q)
					a := Answer{Fields: map[string]string{}}
					for _, f := range q.Fields {
						a.Fields[f.ID] = firstText(f.Value, typical(s, f.ID))
						if got, err := s.Try(f.ID, a.Fields[f.ID]); err != nil {
							t.Errorf("%s: %s %q: %q, %v", o.ID, f.ID, a.Fields[f.ID], got.Normal, err)
						}
					}
					if err := s.Answer(a); err != nil {
						t.Errorf("%s: inputs %v: %v", o.ID, a.Fields, err)
					}
				}
				if s.Ask().ID != "tables" {
					t.Errorf("%s: at %s", o.ID, s.Ask().ID)
				}
				g := s.Guides(NewBoard(d.Book, d.Words, s.Site(), rules.FromServer), false)
				if len(g) != 1 || g[0].Err != nil || g[0].Guide.Nothing {
					t.Errorf("%s %s: %+v", side, o.ID, g)
					continue
				}
				if text := GuideText(d.Words, g[0], router.Apply); strings.TrimSpace(text) == "" || !strings.Contains(text, "443") {
					t.Errorf("%s %s: apply is %q, gaps %v", side, o.ID, text, g[0].Guide.Gaps)
				}
				data, err := MarshalSite(s.Site())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := ParseSite(data, d.Book, d.Routers); err != nil {
					t.Errorf("%s: saved and refused: %v\n%s", o.ID, err, data)
				}
			}
		}
	}
}

// typical is a value for an input that has no default.
func typical(s *Session, id string) string {
	v := s.variant(s.step(s.at).spot)
	i := slices.IndexFunc(v.Asks, func(a router.Ask) bool { return a.ID == id })
	if v.Asks[i].Optional {
		return ""
	}
	if len(v.Asks[i].Choices) > 0 {
		return v.Asks[i].Choices[0]
	}
	return map[string]string{"ip": "192.168.1.1", "prefix": "192.168.1.0/24", "port": "443", "mac": "00:11:22:33:44:55", "id": "name-1", "sg": "sg-0123456789abcdef0", "name": "name-1", "number": "12345", "ocid": "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.aaaa1234"}[v.Asks[i].Kind] + map[string]string{"iface": "wan", "zone": "wan", "word": "wan"}[v.Asks[i].Kind]
}

func TestUnknownRouter(t *testing.T) {
	d := realDeps(t)
	_, err := ParseSite([]byte("version: 1\ncase: lan\nfirewalls: [{side: site, router: fritzbux}]"), d.Book, d.Routers)
	if said := d.Words.Error(err); err == nil || !strings.Contains(said, "line 3") || !strings.Contains(said, "fritzbox") || !strings.Contains(said, "generic") {
		t.Errorf("got %v", err)
	}
	var m *Mistake
	if !errors.As(err, &m) || m.Line != 3 {
		t.Errorf("no line: %v", err)
	}
	s := NewSession(d, Site{Case: rules.CaseLAN, Firewalls: []Firewall{{Side: router.SideSite}}, Step: "brand:site"})
	var p *Problem
	if err := s.Answer(Answer{Choice: "fritzbux"}); !asProblem(err, &p) || !strings.Contains(p.Say, "fritzbox") {
		t.Errorf("got %v", err)
	}
	if first := s.Ask().Options[0]; !strings.HasPrefix(first.ID, genericID) || !strings.Contains(first.Label, "I don't know") {
		t.Errorf("the list begins with %+v", first)
	}
}

// TestNothing: a firewall that lets everything out has nothing to do.
func TestNothing(t *testing.T) {
	d := realDeps(t)
	site := planSite(rules.CaseInternet, OutboundOpen)
	site.Firewalls = []Firewall{{Side: router.SideHubs, Router: genericID}}
	g := SiteGuides(GuideDeps{Book: d.Book, Routers: d.Routers, Words: d.Words}, site, nil, false)
	if len(g) != 1 || g[0].Err != nil || !g[0].Guide.Nothing || g[0].Title != "Router of the hubs' office" {
		t.Errorf("got %+v", g)
	}
}
