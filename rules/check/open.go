package check

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// open finds the target's addresses and connects to it: the layers dns and
// tcp. The connection is nil if that failed; the Result then says why. Else
// its Status is Unproven, or Note: the caller's own layer decides. The caller
// closes the connection.
func open(ctx context.Context, env Env, lim Limits, to Target) (net.Conn, Result) {
	res := Result{At: env.Now()}
	via := env.Proxy(to.Host, to.Port)
	var beside <-chan tunnel
	var stop func()
	if via != nil {
		beside, stop = besideProxy(ctx, env, lim, via, to)
	}
	c := direct(ctx, env, lim, to, &res)
	switch {
	case via == nil:
	case c != nil:
		res.later = append(res.later, func(ctx context.Context, r *Result) { r.beside(ctx, lim, beside, stop) })
	default:
		c = throughProxy(ctx, beside, &res)
	}
	return c, res
}

// direct is open without a proxy.
func direct(ctx context.Context, env Env, lim Limits, to Target, res *Result) net.Conn {
	addrs, ok := resolve(ctx, env, lim, to, res)
	if !ok {
		return nil
	}
	progress(env, TCPSilent)
	v4 := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !a.Is4() })
	v6 := slices.DeleteFunc(slices.Clone(addrs), netip.Addr.Is4)
	if len(v4) > 0 && (len(v6) == 0 || !reachable6(env, v6)) {
		if to.hasFamilies() {
			res.add(Layer{Name: "tcp", Family: 6, Status: NotNeeded, Code: TCPNoIPv6})
		}
		v6 = nil
	}
	return connect(ctx, env, lim, v4, v6, to.Port, res)
}

// hasFamilies tells whether the target is a name, which may have addresses of both kinds.
func (t Target) hasFamilies() bool {
	_, err := netip.ParseAddr(t.Host)
	return err != nil && len(t.Addrs) == 0
}

// reachable6 tells whether IPv6 is worth a try: a default route, or a target
// in this network.
func reachable6(env Env, addrs []netip.Addr) bool {
	return env.HasRoute(6) || slices.ContainsFunc(addrs, func(a netip.Addr) bool {
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
	})
}

// resolve is the layer dns; ok is false when there is nothing to connect to.
func resolve(ctx context.Context, env Env, lim Limits, to Target, res *Result) (addrs []netip.Addr, ok bool) {
	if len(to.Addrs) > 0 {
		return sorted(to.Addrs), true
	}
	if a, err := netip.ParseAddr(to.Host); err == nil {
		return []netip.Addr{a.Unmap()}, true
	}
	own := ownAnswer(ctx, env, lim, to.Host)
	n := lookup(ctx, env, lim, to.Host)
	l := Layer{Name: "dns", Took: n.Took, Status: Pass, Address: n.Server}
	res.fact("resolver", n.Resolver)
	if len(n.Addrs) == 0 {
		l.Status, l.Code = Fail, n.Code
		res.end(l.Status, n.Code, "variant", n.Variant, "device", n.Device)
		if s := sharedOf(env); s != nil && n.Code == DNSSilent && s.named.Load() {
			l.Status = Unproven // it answers for other names: this answer may have got lost
			res.fact("variant", "name")
		}
		res.add(l)
		res.Status = l.Status
		if to.Public && n.Code != DNSSilent {
			res.fact("variant", "public") // it is not mistyped
		}
		return nil, false
	}
	res.fact("addresses", join(n.Addrs))
	switch how := filtered(n.Addrs, to.Public); {
	case how == "sinkhole":
		l.Status, l.Code = Fail, DNSRewritten
		res.add(l)
		res.fail(DNSRewritten, "variant", how)
		return nil, false
	case how != "":
		l.Status, l.Code = Note, DNSRewritten
		res.later = append(res.later, func(_ context.Context, r *Result) { r.rewritten(how) })
	case n.Code != "":
		l.Status, l.Code = Note, n.Code
		res.note(n.Code)
	default:
		res.later = append(res.later, func(ctx context.Context, r *Result) {
			r.compare(ctx, env, to.Host, n.Addrs, own)
		})
	}
	res.add(l)
	return n.Addrs, true
}

func join(addrs []netip.Addr) string {
	words := make([]string, len(addrs))
	for i, a := range addrs {
		words[i] = a.String()
	}
	return strings.Join(words, ", ")
}

// connect tries both families at once and returns the first connection. What
// becomes of the other family is added to the Result later, see settle.
func connect(ctx context.Context, env Env, lim Limits, v4, v6 []netip.Addr, port uint16, res *Result) net.Conn {
	ctx4, end := context.WithCancelCause(ctx)
	stop := func() { end(errEnough) }
	ch := make(chan tried, 2)
	n := 0
	for _, addrs := range [][]netip.Addr{v4, v6} {
		if len(addrs) > 0 {
			n++
			go func() { ch <- dialFamily(ctx4, env, lim, addrs, port) }()
		}
	}
	var failed []tried
	for ; n > 0; n-- {
		t := <-ch
		if t.conn == nil {
			failed = append(failed, t)
			continue
		}
		res.add(t.layer)
		res.fact("address", t.layer.Address)
		if t.layer.Code == TCPLossy {
			res.fact("tries", "2")
		}
		for _, f := range failed {
			res.later = append(res.later, func(_ context.Context, r *Result) { r.otherFamily(f) })
		}
		if n == 1 {
			stop()
			return t.conn
		}
		start := env.Now()
		res.later = append(res.later, func(ctx context.Context, r *Result) {
			defer stop()
			r.waitOther(ctx, lim.Early-env.Now().Sub(start), ch, stop)
		})
		return t.conn
	}
	stop()
	for _, f := range failed {
		res.add(f.layer)
	}
	if len(failed) > 0 {
		res.refused(ctx, env, lim, failed)
	}
	return nil
}

// refused makes the Result a Fail for the reason of the family that tells most.
func (r *Result) refused(ctx context.Context, env Env, lim Limits, failed []tried) {
	best := failed[0]
	for _, f := range failed[1:] {
		if best.layer.Code == TCPSilent || best.layer.Code == TCPNoRoute || best.layer.Family == 6 && f.layer.Code != TCPNoRoute {
			best = f
		}
	}
	best.blame(ctx, env, lim)
	r.end(best.layer.Status, best.layer.Code, append([]string{"address", best.layer.Address, "device", best.device}, best.facts...)...)
	if best.layer.Code == TCPError && best.err != nil {
		r.fact("error", best.err.Error())
	}
}

// tcpProbe proves that a connection can be made, no more.
type tcpProbe struct{}

func (tcpProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	c, res := open(ctx, env, lim, to)
	if c != nil {
		_ = c.Close()
		res.pass()
	}
	return res
}
