package router_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// hole is what a value leaves behind that is not known.
var hole = regexp.MustCompile("``|<nil>|<no value>|invalid (?:Prefix|IP)|\\*\\*\\*\\*|: ?\\n   \\n|, ,|  and|\\( ?\\)")

// TestPageSparse: a site of which only the server's address is known gives whole
// guides all the same, on every side.
func TestPageSparse(t *testing.T) {
	wants := map[router.Side][]router.Want{
		router.SideSite: webhookWants(), router.SideServer: append(inboundWants(), outboundWants()...), router.SideHubs: hubWants(),
	}
	site := router.Site{LANIP: netip.MustParseAddr("192.168.178.20"), Outbound: "closed", Case: rules.CaseInternet}
	for _, v := range worded(t) {
		for _, side := range v.Sides {
			for _, lang := range append([]string{"en"}, v.Languages()...) {
				where := v.Router + "-" + v.Generation + " " + string(side) + " " + lang
				g, err := v.Render(router.Request{Side: side, Wants: wants[side], Lang: lang, Site: site})
				if err != nil {
					t.Errorf("%s: %v", where, err)
				}
				for _, b := range g.Blocks {
					if m := hole.FindString(b.Text); m != "" {
						t.Errorf("%s, %s: %q in\n%s", where, b.Part, m, b.Text)
					}
				}
				if v.Kind == router.Web && strings.TrimSpace(text(g, router.Apply)) == "" {
					t.Errorf("%s: no steps", where)
				}
			}
		}
	}
}
