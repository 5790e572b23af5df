package wizard

import (
	"net/netip"
	"slices"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// local tells whether a flow is one whose service can be looked at on the
// server itself; that never proves the way in.
func (b *Board) local(f rules.Flow) bool {
	return b.from == rules.FromServer && f.Table.Inbound() && b.site.Server.LANIP.IsValid()
}

// localJob turns the check of a way in to a look at the server's own listener:
// only whether something listens, since its name belongs to the way in. Where
// all the world must take its certificate, that is looked at as well.
func (b *Board) localJob(j check.Job) check.Job {
	if j.Kind == "https-public" {
		j.Kind, j.To.Addrs = "tls-public", []netip.Addr{b.site.Server.LANIP}
		return j
	}
	j.Kind = "tcp"
	j.To.Host = b.site.Server.LANIP.String()
	return j
}

// localResult is what a look at the server's own listener says about a row
// that arrives from outside: nothing about the way in. A certificate that those
// who come refuse is bad wherever it is seen.
func localResult(r check.Result) check.Result {
	if check.CertFault(r.Code) {
		return r
	}
	listens := r.Status == check.Pass || r.Status == check.Note || slices.ContainsFunc(r.Layers, func(l check.Layer) bool {
		return l.Name == "tcp" && l.Status != check.Fail && l.Status != check.NotNeeded
	})
	r.Status, r.Code = check.Waiting, check.NotHere
	if !listens {
		r.Code = check.InServiceDown
	}
	return r
}
