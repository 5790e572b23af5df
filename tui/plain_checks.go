package tui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// news is a result, or the end of a run that should have brought results; or an
// arrival of an inbound proof, or the end of that.
type news struct {
	result check.Result
	over   []check.Job
	in     *wizard.Arrival
	inOver bool
	beat   bool // of a watch
}

// runMissing starts what has no result yet: the early tables behind the
// questions, all once the tables are read. A flow whose target changed with the
// answers is asked anew.
func (p *teller) runMissing() {
	tables := early
	switch p.d.session.Ask().Kind {
	case wizard.Tables, wizard.Guides, wizard.Finish:
		tables = nil
	case wizard.Start, wizard.Choice, wizard.Many, wizard.Form:
	}
	jobs := p.d.board.Jobs(false, tables...)
	for key, to := range p.checks.done {
		if j, ok := p.d.board.JobFor(key); ok && !sameTarget(j.To, to) && !hasJob(jobs, key) {
			jobs = append(jobs, j)
		}
	}
	p.start(jobs)
}

// start runs jobs, but those under way already, and tells how many.
func (p *teller) start(jobs []check.Job) int {
	var fresh []check.Job
	for _, j := range jobs {
		if to, ok := p.checks.running[j.Key]; ok && sameTarget(to, j.To) {
			continue
		}
		p.checks.running[j.Key] = j.To
		fresh = append(fresh, j)
	}
	p.d.board.Start(jobs, p.d.now()) // those under way too: a new vantage forgets them
	if len(fresh) == 0 {
		return 0
	}
	results := p.ask(fresh)
	go func() {
		for r := range results {
			if !p.send(news{result: r}) {
				return
			}
		}
		p.send(news{over: fresh})
	}()
	return len(fresh)
}

func (p *teller) send(n news) bool {
	select {
	case p.news <- n:
		return true
	case <-p.done:
		return false
	}
}

// take brings a result to the board. One for a target that has changed
// meanwhile is dropped.
func (p *teller) take(n news) {
	switch {
	case n.beat:
		if p.onBeat != nil {
			p.onBeat()
		}
		return
	case n.in != nil:
		p.d.reached(*n.in)
		if p.came != nil {
			p.came(*n.in)
		}
		return
	case n.inOver:
		p.d.in.on, p.d.in.err = false, p.d.in.x.Ended()
		p.d.board.Listens(nil)
		return
	}
	for _, j := range n.over {
		if to, ok := p.checks.running[j.Key]; ok && sameTarget(to, j.To) {
			delete(p.checks.running, j.Key) // no result came; it stays unproven
		}
	}
	if n.over != nil {
		if p.heard != nil {
			p.heard(check.Result{})
		}
		return
	}
	r := n.result
	to, ok := p.checks.running[r.Job.Key]
	if !ok || !sameTarget(to, r.Job.To) {
		return
	}
	if !r.Provisional {
		delete(p.checks.running, r.Job.Key)
		p.checks.done[r.Job.Key] = r.Job.To
	}
	p.d.board.Apply(r)
	p.d.changed()
	if p.heard != nil {
		p.heard(r)
	}
}

// underWay counts the flows of some tables whose checks run.
func (p *teller) underWay(views []wizard.TableView) int {
	n := 0
	for _, f := range flowsOf(views...) {
		for _, key := range []string{f.Flow.Key, wizard.InsideKey(f.Flow.Key)} {
			if _, ok := p.checks.running[key]; ok {
				n++
				break
			}
		}
	}
	return n
}

// state is the plain word for a status.
func (p *teller) state(s check.Status) string { return p.text("states." + s.String()) }

// counts says a summary in words.
func (p *teller) counts(s wizard.Summary) string { return p.d.sum("plain.sum", s) }

// flowName is how a flow is called in a sentence.
func (p *teller) flowName(f wizard.FlowView) string {
	to, port := f.Flow.Host, strings.ToUpper(f.Flow.Row.Proto)+" "+itoa(int(f.Flow.Port.Number))
	if f.Flow.Port.Number == 0 {
		to, port = f.Flow.Row.Function, ""
	}
	return p.d.show(p.text("flow", "row", f.Flow.Row.Code, "to", to, "port", port))
}

// flowLine is a flow with its state on one line.
func (p *teller) flowLine(f wizard.FlowView) string {
	line := capital(p.flowName(f)) + ": " + p.state(f.Status)
	if f.Old() {
		line += ", " + p.d.age(f.Before)
	}
	if f.Short != "" && f.Status != check.Running && f.Status != check.Skipped && !strings.EqualFold(f.Short, p.state(f.Status)) {
		line += ", " + p.d.show(f.Short)
	}
	return line + "."
}

func capital(s string) string {
	if s == "" {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// seen is what a finding saw and means, in one or two sentences.
func (p *teller) seen(f wizard.Finding) string {
	return strings.TrimSpace(p.d.show(f.Where) + " " + sentence(p.d.show(f.Seen)) + " " + sentence(p.d.show(f.Means)))
}

// causes reads out what explains many rows, when that changed.
func (p *teller) causes() {
	list := p.d.board.Causes()
	var lines []string
	for _, c := range list {
		line := p.d.n("plain.cause", len(c.Cause.Explains), "seen", p.seen(c.Finding))
		if c.About {
			line = p.text("cause-about", "seen", p.seen(c.Finding))
		}
		lines = append(lines, line)
		if c.Finding.Do != "" {
			lines = append(lines, "  "+p.text("do", "what", p.d.show(c.Finding.Do)))
		}
	}
	if all := strings.Join(lines, "\n"); all != p.told {
		p.told = all
		for _, l := range lines {
			p.say(l)
		}
	}
}
