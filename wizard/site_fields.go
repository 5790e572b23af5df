package wizard

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_.:-]{0,63}$`)

func (l *siteLoader) site(root *yaml.Node) Site {
	var s Site
	m := l.mapping(root, "file", "version", "name", "case", "sources", "server", "hubs", "outbound", "from", "firewalls", "step")
	if m == nil {
		return s
	}
	if s.Version = siteVersion; m["version"] == nil {
		l.say(root.Line, "site-file.no-version")
	} else if v, ok := l.text(m["version"], "version"); ok && v != "1" {
		l.say(m["version"].Line, "site-file.version", "value", strconv.Quote(shown(v)))
	}
	if v, ok := l.text(m["name"], "name"); ok {
		var err error
		s.Name, err = validName(v)
		l.wrong(m["name"], "name", err)
	}
	s.Case = oneOf(l, m["case"], "case", rules.CaseLAN, rules.CaseInternet)
	s.Outbound = oneOf(l, m["outbound"], "outbound", OutboundOpen, OutboundClosed, OutboundUnknown)
	s.From = oneOf(l, m["from"], "from", rules.FromServer, rules.FromHub, rules.FromInternet)
	if v, ok := l.text(m["step"], "step"); ok {
		if s.Step = v; !knownQuestion(v) {
			l.say(m["step"].Line, "site-file.step", "value", strconv.Quote(shown(v)))
		}
	}
	l.sources(&s, m["sources"])
	l.server(&s, m["server"])
	l.hubs(&s, m["hubs"])
	l.firewalls(&s, m["firewalls"])
	if s.Case == "" && m["case"] == nil && s.Step == "" {
		l.say(root.Line, "site-file.no-case")
	}
	if fw := s.Firewall(router.SideSite); fw != nil && s.Step == "" && s.needsLANIP() && !s.Server.LANIP.IsValid() && len(l.errs) == 0 {
		l.say(m["firewalls"].Line, "site-file.no-lan-ip")
	}
	return s
}

// wrong says a validator's error with its key.
func (l *siteLoader) wrong(n *yaml.Node, key string, err error) {
	if err != nil {
		l.because(n.Line, err, "site-file.wrong", "key", key)
	}
}

func (l *siteLoader) sources(s *Site, n *yaml.Node) {
	for _, e := range l.list(n, "sources", maxSources) {
		d, ok := l.source(e)
		switch {
		case !ok:
		case slices.ContainsFunc(s.Sources, func(o DataSource) bool { return o == d }):
			l.say(e.Line, "site-file.source-twice", "source", string(d.Kind))
		default:
			s.Sources = append(s.Sources, d)
		}
	}
}

// source reads a bare word or a map.
func (l *siteLoader) source(e *yaml.Node) (d DataSource, ok bool) {
	kind := e
	var m map[string]*yaml.Node
	if e.Kind == yaml.MappingNode {
		m = l.mapping(e, "source", "kind", "host", "port")
		if kind = m["kind"]; kind == nil {
			l.say(e.Line, "site-file.no-kind", "known", sourceList())
			return d, false
		}
	}
	v, ok := l.text(kind, "source")
	if !ok {
		return d, false
	}
	if d.Kind = rules.Source(v); !d.Kind.Valid() {
		l.say(kind.Line, "site-file.one-of", "key", "source", "value", strconv.Quote(shown(v)), "known", sourceList())
		return d, false
	}
	host, hasHost := l.text(m["host"], "host")
	port, hasPort := l.text(m["port"], "port")
	switch {
	case (hasHost || hasPort) && !ownHost(d.Kind):
		l.say(e.Line, "site-file.no-own-host", "source", string(d.Kind))
		return d, false
	case hasPort && !hasHost:
		l.say(e.Line, "site-file.port-alone", "source", string(d.Kind))
		return d, false
	}
	var err error
	if hasHost {
		d.Host, _, err = validHost(host)
		l.wrong(m["host"], "host", err)
	}
	if hasPort && err == nil {
		d.Port, err = validPort(port)
		l.wrong(m["port"], "port", err)
	}
	return d, err == nil
}

func sourceList() string {
	var out []string
	for _, s := range rules.AllSources() {
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}

// ownHost tells whether a source has a host that belongs to the customer.
func ownHost(s rules.Source) bool {
	return s.InLAN() || s == rules.SourceCalDAV || s == rules.SourceCSV
}

func (l *siteLoader) server(s *Site, n *yaml.Node) {
	m := l.mapping(n, "server", "domain", "lan_ip", "public_ip")
	if v, ok := l.text(m["domain"], "domain"); ok {
		var err error
		s.Server.Domain, _, err = validDomain(v)
		l.wrong(m["domain"], "domain", err)
	}
	s.Server.LANIP = l.addr(m["lan_ip"], "lan_ip", validLANIP)
	s.Server.PublicIP = l.addr(m["public_ip"], "public_ip", validPublicIP)
}

// addr reads an address; a file holds nothing but the address itself.
func (l *siteLoader) addr(n *yaml.Node, key string, valid func(string) (netip.Addr, remark, error)) netip.Addr {
	v, ok := l.text(n, key)
	if !ok {
		return netip.Addr{}
	}
	a, _, err := valid(v)
	if p, perr := netip.ParseAddr(v); err == nil && (perr != nil || p.Unmap() != a) {
		err = check.Say("problems.address.alone", "address", a.String())
	}
	l.wrong(n, key, err)
	return a
}

func (l *siteLoader) hubs(s *Site, n *yaml.Node) {
	m := l.mapping(n, "hubs", "subnets")
	for _, e := range l.list(m["subnets"], "subnets", maxSubnets) {
		v, ok := l.text(e, "subnets")
		if !ok {
			continue
		}
		list, _, err := validSubnets(v)
		l.wrong(e, "subnets", err)
		for _, p := range list {
			if !slices.Contains(s.Hubs.Subnets, p) {
				s.Hubs.Subnets = append(s.Hubs.Subnets, p)
			}
		}
	}
}

func (l *siteLoader) firewalls(s *Site, n *yaml.Node) {
	lines := map[spot]int{}
	for _, e := range l.list(n, "firewalls", len(allSides)+len(frontSides)) {
		m := l.mapping(e, "firewall", "side", "router", "generation", "front", "to", "inputs")
		if m == nil {
			continue
		}
		if m["side"] == nil {
			l.say(e.Line, "site-file.no-side", "known", joinSides(allSides))
			continue
		}
		front := oneOf(l, m["front"], "front", "true", "false")
		fw := Firewall{Side: oneOf(l, m["side"], "side", allSides...), Front: front == "true"}
		switch {
		case fw.Side == "" || front == "" && m["front"] != nil:
			continue
		case s.Case != "" && !slices.Contains(sidesOf(s.Case), fw.Side):
			l.say(m["side"].Line, "site-file.side-case", "side", string(fw.Side), "case", string(s.Case), "known", joinSides(sidesOf(s.Case)))
			continue
		case fw.Front && s.Front(fw.Side) != nil:
			l.say(m["side"].Line, "site-file.two-fronts", "side", string(fw.Side))
			continue
		case !fw.Front && s.Firewall(fw.Side) != nil:
			l.say(m["side"].Line, "site-file.side-twice", "side", string(fw.Side))
			continue
		}
		l.router(s, &fw, e, m)
		l.to(s, &fw, e, m["to"])
		s.Firewalls = append(s.Firewalls, fw)
		lines[fw.spot()] = e.Line
	}
	l.fronts(s, lines)
}

var allSides = []router.Side{router.SideSite, router.SideServer, router.SideHubs, router.SideHost}

func joinSides(list []router.Side) string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}

func (l *siteLoader) router(s *Site, fw *Firewall, e *yaml.Node, m map[string]*yaml.Node) {
	id, ok := l.text(m["router"], "router")
	if !ok {
		if m["router"] == nil && s.Step == "" {
			l.say(e.Line, "site-file.no-router")
		}
		return
	}
	fw.Router = id
	fw.Generation, _ = l.text(m["generation"], "generation")
	v, err := findRouter(l.cat, fw.Router, fw.Generation)
	if err != nil {
		l.because(m["router"].Line, err, routerKey(err))
		return
	}
	if !slices.Contains(v.Sides, fw.Side) {
		l.say(m["router"].Line, "site-file.router-side", "router", shown(id), "side", string(fw.Side), "known", joinSides(v.Sides))
	} else if fw.Front && !fitsFront(v) {
		l.say(m["router"].Line, "site-file.no-front", "router", shown(id))
	}
	l.inputs(fw, v, m["inputs"])
}

// inputs checks each input as if it were typed.
func (l *siteLoader) inputs(fw *Firewall, v *router.Variant, n *yaml.Node) {
	if n == nil {
		return
	}
	known := make([]string, len(v.Asks))
	for i, a := range v.Asks {
		known[i] = a.ID
	}
	if len(known) == 0 {
		l.say(n.Line, "site-file.no-inputs", "router", fw.Router)
		return
	}
	m := l.mapping(n, "inputs", known...)
	for _, a := range v.Asks {
		s, ok := l.text(m[a.ID], a.ID)
		if !ok {
			continue
		}
		normal, err := a.CheckInput(s)
		if err != nil {
			l.wrong(m[a.ID], a.ID, err)
			continue
		}
		if fw.Inputs == nil {
			fw.Inputs = map[string]string{}
		}
		fw.Inputs[a.ID] = normal
	}
}
