package wizard

import (
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// spot is the place of one firewall in the path: "site" is the own router of
// that side, "site-front" the provider box in front of it.
type spot string

const (
	inFront = "-front"
	toID    = "to" // the field of Firewall.To
)

func frontOf(side router.Side) spot { return spot(side) + inFront }

func (p spot) side() router.Side { return router.Side(strings.TrimSuffix(string(p), inFront)) }

func (p spot) front() bool { return strings.HasSuffix(string(p), inFront) }

func (f Firewall) spot() spot {
	if f.Front {
		return frontOf(f.Side)
	}
	return spot(f.Side)
}

func (s Site) firewall(at spot) *Firewall {
	for i := range s.Firewalls {
		if s.Firewalls[i].spot() == at {
			return &s.Firewalls[i]
		}
	}
	return nil
}

// frontSides are the sides where a provider box may stand in front of a router.
var frontSides = []router.Side{router.SideSite, router.SideServer, router.SideHubs}

// behindFront tells whether a router is one that a provider box may stand in
// front of: a cloud's firewall is none, and neither is what forwards nothing.
func behindFront(v *router.Variant) bool { return v.Kind == router.Paste || v.Kind == router.Web }

// fitsFront tells whether a router may be that box; one that forwards nothing
// says so in its guide.
func fitsFront(v *router.Variant) bool { return behindFront(v) || v.Kind == router.None }

// needsTo tells whether the guide of the box names the own router: where rows
// arrive, and where the way out is opened for it alone.
func (s Site) needsTo(side router.Side) bool {
	return side == router.SideServer || side == router.SideSite && s.Facts().Notifies() || s.Outbound == OutboundClosed
}

// validTo reads the address that the own router has on the box's side.
func (s Site) validTo(v string) (netip.Addr, error) {
	v, err := typed(v)
	if err != nil {
		return netip.Addr{}, err
	}
	if v == "" {
		return netip.Addr{}, check.Say("problems.to.none")
	}
	a, err := address(v, "problems.address.to")
	if err != nil {
		return a, err
	}
	if err := usable(a); err != nil {
		return netip.Addr{}, err
	}
	switch a = a.Unmap(); {
	case !a.Is4():
		return netip.Addr{}, check.Say("problems.to.v6", "address", a.String())
	case check.CarrierShared(a):
		return netip.Addr{}, check.Say("problems.to.shared", "address", a.String())
	case !a.IsPrivate():
		return netip.Addr{}, check.Say("problems.to.public", "address", a.String())
	case a == s.Server.LANIP:
		return netip.Addr{}, check.Say("problems.to.server", "address", a.String())
	}
	return a, nil
}

// to reads the address that a box forwards to.
func (l *siteLoader) to(s *Site, fw *Firewall, e, n *yaml.Node) {
	switch {
	case !fw.Front && n != nil:
		l.say(n.Line, "site-file.to-alone")
	case fw.Front && n == nil && s.Step == "" && s.needsTo(fw.Side):
		l.say(e.Line, "site-file.no-to")
	case fw.Front:
		fw.To = l.addr(n, "to", func(v string) (netip.Addr, remark, error) {
			a, err := s.validTo(v)
			return a, remark{}, err
		})
	}
}

// fronts holds that each box stands in front of a router.
func (l *siteLoader) fronts(s *Site, lines map[spot]int) {
	for _, fw := range s.Firewalls {
		if !fw.Front {
			continue
		}
		own, line := s.Firewall(fw.Side), lines[fw.spot()]
		if !slices.Contains(frontSides, fw.Side) {
			l.say(line, "site-file.front-side", "side", string(fw.Side), "known", joinSides(frontSides))
			continue
		}
		if own == nil {
			l.say(line, "site-file.front-alone", "example", "{side: "+string(fw.Side)+", router: generic}")
			continue
		}
		if v, err := findRouter(l.cat, own.Router, own.Generation); err == nil && !behindFront(v) {
			l.say(line, "site-file.front-none", "router", own.Router, "side", string(fw.Side))
		}
	}
}

// firewallPath are the questions on one side's firewall, and on the box in front.
func (s *Session) firewallPath(side router.Side) []string {
	out := []string{"brand:" + string(side)}
	v := s.variant(spot(side))
	if v == nil {
		return out
	}
	if s.mayHaveFront(side) {
		out = append(out, "front:"+string(side))
		if s.site.Front(side) != nil {
			out = append(out, "brand:"+string(frontOf(side)))
			if s.variant(frontOf(side)) != nil {
				out = append(out, "inputs:"+string(frontOf(side)))
			}
		}
	}
	if len(v.AsksFor(side)) > 0 {
		out = append(out, "inputs:"+string(side))
	}
	return out
}

func (s *Session) mayHaveFront(side router.Side) bool {
	v := s.variant(spot(side))
	return v != nil && slices.Contains(frontSides, side) && behindFront(v)
}

// hasFront tells whether the file says that there is a box, or none: one that is
// finished and names none says so.
func (s *Session) hasFront(side router.Side) bool {
	return s.site.Front(side) != nil || s.site.Step == "" && s.variant(spot(side)) != nil
}

// seenFront is the private address that the router of a side says it has on the
// Internet; invalid where this computer is behind another one.
func (s *Session) seenFront(side router.Side) netip.Addr {
	h := s.deps.Here
	if h.NAT() != check.NATDouble || !h.WAN.Is4() || !s.behind(side) {
		return netip.Addr{}
	}
	return h.WAN
}

// behind tells whether this computer's router is the one of that side.
func (s *Session) behind(side router.Side) bool {
	switch side {
	case router.SideServer:
		return s.site.From == rules.FromServer
	case router.SideHubs:
		return s.site.From == rules.FromHub
	case router.SideSite:
		return s.site.From != rules.FromInternet
	case router.SideHost:
	}
	return false
}

// Front: whether a provider box stands in front of a router.
func fillFront(s *Session, q *Question) {
	side := s.step(q.ID).spot.side()
	q.Options = []Option{s.option("front", "no", "1"), s.option("front", "yes", "2")}
	q.Selected = []string{"no"}
	wan := s.seenFront(side)
	if wan.IsValid() {
		q.Options[1].Because = s.text("questions.front.because", map[string]string{"address": wan.String()})
	}
	if s.site.Front(side) != nil || wan.IsValid() && !s.answered[q.ID] {
		q.Selected = []string{"yes"}
	}
}

func takeFront(s *Session, a Answer) (string, error) {
	side := s.step(s.at).spot.side()
	id, err := s.pick(a, "no", "yes")
	if err != nil || (id == "yes") == (s.site.Front(side) != nil) {
		return "", err
	}
	if id == "no" {
		s.dropFront(side)
		return "", nil
	}
	own := slices.IndexFunc(s.site.Firewalls, func(f Firewall) bool { return f.spot() == spot(side) })
	s.site.Firewalls = slices.Insert(s.site.Firewalls, own, Firewall{Side: side, Front: true})
	for _, q := range []string{"brand:", "inputs:"} {
		s.answered[q+string(frontOf(side))] = false
	}
	s.moved(side)
	return "", nil
}

// dropFront takes the box out of the path.
func (s *Session) dropFront(side router.Side) {
	s.site.Firewalls = slices.DeleteFunc(s.site.Firewalls, func(f Firewall) bool { return f.spot() == frontOf(side) })
	s.moved(side)
}

// moved asks again for what depends on the own router's address on the Internet:
// behind a box that is another one.
func (s *Session) moved(side router.Side) {
	v, fw := s.variant(spot(side)), s.site.Firewall(side)
	if v == nil {
		return
	}
	for _, a := range v.AsksFor(side) {
		if a.From == "public_ip" {
			delete(fw.Inputs, a.ID)
			s.answered["inputs:"+string(side)] = false
		}
	}
	if len(fw.Inputs) == 0 {
		fw.Inputs = nil
	}
}

func valueFront(s *Session, at spot) string {
	id := "no"
	if s.site.Front(at.side()) != nil {
		id = "yes"
	}
	return s.option("front", id, "").Label
}

// toField asks for the own router's address on the box's side.
func (s *Session) toField(side router.Side, fw *Firewall) Field {
	f := s.field("inputs", toID, addrText(fw.To))
	f.Optional = !s.site.needsTo(side)
	switch wan := s.seenFront(side); {
	case fw.To.IsValid():
		f.From = s.text("questions.from.you", nil)
	case wan.IsValid():
		f.Value, f.From = wan.String(), s.text("questions.from.router", nil)
	}
	return f
}

func (s *Session) tryTo(side router.Side, v string) (netip.Addr, remark, error) {
	if strings.TrimSpace(v) == "" && !s.site.needsTo(side) {
		return netip.Addr{}, remark{}, nil
	}
	a, err := s.site.validTo(v)
	switch {
	case err != nil:
		return a, remark{}, err
	case a == s.deps.Here.Gateway:
		return a, remark{"inside", nil}, nil
	}
	return a, reduced(a, v), nil
}

// twoDevices fits what a guide is told, where a provider box is in the path: for
// the box the server is the own router, and for that the Internet begins there.
func (d GuideDeps) twoDevices(g *SideGuide, site Site, fw Firewall, rs router.Site) router.Site {
	front := site.Front(fw.Side)
	switch {
	case fw.Front:
		rs.LANIP, rs.Hubs, rs.Domain = fw.To, nil, "" // names inside are the own router's to lead
		if fw.To.IsValid() {
			rs.Hubs = []netip.Prefix{netip.PrefixFrom(fw.To, fw.To.BitLen())}
			g.Lead = d.Words.Text("guides.front."+string(fw.Side), map[string]string{"to": fw.To.String()})
		}
	case front != nil:
		rs.PublicIP = front.To
		g.Lead = d.Words.Text("guides.front.behind", map[string]string{"to": addrText(front.To)})
	}
	return rs
}

// nowhere takes the text out of a box's guide that does not know the own router.
func (d GuideDeps) nowhere(g *router.Guide) {
	g.Blocks, g.Nothing = nil, false
	g.Gaps = []router.Gap{{Say: d.Words.Text("guides.front.no-to", nil)}}
}
