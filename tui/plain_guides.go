package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

const helpGuides = `The instructions for each firewall are read out and written to a file, whose path is said.
Text to enter stands between "Start of the text" and "End of the text".`

// guides reads the instructions of each firewall and writes each to a file.
func (p *teller) guides(q wizard.Question) {
	help := helpGuides
	if q.Help != "" {
		help = q.Help + "\n" + helpGuides
	}
	missing, ok := p.whichRows(help)
	if !ok {
		return
	}
	list := p.d.guides(missing)
	if len(list) == 0 {
		p.say("No firewall was chosen, so there are no instructions.")
	}
	for at := 0; ; {
		if at < len(list) {
			p.guide(list[at], at, len(list))
		}
		e := p.prompt("Choose: 1 read again. 2 go on. < back. ? help. q leave. [2]: ", help, false)
		switch {
		case e.kind == isBack && at > 0:
			at--
		case e.kind == isBack:
			p.back()
			return
		case e.kind != isText:
			return
		case e.text == "1":
		case e.text != "" && e.text != "2":
			p.say("There is no choice %s. Type 1 or 2.", p.d.show(quoted(e.text)))
		case at < len(list)-1:
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

// whichRows asks how much the guides are to hold; ok is false when the question
// is left.
func (p *teller) whichRows(help string) (missing, ok bool) {
	p.say("1. Only the rows that the checks did not find open.")
	p.say("2. All rows.")
	for {
		e := p.prompt("Choose 1 or 2. < back. ? help. s answers. q leave. [1]: ", help, false)
		switch {
		case e.kind == isBack:
			p.back()
			return false, false
		case e.kind != isText:
			return false, false
		case e.text == "" || e.text == "1":
			return true, true
		case e.text == "2":
			return false, true
		}
		p.say("There is no choice %s. Type 1 or 2.", p.d.show(quoted(e.text)))
	}
}

func (p *teller) guide(g wizard.SideGuide, at, n int) {
	p.say("")
	head := fmt.Sprintf("Instructions %d of %d: %s", at+1, n, p.d.show(g.Title))
	if g.Err != nil {
		p.say("%s.", head)
		p.say("There are none yet: %s", sentence(p.d.show(g.Err.Error())))
		p.say("  Do: s reads your answers, so that you can change the one in question.")
		return
	}
	p.say("%s, %s. How sure we are: %s.", head, p.d.show(g.Guide.Name), proofWords(g.Guide.Proof))
	for _, gap := range g.Guide.Gaps {
		p.say("Watch out: %s", sentence(p.d.show(strings.TrimSpace(gap.Code+" "+gap.Say))))
	}
	if g.Guide.Nothing {
		p.say("Nothing to do on this firewall.")
		return
	}
	p.file("guide-"+string(g.Side)+"-"+g.Guide.Router+".md", guideMarkdown(g))
	for line := range strings.SplitSeq(strings.TrimRight(guidePlain(g), "\n"), "\n") {
		p.write(p.d.show(line) + "\n") // commands: no sign is replaced
	}
	if p.d.mask {
		p.say("Private data is hidden here. The file has the whole text.")
	}
}

// file writes what the user takes away and says where it is.
func (p *teller) file(name string, data []byte) {
	path, err := p.d.files.Write(name, data)
	if err != nil {
		p.say("Could not be written to a file: %s", sentence(p.d.show(err.Error())))
		return
	}
	p.files = append(p.files, path)
	p.say("Written to %s", p.d.show(path))
}

// guidePlain is a guide as plain text: code as it is between two marks, steps
// without the marks of emphasis.
func guidePlain(g wizard.SideGuide) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", g.Title, g.Guide.Name)
	if g.Guide.Source != "" {
		fmt.Fprintf(&b, "From: %s (read %s)\n", g.Guide.Source, g.Guide.Checked)
	}
	last := router.Part("")
	for _, bl := range g.Guide.Blocks {
		if bl.Part != last {
			last = bl.Part
			fmt.Fprintf(&b, "\n%s:\n", partName(bl.Part))
		}
		body := strings.Trim(bl.Text, "\n")
		if bl.Kind == router.Code {
			fmt.Fprintf(&b, "Start of the text\n%s\nEnd of the text\n", body)
			continue
		}
		b.WriteString(ascii(inMarks.ReplaceAllStringFunc(body, spoken)) + "\n")
	}
	return b.String()
}

// spoken puts words of the router's screen in quotes and leaves values bare.
func spoken(m string) string {
	if strings.HasPrefix(m, "**") {
		return `"` + strings.Trim(m, "*") + `"`
	}
	return strings.Trim(m, "`")
}

// finish reads the end and what may be done now.
func (p *teller) finish(q wizard.Question) {
	p.told = ""
	p.causes()
	_, say := verdict(p.d.board.Summary())
	p.say("%s %s.", say, capital(counts(p.d.board.Summary())))
	for _, c := range p.d.board.Changes() {
		p.say("Changed since the start: row %s, %s: was %s, is now %s.", c.Flow.Row.Code, p.d.show(c.Flow.Short()), stateName(c.Was), stateName(c.Now))
	}
	p.elsewhere()
	q.Options = finishOptions(q.Options)
	p.read(q.Options, nil)
	for {
		e := p.prompt(fmt.Sprintf("Choose 1 to %d. < back. ? help. s answers. q leave. [%d]: ", len(q.Options), len(q.Options)), q.Help, false)
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
		i := len(q.Options) - 1
		if e.text != "" {
			if i = p.pick(q, e.text); i < 0 {
				continue
			}
		}
		switch id := q.Options[i].ID; id {
		case "leave":
			p.end = wasDone
			return
		case "report":
			name := "report.md"
			if n := fileWord(p.d.site.Name); n != "" {
				name = "report-" + n + ".md"
			}
			p.file(name, p.d.report())
		default:
			wrong := p.answer(wizard.Answer{Choice: id})
			if wrong == nil {
				return
			}
			p.say("Not accepted: %s", p.d.show(wrong.Say))
		}
	}
}

// elsewhere reads the rows that another place must check, with the command.
func (p *teller) elsewhere() {
	rows := map[rules.Place][]string{}
	for _, v := range p.d.board.Views(false) {
		for _, r := range v.Rows {
			if slices.ContainsFunc(r.Flows, func(f wizard.FlowView) bool { return f.Status == check.Waiting }) {
				rows[v.Table.From] = append(rows[v.Table.From], r.Row.Code)
			}
		}
	}
	for _, from := range []rules.Place{rules.FromServer, rules.FromHub, rules.FromInternet} {
		if len(rows[from]) > 0 {
			p.say("Waiting: %s can be seen from %s only. Run there:", rowList(rows[from]), placeName(from))
			p.say("  sops-firewall check --from %s", from)
		}
	}
}

func rowList(codes []string) string {
	if len(codes) == 1 {
		return "row " + codes[0]
	}
	return "rows " + strings.Join(codes, ", ")
}

// finishOptions are the session's, and those without which one could not end.
func finishOptions(opts []wizard.Option) []wizard.Option {
	out := append([]wizard.Option(nil), opts...)
	for _, o := range []wizard.Option{{ID: "report", Label: "Save the report"}, {ID: "leave", Label: "Leave"}} {
		found := false
		for _, have := range opts {
			found = found || have.ID == o.ID
		}
		if !found {
			out = append(out, o)
		}
	}
	return out
}
