package assets_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// TestHubFamilies: a guide that names the hubs' network names it in the family
// it is for, or says that the other one is missing; it never writes rules whose
// source is nobody, nor an IPv6 network where the device takes IPv4 ones alone.
func TestHubFamilies(t *testing.T) {
	d := shipped(t)
	d.Words = words(t, "en")
	four, six := netip.MustParsePrefix("192.168.60.0/24"), netip.MustParsePrefix("2001:db8:1::/64")
	named := 0
	for _, r := range d.Routers.Routers {
		for _, v := range r.Variants {
			guide := func(hubs ...netip.Prefix) (g wizard.SideGuide, text string) {
				s := site(router.SideHubs)
				s.Hubs.Subnets = hubs
				s.Firewalls = []wizard.Firewall{{Side: router.SideHubs, Router: r.ID, Generation: v.Generation, Inputs: inputs(v.Asks)}}
				g = wizard.SiteGuides(d, s, nil, false)[0]
				return g, wizard.GuideText(d.Words, g, "")
			}
			g, text := guide(four)
			if g.Err != nil || !strings.Contains(text, "192.168.60.") {
				continue // not for this side, or hubs are not named
			}
			named++
			g6, text6 := guide(six)
			_, both := guide(six, four)
			switch said := strings.Contains(text6, "2001:db8:1:"); {
			case said == (g6.Lacks() != ""):
				t.Errorf("%s/%s: of IPv6 hubs it neither names the network nor says that one is missing:\n%s", r.ID, v.Generation, text6)
			case !strings.Contains(both, "192.168.60."), strings.Contains(both, "2001:db8:1:") != said:
				t.Errorf("%s/%s: of hubs in both families:\n%s", r.ID, v.Generation, both)
			}
		}
	}
	if named < 40 {
		t.Errorf("only %d guides name the hubs' network", named)
	}
}

// TestServerFamilies: the same for the server's address where the way out alone
// is written.
func TestServerFamilies(t *testing.T) {
	d := shipped(t)
	d.Words = words(t, "en")
	named := 0
	for _, r := range d.Routers.Routers {
		for _, v := range r.Variants {
			guide := func(addr string) (g wizard.SideGuide, text string) {
				s := site(router.SideSite)
				s.Sources, s.Outbound = []wizard.DataSource{{Kind: rules.SourceExchange}}, wizard.OutboundClosed
				s.Server.LANIP = netip.MustParseAddr(addr)
				s.Firewalls = []wizard.Firewall{{Side: router.SideSite, Router: r.ID, Generation: v.Generation, Inputs: inputs(v.Asks)}}
				g = wizard.SiteGuides(d, s, nil, false)[0]
				return g, wizard.GuideText(d.Words, g, router.Apply)
			}
			if g, text := guide("192.168.50.10"); g.Err != nil || !strings.Contains(text, "192.168.50.10") {
				continue // not for this side, or the server is not named
			}
			named++
			if g, text := guide("fd00::10"); strings.Contains(text, "fd00::10") == (g.Lacks() != "") {
				t.Errorf("%s/%s: of a server with IPv6 it neither names the address nor says that one is missing:\n%s", r.ID, v.Generation, text)
			}
		}
	}
	if named < 40 {
		t.Errorf("only %d guides name the server", named)
	}
}
