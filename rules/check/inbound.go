package check

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Prover tells whether a connection from outside ends at the server itself. With
// one, a Runner proves rows that arrive there; the row's own protocol is spoken
// only where the prover's is not understood.
type Prover interface {
	// Refuses tells why an address must not be talked to: nothing that a code
	// names may lead into this computer or its own network. nil: it may.
	Refuses(a netip.Addr) error
	// Prove speaks over c, TCP or UDP, which the caller closes. to has the
	// addresses of one family; both tells that the other one is asked too.
	Prove(ctx context.Context, c net.Conn, to Target, both bool) Proof
	// Identify asks the service at an address, which speaks that kind, who it is;
	// ok is false when it shows nothing that tells.
	Identify(ctx context.Context, env Env, kind string, at netip.AddrPort, to Target) (id uint32, ok bool)
	// Knows compares that with what is known of the server: of this port, or of
	// any of its services where post's State is PostUnknown. known is false when
	// there is nothing to compare with.
	Knows(kind string, id uint32, post Post) (same, known bool)
}

// Proof is what a Prover found.
type Proof struct {
	Seen   Seen
	Source netip.Addr // of this computer, as the server saw it
	Said   string     // first words of a stranger, clean
	Posts  []Post     // what the server's listener tells of its ports; none without a proof
	Err    error      // how a conversation without a proof ended
}

// Post is one port of the server, as its own listener found it.
type Post struct {
	Proto    string // tcp or udp
	Port     uint16
	State    PostState
	Identity uint32 // of the service that holds it; 0 when none could be made
}

// PostState tells who answers on a port of the server.
type PostState uint8

// The states.
const (
	PostUnknown PostState = iota // nobody told
	PostOurs                     // the listener of the proof
	PostHeld                     // a service that was there before
	PostNobody                   // nobody: it may not, or cannot, be opened there
)

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
	both   bool // each family is asked
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
	if r, ok := env.(*row); ok {
		r.diagnosed.Store(true) // why encryption fails is not asked: who answers is
	}
	v4 := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !a.Is4() })
	v6 := slices.DeleteFunc(slices.Clone(addrs), netip.Addr.Is4)
	if len(v4) > 0 && len(v6) > 0 && !reachable6(env, v6) {
		res.add(Layer{Name: "tcp", Family: 6, Status: NotNeeded, Code: TCPNoIPv6})
		v6 = nil
	}
	// Each family has a way of its own through the firewall: both are proven.
	p.both = len(v4) > 0 && len(v6) > 0 && env.HasRoute(4)
	var ways []<-chan Result
	var asking sync.WaitGroup // families that still may bring a proof
	for _, list := range [][]netip.Addr{v4, v6} {
		if len(list) == 0 {
			continue
		}
		asking.Add(1)
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
			asked := sync.OnceFunc(asking.Done)
			defer asked()
			way <- p.family(ctx, env, lim, one, asked)
		}()
	}
	asking.Wait()
	postsOf(env).proofEnds(env)
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
	// What is known of IPv4 counts more than that nothing can be told of IPv6,
	// unless the test came from inside and tells nothing at all.
	if v4 := found[0]; best.Status == Unproven && best.Code != InInsideSource && v4.Status == Fail {
		best = v4
	}
	for k, v := range best.Facts {
		r.fact(k, v)
	}
	r.Status, r.Code = best.Status, best.Code
	for i, f := range found {
		if (best.Status == Pass || best.Status == Note) && closed(f) {
			delete(r.Facts, "variant")
			r.note(TCPFamily, "family", FamilyName([]Family{4, 6}[i]))
		}
	}
}

// closed tells whether a family's way is known not to lead to the server.
func closed(r Result) bool {
	return r.Status == Fail || r.Status == Unproven && r.Code == InMute
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

func familyOf(addrs []netip.Addr) Family {
	if addrs[0].Unmap().Is4() {
		return 4
	}
	return 6
}
