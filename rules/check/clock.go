package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// clockProbe compares this machine's clock with the world's: by what several
// time servers agree on, and where they are silent or say that it is off also
// by the date that web servers give.
type clockProbe struct{}

// The hosts asked for the time where a row of the kind clock names none.
var (
	clockNTP = [...]Target{
		{Host: "pool.ntp.org", Port: 123, Proto: "udp", Public: true},
		{Host: "time.google.com", Port: 123, Proto: "udp", Public: true},
	}
	clockWeb = [...]Target{
		{Host: timeHost, Port: 80, Proto: "tcp", Public: true},
		{Host: "github.com", Port: 443, Proto: "tcp", Public: true},
	}
)

func (clockProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	progress(env, ClockOpen)
	if strings.ContainsAny(to.Host, ".:") || len(to.Addrs) > 0 {
		to.Port = cmp.Or(to.Port, 123)
		if to.Port == 123 {
			return worldTime(ctx, env, lim, []Target{to}, nil).result(lim)
		}
		return worldTime(ctx, env, lim, nil, []Target{to}).result(lim)
	}
	w, ok := worldClock(ctx, env, lim)
	if !ok {
		w.res.end(Unproven, CheckTimeout)
		return w.res
	}
	return w.result(lim)
}

// worldClock is the world's time by the usual hosts, asked once for all rows.
func worldClock(ctx context.Context, env Env, lim Limits) (world, bool) {
	s := sharedOf(env)
	if s == nil {
		return worldTime(ctx, env, lim, clockNTP[:], clockWeb[:]), true
	}
	return s.clock.do(ctx, "", func() world { return worldTime(s.ctx, quietEnv{s}, lim, clockNTP[:], clockWeb[:]) })
}

// worldOffset is how far the world's clock is from ours, where somebody told.
func worldOffset(ctx context.Context, env Env, lim Limits) (time.Duration, bool) {
	w, ok := worldClock(ctx, env, lim)
	return w.offset, ok && w.known
}

// world is what is known of the world's time.
type world struct {
	offset  time.Duration // of the world's clock against ours; positive means ours is slow
	known   bool
	differs string // "servers" or "web": who contradicts it
	res     Result // the layers and facts of whoever told it, or of a failure
}

// result is the verdict of a row of the kind clock.
func (w world) result(lim Limits) Result {
	r := w.res.clone()
	if !w.known {
		r.end(Unproven, ClockOpen)
		return r
	}
	r.Status, r.Code = Unproven, ""
	r.judgeClock(w.offset, lim)
	if w.differs != "" && r.Status == Pass {
		r.note(NTPDisagree, "variant", w.differs)
	}
	return r
}

// opinion is what one source says about the time.
type opinion struct {
	offset time.Duration
	res    Result
	ok     bool
}

// worldTime asks the time servers, and the web servers where those do not
// answer or say that our clock is off: all time servers may be one device of
// this network that is wrong itself.
func worldTime(ctx context.Context, env Env, lim Limits, ntp, web []Target) world {
	byServers, failed := opinions(ctx, lim, ntp, func(ctx context.Context, t Target) opinion {
		offset, res := askedTime(ctx, env, lim, t)
		return opinion{offset, res, res.Status == Pass}
	})
	w := world{res: failed}
	if len(byServers) > 0 {
		w = weigh(byServers, agreeWindow)
		if w.offset.Abs() < lim.ClockNote && w.differs == "" || len(web) == 0 {
			return w
		}
	}
	byWeb, webFailed := opinions(ctx, lim, web, func(ctx context.Context, t Target) opinion {
		offset, res, ok := webTime(ctx, quietEnv{env}, lim, t)
		return opinion{offset, res, ok}
	})
	switch {
	case len(byWeb) == 0 && w.res.Layers == nil:
		w.res = webFailed
	case len(byWeb) == 0:
	case len(byServers) == 0:
		w = weigh(byWeb, webWindow)
	default:
		v := weigh(byWeb, webWindow)
		for _, o := range byServers { // a time server that the web agrees with is more exact
			if (o.offset - v.offset).Abs() <= webWindow {
				v = world{offset: o.offset, known: true, res: o.res, differs: w.differs}
				return v
			}
		}
		v.differs = "web"
		w = v
	}
	return w
}

// webWindow is how far apart a time server and a web server's date may be.
const webWindow = 3 * time.Second

// opinions asks all at once. It waits a little for the others once one told
// the time, and returns all that told it, or how the first one failed.
func opinions(ctx context.Context, lim Limits, from []Target, ask func(context.Context, Target) opinion) (told []opinion, failed Result) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	ch := make(chan opinion, len(from))
	for _, t := range from {
		wg.Go(func() { ch <- ask(ctx, t) })
	}
	var late <-chan time.Time
	for range from {
		select {
		case o := <-ch:
			switch {
			case o.ok:
				told = append(told, o)
			case failed.Layers == nil:
				failed = o.res
			}
			if o.ok && late == nil {
				t := time.NewTimer(lim.Hedge2)
				defer t.Stop()
				late = t.C
			}
		case <-late:
			return told, failed
		}
	}
	return told, failed
}

// weigh is what most opinions share; without a majority it is the first one,
// and the servers differ.
func weigh(all []opinion, window time.Duration) world {
	best, votes := all[0], 0
	for _, o := range all {
		n := 0
		for _, p := range all {
			if (o.offset - p.offset).Abs() <= window {
				n++
			}
		}
		if n > votes {
			best, votes = o, n
		}
	}
	w := world{offset: best.offset, known: true, res: best.res}
	if 2*votes <= len(all) {
		w.differs = "servers"
	}
	return w
}

// judgeClock is the verdict on an offset of the world's clock against ours.
func (r *Result) judgeClock(offset time.Duration, lim Limits) {
	r.offset(offset)
	switch off := offset.Abs(); {
	case off >= lim.ClockFail:
		r.fail(ClockOff)
	case off >= lim.ClockNote:
		r.note(ClockOff)
	default:
		r.pass()
		delete(r.Facts, "variant")
	}
}

// offset keeps how far our clock is off: exactly, and in the words that fit.
func (r *Result) offset(d time.Duration) {
	r.fact("offset", d.Round(100*time.Millisecond).String())
	r.fact("off", strings.TrimLeft(offsetText(d), "+-"))
	r.fact("variant", map[bool]string{true: "slow", false: "fast"}[d > 0])
}

// webTime reads the time off a web server's answer, good to a second.
func webTime(ctx context.Context, env Env, lim Limits, to Target) (time.Duration, Result, bool) {
	var w witness
	if to.Port == 443 {
		w = askTimeless(ctx, env, lim, to)
	} else {
		w = ask80(ctx, env, lim, to)
	}
	if !w.ok {
		return 0, w.res, false
	}
	date, err := http.ParseTime(w.page.header.Get("Date"))
	if err != nil || w.page.header.Get("Age") != "" || to.Port != 443 && portal(w.page, to) {
		return 0, w.res, false
	}
	took := w.page.got.Sub(w.page.sent)
	w.res.add(Layer{Name: "http", Status: Pass, Took: took, Address: w.res.Facts["address"]})
	return date.Add(500 * time.Millisecond).Sub(w.page.got.Add(-took / 2)), w.res, true
}

// askTimeless is askPage over TLS that verifies all but the time.
func askTimeless(ctx context.Context, env Env, lim Limits, to Target) witness {
	c, res := open(ctx, env, lim, to)
	w := witness{to: to}
	if c != nil {
		if c = timeless(ctx, env, lim, c, to); c != nil {
			w.page, w.ok = fetch(ctx, env, lim, c, to, &res)
			_ = c.Close()
		}
	}
	res.settle(ctx)
	w.res = res
	return w
}

// timeless speaks TLS on c and verifies all but the time: with a wrong clock
// no certificate is valid, and it is the clock that is in question. The second
// try reads the certificate at a time when it is valid. It closes c if it
// returns nil.
func timeless(ctx context.Context, env Env, lim Limits, c net.Conn, to Target) net.Conn {
	ctx, cancel := context.WithTimeout(ctx, lim.TLS)
	defer cancel()
	shake := func(c net.Conn, now func() time.Time) (net.Conn, error) {
		config := greetingWay{}.config(env, to.Host)
		config.Time = now
		defer bound(ctx, c)()
		t := tls.Client(c, config)
		if err := t.HandshakeContext(context.WithoutCancel(ctx)); err != nil {
			_ = c.Close()
			return nil, err
		}
		return t, nil
	}
	t, err := shake(c, env.Now)
	if err == nil {
		return t
	}
	var bad *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	at, direct := remote(c)
	if !direct || !errors.As(err, &bad) || !errors.As(err, &invalid) || invalid.Reason != x509.Expired || len(bad.UnverifiedCertificates) == 0 {
		return nil
	}
	leaf := bad.UnverifiedCertificates[0]
	if c, err = env.Dial(ctx, tcp(at.Addr()), at); err != nil {
		return nil
	}
	inside := leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	if t, err = shake(c, func() time.Time { return inside }); err != nil {
		return nil
	}
	return t
}
