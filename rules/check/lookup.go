package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// names is what became of one name.
type names struct {
	Addrs    []netip.Addr // IPv4 first
	Code     Code         // why there are no addresses, or dns.system-only
	Server   string       // who answered
	Resolver string       // what each name server did: "192.168.1.1 ok, 9.9.9.9 silent"
	Variant  string       // of DNSSilent: "refused", or "rejected" by Device
	Device   string
	Took     time.Duration
}

// servers is the most name servers asked: the C library stops at three.
const servers = 4

// grace is how long an earlier name server may still answer after a later one
// did: the system would ask them in order.
const grace = 250 * time.Millisecond

// lookup finds the addresses of a name, from a cache if env has one.
func lookup(ctx context.Context, env Env, lim Limits, host string) names {
	progress(env, DNSSilent)
	if c, ok := env.(interface {
		cached(ctx context.Context, host string) names
	}); ok {
		return c.cached(ctx, host)
	}
	return lookupNow(ctx, env, lim, host)
}

func lookupNow(ctx context.Context, env Env, lim Limits, host string) names {
	start := env.Now()
	list := env.Resolvers()
	n := names{Code: DNSNone}
	if len(list) > 0 {
		asking, cancel := context.WithTimeout(ctx, lim.DNS)
		n = askAll(asking, env, lim, list[:min(len(list), servers)], host)
		cancel()
	}
	if len(n.Addrs) == 0 && n.Code != DNSBadName {
		n = system(ctx, env, lim, host, n)
	}
	if s := sharedOf(env); s != nil && n.Server != "" {
		s.named.Store(true)
	}
	n.Took = env.Now().Sub(start)
	return n
}

// system asks the operating system about what the name servers do not know.
func system(ctx context.Context, env Env, lim Limits, host string, n names) names {
	patience := lim.DNS
	if n.Code != DNSNone { // beyond the hosts file it would ask the same name servers again
		patience = lim.DNSRetry
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	addrs, err := env.SystemLookup(ctx, host)
	if err != nil || len(addrs) == 0 {
		var de *net.DNSError
		if n.Code == DNSNone && errors.As(err, &de) {
			n.Code = DNSSilent // the system asked somebody
			if de.IsNotFound {
				n.Code = DNSNXDomain
			}
		}
		return n
	}
	n.Addrs = sorted(addrs)[:min(len(addrs), lim.Addresses)]
	n.Server = ""
	if n.Code == DNSNone { // there is no other way on this system
		n.Code = ""
	} else {
		n.Code = DNSSystemOnly
	}
	return n
}

// said is one name server's answer to one of the two questions.
type said struct {
	server int
	v6     bool
	reply  dnsReply
	err    error
}

// heard is what is known of one name server.
type heard struct {
	a, aaaa *said
	server  netip.AddrPort
}

// askAll asks every server for both kinds of address at once. It returns as
// soon as the answer is certain.
func askAll(ctx context.Context, env Env, lim Limits, list []netip.AddrPort, host string) names {
	qa, err := question(host, dnsmessage.TypeA)
	if err != nil {
		return names{Code: DNSBadName}
	}
	qaaaa := qa
	qaaaa.Type = dnsmessage.TypeAAAA
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	ch := make(chan said, 2*len(list))
	for i, server := range list {
		for _, q := range []dnsmessage.Question{qa, qaaaa} {
			wg.Go(func() {
				r, err := ask(ctx, env, lim, server, q)
				ch <- said{i, q.Type == dnsmessage.TypeAAAA, r, err}
			})
		}
	}
	all := make([]heard, len(list))
	for i, server := range list {
		all[i].server = server
	}
	need6 := env.HasRoute(6)
	var late <-chan time.Time
	for range 2 * len(list) {
		select {
		case s := <-ch:
			if s.v6 {
				all[s.server].aaaa = &s
			} else {
				all[s.server].a = &s
			}
		case <-late:
			return conclude(list, all)
		}
		if i := slices.IndexFunc(all, func(h heard) bool { return !h.failed() }); i >= 0 && all[i].done(need6) {
			return conclude(list, all)
		}
		if late == nil && slices.ContainsFunc(all, func(h heard) bool { return h.done(need6) && len(h.addrs()) > 0 }) {
			t := time.NewTimer(grace)
			defer t.Stop()
			late = t.C
		}
	}
	return conclude(list, all)
}

// good tells whether the server gave a usable answer: addresses, none, or no such name.
func (s *said) good() bool {
	return s != nil && s.err == nil && (s.reply.RCode == dnsmessage.RCodeSuccess || s.reply.RCode == dnsmessage.RCodeNameError)
}

// failed tells whether the system would go on to the next server.
func (h heard) failed() bool {
	return h.a != nil && !h.a.good() && (h.aaaa == nil || !h.aaaa.good())
}

// done tells whether the server's answer can be used.
func (h heard) done(need6 bool) bool {
	switch {
	case h.a == nil:
		return false
	case h.aaaa != nil:
		return h.a.good() || h.aaaa.good()
	}
	return h.a.good() && (h.a.reply.RCode == dnsmessage.RCodeNameError || !need6 && len(h.a.reply.Addrs) > 0)
}

func (h heard) addrs() []netip.Addr {
	var out []netip.Addr
	for _, s := range []*said{h.a, h.aaaa} {
		if s.good() {
			out = append(out, s.reply.Addrs...)
		}
	}
	return sorted(out)
}

// code is why this server gave no address. That there is none takes both
// answers: one of them may have got lost.
func (h heard) code() Code {
	empty := 0
	for _, s := range []*said{h.a, h.aaaa} {
		switch {
		case s == nil || s.err != nil:
			continue
		case s.reply.RCode == dnsmessage.RCodeNameError:
			return DNSNXDomain
		case s.reply.RCode == dnsmessage.RCodeRefused:
			return DNSRefused
		case s.reply.RCode == dnsmessage.RCodeServerFailure:
			return DNSServFail
		case s.reply.RCode != dnsmessage.RCodeSuccess:
			return DNSBadReply
		default:
			empty++
		}
	}
	if empty == 2 {
		return DNSNoData
	}
	for _, s := range []*said{h.a, h.aaaa} {
		if s != nil && errors.Is(s.err, errBadReply) {
			return DNSBadReply
		}
	}
	return DNSSilent
}

// word is the server's state in a few letters, for the evidence.
func (h heard) word() string {
	switch {
	case len(h.addrs()) > 0:
		return "ok"
	case h.a == nil && h.aaaa == nil:
		return "no answer yet"
	}
	if how, _ := h.turnedAway(); how != "" {
		return how
	}
	return strings.TrimPrefix(string(h.code()), "dns.")
}

// turnedAway tells that no name server answers there: "refused" where nothing
// listens, "rejected" where a device on the way says no; empty for silence.
func (h heard) turnedAway() (how, device string) {
	if h.a == nil || h.a.err == nil || h.code() != DNSSilent {
		return "", ""
	}
	switch code, device := reason(h.a.err, h.server.Addr(), 0); code {
	case TCPRefused:
		return "refused", ""
	case TCPBlockedBy:
		return "rejected", device
	default:
		return "", ""
	}
}

// conclude takes the answer the system would take: that of the first server
// that gave a usable one, else the reason of the first that said anything.
func conclude(list []netip.AddrPort, all []heard) names {
	n := names{Code: DNSSilent}
	words := make([]string, len(all))
	for i, h := range all {
		words[i] = list[i].Addr().String() + " " + h.word()
	}
	n.Resolver = strings.Join(words, ", ")
	for i, h := range all {
		if h.a.good() || h.aaaa.good() {
			n.Server, n.Addrs, n.Code = list[i].Addr().String(), h.addrs(), ""
			if len(n.Addrs) == 0 {
				n.Code = h.code()
			}
			return n
		}
	}
	for i, h := range all {
		if c := h.code(); c != DNSSilent {
			n.Server, n.Code = list[i].Addr().String(), c
			return n
		}
	}
	if len(all) > 0 {
		n.Variant, n.Device = all[0].turnedAway()
	}
	return n
}

// sorted puts IPv4 first, keeps the servers' order otherwise, and drops doubles.
func sorted(in []netip.Addr) []netip.Addr {
	out := make([]netip.Addr, 0, len(in))
	for _, v4 := range []bool{true, false} {
		for _, a := range in {
			if a = a.Unmap(); a.IsValid() && a.Is4() == v4 && !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	return out
}
