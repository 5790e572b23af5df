package check

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"
)

// Prover tells whether a connection from outside ends at the server itself. With
// one, a Runner proves rows that arrive there; the row's own protocol is spoken
// only where the prover's is not understood.
type Prover interface {
	// Refuses tells why an address must not be talked to: nothing that a code
	// names may lead into this computer or its own network. nil: it may.
	Refuses(a netip.Addr) error
	// Prove speaks over c, which the caller closes. to has one address.
	Prove(ctx context.Context, c net.Conn, to Target) Proof
	// SameService compares the certificate shown at an address with those known
	// of the server; known is false when nothing is.
	SameService(ctx context.Context, env Env, at netip.AddrPort, name string) (same, known bool)
}

// Proof is what a Prover found.
type Proof struct {
	Seen   Seen
	Source netip.Addr // of this computer, as the server saw it
	Said   string     // first words of a stranger, clean
}

// Seen is where the server saw this computer.
type Seen int

// The findings of a Prover.
const (
	SeenNot     Seen = iota // whoever answers is not the server's listener
	SeenOutside             // it came from outside
	SeenMasked              // it came from outside; the router hides the senders
	SeenInside              // it came from inside: proves nothing
)

// inboundProbe proves that a row arrives at the server.
type inboundProbe struct {
	kind   string
	inner  Probe
	prover Prover
}

func (p inboundProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	res := Result{At: env.Now()}
	addrs, ok := resolve(ctx, env, lim, to, &res)
	if !ok {
		return res
	}
	if addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return p.prover.Refuses(a) != nil }); len(addrs) == 0 {
		res.end(Unproven, InInsideSource)
		return res
	}
	progress(env, InSilent)
	v4 := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !a.Is4() })
	v6 := slices.DeleteFunc(slices.Clone(addrs), netip.Addr.Is4)
	if len(v4) > 0 && len(v6) > 0 && !reachable6(env, v6) {
		res.add(Layer{Name: "tcp", Family: 6, Status: NotNeeded, Code: TCPNoIPv6})
		v6 = nil
	}
	// Each family has a way of its own through the firewall: both are proven.
	var ways []<-chan Result
	for _, list := range [][]netip.Addr{v4, v6} {
		if len(list) == 0 {
			continue
		}
		way := make(chan Result, 1)
		ways = append(ways, way)
		go func() {
			defer close(way)
			defer func() { // a mistake of ours must not take the terminal with it
				if recover() != nil {
					way <- Result{Status: Unproven, Code: CheckPanic}
				}
			}()
			one := to
			one.Addrs = list
			way <- p.family(ctx, env, lim, one)
		}()
	}
	var found []Result
	for _, w := range ways {
		found = append(found, <-w)
	}
	res.join(found)
	return res
}

// join makes one Result of the families' own.
func (r *Result) join(found []Result) {
	best := found[0]
	for _, f := range found {
		r.Layers = append(r.Layers, f.Layers...)
		if rank(f) < rank(best) {
			best = f
		}
	}
	for k, v := range best.Facts {
		r.fact(k, v)
	}
	r.Status, r.Code = best.Status, best.Code
	for i, f := range found {
		if best.Status == Pass && rank(f) > rank(best) {
			r.note(TCPFamily, "family", familyName([]Family{4, 6}[i]))
		}
	}
}

// rank orders verdicts by how much they prove of the way in.
func rank(r Result) int {
	switch r.Status {
	case Pass:
		return 0
	case Note:
		return 1
	case Unproven:
		return 2
	default:
		return 3
	}
}

// family proves one family's way.
func (p inboundProbe) family(ctx context.Context, env Env, lim Limits, to Target) Result {
	c, res := open(ctx, env, lim, to)
	if c == nil {
		if res.Code == TCPSilent {
			res.Code = InSilent
		}
		return res
	}
	start := env.Now()
	limited, cancel := context.WithTimeout(ctx, proofTime)
	proof := p.prover.Prove(limited, c, to)
	cancel()
	_ = c.Close()
	res.settle(ctx)
	res.Status, res.Code = Unproven, "" // what the connection earned does not count yet
	l := Layer{Name: "proof", Family: familyOf(to.Addrs), Took: env.Now().Sub(start), Status: Pass}
	if proof.Source.IsValid() {
		l.Address = proof.Source.String()
	}
	switch proof.Seen {
	case SeenOutside:
		res.end(Pass, InProven, "way", "program")
	case SeenMasked:
		res.end(Note, InMasked)
	case SeenInside:
		l.Status, l.Code = Unproven, InInsideSource
		res.end(Unproven, InInsideSource)
	default:
		return p.stranger(ctx, env, lim, to, proof)
	}
	res.add(l)
	return res
}

// stranger looks at who else answers: the service itself, which holds its port,
// or another device.
func (p inboundProbe) stranger(ctx context.Context, env Env, lim Limits, to Target, proof Proof) Result {
	inner := p.inner.Run(ctx, env, lim, to)
	inner.settle(ctx)
	l := Layer{Name: "proof", Family: familyOf(to.Addrs)}
	start := env.Now()
	if Encrypted(p.kind) {
		i := slices.IndexFunc(inner.Layers, func(l Layer) bool { return l.Name == "tcp" && l.Status != Fail })
		at := netip.AddrPortFrom(to.Addrs[0], to.Port)
		if i >= 0 {
			if a, err := netip.ParseAddrPort(inner.Layers[i].Address); err == nil {
				at = a
			}
		}
		if same, known := p.prover.SameService(ctx, env, at, to.Host); known {
			l.Took = env.Now().Sub(start)
			return verdictOf(inner, l, same)
		}
	}
	answers := inner.Status == Pass || inner.Status == Note
	switch {
	case CertFault(inner.Code) && inner.Code != CertPrivate && inner.Code != CertName:
		// A certificate of the server's name that is no good: another device has none.
		l.Status, l.Code = Unproven, InUnnamed
	case !answers && proof.Said == "" && chance(inner):
		// Not a byte, whatever was asked: also a listener with another code is so.
		l.Status, l.Code = Unproven, InMute
		inner.end(Unproven, InMute)
	case !answers && inner.Code != HTTPServerError:
		l.Status, l.Code = Fail, InOtherMachine
		inner.end(Fail, InOtherMachine, "banner", proof.Said)
	case p.kind == "mqtt" || p.kind == "mqtts" || p.kind == "ws" || p.kind == "wss":
		// A router has no MQTT broker: a sign, and no proof.
		l.Status, l.Code = Note, InUnnamed
		inner.end(Note, InUnnamed)
	default:
		l.Status, l.Code = Unproven, InUnnamed
		inner.end(Unproven, InUnnamed)
	}
	inner.add(l)
	return inner
}

// verdictOf is the word on a service whose certificate could be compared.
func verdictOf(inner Result, l Layer, same bool) Result {
	switch l.Status = Pass; {
	case !same:
		l.Status, l.Code = Fail, InOtherMachine
		inner.end(Fail, InOtherMachine)
	case inner.Status == Fail && (inner.Code == TLSExpired || inner.Code == TLSUntrusted || CertFault(inner.Code)):
		// It arrives, and those who come turn away again: that is what counts.
	default:
		inner.end(Pass, InProven, "way", "certificate")
	}
	inner.add(l)
	return inner
}

func familyOf(addrs []netip.Addr) Family {
	if addrs[0].Unmap().Is4() {
		return 4
	}
	return 6
}

// proofTime bounds what a Prover may take of a row's budget.
const proofTime = 3 * time.Second
