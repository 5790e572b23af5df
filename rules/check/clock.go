package check

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// clockProbe compares this machine's clock with the world's: by NTP, or where
// that is silent by the date a web server gives.
type clockProbe struct{}

// The hosts asked for the time where a row of the kind clock names none.
var (
	clockNTP = [...]Target{
		{Host: "pool.ntp.org", Port: 123, Proto: "udp"},
		{Host: "time.google.com", Port: 123, Proto: "udp"},
	}
	clockWeb = [...]Target{
		{Host: timeHost, Port: 80, Proto: "tcp"},
		{Host: "github.com", Port: 443, Proto: "tcp"},
	}
)

func (clockProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	ntp, web := clockNTP[:], clockWeb[:]
	if strings.ContainsAny(to.Host, ".:") || len(to.Addrs) > 0 {
		ntp, web = []Target{to}, nil
		if to.Port == 0 {
			ntp[0].Port = 123
		} else if to.Port != 123 {
			ntp, web = nil, []Target{to}
		}
	}
	type told struct {
		offset time.Duration
		res    Result
		ok     bool
	}
	ctx, cancel := context.WithCancel(ctx)
	ch := make(chan told, len(ntp)+len(web))
	n := 0
	start := func(f func(context.Context, Target) told, list []Target) {
		for _, t := range list {
			n++
			go func() { ch <- f(ctx, t) }()
		}
	}
	start(func(ctx context.Context, t Target) told {
		offset, res := queryTime(ctx, quietEnv{env}, lim, t)
		return told{offset, res, res.Status == Pass}
	}, ntp)
	progress(env, ClockOpen)
	var best told
	for pass := range 2 {
		for ; n > 0; n-- {
			if t := <-ch; t.ok && !best.ok {
				best = t
				cancel() // the others end at once; they are waited for
			} else if best.res.Layers == nil {
				best.res = t.res
			}
		}
		if best.ok || pass == 1 || ctx.Err() != nil || slices.Contains(noNames[:], best.res.Code) {
			break
		}
		start(func(ctx context.Context, t Target) told {
			offset, res, ok := webTime(ctx, quietEnv{env}, lim, t)
			return told{offset, res, ok}
		}, web)
	}
	cancel()
	res := best.res
	if !best.ok {
		res.end(Unproven, ClockOpen)
		return res
	}
	res.Status, res.Code = Unproven, ""
	res.judgeClock(best.offset, lim)
	return res
}

// judgeClock is the verdict on an offset of the world's clock against ours.
func (r *Result) judgeClock(offset time.Duration, lim Limits) {
	r.fact("offset", offset.Round(100*time.Millisecond).String())
	switch off := offset.Abs(); {
	case off >= lim.ClockFail:
		r.fail(ClockOff)
	case off >= lim.ClockNote:
		r.note(ClockOff)
	default:
		r.pass()
	}
}

// webTime reads the time off a web server's answer, good to a second. The
// encryption is not spoken: with a wrong clock no certificate verifies.
func webTime(ctx context.Context, env Env, lim Limits, to Target) (time.Duration, Result, bool) {
	c, res := open(ctx, env, lim, to)
	if c == nil {
		return 0, res, false
	}
	if to.Port == 443 {
		if c = secure(ctx, env, lim, c, to, &res); c == nil {
			return 0, res, false
		}
	}
	defer func() { _ = c.Close() }()
	p, ok := fetch(ctx, env, lim, c, to, &res)
	res.settle(ctx)
	if !ok {
		return 0, res, false
	}
	date, err := http.ParseTime(p.header.Get("Date"))
	if err != nil || p.header.Get("Age") != "" || to.Port != 443 && portal(p, to) {
		return 0, res, false
	}
	res.add(Layer{Name: "http", Status: Pass, Took: p.got.Sub(p.sent), Address: peerOf(c)})
	half := p.got.Sub(p.sent) / 2
	return date.Add(500 * time.Millisecond).Sub(p.got.Add(-half)), res, true
}
