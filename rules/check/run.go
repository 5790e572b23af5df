package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Runner runs many jobs at once, within bounds.
type Runner struct {
	Env    Env
	Limits Limits // the zero value means DefaultLimits
	Prover Prover // proves rows that arrive at the server, from outside; nil: their protocols are spoken
}

// Run starts all jobs and returns at once. Every job gets exactly one final
// Result (Skipped with code "cancelled" after a cancel), perhaps after one
// Provisional; then the channel closes. The channel has room for all, so a
// reader may walk away.
func (r Runner) Run(ctx context.Context, jobs []Job) <-chan Result {
	out := make(chan Result, 2*len(jobs)) // room for all: a reader may walk away
	lim := r.Limits.scaled()
	turns := r.turns(jobs)
	go func() {
		defer close(out)
		table, cancel := context.WithTimeout(ctx, lim.table(len(turns)))
		env := newShared(table, r.Env, lim)
		if r.Prover != nil {
			env.prover, env.posts = r.Prover, newPosts(arriving(turns))
		}
		defer env.end()
		defer cancel()
		var wg sync.WaitGroup
		defer wg.Wait()
		slots := make(chan struct{}, lim.Sockets) // a row needs a socket at least
		for _, t := range turns {
			select {
			case slots <- struct{}{}:
				wg.Go(func() {
					defer func() { <-slots }()
					t.run(ctx, table, env, lim, out)
				})
			case <-table.Done():
				t.run(ctx, table, env, lim, out)
			}
		}
	}()
	return out
}

// turn is what is asked one after the other: questions, each of jobs that share
// its answer. Mostly it is one. What a Prover finds out of a port is good for all
// questions about that port, and is asked once: a listener whose ports were all
// reached is gone.
type turn [][]Job

// turns sorts jobs into what can be asked at the same time.
func (r Runner) turns(jobs []Job) []turn {
	var out []turn
	type place struct{ turn, question int }
	ports, questions := map[string]int{}, map[string]place{}
	for _, j := range jobs {
		question := fmt.Sprintf("%s %+v", j.Kind, j.To)
		if at, ok := questions[question]; ok {
			out[at.turn][at.question] = append(out[at.turn][at.question], j)
			continue
		}
		port := question
		if r.Prover != nil && !basic(j.Kind) {
			port = fmt.Sprintf("%s %s %d %v", j.To.Proto, j.To.Host, j.To.Port, j.To.Addrs)
		}
		at, ok := ports[port]
		if !ok {
			at = len(out)
			ports[port], out = at, append(out, nil)
		}
		questions[question] = place{at, len(out[at])}
		out[at] = append(out[at], []Job{j})
	}
	return out
}

// arriving counts the turns that are about rows, and not the network at hand.
func arriving(turns []turn) int {
	n := 0
	for _, t := range turns {
		if !basic(t[0][0].Kind) {
			n++
		}
	}
	return n
}

// run asks the questions until one answer is good for those that are left.
func (t turn) run(user, table context.Context, env *shared, lim Limits, out chan<- Result) {
	for i, jobs := range t {
		res := one(user, table, env, lim, jobs, i == 0, out)
		if !ofPort(res) {
			continue
		}
		for _, others := range t[i+1:] {
			send(out, others, res)
		}
		return
	}
}

// ofPort tells whether a Result tells of a port, and not of the service behind it.
func ofPort(r Result) bool {
	if r.Facts["way"] == "certificate" || slices.Contains([]Code{InOtherMachine, InSamePage, InUnnamed}, r.Code) {
		return false
	}
	layer, _, _ := strings.Cut(string(r.Code), ".")
	return slices.Contains([]string{"in", "tcp", "dns", "check", "cancelled"}, layer)
}

// one runs the check of jobs that are the same, sends a Result for each and
// returns it. first tells that nobody asked the port before.
func one(user, table context.Context, env *shared, lim Limits, jobs []Job, first bool, out chan<- Result) Result {
	ctx, cancel := context.WithTimeout(table, lim.Row)
	defer cancel()
	e := &row{shared: env, answered: make(chan struct{})}
	if !first {
		e.proved.Do(func() {}) // the port is counted already
	}
	start := env.Now()
	// A timer of the first word; the final one waits for it, so that their order is right.
	said := make(chan struct{})
	timer := time.AfterFunc(lim.Early, func() {
		defer close(said)
		if ctx.Err() == nil {
			send(out, jobs, e.early(start))
		}
	})
	var res Result
	if e.arrives(jobs[0]) { // it looks twice by itself
		res = e.safely(ctx, lim, jobs[0])
		e.posts.proofEnds(e)
	} else {
		res = e.twice(ctx, lim, jobs[0])
	}
	if !timer.Stop() {
		<-said
	}
	switch {
	case user.Err() != nil:
		res = Result{Status: Skipped, Code: Cancelled, Layers: res.Layers, Facts: res.Facts}
	case res.Status == Unproven && res.Code == "":
		res.Code = CheckTimeout
	case res.Status == Running:
		res.Status, res.Code = Unproven, CheckTimeout
	}
	res.At, res.Took, res.Provisional = start, env.Now().Sub(start), false
	send(out, jobs, res)
	return res
}

// send gives every job its own copy.
func send(out chan<- Result, jobs []Job, res Result) {
	for _, j := range jobs {
		r := res
		r.Job, r.Layers, r.Facts = j, slices.Clone(res.Layers), maps.Clone(res.Facts)
		out <- r
	}
}

// early is the first word on a row that got no answer so far.
func (e *row) early(start time.Time) Result {
	code, _ := e.at.Load().(Code)
	if code == "" {
		code = CheckTimeout
	}
	return Result{Status: Running, Code: code, At: start, Took: e.Now().Sub(start), Provisional: true}
}

// twice runs the check, and once more if something that may be chance made it
// red: red takes two looks. The second starts beside the first where an open
// connection stays silent, and whichever gets an answer tells it. A connection
// that stays silent was already looked at twice, see dialFamily.
func (e *row) twice(ctx context.Context, lim Limits, j Job) Result {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	ch := make(chan look, 2)
	n := 0
	start := func() {
		n++
		wg.Go(func() {
			r := e.safely(ctx, lim, j)
			ch <- look{res: r, cut: ctx.Err() != nil}
		})
	}
	start()
	var timer <-chan time.Time
	answered := e.answered
	var earlier *look
	for {
		select {
		case <-answered:
			answered = nil
			t := time.NewTimer(lim.Second)
			defer t.Stop()
			timer = t.C
		case <-timer:
			timer = nil
			if n == 1 {
				start()
			}
		case l := <-ch:
			switch {
			case earlier != nil:
				return confirmed(*earlier, l)
			case !chance(l.res) || l.cut:
				if n > 1 {
					l.res.fact("tries", "2")
				}
				return l.res
			case n == 1:
				start()
			}
			earlier = &l
		}
	}
}

// look is one run of a check.
type look struct {
	res Result
	cut bool // its time was not its own to use up
}

// confirmed is the verdict of two looks of which the first one was bad. The
// first tells more where both are: only it asks why. Where the second had no time
// to end, nothing is known for sure.
func confirmed(first, second look) Result {
	switch {
	case second.cut:
		first.res.Status, first.res.Code = Unproven, CheckTimeout
		return first.res
	case !chance(second.res):
		first = second
	}
	first.res.fact("tries", "2")
	return first.res
}

// chance tells whether bad luck on a lossy line could explain the result.
func chance(r Result) bool {
	if r.Status != Fail && r.Status != Unproven {
		return false
	}
	return slices.Contains([]Code{
		TLSSilent, TLSHelloLost, TLSReset, TLSClosed, HTTPSilent, HTTPReset, HTTPClosed,
		WSSilent, WSClosed, MQTTSilent, MQTTReset, MQTTClosed, SSHSilent, SSHReset, SSHClosed,
		ProxyDown, InMute,
	}, r.Code)
}

// arrives tells whether the row is proven by e's Prover.
func (e *row) arrives(j Job) bool { return e.prover != nil && !basic(j.Kind) }

// safely runs the check; a mistake of ours must not take the terminal with it.
func (e *row) safely(ctx context.Context, lim Limits, j Job) (res Result) {
	defer func() {
		if p := recover(); p != nil {
			res = Result{}
			res.end(Unproven, CheckPanic, "error", fmt.Sprint(p))
		}
	}()
	p := probeOf(j.Kind)
	if p == nil {
		res.end(Unproven, CheckKind, "error", fmt.Sprintf("no check is called %q", j.Kind))
		return res
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if e.arrives(j) {
		if j.Kind == "ntp" {
			p = ntpProbe{alone: true}
		}
		p = inboundProbe{kind: j.Kind, inner: p, prover: e.prover}
	}
	res = p.Run(ctx, e, lim, j.To)
	res.settle(ctx)
	return res
}
