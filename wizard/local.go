package wizard

import (
	"net/netip"
	"slices"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// NotServing are reasons by which a service of the server itself serves no others.
var NotServing = []check.Code{check.InServiceDown, check.InLoopbackOnly, check.InOneAddress, check.InIPv6Only, check.InHostBlocked}

// local tells whether a flow is one whose service can be looked at on the
// server itself; that never proves the way in. Over UDP nobody answers a look.
func (b *Board) local(f rules.Flow) bool {
	return b.from == rules.FromServer && f.Table.Inbound() && f.Row.Proto == "tcp" && f.Port.Number != 0
}

// localJob turns the check of a way in to a look at the server's own listener:
// only what listens, since its name belongs to the way in. Where all the world
// must take its certificate, that is looked at as well.
func (b *Board) localJob(j check.Job) check.Job {
	ip := b.site.Server.LANIP
	switch public := j.Kind == "https-public"; {
	case public && ip.IsValid():
		j.Kind, j.To.Addrs = check.LocalTLS, []netip.Addr{ip}
	case ip.IsValid():
		j.Kind, j.To.Host = check.Local, ip.String()
	default:
		j.Kind, j.To.Host = check.Local, ""
	}
	return j
}

// localResult is what a look at the server's own listener says about a row
// that arrives from outside: nothing about the way in. A certificate that those
// who come refuse is bad wherever it is seen, and so is a service that answers
// this computer alone.
func localResult(r check.Result) check.Result {
	switch {
	case check.CertFault(r.Code):
		return r
	case r.Code == check.InLoopbackOnly:
		r.Status = check.Fail
		return r
	case slices.Contains(NotServing, r.Code) || r.Code == check.NotHere:
		r.Status = check.Waiting
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

// Listens tells which ports a test of this program holds now; none ends that. A
// look at such a port finds the test, and so no service.
func (b *Board) Listens(posts []Post) {
	b.ours = map[string]bool{}
	for _, p := range posts {
		if p.State == "ours" {
			b.ours[p.Label()] = true
		}
	}
	for _, f := range b.flows { // what was seen there before has ended: the port was free
		if r, ok := b.raw[f.Key]; ok && b.holds(f) && b.local(f) && r.Code == check.NotHere {
			b.raw[f.Key] = testListens(r)
			b.stale = true
		}
	}
}

// holds tells whether a test of this program holds the flow's port.
func (b *Board) holds(f rules.Flow) bool {
	return b.ours[Post{Proto: f.Row.Proto, Port: f.Port.Number}.Label()]
}

// testListens is what a look at a port says that a test holds.
func testListens(r check.Result) check.Result {
	return check.Result{
		Job: r.Job, Status: check.Waiting, Code: check.InServiceDown, Facts: check.Facts{"variant": "test"},
		At: r.At, Took: r.Took, Provisional: r.Provisional,
	}
}
