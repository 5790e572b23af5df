package tui

import (
	"fmt"
	"strings"

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
	p.say("%s, %s. How sure we are: %s.", head, p.d.show(g.Guide.Name), p.d.proofWords(g.Guide.Proof))
	if g.Lead != "" {
		p.say("%s", p.d.show(g.Lead))
	}
	for _, n := range g.Notes {
		p.say("%s", p.d.show(n))
	}
	for _, gap := range g.Guide.Gaps {
		row := ""
		if gap.Code != "" {
			row = "row " + gap.Code + ": "
		}
		p.say("Watch out: %s", sentence(p.d.show(row+gap.Say)))
	}
	if g.Guide.Nothing {
		p.say("%s", p.d.nothingToDo())
		return
	}
	p.file(wizard.GuideFile(g, "md"), p.d.guideMarkdown(g))
	for line := range strings.SplitSeq(strings.TrimRight(p.guidePlain(g), "\n"), "\n") {
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
func (p *teller) guidePlain(g wizard.SideGuide) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", g.Title, g.Guide.Name)
	if g.Guide.Source != "" {
		b.WriteString("From: " + g.Guide.Source)
		if g.Guide.Checked != "" {
			b.WriteString(" (read " + g.Guide.Checked + ")")
		}
		b.WriteString("\n")
	}
	last := router.Part("")
	for _, bl := range g.Guide.Blocks {
		if bl.Part != last {
			last = bl.Part
			fmt.Fprintf(&b, "\n%s:\n", p.d.partName(bl.Part))
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
