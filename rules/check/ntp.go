package check

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	ntpAddresses = 4                      // of a pool's name, both families together
	ntpGrace     = 100 * time.Millisecond // for the other addresses once one told the time
	ntpPackets   = 16                     // read of one socket, foreign ones included
)

// ntpProbe proves that a time server answers. How wrong our clock is stands in
// the facts; whether that matters is the clock kind's to say.
type ntpProbe struct {
	alone bool // asks for itself and not for all rows, and ends with its context
}

func (p ntpProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	if p.alone {
		_, res := queryTime(ctx, env, lim, to)
		return res
	}
	_, res := askedTime(ctx, env, lim, to)
	return res
}

// askedTime is queryTime, once for all rows: a time server turns away who asks
// it again and again.
func askedTime(ctx context.Context, env Env, lim Limits, to Target) (time.Duration, Result) {
	s := sharedOf(env)
	if s == nil {
		return queryTime(ctx, env, lim, to)
	}
	progress(env, NTPSilent)
	o, ok := s.times.do(ctx, fmt.Sprintf("%+v", to), func() opinion {
		offset, res := queryTime(s.ctx, quietEnv{s}, lim, to)
		return opinion{offset: offset, res: res}
	})
	if !ok {
		o.res.end(Unproven, CheckTimeout)
	}
	return o.offset, o.res.clone()
}

// panicError is a mistake of ours in one try.
type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprint(e.value) }

// ntpReply is what became of one address or of one try.
type ntpReply struct {
	from   netip.AddrPort
	answer ntpAnswer
	err    error
	took   time.Duration
}

// queryTime asks all addresses of a time server at once. The offset is that of
// the servers against our clock, positive where ours is slow; it counts only
// if the Result is a Pass, or a Note with NTPDisagree.
func queryTime(ctx context.Context, env Env, lim Limits, to Target) (time.Duration, Result) {
	res := Result{At: env.Now()}
	addrs, ok := resolve(ctx, env, lim, to, &res)
	if !ok {
		return 0, res
	}
	addrs = timeAddrs(env, addrs)
	progress(env, NTPSilent)
	start := env.Now()
	inner, cancel := context.WithTimeout(ctx, lim.NTP)
	var wg sync.WaitGroup
	defer wg.Wait() // nothing stays behind
	defer cancel()
	replies := make(chan ntpReply, len(addrs))
	for _, a := range addrs {
		wg.Go(func() { replies <- askTime(inner, env, lim, netip.AddrPortFrom(a, cmp.Or(to.Port, 123))) })
	}
	var good, bad []ntpReply
	var late <-chan time.Time
	early := time.NewTimer(lim.Early)
	defer early.Stop()
	ways := make(chan trail, 1)
	looking := false
	for waiting := true; waiting && len(good)+len(bad) < len(addrs); {
		select {
		case r := <-replies:
			if r.err != nil {
				bad = append(bad, r)
				continue
			}
			good = append(good, r)
			if late == nil {
				t := time.NewTimer(ntpGrace)
				defer t.Stop()
				late = t.C
			}
		case <-early.C:
			if looking = len(good) == 0 && traces(env); looking {
				at := netip.AddrPortFrom(addrs[0], cmp.Or(to.Port, 123))
				wg.Go(func() { ways <- locate(inner, env, lim, udp(at.Addr()), at, ntpRequest(uint64(at.Port()))) })
			}
		case <-late:
			waiting = false
		}
	}
	if len(good) == 0 {
		res.noTime(ctx, bad, env.Now().Sub(start))
		if looking {
			cancel()
			res.way(env, <-ways)
		}
		res.rejecter(ctx, env, lim, bad)
		return 0, res
	}
	return res.told(good)
}

// way adds to a silent time server how far packets to it get, or who said no
// to one of them.
func (r *Result) way(env Env, t trail) {
	switch {
	case r.Code != NTPSilent:
	case t.stop != nil:
		r.fail(NTPBlocked, "device", t.stop.Device.String())
		r.Layers[len(r.Layers)-1].Status, r.Layers[len(r.Layers)-1].Code = Fail, NTPBlocked
	default:
		r.end(r.Status, r.Code, t.facts(env)...)
	}
}

// rejecter tells who a device is that rejects the packets to a time server.
func (r *Result) rejecter(ctx context.Context, env Env, lim Limits, bad []ntpReply) {
	for _, b := range bad {
		var pe *PathError
		if r.Code == NTPBlocked && errors.As(b.err, &pe) {
			r.fact("variant", role(ctx, env, lim, r.Facts["device"], b.from))
			r.fact("icmp", icmpName(pe, b.from.Addr()))
			return
		}
	}
}

// timeAddrs picks the addresses to ask: some of each family that has a way out.
func timeAddrs(env Env, addrs []netip.Addr) []netip.Addr {
	v4 := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !a.Is4() })
	v6 := slices.DeleteFunc(slices.Clone(addrs), netip.Addr.Is4)
	if len(v4) > 0 && !reachable6(env, v6) {
		v6 = nil
	}
	n6 := min(len(v6), max(ntpAddresses/2, ntpAddresses-len(v4)))
	return append(v4[:min(len(v4), ntpAddresses-n6)], v6[:n6]...)
}

// told makes the Result tell what the answers agree on.
func (r *Result) told(good []ntpReply) (time.Duration, Result) {
	all := make([]ntpAnswer, len(good))
	for i, g := range good {
		all[i] = g.answer
	}
	offset, majority := agree(all)
	var v Result
	v.pass()
	if !majority {
		v.note(NTPDisagree)
	}
	v.fact("offset", offsetText(offset))
	v.fact("server", good[0].from.Addr().String())
	r.conclude(good[0].layer(), v)
	return offset, *r
}

// noTime makes the Result tell why no address told the time. What answered
// wrongly says more than what was refused, and that more than silence.
func (r *Result) noTime(ctx context.Context, bad []ntpReply, took time.Duration) {
	worth := func(x ntpReply) int {
		var kiss kissError
		switch {
		case errors.As(x.err, &kiss):
			return 4
		case errors.Is(x.err, errNTPUnsynced):
			return 3
		case errors.Is(x.err, errNTPForeign):
			return 2
		case !errors.Is(x.err, context.DeadlineExceeded):
			return 1
		}
		return 0
	}
	x := slices.MaxFunc(bad, func(a, b ntpReply) int { return worth(a) - worth(b) })
	var v Result
	v.fact("server", x.from.Addr().String())
	var kiss kissError
	var mistake panicError
	switch {
	case errors.As(x.err, &mistake):
		v.end(Unproven, CheckPanic, "error", mistake.Error())
	case ctx.Err() != nil:
		v.lost(ctx, ctx.Err(), endings{})
	case errors.As(x.err, &kiss):
		v.note(NTPKoD, "status", string(kiss))
	case errors.Is(x.err, errNTPUnsynced):
		v.note(NTPUnsynced)
	case errors.Is(x.err, errNTPForeign):
		v.fail(NTPBadReply)
	default:
		switch code, device := reason(x.err, x.from.Addr(), 0); code {
		case TCPSilent:
			v.end(Unproven, NTPSilent) // UDP 123 may be blocked, or the server be gone
		case TCPRefused:
			v.fail(NTPRefused)
		case TCPBlockedBy:
			v.fail(NTPBlocked, "device", device)
		case TCPError:
			v.fail(code, "error", x.err.Error())
		default:
			v.fail(code, "device", device)
		}
	}
	x.took = took
	r.conclude(x.layer(), v)
}

func (x ntpReply) layer() Layer {
	l := Layer{Name: "ntp", Family: 6, Took: x.took, Address: x.from.String()}
	if x.from.Addr().Is4() {
		l.Family = 4
	}
	return l
}

// offsetText says how much is to be added to our clock, such as "+41s".
func offsetText(d time.Duration) string {
	step := time.Second
	switch a := d.Abs(); {
	case a >= 48*time.Hour:
		return fmt.Sprintf("%+dd", d.Round(24*time.Hour)/(24*time.Hour))
	case a < 10*time.Second:
		step = 100 * time.Millisecond
	}
	d = d.Round(step)
	if d < 0 {
		return d.String()
	}
	return "+" + d.String()
}

// askTime asks one address up to three times, each from a fresh socket: a
// router's dead table entry must not swallow all three. The first answer that
// is one ends it.
func askTime(ctx context.Context, env Env, lim Limits, to netip.AddrPort) ntpReply {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	delays := []time.Duration{0, lim.NTP2, lim.NTP3}
	tries := make(chan ntpReply, len(delays))
	for _, d := range delays {
		wg.Go(func() { tries <- tryTime(ctx, env, to, d) })
	}
	var last ntpReply
	for range delays {
		r := <-tries
		var kiss kissError
		if r.err == nil || errors.As(r.err, &kiss) || errors.Is(r.err, errNTPUnsynced) {
			return r
		}
		if last.err == nil || errors.Is(last.err, context.DeadlineExceeded) {
			last = r
		}
	}
	return last
}

// tryTime waits for d, asks once and reads until ctx ends or an answer comes.
// Silence is context.DeadlineExceeded; errNTPForeign means that only answers
// to another question came.
func tryTime(ctx context.Context, env Env, to netip.AddrPort, d time.Duration) (r ntpReply) {
	r.from = to
	defer func() { // a mistake of ours must not leave the terminal raw
		if p := recover(); p != nil {
			r.err = panicError{p}
		}
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		r.err = context.DeadlineExceeded
		return r
	case <-timer.C:
	}
	c, err := env.Dial(ctx, udp(to.Addr()), to)
	if err != nil {
		r.err = silence(ctx, err)
		return r
	}
	defer func() { _ = c.Close() }()
	defer bound(ctx, c)()
	r.answer, r.took, r.err = exchangeTime(ctx, env, c)
	return r
}

// exchangeTime sends one request and reads its answer.
func exchangeTime(ctx context.Context, env Env, c net.Conn) (ntpAnswer, time.Duration, error) {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	cookie := binary.BigEndian.Uint64(random[:])
	sent := env.Now()
	if _, err := c.Write(ntpRequest(cookie)); err != nil {
		return ntpAnswer{}, 0, silence(ctx, err)
	}
	var foreign error
	b := make([]byte, 512)
	for range ntpPackets {
		n, err := c.Read(b)
		got := env.Now()
		if err != nil {
			if foreign != nil && ctx.Err() != nil {
				return ntpAnswer{}, 0, foreign
			}
			return ntpAnswer{}, 0, silence(ctx, err)
		}
		a, err := parseNTP(b[:n], cookie, sent, got)
		if !errors.Is(err, errNTPForeign) {
			return a, got.Sub(sent), err
		}
		foreign = err // perhaps a forgery: the true answer may still come
	}
	return ntpAnswer{}, 0, foreign
}

// silence is err, or context.DeadlineExceeded if it only says that ctx ended.
func silence(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.DeadlineExceeded
	}
	return err
}
