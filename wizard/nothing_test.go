package wizard

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// TestNothingWhy: a firewall that nobody looked through is never called open,
// and one whose rows fail for another reason is not called done.
func TestNothingWhy(t *testing.T) {
	d := realDeps(t)
	gd := GuideDeps{Book: d.Book, Routers: d.Routers, Words: d.Words}
	hubs := func(site Site, st check.Status, code check.Code) *Board {
		b := NewBoard(d.Book, d.Words, site, rules.FromHub)
		for _, j := range b.Jobs(true) {
			b.Apply(result(j, st, code))
		}
		return b
	}
	for name, tt := range map[string]struct {
		answer Outbound
		board  func(Site) *Board
		want   Nothing
		done   bool
	}{
		"no check, not known":       {OutboundUnknown, func(Site) *Board { return nil }, NothingSeenHubs, false},
		"no check, said to be open": {OutboundOpen, func(Site) *Board { return nil }, NothingSaid, true},
		"seen from the server only": {OutboundUnknown, func(s Site) *Board { return passed(d, s, rules.FromServer) }, NothingSeenHubs, false},
		"not run yet":               {OutboundUnknown, func(s Site) *Board { return NewBoard(d.Book, d.Words, s, rules.FromHub) }, NothingSeenHubs, false},
		"all open":                  {OutboundUnknown, func(s Site) *Board { return hubs(s, check.Pass, "") }, NothingOpen, true},
		"open and odd":              {OutboundUnknown, func(s Site) *Board { return hubs(s, check.Note, check.TLSIntercepted) }, NothingOpen, true},
		"no rule's fault":           {OutboundUnknown, func(s Site) *Board { return hubs(s, check.Fail, check.TLSExpired) }, NothingSoFar, false},
		"not to be told":            {OutboundOpen, func(s Site) *Board { return hubs(s, check.Unproven, check.CheckTimeout) }, NothingSoFar, false},
	} {
		t.Run(name, func(t *testing.T) {
			site := planSite(rules.CaseInternet, tt.answer)
			site.Firewalls = []Firewall{{Side: router.SideHubs, Router: genericID}}
			g := SiteGuides(gd, site, tt.board(site), true)[0]
			if g.Err != nil || !g.Guide.Nothing || g.Why != tt.want || g.Why.Done() != tt.done || g.Idle == "" {
				t.Errorf("got %q, %q, %v", g.Why, g.Idle, g.Err)
			}
			if text := GuideText(d.Words, g, ""); !strings.Contains(text, g.Idle) {
				t.Errorf("the text does not say it:\n%s", text)
			}
			if j := GuidesJSON([]SideGuide{g}, "")[0]; j.Nothing != tt.done || j.Idle != g.Idle {
				t.Errorf("JSON: %+v", j)
			}
		})
	}

	site := planSite(rules.CaseInternet, OutboundClosed)
	site.Firewalls = []Firewall{{Side: router.SideHubs, Router: "fritzbox"}}
	if g := SiteGuides(gd, site, nil, true)[0]; g.Guide.Nothing || g.Why != "" || g.Idle != "" {
		t.Errorf("a closed way out has something to do: %+v", g)
	}
}

// TestUnseenNote: instructions for the way in do not keep quiet about a way out
// that nobody looked at.
func TestUnseenNote(t *testing.T) {
	d := realDeps(t)
	note := d.Words.Say("guides.unseen")
	for name, tt := range map[string]struct {
		answer Outbound
		looked bool
		want   bool
	}{
		"not known, not checked": {OutboundUnknown, false, true},
		"not known, checked":     {OutboundUnknown, true, false},
		"said to be open":        {OutboundOpen, false, false},
		"said to be closed":      {OutboundClosed, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			site := planSite(rules.CaseLAN, tt.answer, rules.SourceGoogle)
			site.Firewalls = []Firewall{{Side: router.SideSite, Router: "fritzbox"}}
			var b *Board
			if tt.looked {
				b = passed(d, site, rules.FromServer)
			}
			g := SiteGuides(GuideDeps{Book: d.Book, Routers: d.Routers, Words: d.Words}, site, b, true)[0]
			if got := strings.Contains(strings.Join(g.Notes, "\n"), note); got != tt.want || len(g.Guide.Blocks) == 0 {
				t.Errorf("note %v, want %v: %q", got, tt.want, g.Notes)
			}
		})
	}
}
