// Package proof proves that the Internet reaches this computer on a port, with
// no service of anybody in between. PROTOCOL.md beside it has the frames, the
// reasons and the threats.
//
//	Listener (the server) --Code, read aloud--> a person --types it--> Prober (outside)
//
//	Prober  --HELLO-->  Listener     nothing is said before a HELLO that fits the code
//	Prober  <--PROOF--  Listener     only who has the code can make it
//	Prober  --DONE-->   Listener     now both ends know
//
// The package opens no socket: the caller brings listeners and a way to dial.
package proof

import (
	"net/netip"
	"slices"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Limits are all bounds of a session, in one place.
type Limits struct {
	Life      time.Duration // a session ends by itself: nobody leaves one open over night
	Hello     time.Duration // to send a whole HELLO; then the connection is closed without a word
	Done      time.Duration // for DONE to come back: a round trip and lost packets
	Sibling   time.Duration // for a port to arrive over the other family too: the prober's time, and a little
	Probe     time.Duration // the prober's wait for one port: a lost SYN is sent again after 1 s
	Hellos    int           // right HELLOs in a session: six ports, two families, some runs
	Wrong     int           // HELLOs with this session's name and a wrong seal, before it ends
	Conns     int           // open connections at once
	Burst     int           // new connections of one source at once
	PerSource time.Duration // then one more after each of these
	Sources   int           // sources that are remembered
	Header    int           // bytes of a phone's request that are read
}

// DefaultLimits are those of PROTOCOL.md.
func DefaultLimits() Limits {
	return Limits{
		Life: 15 * time.Minute, Hello: 2 * time.Second, Done: 3 * time.Second, Sibling: 3600 * time.Millisecond, Probe: 3200 * time.Millisecond,
		Hellos: 200, Wrong: 20, Conns: 32, Burst: 16, PerSource: 200 * time.Millisecond, Sources: 1024, Header: 2048,
	}
}

// Port is a port of the session.
type Port struct {
	Proto  Proto
	Number uint16
}

// Way is how an arrival was proven.
type Way string

// The ways.
const (
	ByProgram Way = "program" // HELLO, PROOF, DONE: both ends know
	ByPhone   Way = "phone"   // a browser brought the token: known here only
)

// Arrival is what the listener tells: something authentic came in.
type Arrival struct {
	Port   Port
	Way    Way
	Source netip.Addr // as it was seen; perhaps the router's own, see check.SeenMasked
	Dialed netip.Addr // the address that was reached for; invalid for a phone
	Seen   check.Seen
	At     time.Time
	// Missing is the family over which the prober asked this port as well, and
	// nothing came; 0: none.
	Missing check.Family
}

// Here is what the listener knows of its own place in the network.
type Here struct {
	Local    []netip.Prefix // addresses of this computer with their networks
	Public   netip.Addr     // the network's address on the Internet; invalid when unknown
	Gateways []netip.Addr   // default gateways
}

// judge tells where an authentic HELLO came from. source is what the listener
// saw, local what the prober says of its own end.
func (h Here) judge(source, local netip.Addr) check.Seen {
	source = source.Unmap()
	near := func(a netip.Addr) bool {
		return a.IsValid() && slices.ContainsFunc(h.Local, func(p netip.Prefix) bool { return p.Masked().Contains(a) })
	}
	switch {
	case source.IsLoopback() || source.IsLinkLocalUnicast() || source == h.Public:
		return check.SeenInside
	case slices.ContainsFunc(h.Local, func(p netip.Prefix) bool { return p.Addr() == source }):
		return check.SeenInside
	case slices.Contains(h.Gateways, source) && source.IsPrivate() && local.IsValid() && !near(local):
		// Some routers translate the sender too. The prober's own end is not of
		// this network, so it was outside.
		return check.SeenMasked
	case source.IsPrivate() || check.CarrierShared(source) || near(source) || h.besideUs(source):
		return check.SeenInside
	}
	return check.SeenOutside
}

// siteBits is the IPv6 prefix that providers give a customer for all networks
// inside; some give a longer one.
const siteBits = 56

// besideUs tells whether an address is of another network of the same customer.
// IPv6 is not translated there, so only the address shows it. A neighbour of the
// same provider may look alike, and proves nothing then.
func (h Here) besideUs(source netip.Addr) bool {
	return source.Is6() && slices.ContainsFunc(h.Local, func(p netip.Prefix) bool {
		site, err := p.Addr().WithZone("").Prefix(siteBits)
		return err == nil && p.Addr().Is6() && p.Addr().IsGlobalUnicast() && site.Contains(source)
	})
}
