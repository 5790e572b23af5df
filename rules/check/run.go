package check

import "context"

// Runner runs many jobs at once, within bounds.
type Runner struct {
	Env    Env
	Limits Limits // the zero value means DefaultLimits
}

// Run starts all jobs and returns at once. Every job gets exactly one final
// Result (Skipped with code "cancelled" after a cancel), perhaps after one
// Provisional; then the channel closes. The channel has room for all, so a
// reader may walk away.
func (r Runner) Run(ctx context.Context, jobs []Job) <-chan Result {
	panic("not written yet")
}

// Fold finds the causes in final results, worst first, and returns the results
// with the rows they explain turned to Skipped. It changes no element of in.
func Fold(in []Result) (causes []Cause, out []Result) { panic("not written yet") }

