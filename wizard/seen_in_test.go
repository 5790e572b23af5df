package wizard

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// TestSeenFromOutside: what is said of a row that arrives, seen from outside, is
// about the server's side. "Your own router" would be that of the other computer.
func TestSeenFromOutside(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromInternet)
	f := b.Inbound()[0]
	for _, code := range []check.Code{check.TCPSilent, check.TCPBlockedBy, check.TCPRefused, check.TCPNoHost} {
		for _, variant := range []string{"", "router", "stops-router", "stops", "way", "self"} {
			b.Apply(check.Result{Job: f.Job(), Status: check.Fail, Code: code, Facts: check.Facts{
				"variant": variant, "device": "10.0.0.138", "hop": "1", "reach": "10.0.0.138", "icmp": "administratively prohibited",
			}})
			v, _ := b.Flow(f.Key)
			said := v.Finding.Seen + " " + v.Finding.Means + " " + v.Finding.Do
			if v.Finding.Seen == "" || v.Finding.Means == "" || v.Finding.Do == "" || strings.ContainsAny(said, "{}~") {
				t.Errorf("%s %s: %q", code, variant, said)
			}
			for _, wrong := range []string{"our router drops", "our own router", "on your router", "out to", " out in"} {
				if strings.Contains(said, wrong) && variant != "self" {
					t.Errorf("%s %s says %q: %s", code, variant, wrong, said)
				}
			}
		}
	}
}
