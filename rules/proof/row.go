package proof

import (
	"context"
	"net"
	"net/netip"
	"slices"

	"github.com/syncsign/sops-firewall/rules/check"
)

// A Prober brings the proof to the checks: it makes a check.Runner prove rows.
var _ check.Prover = Prober{}

// saidRunes bounds what is shown of a stranger's first words.
const saidRunes = 40

// Refuses is CheckTarget for this prober.
func (p Prober) Refuses(a netip.Addr) error { return CheckTarget(a, p.LAN) }

// Prove speaks the proof over c.
func (p Prober) Prove(ctx context.Context, c net.Conn, to check.Target) check.Proof {
	lim := p.Limits
	if lim == (Limits{}) {
		lim = DefaultLimits()
	}
	k, err := p.Code.keys()
	if err != nil {
		return check.Proof{}
	}
	o := Outcome{Port: Port{TCP, to.Port}}
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
		out.Said = check.Clean(string(o.Said), saidRunes)
		return out
	}
	out.Source = o.Source
	return out
}

// SameService tells whether the service at an address shows a certificate whose
// identity the code carries.
func (p Prober) SameService(ctx context.Context, env check.Env, at netip.AddrPort, name string) (same, known bool) {
	if len(p.Code.Identities) == 0 {
		return false, false
	}
	id, err := ServiceIdentity(ctx, env.Dial, at, name)
	if err != nil {
		return false, false
	}
	return slices.Contains(p.Code.Identities, id), true
}
