package wizard

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Surround tells the board what was found out about this computer and, where it
// was asked, its router.
func (b *Board) Surround(h Here) {
	b.here = h
	b.stale = true
}

// nameKey is the key of the question where the server's name leads.
const nameKey = "between/name"

// nameJob asks this network's name servers where the server's name leads. From
// outside the rows themselves tell.
func (b *Board) nameJob() (check.Job, bool) {
	d := b.site.Server.Domain
	if _, err := netip.ParseAddr(d); err == nil || d == "" || b.from == rules.FromInternet {
		return check.Job{}, false
	}
	return check.Job{Key: nameKey, Kind: "name", To: check.Target{Host: d}}, true
}

// showsName tells whether a check of the flow is to find out where the server's
// name leads too: it leads there, or all is checked, and the name servers with it.
func (b *Board) showsName(f rules.Flow, all bool) bool {
	return f.Table.Inbound() || f.Host == b.site.Server.Domain && checkable(f, b.from) || all && f.Port.Kind == "dns"
}

// named takes where the name leads.
func (b *Board) named(r check.Result) {
	if r.Provisional {
		return
	}
	delete(b.running, nameKey)
	if r.Code == check.Cancelled {
		return
	}
	b.name = r
	b.stale = true
}

// WantsRouter tells whether the router's own address would explain what was
// seen: something did not arrive.
func (b *Board) WantsRouter() bool {
	n := b.lay()
	return b.from == rules.FromServer && (n.closed || n.shut4)
}

// lay puts together what is known of the network in between.
func (b *Board) lay() between {
	n := between{
		from: b.from, lan: b.site.Case == rules.CaseLAN, wan: b.here.WAN, noWAN: b.here.NoWAN, nat: b.here.NAT(),
		given: b.site.Server.PublicIP, server: b.site.Server.LANIP, dialed: slices.Clone(b.dialed),
	}
	for _, i := range b.here.Nets {
		n.own = append(n.own, i.Prefix)
	}
	for _, f := range b.Inbound() {
		n.rows = true
		n.proven = n.proven || b.arrived(f.Key)
		n.shut4 = n.shut4 || b.raw[f.Key].Code == check.TCPFamily && b.raw[f.Key].Facts["family"] == check.FamilyName(4)
		for _, r := range b.elsewhere[f.Key] {
			st, _ := statusOf(r.row.Status)
			n.closed = n.closed || st == check.Fail && lost(check.Code(r.row.Reason)) && !b.proven(f.Key)
			n.shut4 = n.shut4 || shut4(r.row)
			if a, ok := ledTo(r.row); ok && !slices.Contains(n.dialed, a) {
				n.dialed = append(n.dialed, a)
			}
		}
	}
	for _, f := range b.ways() {
		r, ok := b.raw[f.Key]
		if !ok || r.Provisional || !checkable(f, b.from) {
			continue
		}
		n.deaf = n.deaf || r.Status == check.Fail && lost(r.Code)
		// A web page alone may be anybody's.
		n.works = n.works || f.Port.Kind != "http" && (r.Status == check.Pass || r.Status == check.Note && r.Code != check.InUnnamed)
		if len(n.answer) == 0 {
			n.answer = addresses(r)
		}
	}
	if b.name.Job.Key != "" && b.name.Job.To.Host == b.site.Server.Domain && b.name.Code != check.DNSSystemOnly {
		n.answer = addresses(b.name)
		n.nobody = b.name.Status == check.Fail && (b.name.Code == check.DNSNXDomain || b.name.Code == check.DNSNoData)
		return n
	}
	return n
}

// ways are the flows that lead to the server by its name: those that arrive, and
// from a hub's network those that go there.
func (b *Board) ways() []rules.Flow {
	return slices.DeleteFunc(slices.Clone(b.flows), func(f rules.Flow) bool {
		return f.Port.Number == 0 || !f.Table.Inbound() && (b.from != rules.FromHub || f.Table.From != rules.FromHub || f.Host != b.site.Server.Domain)
	})
}

// arrived tells whether the way in of a flow was proven, here or in what the
// other end saved.
func (b *Board) arrived(key string) bool {
	return b.proven(key) || slices.ContainsFunc(b.elsewhere[key], func(s savedRow) bool {
		return arrives(check.Code(s.row.Reason))
	})
}

// lost tells whether a reason says that a test from outside did not get to the server.
func lost(c check.Code) bool {
	return slices.Contains([]check.Code{check.InSilent, check.InOtherMachine, check.TCPSilent, check.TCPRefused, check.TCPBlockedBy, check.TCPNoHost}, c)
}

// ledTo is the address by which a saved row was proven.
func ledTo(r ReportResult) (netip.Addr, bool) {
	if !arrives(check.Code(r.Reason)) {
		return netip.Addr{}, false
	}
	for _, l := range r.Layers {
		if a, err := netip.ParseAddrPort(l.Address); err == nil && l.Layer == "tcp" && l.Status != check.Fail.String() {
			return a.Addr().Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// shut4 tells whether a saved row arrived over IPv6 alone.
func shut4(r ReportResult) bool {
	return check.Code(r.Reason) == check.TCPFamily && slices.ContainsFunc(r.Layers, func(l ReportLayer) bool {
		return l.Family == "4" && l.Status == check.Fail.String()
	})
}

// addresses are those that a name was found to lead to.
func addresses(r check.Result) []netip.Addr {
	var out []netip.Addr
	for _, s := range strings.Split(r.Facts["addresses"], ", ") {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, a.Unmap())
		}
	}
	return out
}

// surroundings finds what the network in between explains, after all that the
// rows tell themselves.
func (b *Board) surroundings() {
	clear(b.blamed)
	b.between = nil
	n := b.lay()
	if v, ok := n.name(); ok && !b.namesUnsure() {
		b.blame(v)
	}
	if v, ok := n.address(); ok {
		b.blame(v)
	}
	if v, ok := n.loopback(); ok {
		b.blame(v)
	}
}

// namesUnsure tells whether the name servers' word counts little here.
func (b *Board) namesUnsure() bool {
	unsure := func(c check.Code) bool {
		return strings.HasPrefix(string(c), "dns.") && c != check.DNSSomeSilent && c != check.DNSDiffers ||
			slices.Contains([]check.Code{check.RouteNone, check.GatewaySilent, check.NetSilent, check.HTTPPortal, check.ProxyOnly}, c)
	}
	if slices.ContainsFunc(b.causes, func(c check.Cause) bool { return unsure(c.Code) }) {
		return true
	}
	known, unknown := 0, 0 // other names
	for _, r := range b.raw {
		if r.Code == check.DNSRewritten {
			return true
		}
		for _, l := range r.Layers {
			switch {
			case l.Name != "dns" || r.Job.To.Host == b.site.Server.Domain || r.Job.Kind == "dns":
			case l.Status == check.Fail:
				unknown++
			default:
				known++
			}
		}
	}
	return unknown > 0 && known == 0
}

// blame makes a cause of a verdict and finds the rows it is about.
func (b *Board) blame(v verdict) {
	c := check.Cause{Code: v.code, Status: v.status, Facts: check.Facts{"host": b.site.Server.Domain}}
	for k, s := range v.facts {
		if s != "" {
			c.Facts[k] = s
		}
	}
	if why := v.facts["because"]; why != "" {
		c.Facts["why"] = b.words.Text("text.yours."+why, nil)
	}
	if r := b.name.Facts["resolver"]; v.code == check.NameNone && r != "" {
		c.Facts["resolver"] = r
	}
	if b.site.Server.LANIP.IsValid() {
		c.Facts["server-ip"] = b.site.Server.LANIP.String()
	}
	for _, f := range b.ways() {
		proven := b.arrived(f.Key)
		switch {
		case v.turns && !proven && b.blamed[f.Key] == "" && b.unreached(f):
			b.blamed[f.Key] = v.code
		case v.code == check.NATHairpin && (f.Table.Inbound() || !b.unreached(f)):
			continue // about the hub's own rows
		case v.turns, (v.code == check.NATOther || v.facts["variant"] == "open" || v.facts["variant"] == "four") && !proven:
			continue
		}
		c.Explains = append(c.Explains, f.Key)
	}
	b.between = append(b.between, c)
}

// unreached tells whether nothing is known to have got to the server by this flow.
func (b *Board) unreached(f rules.Flow) bool {
	if others := b.elsewhere[f.Key]; len(others) > 0 {
		return slices.ContainsFunc(others, func(s savedRow) bool {
			st, _ := statusOf(s.row.Status)
			return st == check.Fail && lost(check.Code(s.row.Reason))
		})
	}
	r, ok := b.folded[f.Key]
	switch {
	case !ok:
		return !checkable(f, b.from)
	case checkable(f, b.from):
		return (r.Status == check.Fail || r.Status == check.Unproven) && !r.Provisional
	}
	return r.Status == check.Waiting && r.Code == check.NotHere
}

// turned tells whether a cause of the network in between explains rows; else it
// is about them, and they stay as they are.
func (b *Board) turned(c check.Code) bool {
	for _, by := range b.blamed {
		if by == c {
			return true
		}
	}
	return false
}

// explained turns a row that the network in between explains.
func (b *Board) explained(v *FlowView, f rules.Flow) {
	c := b.blamed[f.Key]
	if c == "" || v.Status == check.Running {
		return
	}
	v.Status, v.Result.Status, v.Result.Cause = check.Skipped, check.Skipped, c
	v.Short = b.words.Text("text.see-above", nil)
}
