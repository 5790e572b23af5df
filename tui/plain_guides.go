package tui

import (
	"fmt"
	"strings"

	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// guides reads the instructions of each firewall and writes each to a file.
func (p *teller) guides(q wizard.Question) {
	help := strings.TrimSpace(q.Help + "\n" + p.text("help.guides"))
	missing, ok := p.whichRows(help)
	if !ok {
		return
	}
	list := p.d.guides(missing)
	if len(list) == 0 {
		p.tell("guides.none")
	}
	for at := 0; ; {
		if at < len(list) {
			p.guide(list[at], at, len(list))
		}
		e := p.prompt(p.text("guides.menu")+p.enter("2"), help, false)
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
			p.tell("no-choice-of-two", "typed", p.d.show(quoted(e.text)))
		case at < len(list)-1:
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

// whichRows asks how much the guides are to hold; ok is false when the question
// is left.
func (p *teller) whichRows(help string) (missing, ok bool) {
	p.say("1. " + p.text("guides.missing"))
	p.say("2. " + p.text("guides.all"))
	for {
		e := p.prompt(p.text("guides.which")+p.enter("1"), help, false)
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
		p.tell("no-choice-of-two", "typed", p.d.show(quoted(e.text)))
	}
}

func (p *teller) guide(g wizard.SideGuide, at, n int) {
	p.say("")
	place := []string{"n", itoa(at + 1), "all", itoa(n), "title", p.d.show(g.Title)}
	if g.Err != nil {
		p.tell("guides.place", place...)
		p.tell("guides.failed", "why", sentence(p.d.show(g.Err.Error())))
		p.do(p.text("guides.failed-do"))
		return
	}
	p.tell("guides.head", append(place, "name", p.d.show(g.Guide.Name), "proof", p.d.proofWords(g.Guide.Proof))...)
	if g.Lead != "" {
		p.say(p.d.show(g.Lead))
	}
	for _, n := range g.Notes {
		p.say(p.d.show(n))
	}
	for _, gap := range g.Guide.Gaps {
		p.tell("guides.gap", "row", gap.Code, "why", sentence(p.d.show(gap.Say)))
	}
	if g.Guide.Nothing {
		p.say(p.d.show(g.Idle))
		return
	}
	p.file(wizard.GuideFile(g, "md"), p.d.guideMarkdown(g))
	for line := range strings.SplitSeq(strings.TrimRight(p.guidePlain(g), "\n"), "\n") {
		p.write(p.d.show(line) + "\n") // commands: no sign is replaced
	}
	if p.d.mask {
		p.tell("guides.masked")
	}
}

// file writes what the user takes away and says where it is.
func (p *teller) file(name string, data []byte) {
	path, err := p.d.files.Write(name, data)
	if err != nil {
		p.tell("not-written", "why", sentence(p.d.show(err.Error())))
		return
	}
	p.files = append(p.files, path)
	p.tell("written", "path", p.d.show(path))
	say, line := p.d.fetch(path)
	if say != "" {
		p.say(say)
	}
	if line != "" {
		p.write(p.d.show(line) + "\n")
	}
}

// guidePlain is a guide as plain text: code as it is between two marks, steps
// without the marks of emphasis.
func (p *teller) guidePlain(g wizard.SideGuide) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", g.Title, g.Guide.Name)
	if g.Guide.Source != "" {
		b.WriteString(p.text("guides.source", "source", g.Guide.Source, "checked", g.Guide.Checked) + "\n")
	}
	last := router.Part("")
	for _, bl := range g.Guide.Blocks {
		if bl.Part != last {
			last = bl.Part
			fmt.Fprintf(&b, "\n%s:\n", p.d.partName(bl.Part))
		}
		body := strings.Trim(bl.Text, "\n")
		if bl.Kind == router.Code {
			fmt.Fprintf(&b, "%s\n%s\n%s\n", p.text("guides.begin"), body, p.text("guides.end"))
			continue
		}
		b.WriteString(wizard.Signs(inMarks.ReplaceAllStringFunc(body, spoken)) + "\n")
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
