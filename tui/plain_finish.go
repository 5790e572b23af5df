package tui

import (
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/wizard"
)

// finish reads the end and what may be done now.
func (p *teller) finish(q wizard.Question) {
	p.told = ""
	help := p.text("help.finish")
	all := func(n int) string { return p.d.n("plain.checking-all", n) }
	switch e := p.wait(all, help, func() []wizard.TableView { return p.d.board.Views(false) }); e.kind {
	case isBack:
		p.back()
		return
	case isMoved:
		return
	case isGone:
		p.end = wasDone
		return
	case isText:
	}
	p.causes()
	_, say := p.d.verdict(p.d.board.Summary())
	p.say(say + " " + capital(p.counts(p.d.board.Summary())) + ".")
	for _, c := range p.d.board.Changes() {
		p.tell("changed", "row", p.flowName(wizard.FlowView{Flow: c.Flow}), "was", p.state(c.Was), "now", p.state(c.Now))
	}
	p.waiting()
	q.Options = p.finishOptions(q.Options)
	p.read(q.Options, nil)
	leave := slices.IndexFunc(q.Options, func(o wizard.Option) bool { return o.ID == "leave" })
	for {
		e := p.prompt(p.text("choose.many", "max", itoa(len(q.Options)))+p.enter(itoa(leave+1)), q.Help+"\n"+help, false)
		switch e.kind {
		case isBack:
			p.back()
			return
		case isMoved:
			return
		case isGone:
			p.end = wasDone // everything was answered
			return
		case isText:
		}
		i := leave
		if e.text != "" {
			if i = p.pick(q, e.text); i < 0 {
				continue
			}
		}
		switch id := q.Options[i].ID; id {
		case "leave":
			p.end = wasDone
			return
		case "again":
			if p.again() {
				return // the question is read anew, with what changed
			}
		case "code":
			p.supportCode()
		case "report":
			p.file(p.d.reportFile())
		default:
			wrong := p.answer(wizard.Answer{Choice: id})
			if wrong == nil {
				return
			}
			p.refused(wrong.Say)
		}
	}
}

// supportCode reads the code and how each of its groups is spelled.
func (p *teller) supportCode() {
	code, err := p.d.board.SupportCode()
	if err != nil {
		p.say(p.d.show(sentence(capital(p.d.words.Error(err)))))
		return
	}
	p.tell("support-code", "code", code)
	for _, group := range p.d.words.Spell(code) {
		p.say("  " + group + ".")
	}
	p.tell("support-types", "command", explainLine(code))
}

// waiting reads the rows that wait, with what to do.
func (p *teller) waiting() {
	x := p.d.waits()
	for _, key := range []struct {
		name string
		rows []string
	}{{"down", x.down}, {"shut", x.shut}} {
		if n := len(key.rows); n > 0 {
			p.say(capital(p.d.n("screens.finish."+key.name, n, "rows", strings.Join(key.rows, ", "))))
		}
	}
	if len(x.proof) > 0 {
		p.tell("proof-waits", "rows", p.d.rowsWord(x.proof))
	}
	file := false // a command takes the site's file
	for _, from := range []rules.Place{rules.FromServer, rules.FromHub, rules.FromInternet} {
		if len(x.away[from]) > 0 {
			line, named := p.d.checkLine(from)
			key := "named"
			if !named {
				key, file = "elsewhere", true
			}
			p.tell(key, "rows", p.d.rowsWord(x.away[from]), "from", p.d.fromWords(from))
			p.say("  " + line)
		}
	}
	if file {
		p.tell("site-file", "path", p.d.show(p.d.session.File()))
	}
}

// finishOptions are the session's, and those without which one could not end.
func (p *teller) finishOptions(opts []wizard.Option) []wizard.Option {
	var out []wizard.Option
	for _, o := range []wizard.Option{{ID: "again", Label: p.text("again")}, {ID: "report", Label: p.d.t("questions.finish.options.report.label")}, {ID: "leave", Label: p.d.t("questions.finish.options.leave.label")}} {
		if !slices.ContainsFunc(opts, func(have wizard.Option) bool { return have.ID == o.ID }) {
			out = append(out, o)
		}
	}
	return append(out, opts...)
}
