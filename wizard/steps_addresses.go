package wizard

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// hasAddresses tells whether a site answers the question; where everything may
// stay empty, one answer shows that it was asked.
func hasAddresses(s Site) bool {
	named := s.Server.Domain != "" || !s.needsName() && (s.Server.LANIP.IsValid() || s.Server.PublicIP.IsValid() || s.Name != "")
	return named && (!s.needsLANIP() || s.Server.LANIP.IsValid())
}

// mine tells whether an address is one of this computer's.
func (s *Session) mine(a netip.Addr) bool {
	return a.IsValid() && (s.deps.Here.Main.Prefix.Addr() == a ||
		slices.ContainsFunc(s.deps.Here.Nets, func(n Iface) bool { return n.Prefix.Addr() == a }))
}

// likelyServer tells whether this computer's address may be the server's: that
// runs on Linux, and not inside a container.
func (s *Session) likelyServer() bool {
	return s.deps.Here.GOOS == "linux" && !s.deps.Here.Inside() && (s.site.From == "" || s.site.From == rules.FromServer)
}

// Addresses: name, LAN address, public address, hubs' networks.
func fillAddresses(s *Session, q *Question) {
	site := s.site
	add := func(id, value, from string, optional bool) {
		f := s.field("addresses", id, value)
		f.Optional = optional
		if value != "" && from != "" {
			f.From = s.text("questions.from."+from, nil)
		}
		q.Fields = append(q.Fields, f)
	}
	add("domain", site.Server.Domain, "you", !site.needsName())

	main := s.deps.Here.Main.Prefix.Addr()
	public := main.IsValid() && usable(main) == nil && !main.IsPrivate() && !check.CarrierShared(main)
	known := s.answered["addresses"]
	guess := func(have netip.Addr, fits bool) (string, string) {
		switch {
		case have.IsValid() && s.mine(have):
			return have.String(), "here"
		case have.IsValid():
			return have.String(), "you"
		case !known && fits && s.likelyServer():
			return main.String(), "here"
		}
		return "", ""
	}
	v, from := guess(site.Server.LANIP, main.IsValid() && usable(main) == nil && (!public || site.Case == rules.CaseLAN))
	add("lan_ip", v, from, !site.needsLANIP())
	v, from = guess(site.Server.PublicIP, public && site.Case == rules.CaseInternet)
	add("public_ip", v, from, true)
	if site.Case == rules.CaseInternet {
		add("hubs", joinPrefixes(site.Hubs.Subnets), "you", true)
	}
	name := site.Name
	if name == site.Server.Domain {
		name = ""
	}
	add("name", name, "you", true)
}

func joinPrefixes(list []netip.Prefix) string {
	var out []string
	for _, p := range list {
		out = append(out, p.String())
	}
	return strings.Join(out, ", ")
}

func tryAddress(s *Session, field, v string) (string, remark, error) {
	switch field {
	case "domain":
		if strings.TrimSpace(v) == "" && !s.site.needsName() {
			return "", remark{}, nil
		}
		return validDomain(v)
	case "lan_ip":
		if strings.TrimSpace(v) == "" && !s.site.needsLANIP() {
			return "", remark{}, nil
		}
		a, r, err := validLANIP(v)
		switch {
		case err != nil:
			return "", r, err
		case slices.ContainsFunc(s.site.Firewalls, func(f Firewall) bool { return f.To == a }):
			return "", r, check.Say("problems.address.of-router", "address", a.String())
		case a == s.deps.Here.Gateway || a == s.deps.Here.Gateway6:
			r = remark{"gateway", nil}
		case s.mine(a):
			r = remark{"this-computer", nil}
		case r.key == "":
			r = reduced(a, v)
		}
		return a.String(), r, nil
	case "public_ip":
		a, r, err := validPublicIP(v)
		switch {
		case s.mine(a):
			r = remark{"this-computer", nil}
		case a.IsValid():
			r = reduced(a, v)
		}
		return addrText(a), r, err
	case "hubs":
		list, r, err := validSubnets(v)
		return joinPrefixes(list), r, err
	case "name":
		n, err := validName(v)
		return n, remark{}, err
	}
	return v, remark{}, nil
}

// reduced says what was made of v, where that is not what was typed.
func reduced(a netip.Addr, v string) remark {
	if strings.EqualFold(a.String(), strings.TrimSpace(v)) {
		return remark{}
	}
	return remark{"reduced", map[string]string{"name": a.String()}}
}

func takeAddresses(s *Session, a Answer) (string, error) {
	normal := map[string]string{}
	for _, id := range []string{"domain", "lan_ip", "public_ip", "hubs", "name"} {
		n, _, err := tryAddress(s, id, a.Fields[id])
		if err != nil {
			return "", s.problem(id, err)
		}
		normal[id] = n
	}
	site := &s.site
	if site.Name == site.Server.Domain {
		site.Name = ""
	}
	site.Server.Domain = normal["domain"]
	site.Server.LANIP, _, _ = validLANIP(normal["lan_ip"])
	site.Server.PublicIP, _, _ = validPublicIP(normal["public_ip"])
	if site.Case == rules.CaseInternet {
		site.Hubs.Subnets, _, _ = validSubnets(normal["hubs"])
	}
	site.Name = firstText(normal["name"], site.Server.Domain)
	return "", nil
}

func valueAddresses(s *Session, _ spot) string {
	var out []string
	for _, v := range []string{s.site.Server.Domain, addrText(s.site.Server.LANIP), addrText(s.site.Server.PublicIP), joinPrefixes(s.site.Hubs.Subnets)} {
		if v != "" {
			out = append(out, v)
		}
	}
	return strings.Join(out, ", ")
}

// places are the vantage points, in the order shown.
var places = []rules.Place{rules.FromServer, rules.FromHub, rules.FromInternet}

// Where the user sits: it decides what can be checked.
func fillWhere(s *Session, q *Question) {
	for i, p := range places {
		q.Options = append(q.Options, s.option("where", string(p), string(rune('1'+i))))
	}
	if s.site.From != "" {
		q.Selected = []string{string(s.site.From)}
	}
	if a := firstMine(s); a.IsValid() {
		q.Options[0].Because = s.text("questions.where.because.address", map[string]string{"address": a.String()})
		if s.site.From == "" {
			q.Selected = []string{string(rules.FromServer)}
		}
	}
}

// firstMine is the server's address that this computer has; invalid for none.
func firstMine(s *Session) netip.Addr {
	for _, a := range []netip.Addr{s.site.Server.LANIP, s.site.Server.PublicIP} {
		if s.mine(a) {
			return a
		}
	}
	return netip.Addr{}
}

func takeWhere(s *Session, a Answer) (string, error) {
	id, err := s.pick(a, string(rules.FromServer), string(rules.FromHub), string(rules.FromInternet))
	if err != nil {
		return "", err
	}
	if a := firstMine(s); a.IsValid() && id != string(rules.FromServer) {
		return "", &Problem{Say: s.text("problems.where", map[string]string{"address": a.String()})}
	}
	s.site.From = rules.Place(id)
	return "", nil
}

func valueWhere(s *Session, _ spot) string {
	return s.option("where", string(s.site.From), "").Label
}
