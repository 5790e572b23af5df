package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// early are the tables that are checked behind the questions.
var early = []string{"basics", "server-out-ota", "server-out-basic"}

// checks is the book of what is under way, by flow key.
type checks struct {
	running map[string]check.Target
	done    map[string]check.Target // last target with a final result
}

func newChecks() *checks {
	return &checks{map[string]check.Target{}, map[string]check.Target{}}
}

// lookedMsg is what the router told of itself.
type lookedMsg struct{ looked wizard.Looked }

// runMissing starts what has no result yet: the early tables behind the
// questions, everything once the tables are on the screen. A flow whose target
// changed with the answers is asked anew.
func (a *app) runMissing() tea.Cmd {
	tables := early
	if a.q.Kind == wizard.Tables || a.q.Kind == wizard.Guides || a.q.Kind == wizard.Finish {
		tables = nil
	}
	jobs := a.d.board.Jobs(false, tables...)
	for key, to := range a.checks.done {
		if j, ok := a.d.board.JobFor(key); ok && !sameTarget(j.To, to) && !hasJob(jobs, key) {
			jobs = append(jobs, j)
		}
	}
	return a.start(jobs)
}

// start runs jobs, leaving out those that are under way already.
func (a *app) start(jobs []check.Job) tea.Cmd {
	var fresh []check.Job
	for _, j := range jobs {
		if to, ok := a.checks.running[j.Key]; ok && sameTarget(to, j.To) {
			continue
		}
		a.checks.running[j.Key] = j.To
		fresh = append(fresh, j)
	}
	a.d.board.Start(jobs, a.d.now()) // those under way too: a new vantage forgets them
	a.d.changed()
	if len(fresh) == 0 {
		return nil
	}
	return tea.Batch(a.d.asks(), a.run(fresh))
}

// results takes what came and waits for more. A result for a target that has
// changed meanwhile is dropped.
func (a *app) results(msg resultMsg) tea.Cmd {
	for _, r := range msg.results {
		to, ok := a.checks.running[r.Job.Key]
		if !ok || !sameTarget(to, r.Job.To) {
			continue
		}
		if !r.Provisional {
			delete(a.checks.running, r.Job.Key)
			a.checks.done[r.Job.Key] = r.Job.To
		}
		a.d.board.Apply(r)
	}
	a.d.changed()
	cmd := a.pass(a.base, msg)
	if len(msg.results) > 0 {
		cmd = tea.Batch(cmd, a.changedNow())
	}
	if msg.open {
		return tea.Batch(cmd, a.d.next(msg.from))
	}
	return cmd
}

func sameTarget(a, b check.Target) bool {
	return a.Host == b.Host && a.Port == b.Port && a.Proto == b.Proto && a.Path == b.Path && slices.Equal(a.Addrs, b.Addrs)
}

func hasJob(jobs []check.Job, key string) bool {
	return slices.ContainsFunc(jobs, func(j check.Job) bool { return j.Key == key })
}
