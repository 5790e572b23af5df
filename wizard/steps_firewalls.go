package wizard

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/host"
	"github.com/syncsign/sops-firewall/rules/router"
)

// Outbound: whether the router blocks the way out.
func fillOutbound(s *Session, q *Question) {
	for i, o := range []Outbound{OutboundOpen, OutboundClosed, OutboundUnknown} {
		q.Options = append(q.Options, s.option("outbound", string(o), strconv.Itoa(i+1)))
	}
	q.Selected = []string{firstText(string(s.site.Outbound), string(OutboundUnknown))}
	if s.site.Case == rules.CaseInternet { // two networks, one answer
		q.Intro = strings.TrimSpace(q.Intro + "\n" + s.text("questions.outbound.intro-internet", nil))
	}
}

func takeOutbound(s *Session, a Answer) (string, error) {
	id, err := s.pick(a, string(OutboundOpen), string(OutboundClosed), string(OutboundUnknown))
	if err == nil {
		s.site.Outbound = Outbound(id)
		s.recheck()
	}
	return "", err
}

func valueOutbound(s *Session, _ spot) string {
	return s.option("outbound", string(s.site.Outbound), "").Label
}

// Firewalls of the path; the server's own is proposed where one is at work.
func fillFirewalls(s *Session, q *Question) {
	for i, side := range sidesOf(s.site.Case) {
		if len(s.brands(spot(side))) == 0 {
			continue
		}
		o := s.option("firewalls", string(side), strconv.Itoa(i+1))
		names := ""
		if side == router.SideHost {
			if names = s.shields(); names != "" {
				o.Because = s.text("questions.firewalls.because", map[string]string{"names": names})
			}
		}
		q.Options = append(q.Options, o)
		if s.site.Firewall(side) != nil || len(s.site.Firewalls) == 0 && (side != router.SideHost || names != "") {
			q.Selected = append(q.Selected, string(side))
		}
	}
}

// shields names the firewalls at work on the server, where this computer is it.
func (s *Session) shields() string {
	if s.site.From != rules.FromServer || s.deps.Here.Shield.State != host.FirewallActive {
		return ""
	}
	return strings.Join(s.deps.Here.Shield.Names, ", ")
}

func takeFirewalls(s *Session, a Answer) (string, error) {
	var out []Firewall
	chosen := 0
	for _, side := range sidesOf(s.site.Case) {
		if !slices.Contains(a.Many, string(side)) {
			continue
		}
		chosen++
		if s.site.Firewall(side) != nil {
			out = append(out, slices.DeleteFunc(slices.Clone(s.site.Firewalls), func(f Firewall) bool { return f.Side != side })...)
			continue
		}
		out = append(out, Firewall{Side: side})
		s.answered["brand:"+string(side)], s.answered["front:"+string(side)] = false, false
	}
	if chosen == 0 || chosen != len(a.Many) {
		return "", &Problem{Say: s.text("problems.firewalls", nil)}
	}
	s.site.Firewalls = out
	return "", nil
}

func valueFirewalls(s *Session, _ spot) string {
	var out []string
	for _, fw := range s.site.Firewalls {
		if fw.Front {
			continue // has a question of its own
		}
		out = append(out, s.option("firewalls", string(fw.Side), "").Label)
	}
	return strings.Join(out, ", ")
}

// genericID is the router that "I don't know" stands for.
const genericID = "generic"

// brand is one entry of the list of brands: a router, or one generation of it.
type brand struct {
	id    string // "mikrotik", or "tplink/archer-new" where there are several
	label string
	r     *router.Router
	v     *router.Variant
}

// said is a text of a router's file in the session's language.
func (s *Session) said(v *router.Variant, text string) string {
	return v.Said(s.deps.Words.Lang(), text)
}

// brands are the entries for a spot, "I don't know" first: Enter, pressed in
// haste where nothing was found out, is no brand.
func (s *Session) brands(at spot) []brand {
	var out, unknown []brand
	for i := range s.deps.Routers.Routers {
		r := &s.deps.Routers.Routers[i]
		var fit []*router.Variant
		for _, v := range r.Variants {
			if slices.Contains(v.Sides, at.side()) && (!at.front() || fitsFront(v)) {
				fit = append(fit, v)
			}
		}
		for _, v := range fit {
			b := brand{id: r.ID, label: s.said(v, r.Name), r: r, v: v}
			if len(r.Variants) > 1 {
				b.id += "/" + v.Generation
			}
			if v.Label != "" && v.Label != r.Name {
				b.label += ": " + s.said(v, v.Label)
			}
			if r.ID == genericID {
				unknown = append(unknown, b)
				continue
			}
			out = append(out, b)
		}
	}
	return append(unknown, out...)
}

// guess is the router that was found out for a spot, and how.
func (s *Session) guess(at spot) (id, because string) {
	h := s.deps.Here
	if at == spot(router.SideServer) && h.Cloud != "" && s.site.From != rules.FromHub {
		return h.Cloud, s.text("questions.brand.because.cloud", map[string]string{"cloud": firstText(h.CloudName, h.Cloud)})
	}
	if names := s.shields(); at == spot(router.SideHost) && names != "" {
		return h.Shield.Names[0], s.text("questions.firewalls.because", map[string]string{"names": names})
	}
	if at.front() || !s.behind(at.side()) || h.Router == "" {
		return "", ""
	}
	return h.Router, firstText(h.RouterWhy, s.text("questions.brand.because.router", nil))
}

// Brand of one firewall: what was found out first, then "I don't know".
func fillBrand(s *Session, q *Question) {
	at := s.step(q.ID).spot
	id, because := s.guess(at)
	list := s.brands(at)
	found := -1
	for i, b := range list {
		o := Option{ID: b.id, Label: b.label, Detail: s.own("brand.kinds." + string(b.v.Kind))}
		if b.r.ID == genericID {
			o.Label, o.Detail = s.text("questions.brand.unknown.label", nil), s.text("questions.brand.unknown.detail", nil)
		}
		if b.r.ID == id && found < 0 {
			o.Because, found = because, i
		}
		q.Options = append(q.Options, o)
	}
	if found > 0 {
		o := q.Options[found]
		q.Options = slices.Insert(slices.Delete(q.Options, found, found+1), 0, o)
	}
	switch v := s.variant(at); {
	case v != nil:
		i := slices.IndexFunc(list, func(b brand) bool { return b.v == v })
		if i >= 0 {
			q.Selected = []string{list[i].id}
		}
	case found >= 0:
		q.Selected = []string{list[found].id}
	}
}

// variant is the router chosen for a spot; nil for none.
func (s *Session) variant(at spot) *router.Variant {
	fw := s.site.firewall(at)
	if fw == nil || fw.Router == "" {
		return nil
	}
	v, err := findRouter(s.deps.Routers, fw.Router, fw.Generation)
	if err != nil || !slices.Contains(v.Sides, at.side()) || at.front() && !fitsFront(v) {
		return nil
	}
	return v
}

func takeBrand(s *Session, a Answer) (string, error) {
	at := s.step(s.at).spot
	list := s.brands(at)
	i := slices.IndexFunc(list, func(b brand) bool { return b.id == a.Choice })
	if i < 0 { // a script may name the brand alone
		i = slices.IndexFunc(list, func(b brand) bool { return b.r.ID == a.Choice })
	}
	if i < 0 {
		if _, err := findRouter(s.deps.Routers, a.Choice, ""); err != nil {
			return "", s.problem("", check.Say("problems."+routerKey(err)).For(err))
		}
		return "", &Problem{Say: s.text("problems.choose", nil)}
	}
	fw, b := s.site.firewall(at), list[i]
	was := s.variant(at)
	fw.Router, fw.Generation = b.r.ID, ""
	if len(b.r.Variants) > 1 {
		fw.Generation = b.v.Generation
	}
	if was == b.v {
		return "", nil
	}
	fw.Inputs = keepInputs(fw.Inputs, b.v)
	s.answered["inputs:"+string(at)] = false
	if !at.front() && !behindFront(b.v) {
		s.dropFront(at.side())
	}
	return "", nil
}

// keepInputs are the inputs that the new router asks for too.
func keepInputs(in map[string]string, v *router.Variant) map[string]string {
	out := maps.Clone(in)
	maps.DeleteFunc(out, func(id, s string) bool {
		i := slices.IndexFunc(v.Asks, func(a router.Ask) bool { return a.ID == id })
		if i < 0 {
			return true
		}
		_, err := v.Asks[i].CheckInput(s)
		return err != nil
	})
	if len(out) == 0 {
		return nil
	}
	return out
}

func valueBrand(s *Session, at spot) string {
	for _, b := range s.brands(at) {
		if b.v == s.variant(at) {
			return b.label
		}
	}
	return ""
}
