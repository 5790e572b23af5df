package tui

import (
	"fmt"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

const helpProof = `The other computer runs the command that was read out. Each port that it reaches is read out here.
Enter goes on; what arrives later still counts, until the wizard ends.`

// prove is the server's end of an inbound proof: it reads what to do elsewhere,
// then what arrives, until all has arrived, it is over, or the user goes on.
func (p *teller) prove() entry {
	if !p.d.in.on && !p.listen() {
		return entry{}
	}
	in := &p.d.in
	p.say("%s", p.d.show(p.d.words.Text("inbound.intro", nil)))
	p.say("  %s", p.d.show(in.x.Command))
	if in.x.URL != "" {
		p.say("%s", p.d.words.Text("inbound.phone", nil))
		p.say("  %s", p.d.show(in.x.URL))
	}
	for _, post := range in.x.Posts {
		p.say("%s", p.postLine(post))
	}
	if !in.x.Ours() {
		p.say("%s", p.d.words.Text("inbound.held", nil))
		return entry{}
	}
	p.say("Waiting until %s. What arrives is read out.", in.x.Until.Format("15:04"))
	if p.hand {
		p.say("Enter: go on, it still counts. < back. ? help. q leave.")
	}
	p.came = func(a wizard.Arrival) {
		for _, post := range in.x.Posts {
			if post.Proto == a.Proto && post.Port == a.Port {
				p.say("%s", p.postLine(post))
			}
		}
	}
	defer func() { p.came = nil }()
	for {
		t, typed := p.lineOrDone(func() bool { return !in.on || p.allIn() })
		if !typed {
			break
		}
		if e, again := p.command(t, helpProof, false); !again {
			return e
		}
	}
	switch {
	case p.allIn():
		p.say("All ports that wait here were reached from outside.")
	case in.err != nil:
		p.say("%s", sentence(p.d.show(in.err.Error())))
	default:
		p.say("%s", p.d.words.Text("inbound.over", nil))
	}
	return entry{}
}

// listen starts a proof; false when there is none.
func (p *teller) listen() bool {
	p.say("Looking at the ports of this computer.")
	x, err := p.d.listens(p.d.site)
	if err != nil {
		p.say("%s", p.d.show(p.d.words.Text("inbound.failed", map[string]string{"error": err.Error()})))
		return false
	}
	p.d.in = inbound{x: x, on: x.Ours(), got: map[string]arrived{}}
	if !x.Ours() {
		return true
	}
	go func() {
		for a := range x.Arrivals {
			if !p.send(news{in: &a}) {
				return
			}
		}
		p.send(news{inOver: true})
	}()
	return true
}

// allIn tells whether every port that waits was reached from outside.
func (p *teller) allIn() bool {
	for _, post := range p.d.in.x.Posts {
		if a, ok := p.d.in.got[post.Label()]; post.State == "ours" && (!ok || a.seen == check.SeenInside) {
			return false
		}
	}
	return true
}

// postLine reads one port.
func (p *teller) postLine(post wizard.Post) string {
	_, text := p.d.post(post)
	word := "Row"
	if strings.Contains(post.Codes, ",") {
		word = "Rows"
	}
	return fmt.Sprintf("%s %s, %s: %s.", word, post.Codes, post.Label(), p.d.show(trimDot(text)))
}
