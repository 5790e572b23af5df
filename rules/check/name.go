package check

import "context"

// nameProbe finds out where a name leads, and talks to nobody there.
type nameProbe struct{}

func (nameProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	res := Result{At: env.Now()}
	if _, ok := resolve(ctx, env, lim, to, &res); ok {
		res.pass()
	}
	return res
}
