package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	same := map[string][]Job{} // jobs that ask the same question share one answer
	var order []string
	for _, j := range jobs {
		k := j.question()
		if same[k] == nil {
			order = append(order, k)
		}
		same[k] = append(same[k], j)
	}
	go func() {
		defer close(out)
		table, cancel := context.WithTimeout(ctx, lim.Table)
		defer cancel()
		env := newShared(table, r.Env, lim)
		env.prover = r.Prover
		var wg sync.WaitGroup
		for _, k := range order {
			wg.Go(func() { one(ctx, table, env, lim, same[k], out) })
		}
		wg.Wait()
	}()
	return out
}

// question is what two jobs have in common that can share one answer.
func (j Job) question() string { return fmt.Sprintf("%s %+v", j.Kind, j.To) }

// one runs the check of jobs that are the same and sends a Result for each.
func one(user, table context.Context, env *shared, lim Limits, jobs []Job, out chan<- Result) {
	ctx, cancel := context.WithTimeout(table, lim.Row)
	defer cancel()
	e := &row{shared: env}
	start := env.Now()
	// A timer of the first word; the final one waits for it, so that their order is right.
	said := make(chan struct{})
	timer := time.AfterFunc(lim.Early, func() {
		defer close(said)
		if ctx.Err() == nil {
			send(out, jobs, e.early(start))
		}
	})
	res := e.twice(ctx, lim, jobs[0])
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
// red: red takes two looks. A connection that stays silent was already looked
// at twice, see dialFamily.
func (e *row) twice(ctx context.Context, lim Limits, j Job) Result {
	res := e.safely(ctx, lim, j)
	if !chance(res) || ctx.Err() != nil {
		return res
	}
	again := e.safely(ctx, lim, j)
	if ctx.Err() != nil && (again.Status == Unproven || again.Status == Fail) {
		return res // the second look was cut short: the first stands
	}
	again.fact("tries", "2")
	return again
}

// chance tells whether bad luck on a lossy line could explain the result.
func chance(r Result) bool {
	if r.Status != Fail && r.Status != Unproven {
		return false
	}
	return slices.Contains([]Code{
		TLSSilent, TLSHelloLost, TLSReset, TLSClosed, HTTPSilent, HTTPReset, HTTPClosed,
		WSSilent, WSClosed, MQTTSilent, MQTTReset, MQTTClosed, SSHSilent, SSHReset, SSHClosed,
		ProxyDown,
	}, r.Code)
}

// safely runs the check; a mistake of ours must not take the terminal with it.
func (e *row) safely(ctx context.Context, lim Limits, j Job) (res Result) {
	defer func() {
		if p := recover(); p != nil {
			res = Result{}
			res.end(Unproven, CheckPanic, "error", fmt.Sprint(p))
		}
	}()
	probe := kinds[j.Kind]
	if probe == nil {
		res.end(Unproven, CheckKind, "error", fmt.Sprintf("no check is called %q", j.Kind))
		return res
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := probe()
	if e.prover != nil && !basic(j.Kind) {
		p = inboundProbe{j.Kind, p, e.prover}
	}
	res = p.Run(ctx, e, lim, j.To)
	res.settle(ctx)
	return res
}
