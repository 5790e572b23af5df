package wizard

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// between is what is known of the network between the Internet and the server.
// It is evidence of several places; what nobody told is missing and never guessed.
type between struct {
	from  rules.Place
	lan   bool // hubs and server are in one network
	rows  bool // the site has rows that arrive
	wan   netip.Addr
	noWAN bool
	nat   check.Code // what the router's address tells alone, see Here.NAT

	given  netip.Addr     // the public address that the user gave
	server netip.Addr     // the server's address in its LAN, as the user gave it
	own    []netip.Prefix // addresses of this computer
	dialed []netip.Addr   // addresses that lead to the server: proven from outside
	proven bool           // something was proven from outside, perhaps over IPv6
	works  bool           // a row to the server's name works from here
	deaf   bool           // a row to it does not connect
	closed bool           // something was tried from outside and did not arrive
	shut4  bool           // something arrived over IPv6, and over IPv4 it did not

	answer []netip.Addr // where the server's name leads, as this network's name servers say
	nobody bool         // they say that there is no such name, or no address
}

// verdict is one finding on it.
type verdict struct {
	code   check.Code
	status check.Status
	facts  check.Facts
	turns  bool // rows that wait or fail are explained by it
}

// address tells what is between the Internet and the router. A router's private
// or shared address is a suspicion until a test from outside has come or has not.
func (n between) address() (verdict, bool) {
	if n.from != rules.FromServer || !n.rows {
		return verdict{}, false
	}
	v := verdict{code: n.nat, facts: check.Facts{}}
	if n.wan.IsValid() {
		v.facts["wan"] = n.wan.String()
	}
	four := only4(n.dialed)
	v.facts["dialed"] = list(four)
	switch {
	case n.nat != "" && len(four) > 0:
		v.status, v.facts["variant"] = check.Note, "open"
	case n.nat != "" && n.closed:
		v.status, v.facts["variant"], v.turns = check.Fail, "closed", true
	case n.nat != "" && n.shut4:
		v.status, v.facts["variant"] = check.Note, "four"
	case n.nat != "":
		v.status, v.facts["variant"] = check.Unproven, "test"
	case n.wan.Is4() && len(four) > 0 && !slices.Contains(four, n.wan):
		v.code, v.status = check.NATOther, check.Note
	default:
		return verdict{}, false
	}
	return v, true
}

// name tells whether the server's name leads to the server. IPv6 is left out:
// a computer has several such addresses, and none of them tells of a mistake.
func (n between) name() (verdict, bool) {
	inside, outside := split(only4(n.answer))
	switch {
	case n.nobody && n.from != rules.FromInternet && n.proven:
		return verdict{code: check.NameNone, status: check.Note, facts: check.Facts{"variant": "inside"}}, true
	case n.nobody && n.from != rules.FromInternet:
		return verdict{code: check.NameNone, status: check.Fail}, true
	case len(inside) > 0 && len(outside) > 0:
		return verdict{}, false
	case len(inside) > 0 && n.from == rules.FromInternet:
		return n.onlyInside(inside)
	case len(inside) > 0:
		return n.local(inside)
	case len(outside) > 0:
		return n.public(outside)
	}
	return verdict{}, false
}

// onlyInside is a public name that leads into a network, seen from another one.
func (n between) onlyInside(a []netip.Addr) (verdict, bool) {
	if slices.ContainsFunc(a, n.near) {
		return verdict{}, false // this computer is in that network: it is not outside
	}
	v := verdict{code: check.NameElsewhere, status: check.Fail, facts: check.Facts{"variant": "private", "addresses": list(a)}, turns: true}
	if n.given.IsValid() {
		v.facts["yours"] = n.given.String()
	}
	return v, true
}

// near tells whether an address is of a network that this computer is in.
func (n between) near(a netip.Addr) bool {
	return slices.ContainsFunc(n.own, func(p netip.Prefix) bool { return p.Masked().Contains(a) })
}

// local is a name that leads straight to an address of a network inside.
func (n between) local(a []netip.Addr) (verdict, bool) {
	good := !n.server.IsValid() || slices.Contains(a, n.server) || n.from == rules.FromServer && slices.ContainsFunc(a, n.mine)
	facts := check.Facts{"addresses": list(a)}
	switch {
	case !good:
		facts["variant"], facts["yours"] = "lan", n.server.String()
		st := check.Fail
		if n.from != rules.FromServer {
			st = check.Note // through a VPN the server may have another address here
		}
		return verdict{code: check.NameElsewhere, status: st, facts: facts}, true
	case !n.rows:
		return verdict{}, false // nobody comes from outside
	}
	if four := only4(n.dialed); len(four) > 0 {
		facts["variant"], facts["dialed"] = "both", list(four)
	}
	return verdict{code: check.NameSplit, status: check.Note, facts: facts}, true
}

// public is a name that leads to addresses on the Internet.
func (n between) public(a []netip.Addr) (verdict, bool) {
	yours, why := n.yours()
	var strange []netip.Addr
	for _, x := range a {
		if !slices.Contains(yours, x) && x != n.outer() { // what was given may be of last week; the router knows
			strange = append(strange, x)
		}
	}
	facts := check.Facts{"addresses": list(strange), "yours": list(yours), "because": why}
	switch {
	case len(yours) == 0:
		return verdict{}, false // nobody told which address is the right one
	case len(strange) == len(a) && n.works:
		return verdict{}, false // the server answers there: what was given is wrong, or is one of several
	case len(strange) == len(a):
		return verdict{code: check.NameElsewhere, status: check.Fail, facts: facts, turns: true}, true
	case len(strange) > 0:
		facts["variant"] = "some"
		return verdict{code: check.NameElsewhere, status: check.Note, facts: facts}, true
	case n.from == rules.FromServer && n.outer().IsValid() && len(only4(n.dialed)) == 0 && !slices.Contains(a, n.outer()):
		facts["variant"], facts["addresses"], facts["wan"] = "router", list(a), n.outer().String()
		return verdict{code: check.NameElsewhere, status: check.Note, facts: facts}, true
	case n.lan && n.from != rules.FromInternet && !slices.ContainsFunc(a, n.mine):
		return verdict{code: check.NameOutside, status: check.Note, facts: check.Facts{"addresses": list(a)}}, true
	}
	return verdict{}, false
}

// yours are the public addresses that are the server's, and how that is known:
// a key of text.yours. What the user gave may have been read from the name, so
// the router's word is asked beside it, see public.
func (n between) yours() (list []netip.Addr, why string) {
	add := func(a netip.Addr, by string) {
		if a.IsValid() && a.Is4() && !slices.Contains(list, a) {
			list = append(list, a)
			if why == "" {
				why = by
			}
		}
	}
	for _, a := range n.dialed {
		add(a, "proven")
	}
	add(n.given, "given")
	if len(list) == 0 {
		add(n.outer(), "router")
	}
	if n.from == rules.FromServer {
		for _, p := range n.own {
			if _, out := split([]netip.Addr{p.Addr()}); len(out) > 0 {
				add(p.Addr(), "own")
			}
		}
	}
	return list, why
}

// outer is the router's own address where it is one of the Internet.
func (n between) outer() netip.Addr {
	if n.from == rules.FromServer && n.nat == "" {
		return n.wan
	}
	return netip.Addr{}
}

// mine tells whether this computer has the address.
func (n between) mine(a netip.Addr) bool {
	return slices.ContainsFunc(n.own, func(p netip.Prefix) bool { return p.Addr() == a })
}

// split parts addresses of networks inside from those of the Internet.
func split(in []netip.Addr) (inside, outside []netip.Addr) {
	for _, a := range in {
		if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || check.CarrierShared(a) {
			inside = append(inside, a)
		} else {
			outside = append(outside, a)
		}
	}
	return inside, outside
}

// loopback tells whether it is the router that keeps a hub in the server's own
// network from it: from outside the way is proven, and here nothing connects.
func (n between) loopback() (verdict, bool) {
	_, outside := split(only4(n.answer))
	if n.from != rules.FromHub || !n.proven || !n.deaf || !n.server.IsValid() || !n.near(n.server) || len(outside) == 0 {
		return verdict{}, false
	}
	return verdict{code: check.NATHairpin, status: check.Note, facts: check.Facts{"variant": "hub"}}, true
}

func only4(in []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(in), func(a netip.Addr) bool { return !a.Is4() })
}

func list(in []netip.Addr) string {
	out := make([]string, len(in))
	for i, a := range in {
		out[i] = a.String()
	}
	return strings.Join(out, ", ")
}
