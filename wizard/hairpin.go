package wizard

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// insideMark ends the keys of tries from inside.
const insideMark = "#inside"

// InsideKey is the key of the try of a flow from inside.
func InsideKey(flow string) string { return flow + insideMark }

// InsideJobs try rows that arrive at the server from inside, under the server's
// public name: one conversation a row, in the row's own protocol. They never
// prove the way in. keys are flows (none: all that arrive); empty where such a
// try tells nothing.
func (b *Board) InsideJobs(keys ...string) []check.Job {
	var out []check.Job
	if b.from == rules.FromInternet {
		return nil
	}
	for _, f := range b.Inbound() {
		j := f.Job()
		if len(keys) > 0 && !slices.Contains(keys, f.Key) {
			continue
		}
		if j.To.Host == rules.DomainToken {
			if !b.site.Server.PublicIP.IsValid() {
				continue
			}
			j.To.Host = b.site.Server.PublicIP.String()
		}
		j.Key = InsideKey(f.Key)
		out = append(out, j)
	}
	return out
}

// tried takes what became of a try from inside; false for any other result.
func (b *Board) tried(r check.Result) bool {
	key, ok := strings.CutSuffix(r.Job.Key, insideMark)
	if !ok {
		return false
	}
	if r.Provisional {
		return true
	}
	delete(b.running, r.Job.Key)
	if r.Code != check.Cancelled {
		b.inside[key] = r
	}
	return true
}

// fromInside adds to a row what became of the try from inside. Only where the
// way in is proven, and inside not even a connection comes about, it is the
// router that does not turn traffic back.
func (b *Board) fromInside(v *FlowView, f rules.Flow) {
	if b.running[InsideKey(f.Key)] {
		v.Status, v.Short = check.Running, ""
		return
	}
	r, ok := b.inside[f.Key]
	if !ok {
		return
	}
	facts := b.facts(f, r)
	l := check.Layer{Name: "inside", Took: r.Took, Address: r.Facts["address"]}
	key := "text.inside.other"
	facts["why"] = b.words.Short(r)
	switch connected, tried := connection(r); {
	case !tried:
		l.Code, key = r.Code, "text.inside.nowhere"
	case !connected && b.maybeDown(f, r):
		l.Code, key = r.Code, "text.inside.down"
	case !connected && (v.Status == check.Pass || v.Status == check.Note) && b.arrived(f.Key):
		l.Status, l.Code = check.Note, check.NATHairpin
		v.Status, v.Result.Status, v.Result.Code = check.Note, check.Note, check.NATHairpin
		v.Finding, v.Short = b.words.Finding(v.Result, facts), b.words.Short(v.Result)
		key = ""
	case !connected:
		key = "text.inside.fails"
	case r.Status == check.Pass || r.Status == check.Note:
		l.Status, key = check.Pass, "text.inside.works"
		if a, err := netip.ParseAddrPort(r.Facts["address"]); err == nil && (a.Addr().Unmap().IsPrivate() || a.Addr().Unmap() == b.site.Server.LANIP) {
			facts["address"], key = a.Addr().Unmap().String(), "text.inside.direct"
		}
	}
	if key != "" {
		v.Finding.Means = strings.TrimSpace(v.Finding.Means + " " + b.words.Text(key, facts))
	}
	v.Result.Layers = append(slices.Clone(v.Result.Layers), l)
}

// maybeDown tells whether the service itself may be why a try found nothing: the
// server said so at the last look, perhaps before the test from outside took its
// place, or a refusal that a hub cannot tell from the router's.
func (b *Board) maybeDown(f rules.Flow, r check.Result) bool {
	if b.from == rules.FromServer {
		return b.down[f.Key] || b.holds(f)
	}
	return r.Code == check.TCPRefused
}

// connection tells whether a connection came about; tried is false where there
// was no address to connect to.
func connection(r check.Result) (connected, tried bool) {
	for _, l := range r.Layers {
		if l.Name == "tcp" && l.Status != check.NotNeeded {
			tried = true
			connected = connected || l.Status == check.Pass || l.Status == check.Note && l.Code == check.TCPLossy
		}
	}
	return connected, tried
}
