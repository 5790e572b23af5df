package proof

import (
	"context"
	"net"
	"net/netip"

	"github.com/syncsign/sops-firewall/rules/check"
)

// A Prober brings the proof to the checks: it makes a check.Runner prove rows.
var _ check.Prover = Prober{}

// saidRunes bounds what is shown of a stranger's first words.
const saidRunes = 40

// Refuses is CheckTarget for this prober.
func (p Prober) Refuses(a netip.Addr) error { return CheckTarget(a, p.LAN) }

// Prove speaks the proof over c.
func (p Prober) Prove(ctx context.Context, c net.Conn, to check.Target, both bool) check.Proof {
	lim := p.Limits
	if lim == (Limits{}) {
		lim = DefaultLimits()
	}
	k, err := p.Code.keys()
	if err != nil {
		return check.Proof{Err: err}
	}
	o := Outcome{Port: Port{protoOf(to.Proto), to.Port}, both: both}
	if a, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil {
		o.To = a.Addr().Unmap()
	}
	out := check.Proof{}
	switch o.over(ctx, lim, k, c) {
	case Proven:
		out.Seen = check.SeenOutside
	case Masked:
		out.Seen = check.SeenMasked
	case Inside:
		out.Seen = check.SeenInside
	default:
		out.Said, out.Err = check.Clean(string(o.Said), saidRunes), o.Err
		return out
	}
	out.Source, out.Posts = o.Source, o.Posts
	return out
}

// Identify asks a service who it is, see ServiceIdentity.
func (p Prober) Identify(ctx context.Context, env check.Env, kind string, at netip.AddrPort, to check.Target) (id uint32, ok bool) {
	found, err := ServiceIdentity(ctx, env.Dial, kind, at, to.Host)
	return uint32(found), err == nil
}

// Knows compares an identity with the port's own, as its listener told it, or
// with those of the code.
func (p Prober) Knows(kind string, id uint32, post check.Post) (same, known bool) {
	if post.State != check.PostUnknown {
		return id == post.Identity, post.Identity != 0
	}
	for _, x := range p.Code.Identities {
		if x.Sort() == SortOf(kind) {
			known = true
			same = same || x == Identity(id)
		}
	}
	// A full code may have left out the one that is asked for.
	return same, known && (same || len(p.Code.Identities) < MaxIdentities)
}
