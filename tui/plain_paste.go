package tui

import (
	"strings"

	"github.com/syncsign/sops-firewall/wizard"
)

// pasted takes the lines that check --transfer printed at another place, to the
// end of the block or an empty line.
func (p *teller) pasted() entry {
	p.say(p.text("paste"))
	var text strings.Builder
	for {
		e := p.prompt("", p.text("paste"), true)
		if e.kind != isText {
			return e
		}
		text.WriteString(e.text + "\n")
		_, whole := wizard.Pasted(text.String())
		if !whole && e.text != "" && text.Len() <= wizard.MaxPaste {
			continue
		}
		took, bad := p.d.paste(text.String())
		for _, t := range took {
			p.say(p.d.show(t))
		}
		if bad != "" {
			p.say(p.d.show(bad))
		}
		return entry{}
	}
}
