package check

import (
	"context"
	"net/netip"
	"slices"
	"time"
)

// blockPages are the addresses that public name services answer for a name
// they block, as they say themselves.
var blockPages = [...]netip.Prefix{
	// Cisco Umbrella, hit-block.opendns.com and its siblings:
	// https://nic.teamdynamix.com/TDClient/2965/ITPortal/KB/ArticleDet?ID=137356
	netip.MustParsePrefix("146.112.61.104/29"),
}

var carrierShared = netip.MustParsePrefix("100.64.0.0/10")

// CarrierShared tells whether an address is of providers' own networks (RFC 6598),
// which their customers share and where no public server lives.
func CarrierShared(a netip.Addr) bool { return carrierShared.Contains(a) }

// filtered tells whether an answer for a name is not the name's own, and what
// it is instead: "sinkhole" (nobody's address, or this computer itself),
// "page" (a known block page), or "private" (an address of some inside
// network, for a name of the Internet); empty for a plain answer.
func filtered(addrs []netip.Addr, public bool) string {
	is := func(f func(netip.Addr) bool) bool { return slices.ContainsFunc(addrs, f) }
	switch {
	case is(netip.Addr.IsUnspecified), public && is(netip.Addr.IsLoopback):
		return "sinkhole"
	case is(func(a netip.Addr) bool {
		return slices.ContainsFunc(blockPages[:], func(p netip.Prefix) bool { return p.Contains(a) })
	}):
		return "page"
	case public && is(inside):
		return "private"
	}
	return ""
}

// inside tells whether no server on the Internet can have that address.
func inside(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() || CarrierShared(a)
}

// rewritten is the Result of a name that has another's address. If the row
// works all the same, somebody stands in between for a reason; if not, this
// is why.
func (r *Result) rewritten(how string) {
	was := r.Code
	switch r.Status {
	case Pass, Note:
		r.note(DNSRewritten, "variant", how)
	case Fail, Unproven:
		r.fail(DNSRewritten, "expected", string(was), "variant", how)
	default:
	}
}

// hostsFile may be an Env: it knows the names written down on this computer.
type hostsFile interface {
	HostsFile(host string) []netip.Addr
}

// ownAnswer asks the operating system for a name beside the name servers. The
// channel gives its addresses where they are a finding, once.
func ownAnswer(ctx context.Context, env Env, lim Limits, host string) <-chan []netip.Addr {
	ch := make(chan []netip.Addr, 1)
	if len(env.Resolvers()) == 0 { // the system is all there is to ask
		ch <- nil
		return ch
	}
	ask := func(ctx context.Context) []netip.Addr {
		ctx, cancel := context.WithTimeout(ctx, lim.DNS)
		defer cancel()
		addrs, err := env.SystemLookup(ctx, host)
		if err != nil {
			return nil
		}
		return sorted(addrs)
	}
	s := sharedOf(env)
	if s == nil {
		go func() { ch <- ask(ctx) }()
		return ch
	}
	s.beside.Go(func() {
		addrs, _ := s.system.do(s.ctx, host, func() []netip.Addr {
			if take(s.ctx, s.ask, false) != nil {
				return nil
			}
			defer func() { <-s.ask }()
			return ask(s.ctx)
		})
		ch <- addrs
	})
	return ch
}

const (
	manySystem = 4                     // names that the system is asked for at a time: it asks the same name servers again
	ownWait    = 50 * time.Millisecond // a row waits for the system no longer than this
)

// compare notes that this computer has its own answer for a name. Two lists
// of public addresses may differ by chance; one from the hosts file, or of an
// inside network, does not.
func (r *Result) compare(ctx context.Context, env Env, host string, addrs []netip.Addr, own <-chan []netip.Addr) {
	var mine []netip.Addr
	if h, ok := unwrapEnv(env).(hostsFile); ok {
		mine = sorted(h.HostsFile(host))
	}
	written := len(mine) > 0
	if !written {
		timer := time.NewTimer(ownWait)
		defer timer.Stop()
		select {
		case mine = <-own:
		case <-timer.C: // the row does not wait for a slow system
		case <-ctx.Done():
		}
	}
	if len(mine) == 0 || slices.ContainsFunc(mine, func(a netip.Addr) bool { return slices.Contains(addrs, a) }) {
		return
	}
	if !written && slices.ContainsFunc(mine, inside) == slices.ContainsFunc(addrs, inside) {
		return
	}
	r.fact("own", join(mine[:min(len(mine), 4)]))
	if r.Status == Pass {
		r.note(DNSDiffers)
	}
}
