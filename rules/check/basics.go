package check

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/net/dns/dnsmessage"
)

// routeProbe proves that this machine has a way out of its network.
type routeProbe struct{}

func (routeProbe) Run(_ context.Context, env Env, _ Limits, _ Target) Result {
	var res Result
	start := env.Now()
	var gateways []netip.Addr
	for _, f := range []Family{4, 6} {
		l := Layer{Name: "route", Family: f, Status: NotNeeded, Code: RouteNone}
		if env.HasRoute(f) {
			l.Status, l.Code = Pass, ""
			if g := env.Gateway(f); g.IsValid() {
				l.Address = g.String()
				gateways = append(gateways, g)
			}
		}
		l.Took = env.Now().Sub(start)
		res.add(l)
	}
	res.fact("addresses", join(gateways))
	if res.Layers[0].Status != Pass && res.Layers[1].Status != Pass {
		res.Layers[0].Status = Fail
		res.fail(RouteNone)
		return res
	}
	res.pass()
	return res
}

// gatewayProbe proves that the default gateway is there: whatever it answers
// will do, also a refusal. Many routers answer nobody, so silence alone proves
// nothing: Fold decides when everything else is silent too.
type gatewayProbe struct{}

func (gatewayProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	var res Result
	var list []netip.Addr
	if a, err := netip.ParseAddr(to.Host); err == nil {
		list = append(list, a)
	}
	for _, f := range []Family{4, 6} {
		if g := env.Gateway(f); g.IsValid() && len(list) == 0 {
			list = append(list, g)
		}
	}
	if len(list) == 0 {
		code := RouteUnknown
		if !env.HasRoute(4) && !env.HasRoute(6) {
			code = RouteNone
		}
		res.end(Unproven, code)
		return res
	}
	progress(env, GatewaySilent)
	g := list[0]
	start := env.Now()
	ctx, cancel := context.WithTimeout(ctx, lim.Gateway)
	defer cancel()
	res.fact("address", g.String())
	l := Layer{Name: "gateway", Family: 4, Address: g.String(), Status: Unproven, Code: GatewaySilent}
	if !g.Unmap().Is4() {
		l.Family = 6
	}
	if how := greets(ctx, env, lim, g); how != "" {
		l.Status, l.Code = Pass, ""
		res.fact("banner", how)
	}
	l.Took = env.Now().Sub(start)
	res.add(l)
	res.end(l.Status, l.Code)
	return res
}

// greets tries what a router usually answers, all at once; it tells which did.
func greets(ctx context.Context, env Env, lim Limits, g netip.Addr) string {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	ports := []uint16{53, 80, 443, 22}
	ch := make(chan string, len(ports)+1)
	for _, p := range ports {
		wg.Go(func() {
			to := netip.AddrPortFrom(g, p)
			c, err := env.Dial(ctx, tcp(g), to)
			var pe *PathError
			switch {
			case err == nil:
				_ = c.Close()
				ch <- "tcp " + to.String()
			case errors.As(err, &pe) && !pe.Own && pe.Device.Unmap() == g.Unmap():
				ch <- "icmp"
			default:
				if code, _ := reason(err, g, 0); code == TCPRefused {
					ch <- "reset " + to.String()
					return
				}
				ch <- ""
			}
		})
	}
	wg.Go(func() {
		q, err := question("localhost", dnsmessage.TypeA)
		if err == nil {
			_, err = ask(ctx, env, lim, netip.AddrPortFrom(g, 53), q)
		}
		if err != nil {
			ch <- ""
			return
		}
		ch <- "dns"
	})
	for range cap(ch) {
		if how := <-ch; how != "" {
			return how
		}
	}
	return ""
}

// dnsHost is asked for where a row of the kind dns names no host.
const dnsHost = "up.sync-sign.com"

// dnsProbe asks every configured name server for one name, and each for a name
// that cannot exist: who answers that rewrites what others say.
type dnsProbe struct{}

func (dnsProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	var res Result
	progress(env, DNSSilent)
	host := or(to, Target{Host: dnsHost}).Host
	res.fact("host", host)
	list := env.Resolvers()
	if len(list) == 0 {
		return systemDNS(ctx, env, lim, host)
	}
	list = list[:min(len(list), servers)]
	ctx, cancel := context.WithTimeout(ctx, lim.DNS)
	defer cancel()
	layers := make([]Layer, len(list))
	all := make([]heard, len(list))
	var wg sync.WaitGroup
	for i, s := range list {
		wg.Go(func() { layers[i], all[i] = askOne(ctx, env, lim, s, host) })
	}
	wg.Wait()
	var good, bad []string
	worst := Layer{}
	for i, l := range layers {
		res.add(l)
		if l.Status == Pass || l.Status == Note {
			good = append(good, l.Address)
			if len(good) == 1 {
				res.fact("addresses", join(all[i].addrs()))
			}
		} else {
			bad = append(bad, l.Address+" "+all[i].word())
		}
		if l.Code != "" && (worst.Code == "" || worst.Code == DNSSilent) {
			worst = l
		}
	}
	res.fact("resolver", strings.Join(append(good, bad...), ", "))
	switch {
	case len(good) == 0:
		how, device := all[0].turnedAway()
		res.fail(worst.Code, "address", worst.Address, "variant", how, "device", device)
	case len(bad) > 0:
		res.note(DNSSomeSilent, "address", strings.Join(bad, ", "))
	case worst.Code != "":
		res.note(worst.Code, "address", worst.Address)
	default:
		res.pass()
	}
	return res
}

// systemDNS is the kind dns where only the system knows the name servers.
func systemDNS(ctx context.Context, env Env, lim Limits, host string) Result {
	var res Result
	res.fact("host", host)
	n := lookupNow(ctx, env, lim, host)
	l := Layer{Name: "dns", Status: Pass, Took: n.Took}
	if len(n.Addrs) == 0 {
		l.Status, l.Code = Fail, n.Code
		res.add(l)
		res.fail(n.Code)
		return res
	}
	res.add(l)
	res.fact("addresses", join(n.Addrs))
	res.pass()
	return res
}

// askOne asks one server both questions at once, and for names that nobody
// has: a server that answers those rewrites what others say.
func askOne(ctx context.Context, env Env, lim Limits, server netip.AddrPort, host string) (Layer, heard) {
	start := env.Now()
	l := Layer{Name: "dns", Status: Fail, Address: server.Addr().String()}
	h := heard{server: server}
	var wg sync.WaitGroup
	put := func(name string, t dnsmessage.Type, f func(dnsReply, error)) {
		q, err := question(name, t)
		if err != nil {
			f(dnsReply{}, errBadReply)
			return
		}
		wg.Go(func() { f(ask(ctx, env, lim, server, q)) })
	}
	var alive atomic.Bool
	put(host, dnsmessage.TypeA, func(r dnsReply, err error) { h.a = &said{reply: r, err: err} })
	put(host, dnsmessage.TypeAAAA, func(r dnsReply, err error) { h.aaaa = &said{reply: r, err: err} })
	fakes := make([]dnsReply, len(fakeUnder))
	for i, domain := range fakeUnder {
		put("sops-"+strings.ToLower(rand.Text()[:12])+"."+cmp.Or(domain, owner(host)), dnsmessage.TypeA, func(r dnsReply, err error) {
			fakes[i] = r
			if err == nil {
				alive.Store(true)
			}
		})
	}
	wg.Wait()
	l.Took = env.Now().Sub(start)
	lies := func(i int) bool { return len(fakes[i].Addrs) > 0 }
	switch {
	case lies(0) || lies(1) && lies(2), filtered(h.addrs(), host == dnsHost) != "":
		l.Status, l.Code = Note, DNSRewritten
	case len(h.addrs()) > 0:
		l.Status = Pass
	default:
		if l.Code = h.code(); l.Code == DNSSilent && alive.Load() {
			l.Status, l.Code = Note, TCPLossy // it is there: of this question, the answers got lost
		}
	}
	return l, h
}

// fakeUnder are the domains under which a name of random letters does not
// exist. RFC 6761: no name under invalid does; since servers may know that,
// the domain of the name in question (empty here) and another owner's count
// together: one of them alone may have a wildcard of its own.
var fakeUnder = [...]string{"invalid", "", "github.com"}
