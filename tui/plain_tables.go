package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

const helpTables = `Each table of the manual is read out one after the other: how many checks work, then what does not, and what to do.
1 checks this table again, 2 reads every row of it, 3 goes to the next table.
4, on a table of ways in, waits for a test from outside and reads out what arrives.
R checks all tables again. A row's number, such as 1.2, explains that row. a reads the rows this site does not need, and why.`

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
			p.say("Not accepted: %s", p.d.show(wrong.Say))
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
	title := fmt.Sprintf("table %d of %d: %s", at+1, n, p.d.show(v.Table.Title))
	return p.wait(title, helpTables, func() []wizard.TableView {
		v, _ := p.view(at)
		return []wizard.TableView{v}
	})
}

// wait reads out each change of state of some tables until all of it is checked,
// or the user does not want to wait. Its kind is isText when one goes on.
func (p *teller) wait(title, help string, get func() []wizard.TableView) entry {
	open := func() int { return p.underWay(get()) }
	if open() == 0 {
		return entry{}
	}
	p.say("Checking %s. %d under way. Each change is read out.", title, open())
	if p.hand {
		p.say("Enter: status now. 3: go on without waiting. < back. ? help. q leave.")
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
			p.say("Still checking. Enter: status now. 3: go on without waiting. < back. q leave.")
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

func stateOf(views []wizard.TableView) map[string]string {
	states := map[string]string{}
	for _, f := range flowsOf(views...) {
		states[f.Flow.Key] = stateName(f.Status)
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
func (p *teller) changes(views []wizard.TableView, before map[string]string) map[string]string {
	for _, f := range flowsOf(views...) {
		if f.Status != check.Running && before[f.Flow.Key] != stateName(f.Status) {
			p.say("%s", p.flowLine(f))
		}
	}
	return stateOf(views)
}

func (p *teller) status(views []wizard.TableView) {
	var sum wizard.Summary
	for _, v := range views {
		add(&sum, v.Sum)
	}
	p.say("Status: %s.", counts(sum))
}

// head reads the table's sum and whatever needs attention.
func (p *teller) head(at int) {
	p.causes()
	v, n := p.view(at)
	title := v.Table.Title
	if v.Table.Section != "" {
		title = v.Table.Section + ", " + title
	}
	p.say("Table %d of %d: %s. %s. %s.", at+1, n, p.d.show(title), several1(len(flowsOf(v)), "check"), capital(counts(v.Sum)))
	for _, s := range []check.Status{check.Fail, check.Unproven, check.Note} {
		p.each(v, s)
	}
	p.together(v)
}

func several1(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// each reads the flows of one state with what was seen and what to do.
func (p *teller) each(v wizard.TableView, s check.Status) {
	var list []wizard.FlowView
	for _, f := range flowsOf(v) {
		if f.Status == s {
			list = append(list, f)
		}
	}
	word := map[check.Status]string{check.Fail: "Failed", check.Unproven: "Cannot be told", check.Note: "Odd"}[s]
	for i, f := range list {
		p.say("%s %d of %d: %s. %s", word, i+1, len(list), p.flowName(f), p.seen(f.Finding))
		if f.Finding.Do != "" {
			p.say("  Do: %s", p.d.show(f.Finding.Do))
		}
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
		key := f.Finding.Seen + "\n" + f.Finding.Means + "\n" + f.Finding.Do
		if groups[key] == nil {
			groups[key] = &group{f: f.Finding}
			order = append(order, key)
		}
		groups[key].names = append(groups[key].names, fmt.Sprintf("%s %s %d", f.Flow.Row.Code, strings.ToUpper(f.Flow.Row.Proto), f.Flow.Port.Number))
	}
	for _, key := range order {
		g := groups[key]
		p.say("Waiting: %s. %s", strings.Join(g.names, ", "), p.seen(g.f))
		if g.f.Do != "" {
			p.say("  Do: %s", p.d.show(g.f.Do))
		}
	}
}

// menu asks what to do with the table. Its text is "again" when the same table
// is to be read again, "" to go on.
func (p *teller) menu(q wizard.Question, at int, id string) entry {
	help := helpTables
	if q.Help != "" {
		help = q.Help + "\n" + helpTables
	}
	for {
		v, _ := p.view(at)
		line := "Choose: 1 check again. 2 read all rows. 3 go on. < back. ? help. q leave. [3]: "
		if p.d.provable(v) {
			line = strings.Replace(line, "3 go on.", "3 go on. 4 prove the way in.", 1)
		}
		if p.d.insidable(v) {
			line = strings.Replace(line, " < back.", " "+p.d.words.Text("text.inside.choice", nil)+" < back.", 1)
		}
		e := p.prompt(line, help, false)
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
					p.say("%s What for: %s", p.flowLine(f), sentence(p.d.show(r.Row.Function)))
				}
			}
		case "4":
			if !p.d.provable(v) {
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
				p.say("%s", p.d.words.Text("text.inside.none", nil))
			default:
				p.start(jobs)
				return entry{text: "again"}
			}
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
		p.say("Nothing of this can be checked from here. What waits says where to run it.")
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
				p.say("Row %s, %s, is left out: %s", r.Row.Code, p.d.show(firstOf(r.Row.Destination, r.Row.Function)), sentence(p.d.show(r.Because)))
			}
		}
	}
	if n == 0 {
		p.say("This site needs every row.")
	}
}

// explain reads one row in full.
func (p *teller) explain(code string) {
	for _, v := range p.d.board.Views(true) {
		for _, r := range v.Rows {
			if r.Row.Code != code {
				continue
			}
			p.say("Row %s: %s, to %s. It is %s.", r.Row.Code, trimDot(p.d.show(r.Row.Function)), p.d.show(firstOf(r.Row.Destination, strings.Join(r.Row.Hosts, ", "))), r.Row.Importance)
			if !r.Applies {
				p.say("It is left out: %s", sentence(p.d.show(r.Because)))
				return
			}
			for _, f := range r.Flows {
				p.say("%s %s", p.flowLine(f), p.seen(f.Finding))
				if f.Finding.Do != "" {
					p.say("  Do: %s", p.d.show(f.Finding.Do))
				}
				for _, l := range f.Result.Layers {
					p.say("  %s %s, %d ms", p.d.show(l.Name), stateName(l.Status), l.Took/time.Millisecond)
				}
			}
			return
		}
	}
	p.say("There is no choice %s. Type 1, 2, 3 or a row's number, such as 1.1.", p.d.show(quoted(code)))
}
