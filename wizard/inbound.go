package wizard

import (
	"net/netip"
	"slices"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Inbound are the flows of the site that arrive at the server.
func (b *Board) Inbound() []rules.Flow {
	var out []rules.Flow
	for _, f := range b.flows {
		if f.Table.Inbound() && f.Port.Number != 0 {
			out = append(out, f)
		}
	}
	return out
}

// RowsOf says in five bits which rows of a site arrive at the server, for the code
// of an inbound proof: where the server is, then each source that sends changes.
func RowsOf(s Site) byte {
	var rows byte
	if s.Case == rules.CaseInternet {
		rows = 1
	}
	for i, source := range notifying() {
		if s.Facts().Has(source) {
			rows |= 2 << i
		}
	}
	return rows
}

// notifying are the sources that send changes, in the order of their bits.
func notifying() []rules.Source {
	return slices.DeleteFunc(rules.AllSources(), func(s rules.Source) bool { return !s.Notifies() })
}

// OutsideSite is what is known of a site at the other end of an inbound proof:
// where the server is, by its public name or address as somebody typed it, and
// which rows it has, see RowsOf. A row that the site does not have is not asked
// there: it would seem to be closed.
func OutsideSite(to string, has byte) (Site, error) {
	host, err := publicName(to)
	if err != nil {
		return Site{}, err
	}
	out := Site{Case: rules.CaseLAN, Server: Server{Domain: host}, From: rules.FromInternet}
	if has&1 != 0 {
		out.Case = rules.CaseInternet
	}
	for i, source := range notifying() {
		if has&(2<<i) != 0 {
			out.Sources = append(out.Sources, DataSource{Kind: source})
		}
	}
	return out, nil
}

// HubSite is what is known of a site on a computer in the hubs' network: where the
// server is.
func HubSite(to string) (Site, error) {
	host, err := publicName(to)
	if err != nil {
		return Site{}, err
	}
	return Site{Case: rules.CaseInternet, Server: Server{Domain: host}, From: rules.FromHub}, nil
}

// publicName is a server's public name or address as somebody typed it.
func publicName(to string) (string, error) {
	host, _, err := validHost(to)
	if err == nil && host == "" {
		err = check.Say("problems.name.public")
	}
	return host, err
}

// Arrival is what the inbound proof heard on one port of this computer.
type Arrival struct {
	Proto  string
	Port   uint16
	Source netip.Addr
	Dialed netip.Addr // the address that was reached for; invalid for a phone
	Seen   check.Seen
	Phone  bool // a browser brought a token: only this end knows
	At     time.Time
	// Missing is the family over which the port was tried too, in vain; 0: none.
	Missing check.Family
}

// Arrived brings an arrival to the rows of its port and returns their flows. One
// from inside proves nothing and takes nothing away.
func (b *Board) Arrived(a Arrival) []rules.Flow {
	var out []rules.Flow
	if _, outside := split([]netip.Addr{a.Dialed}); a.Dialed.IsValid() && len(outside) > 0 && a.Seen != check.SeenInside && !slices.Contains(b.dialed, a.Dialed) {
		b.dialed = append(b.dialed, a.Dialed)
	}
	for _, f := range b.Inbound() {
		if f.Row.Proto != a.Proto || f.Port.Number != a.Port {
			continue
		}
		r := check.Result{Job: f.Job(), Status: check.Pass, Code: check.InProven, At: a.At}
		switch a.Seen {
		case check.SeenMasked:
			r.Status, r.Code = check.Note, check.InMasked
		case check.SeenInside:
			r.Status, r.Code = check.Unproven, check.InInsideSource
			if b.proven(f.Key) {
				continue
			}
		default:
		}
		if a.Missing != 0 && (r.Code == check.InProven || r.Code == check.InMasked) {
			r.Status, r.Code, r.Facts = check.Note, check.TCPFamily, check.Facts{"family": check.FamilyName(a.Missing)}
		}
		if a.Phone && r.Code == check.InProven {
			r.Facts = check.Facts{"variant": "phone"}
			if b.proven(f.Key) && b.raw[f.Key].Facts["variant"] == "" {
				continue // both ends know already
			}
		}
		family := check.Family(4)
		if !a.Source.Unmap().Is4() {
			family = 6
		}
		r.Layers = []check.Layer{{Name: "proof", Family: family, Status: r.Status, Address: a.Source.String()}}
		if _, seen := b.first[f.Key]; !seen {
			b.first[f.Key] = check.Waiting
		}
		b.raw[f.Key] = r
		out = append(out, f)
	}
	b.stale = true
	return out
}

// Unheard are the inbound flows that nothing came in for: they wait, since here
// nobody can tell whether it was tried.
func (b *Board) Unheard() {
	for _, f := range b.Inbound() {
		if _, known := b.raw[f.Key]; !known {
			b.raw[f.Key] = check.Result{Job: f.Job(), Status: check.Waiting, Code: check.NotHere}
		}
	}
	b.stale = true
}

// proven tells whether the way in of a flow was proven here.
func (b *Board) proven(key string) bool { return arrives(b.raw[key].Code) }

// arrives tells whether a reason says that a test from outside got to the server.
func arrives(c check.Code) bool {
	return slices.Contains([]check.Code{check.InProven, check.InMasked, check.TCPFamily}, c)
}

// Flow is the state of one flow that applies to the site.
func (b *Board) Flow(key string) (FlowView, bool) {
	i := slices.IndexFunc(b.flows, func(f rules.Flow) bool { return f.Key == key })
	if i < 0 {
		return FlowView{}, false
	}
	return b.view(b.flows[i], true), true
}
