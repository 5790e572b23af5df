package check

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"
)

// family proves one family's way. asked is called once it brings no proof any
// more. From the start on it has lim.Proof, whatever the far end does.
func (p inboundProbe) family(ctx context.Context, env Env, lim Limits, to Target, asked func()) Result {
	start := env.Now()
	c := conversation{p: p, env: env, lim: lim, to: to}
	if to.Proto == "udp" {
		c.open = c.socket
	} else {
		c.open = func(ctx context.Context) (net.Conn, Result) {
			conn, res := open(ctx, env, lim, to)
			res.settle(ctx) // one family alone: nothing is left beside
			return conn, res
		}
	}
	first, res := c.open(ctx)
	if first == nil {
		if res.Code == TCPSilent {
			res.Code = InSilent
		}
		return res
	}
	took := env.Now().Sub(start)
	c.quiet = min(2*took+lim.Hedge1, lim.Early)
	// A connection that took long still gets a second: a proof is one round trip.
	limited, cancel := context.WithTimeout(ctx, max(lim.Proof-took, lim.Early))
	defer cancel()
	start = env.Now()
	found := c.hold(limited, first)
	postsOf(env).tell(found.proof.Posts) // before others hear that no proof may come any more
	asked()
	l := Layer{Name: "proof", Family: familyOf(to.Addrs), Took: env.Now().Sub(start)}
	if found.proof.Seen == SeenNot {
		if found.inner == nil {
			found.inner = &res
			res.Status, res.Code = Unproven, ""
		}
		return p.judge(ctx, limited, env, lim, to, *found.inner, found.proof, l)
	}
	return res.arrived(found.proof, l)
}

// socket opens a UDP socket to the first address. Nobody answers that.
func (c conversation) socket(ctx context.Context) (net.Conn, Result) {
	res := Result{At: c.env.Now()}
	at := netip.AddrPortFrom(c.to.Addrs[0], c.to.Port)
	conn, err := c.env.Dial(ctx, udp(at.Addr()), at)
	if err == nil {
		return conn, res
	}
	code, device := reason(err, at.Addr(), 0)
	res.end(Fail, code, "device", device, "address", at.String())
	res.add(Layer{Name: "udp", Family: familyOf(c.to.Addrs), Status: Fail, Code: code, Address: at.String()})
	return nil, res
}

// arrived makes the Result tell what a proof says.
func (r Result) arrived(proof Proof, l Layer) Result {
	r.Status, r.Code = Unproven, "" // what the connection earned does not count
	l.Status = Pass
	if proof.Source.IsValid() {
		l.Address = proof.Source.String()
	}
	switch proof.Seen {
	case SeenMasked:
		r.end(Note, InMasked)
	case SeenInside:
		l.Status, l.Code = Unproven, InInsideSource
		r.end(Unproven, InInsideSource)
	default:
		r.end(Pass, InProven, "way", "program")
	}
	r.add(l)
	return r
}

// conversation speaks the proof, and the row's own protocol beside it as soon as
// the far end lets one wait: who is mute costs the time of one of them only.
type conversation struct {
	p     inboundProbe
	env   Env
	lim   Limits
	to    Target
	quiet time.Duration // after which a healthy proof is late
	open  func(context.Context) (net.Conn, Result)
}

// found is how a conversation ended.
type found struct {
	proof Proof
	inner *Result // of the row's own protocol; nil when that was not spoken to an end
}

// hold speaks until there is a proof, a stranger's word, or ctx ends. It closes
// first and leaves nothing behind.
func (c conversation) hold(ctx context.Context, first net.Conn) found {
	ctx, cancel := context.WithCancel(ctx)
	proofs, inners := make(chan Proof, 2), make(chan Result, 2)
	proving, asking, started := 0, 0, 0
	prove := func(conn net.Conn) {
		proving++
		go func() { proofs <- c.prove(ctx, conn) }()
	}
	ask := func() {
		if started == 2 {
			return
		}
		started++
		asking++
		go func() { inners <- c.ask(ctx) }()
	}
	defer func() { // what is late is thrown away, and waited for
		cancel()
		for ; proving > 0; proving-- {
			<-proofs
		}
		for ; asking > 0; asking-- {
			<-inners
		}
	}()
	prove(first)
	var out found
	timer := time.NewTimer(c.quiet)
	defer timer.Stop()
	for {
		select {
		case <-timer.C: // fresh connections: a lost packet holds up its own alone
			if started == 0 {
				prove(nil)
				timer.Reset(c.lim.Early)
			}
			ask()
		case x := <-proofs:
			proving--
			if x.worth() >= out.proof.worth() {
				out.proof = x
			}
			if x.Seen != SeenNot {
				return out
			}
			if started == 0 { // somebody who does not know the proof: who is it?
				timer.Reset(c.lim.Early)
				ask()
			}
		case x := <-inners:
			asking--
			if out.inner == nil || spoke(x) {
				out.inner = &x
			}
		}
		if out.inner != nil && (spoke(*out.inner) || proving+asking == 0) {
			return out
		}
	}
}

// worth orders what two tries found by how much it tells.
func (x Proof) worth() int {
	switch {
	case x.Seen != SeenNot:
		return 3
	case x.Said != "":
		return 2
	case x.Err != nil && !isTimeout(x.Err):
		return 1
	}
	return 0
}

// prove speaks the proof over conn, or over a connection of its own, and closes it.
func (c conversation) prove(ctx context.Context, conn net.Conn) (x Proof) {
	defer func() { // a mistake of ours must not take the terminal with it
		if recover() != nil {
			x = Proof{}
		}
	}()
	if conn == nil {
		if conn, _ = c.open(ctx); conn == nil {
			return Proof{}
		}
	}
	defer func() { _ = conn.Close() }()
	return c.p.prover.Prove(ctx, conn, c.to, c.p.both)
}

// ask speaks the row's own protocol.
func (c conversation) ask(ctx context.Context) (r Result) {
	defer func() {
		if recover() != nil {
			r = Result{Status: Unproven, Code: CheckPanic}
		}
	}()
	r = c.p.inner.Run(ctx, c.env, c.lim, c.to)
	r.settle(ctx)
	return r
}

// spoke tells whether somebody said something in the row's own protocol, or in
// another: silence, and ends without a word, may have any reason.
func spoke(r Result) bool {
	unheard := slices.Contains([]Code{CheckTimeout, CheckPanic, Cancelled, NTPSilent, NTPRefused, NTPBlocked}, r.Code)
	return !unheard && !chance(r) && slices.ContainsFunc(r.Layers, func(l Layer) bool { return beyondTCP(l.Name) })
}

// beyondTCP tells whether a layer is a conversation.
func beyondTCP(layer string) bool {
	return layer != "dns" && layer != "tcp" && layer != "udp" && layer != "proxy"
}

// at is the address that a Result's connection went to.
func (r Result) at(to Target) netip.AddrPort {
	for _, l := range r.Layers {
		if a, err := netip.ParseAddrPort(l.Address); err == nil && l.Name == "tcp" && l.Status != Fail {
			return a
		}
	}
	return netip.AddrPortFrom(to.Addrs[0], to.Port)
}
