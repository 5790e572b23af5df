package wizard

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// Outbound: whether the router blocks the way out.
func fillOutbound(s *Session, q *Question) {
	for i, o := range []Outbound{OutboundOpen, OutboundClosed, OutboundUnknown} {
		q.Options = append(q.Options, s.option("outbound", string(o), strconv.Itoa(i+1)))
	}
	q.Selected = []string{firstText(string(s.site.Outbound), string(OutboundUnknown))}
}

func takeOutbound(s *Session, a Answer) (string, error) {
	id, err := s.pick(a, string(OutboundOpen), string(OutboundClosed), string(OutboundUnknown))
	if err == nil {
		s.site.Outbound = Outbound(id)
	}
	return "", err
}

func valueOutbound(s *Session, _ router.Side) string {
	return s.option("outbound", string(s.site.Outbound), "").Label
}

// Firewalls of the path; the server's own is asked for, not assumed.
func fillFirewalls(s *Session, q *Question) {
	for i, side := range sidesOf(s.site.Case) {
		if len(s.brands(side)) == 0 {
			continue
		}
		q.Options = append(q.Options, s.option("firewalls", string(side), strconv.Itoa(i+1)))
		if s.site.Firewall(side) != nil || len(s.site.Firewalls) == 0 && side != router.SideHost {
			q.Selected = append(q.Selected, string(side))
		}
	}
}

func takeFirewalls(s *Session, a Answer) (string, error) {
	var out []Firewall
	for _, side := range sidesOf(s.site.Case) {
		switch old := s.site.Firewall(side); {
		case !slices.Contains(a.Many, string(side)):
		case old != nil:
			out = append(out, *old)
		default:
			out = append(out, Firewall{Side: side})
			s.answered["brand:"+string(side)] = false
		}
	}
	if len(out) == 0 || len(out) != len(a.Many) {
		return "", &Problem{Say: s.text("problems.firewalls", nil)}
	}
	s.site.Firewalls = out
	return "", nil
}

func valueFirewalls(s *Session, _ router.Side) string {
	var out []string
	for _, fw := range s.site.Firewalls {
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

// brands are the entries for a side, "I don't know" last.
func (s *Session) brands(side router.Side) []brand {
	var out, last []brand
	for i := range s.deps.Routers.Routers {
		r := &s.deps.Routers.Routers[i]
		var fit []*router.Variant
		for _, v := range r.Variants {
			if slices.Contains(v.Sides, side) {
				fit = append(fit, v)
			}
		}
		for _, v := range fit {
			b := brand{id: r.ID, label: r.Name, r: r, v: v}
			if len(r.Variants) > 1 {
				b.id += "/" + v.Generation
			}
			if v.Label != "" && v.Label != r.Name {
				b.label += ": " + v.Label
			}
			if r.ID == genericID {
				last = append(last, b)
				continue
			}
			out = append(out, b)
		}
	}
	return append(out, last...)
}

// guess is the router that was found out for a side, and how.
func (s *Session) guess(side router.Side) (id, because string) {
	h := s.deps.Here
	switch side {
	case router.SideServer:
		if h.Cloud != "" && s.site.From != rules.FromHub {
			return h.Cloud, s.text("questions.brand.because.cloud", map[string]string{"cloud": firstText(h.CloudName, h.Cloud)})
		}
		if s.site.From != rules.FromServer {
			return "", ""
		}
	case router.SideHubs:
		if s.site.From != rules.FromHub {
			return "", ""
		}
	case router.SideSite:
		if s.site.From == rules.FromInternet {
			return "", ""
		}
	case router.SideHost:
		return "", ""
	}
	if h.Router == "" {
		return "", ""
	}
	return h.Router, firstText(h.RouterWhy, s.text("questions.brand.because.router", nil))
}

// Brand of one firewall: what was found out first, "I don't know" last.
func fillBrand(s *Session, q *Question) {
	side := s.step(q.ID).side
	id, because := s.guess(side)
	list := s.brands(side)
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
	switch v := s.variant(side); {
	case v != nil:
		i := slices.IndexFunc(list, func(b brand) bool { return b.v == v })
		if i >= 0 {
			q.Selected = []string{list[i].id}
		}
	case found >= 0:
		q.Selected = []string{list[found].id}
	}
}

// variant is the router chosen for a side; nil for none.
func (s *Session) variant(side router.Side) *router.Variant {
	fw := s.site.Firewall(side)
	if fw == nil || fw.Router == "" {
		return nil
	}
	v, err := findRouter(s.deps.Routers, fw.Router, fw.Generation)
	if err != nil || !slices.Contains(v.Sides, side) {
		return nil
	}
	return v
}

func takeBrand(s *Session, a Answer) (string, error) {
	side := s.step(s.at).side
	list := s.brands(side)
	i := slices.IndexFunc(list, func(b brand) bool { return b.id == a.Choice })
	if i < 0 { // a script may name the brand alone
		i = slices.IndexFunc(list, func(b brand) bool { return b.r.ID == a.Choice })
	}
	if i < 0 {
		if _, err := findRouter(s.deps.Routers, a.Choice, ""); err != nil {
			return "", &Problem{Say: sayRouter(err)}
		}
		return "", &Problem{Say: s.text("problems.choose", nil)}
	}
	fw, b := s.site.Firewall(side), list[i]
	was := s.variant(side)
	fw.Router, fw.Generation = b.r.ID, ""
	if len(b.r.Variants) > 1 {
		fw.Generation = b.v.Generation
	}
	if was == b.v {
		return "", nil
	}
	fw.Inputs = keepInputs(fw.Inputs, b.v)
	id := "inputs:" + string(side)
	s.answered[id] = false
	if len(b.v.AsksFor(side)) > 0 { // also when this is a change from the summary
		return id, nil
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

func valueBrand(s *Session, side router.Side) string {
	for _, b := range s.brands(side) {
		if b.v == s.variant(side) {
			return b.label
		}
	}
	return ""
}
