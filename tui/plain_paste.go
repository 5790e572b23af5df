package tui

import (
	"strings"

	"github.com/syncsign/sops-firewall/wizard"
)

// pasted takes the lines that check --transfer printed at another place, to the
// end of the block or two empty lines: what stands around the block is often
// pasted too, and is no answer to anything.
func (p *teller) pasted() entry {
	p.say(p.text("paste"))
	var text strings.Builder
	empty := 0
	for {
		e := p.prompt("", p.text("paste"), true)
		if e.kind != isText {
			return e
		}
		text.WriteString(e.text + "\n")
		if empty++; e.text != "" {
			empty = 0
		}
		_, whole := wizard.Pasted(text.String())
		if !whole && empty < 2 && text.Len() <= wizard.MaxPaste {
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
