package tui

import (
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// tables goes through the tables that apply, one after the other.
func (p *teller) tables(q wizard.Question) {
	p.told = ""
	for at := 0; ; {
		views := p.d.board.Views(false)
		at = min(at, max(len(views)-1, 0))
		e, id := entry{}, ""
		if len(views) > 0 {
			id = views[at].Table.ID
			if e = p.waitTable(at); e.kind == isText {
				p.head(at)
			}
		}
		if e.kind == isText {
			e = p.menu(q, at, id)
		}
		switch {
		case e.kind == isBack && at > 0:
			at--
		case e.kind == isBack:
			p.back()
			return
		case e.kind != isText:
			return
		case e.text == "again":
		case at < len(views)-1:
			at++
		default:
			wrong := p.answer(wizard.Answer{})
			if wrong == nil {
				return
			}
			p.refused(wrong.Say)
		}
	}
}

// view is the table at its present state.
func (p *teller) view(at int) (wizard.TableView, int) {
	views := p.d.board.Views(false)
	if at >= len(views) {
		return wizard.TableView{}, len(views)
	}
	return views[at], len(views)
}

// waitTable waits for one table.
func (p *teller) waitTable(at int) entry {
	v, n := p.view(at)
	checking := func(open int) string {
		return p.d.n("plain.checking", open, "table", itoa(at+1), "all", itoa(n), "title", p.d.show(v.Table.Title))
	}
	return p.wait(checking, p.text("help.tables"), func() []wizard.TableView {
		v, _ := p.view(at)
		return []wizard.TableView{v}
	})
}

// wait reads out each change of state of some tables until all of it is checked,
// or the user does not want to wait. Its kind is isText when one goes on.
func (p *teller) wait(checking func(open int) string, help string, get func() []wizard.TableView) entry {
	open := func() int { return p.underWay(get()) }
	if open() == 0 {
		return entry{}
	}
	p.say(checking(open()))
	if p.hand {
		p.tell("wait")
	}
	states := stateOf(get())
	last := p.d.now()
	defer func() { p.heard = nil }()
	for open() > 0 {
		p.heard = func(check.Result) {
			states = p.changes(get(), states)
			if now := p.d.now(); now.Sub(last) >= summaryPause && open() > 0 {
				last = now
				p.status(get())
			}
		}
		t, typed := p.lineOrDone(func() bool { return open() == 0 })
		if !typed {
			break
		}
		p.heard = nil
		e, again := p.command(t, help, false)
		states = p.changes(get(), states)
		switch {
		case again:
		case e.kind != isText:
			return e
		case e.text == "3":
			return entry{}
		case e.text == "":
			p.status(get())
			last = p.d.now()
		default:
			p.tell("still")
		}
	}
	return entry{}
}

// lineOrDone waits for a line or until done holds; typed is false then.
func (p *teller) lineOrDone(done func() bool) (t typed, ok bool) {
	lines := p.typed
	if !p.hand {
		lines = nil // the next prompt gets it
	}
	for !done() {
		select {
		case <-p.done:
			return typed{end: true}, true
		case t, open := <-lines:
			if !open || p.bad != nil {
				t = typed{end: true}
			}
			return t, true
		case n := <-p.news:
			p.take(n)
		}
	}
	return typed{}, false
}

func stateOf(views []wizard.TableView) map[string]check.Status {
	states := map[string]check.Status{}
	for _, f := range flowsOf(views...) {
		states[f.Flow.Key] = f.Status
	}
	return states
}

func flowsOf(views ...wizard.TableView) []wizard.FlowView {
	var out []wizard.FlowView
	for _, v := range views {
		for _, r := range v.Rows {
			out = append(out, r.Flows...)
		}
	}
	return out
}

// changes reads out the flows whose state is another than before.
func (p *teller) changes(views []wizard.TableView, before map[string]check.Status) map[string]check.Status {
	for _, f := range flowsOf(views...) {
		if f.Status != check.Running && before[f.Flow.Key] != f.Status {
			p.say(p.flowLine(f))
		}
	}
	return stateOf(views)
}

func (p *teller) status(views []wizard.TableView) {
	var sum wizard.Summary
	for _, v := range views {
		add(&sum, v.Sum)
	}
	p.tell("status", "sum", p.counts(sum))
}

// head reads the table's sum and whatever needs attention.
func (p *teller) head(at int) {
	p.causes()
	v, n := p.view(at)
	title := v.Table.Title
	if v.Table.Section != "" {
		title = v.Table.Section + ", " + title
	}
	p.say(p.d.n("plain.table", len(flowsOf(v)), "table", itoa(at+1), "all", itoa(n), "title", p.d.show(title), "sum", capital(p.counts(v.Sum))))
	for _, s := range []check.Status{check.Fail, check.Unproven, check.Note} {
		p.each(v, s)
	}
	p.together(v)
}

// each reads the flows of one state with what was seen and what to do.
func (p *teller) each(v wizard.TableView, s check.Status) {
	var list []wizard.FlowView
	for _, f := range flowsOf(v) {
		if f.Status == s {
			list = append(list, f)
		}
	}
	for i, f := range list {
		p.tell("found."+s.String(), "n", itoa(i+1), "all", itoa(len(list)), "row", p.flowName(f), "seen", p.seen(f.Finding))
		p.do(f.Finding.Do)
	}
}

// together reads what waits: flows with the same thing to do in one line.
func (p *teller) together(v wizard.TableView) {
	type group struct {
		names []string
		f     wizard.Finding
	}
	var order []string
	groups := map[string]*group{}
	for _, f := range flowsOf(v) {
		if f.Status != check.Waiting {
			continue
		}
		if p.d.waitsForProof(f) {
			f.Finding.Do = p.text("prove-do")
		}
		key := f.Finding.Where + f.Finding.Seen + "\n" + f.Finding.Means + "\n" + f.Finding.Do
		if groups[key] == nil {
			groups[key] = &group{f: f.Finding}
			order = append(order, key)
		}
		groups[key].names = append(groups[key].names, f.Flow.Row.Code+" "+strings.ToUpper(f.Flow.Row.Proto)+" "+itoa(int(f.Flow.Port.Number)))
	}
	for _, key := range order {
		g := groups[key]
		p.tell("waiting", "rows", strings.Join(g.names, ", "), "seen", p.seen(g.f))
		p.do(g.f.Do)
	}
}

// menu asks what to do with the table. Its text is "again" when the same table
// is to be read again, "" to go on.
func (p *teller) menu(q wizard.Question, at int, id string) entry {
	help := strings.TrimSpace(q.Help + "\n" + p.text("help.tables"))
	for {
		v, _ := p.view(at)
		line := "menu"
		if p.d.provable(&v.Table) {
			line = "menu-inbound"
		}
		inside := ""
		if p.d.insidable(v) {
			inside = p.d.t("text.inside.choice")
		}
		e := p.prompt(p.text(line, "inside", inside)+p.enter("3"), help, false)
		if e.kind != isText {
			return e
		}
		v, _ = p.view(at)
		switch e.text {
		case "", "3":
			return entry{}
		case "1", "r":
			if p.again(id) {
				return entry{text: "again"}
			}
		case "R":
			if p.again() {
				return entry{text: "again"}
			}
		case "2":
			for _, r := range v.Rows {
				for _, f := range r.Flows {
					line := p.flowLine(f)
					if f.Flow.Port.Number != 0 { // else it is the flow's name
						line += " " + p.text("what-for", "function", sentence(p.d.show(r.Row.Function)))
					}
					p.say(line)
				}
			}
		case "4", "i":
			if !p.d.provable(&v.Table) {
				p.explain(e.text)
				continue
			}
			if e := p.prove(); e.kind != isText {
				return e
			}
			return entry{text: "again"}
		case "5":
			switch jobs := p.insideJobs(v); {
			case !p.d.insidable(v):
				p.explain(e.text)
			case len(jobs) == 0:
				p.say(p.d.words.Text("text.inside.none", nil))
			default:
				p.start(jobs)
				return entry{text: "again"}
			}
		case "w":
			if e := p.watched(); e.kind != isText {
				return e
			}
			return entry{text: "again"}
		case "p":
			if e := p.pasted(); e.kind != isText {
				return e
			}
			return entry{text: "again"}
		case "k":
			p.supportCode()
		case "a":
			p.unneeded()
		default:
			p.explain(e.text)
		}
	}
}

// insideJobs try the rows of a table from inside.
func (p *teller) insideJobs(v wizard.TableView) []check.Job {
	var keys []string
	for _, f := range flowsOf(v) {
		keys = append(keys, f.Flow.Key)
	}
	return p.d.board.InsideJobs(keys...)
}

// again starts the checks of the named tables, or all; false when there are none.
func (p *teller) again(tables ...string) bool {
	if len(tables) == 1 && tables[0] == "" {
		tables = nil
	}
	if p.start(p.d.board.Jobs(true, tables...)) == 0 && len(p.checks.running) == 0 {
		p.tell("nothing-here")
		return false
	}
	return true
}

// unneeded reads the rows that do not apply, and why.
func (p *teller) unneeded() {
	n := 0
	for _, v := range p.d.board.Views(true) {
		for _, r := range v.Rows {
			if !r.Applies {
				n++
				p.tell("left-out-row", "row", r.Row.Code, "to", p.d.show(firstOf(r.Row.Destination, r.Row.Function)), "why", sentence(p.d.show(r.Because)))
			}
		}
	}
	if n == 0 {
		p.tell("all-needed")
	}
}

// explain reads one row in full.
func (p *teller) explain(code string) {
	for _, v := range p.d.board.Views(true) {
		for _, r := range v.Rows {
			if r.Row.Code != code {
				continue
			}
			p.tell("row", "row", r.Row.Code, "function", trimDot(p.d.show(r.Row.Function)), "to", p.d.show(firstOf(r.Row.Destination, strings.Join(r.Row.Hosts, ", "))), "importance", p.d.t("screens.importance."+string(r.Row.Importance)))
			if !r.Applies {
				p.tell("left-out", "why", sentence(p.d.show(r.Because)))
				return
			}
			for _, f := range r.Flows {
				told := f.Finding
				if skipped, by := p.d.skipped(f); by {
					told = skipped
				}
				if p.d.waitsForProof(f) {
					told.Do = p.text("prove-do")
				}
				p.say(p.flowLine(f) + " " + p.seen(told))
				p.do(told.Do)
				for _, l := range f.Result.Layers {
					p.say("  " + p.text("layer", "layer", p.d.show(l.Name), "state", p.state(l.Status), "ms", itoa(int(l.Took/time.Millisecond))))
				}
			}
			return
		}
	}
	p.tell("no-row", "typed", p.d.show(quoted(code)))
}
