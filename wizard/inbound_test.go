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

// TestArrivedOverOneFamily: a port that is closed for one family is no green row
// at the server either, until both came.
func TestArrivedOverOneFamily(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromServer)
	six := Arrival{Proto: "tcp", Port: 443, Source: netip.MustParseAddr("2001:db8::7"), Dialed: netip.MustParseAddr("2001:db8:1::5"), Seen: check.SeenOutside, At: testNow, Missing: 4}
	hidden := six
	hidden.Seen = check.SeenMasked
	inside := arrival("203.0.113.5")
	inside.Seen = check.SeenInside
	gd := GuideDeps{d.Book, d.Routers, d.Words, ""}
	for _, step := range []struct {
		name string
		a    Arrival
		want string
	}{
		{"IPv6 alone", six, "note tcp.family"},
		{"then from inside", inside, "note tcp.family"},
		{"then over IPv4 too", arrival("203.0.113.5"), "pass in.proven"},
		{"IPv4 is closed again", six, "note tcp.family"},
		{"and the router hides senders", hidden, "note tcp.family"},
	} {
		flows := b.Arrived(step.a)
		if step.a.Seen != check.SeenInside && len(flows) == 0 {
			t.Fatalf("%s: it arrives at no row", step.name)
		}
		for _, f := range flows {
			v, _ := b.Flow(f.Key)
			if got := v.Status.String() + " " + string(v.Result.Code); got != step.want {
				t.Errorf("%s: %s, want %s", step.name, got, step.want)
			}
			if in := slices.Contains(wantLines(gd.wants(b.site, router.SideServer, b, true)), "in 4.3, 5.1 tcp 80,443"); in != (v.Status == check.Note) {
				t.Errorf("%s: the missing rows have it: %v", step.name, in)
			}
			if said := v.Finding.Seen + v.Finding.Means; step.a.Missing != 0 && (!strings.Contains(v.Finding.Seen, "not over IPv4") || !strings.Contains(said, "over IPv4 does not reach")) {
				t.Errorf("%s says %q", step.name, said)
			}
		}
	}
}

// TestOutsideRows: the code carries which rows arrive at the server, so that the
// other end asks these and no others.
func TestOutsideRows(t *testing.T) {
	d := realDeps(t)
	for _, c := range []rules.Case{rules.CaseLAN, rules.CaseInternet} {
		for _, sources := range [][]rules.Source{nil, {rules.SourceExchange}, {rules.SourceGoogle}, {rules.SourceMicrosoft}, rules.AllSources()} {
			site := planSite(c, OutboundOpen, sources...)
			far, err := OutsideSite("sops.example.com", RowsOf(site))
			if err != nil {
				t.Fatal(err)
			}
			var here, there []string
			for _, f := range NewBoard(d.Book, d.Words, site, rules.FromServer).Inbound() {
				here = append(here, f.Key)
			}
			for _, f := range NewBoard(d.Book, d.Words, far, rules.FromInternet).Inbound() {
				there = append(there, f.Key)
			}
			if !slices.Equal(here, there) {
				t.Errorf("%s %v: the server has %q, outside asks %q", c, sources, here, there)
			}
		}
	}
	if n := RowsOf(planSite(rules.CaseInternet, OutboundOpen, rules.AllSources()...)); n > 31 {
		t.Errorf("%d does not fit one character", n)
	}
}
