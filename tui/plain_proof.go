package tui

import (
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// prove is the server's end of an inbound proof: it reads what to do elsewhere,
// then what arrives, until all has arrived, it is over, or the user goes on.
func (p *teller) prove() entry {
	if !p.d.in.on && !p.listen() {
		return entry{}
	}
	in := &p.d.in
	p.say(p.d.t("inbound.intro"))
	p.say("  " + p.d.show(in.x.Command))
	if in.x.URL != "" {
		p.say(p.d.t("inbound.phone"))
		p.say("  " + p.d.show(in.x.URL))
	}
	for _, post := range in.x.Posts {
		p.say(p.postLine(post))
	}
	if !in.x.Ours() {
		p.say(p.d.t("inbound.held"))
		return entry{}
	}
	if in.x.Told() {
		p.say(p.d.t("inbound.held-some"))
	}
	p.tell("proof.waiting", "at", in.x.Until.Format("15:04"))
	if p.hand {
		p.tell("proof.keys")
	}
	p.came = func(a wizard.Arrival) {
		for _, post := range in.x.Posts {
			if post.Proto == a.Proto && post.Port == a.Port {
				p.say(p.postLine(post))
			}
		}
	}
	defer func() { p.came = nil }()
	for {
		t, typed := p.lineOrDone(func() bool { return !in.on || p.allIn() })
		if !typed {
			break
		}
		if e, again := p.command(t, p.text("help.proof"), false); !again {
			return e
		}
	}
	switch {
	case p.allIn():
		p.tell("proof.all")
	case in.err != nil:
		p.say(sentence(p.d.show(p.d.words.Error(in.err))))
	default:
		p.say(p.d.t("inbound.over"))
	}
	return entry{}
}

// listen starts a proof; false when there is none.
func (p *teller) listen() bool {
	p.tell("proof.looking")
	x, err := p.d.listens(p.d.site)
	if err != nil {
		p.say(p.d.show(p.d.t("inbound.failed", "error", err.Error())))
		return false
	}
	p.d.in = inbound{x: x, on: x.Ours(), got: map[string]arrived{}}
	if !x.Ours() {
		return true
	}
	p.d.board.Listens(x.Posts)
	p.d.changed()
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
	n := strings.Count(post.Codes, ",") + 1
	return p.d.n("plain.proof.port", n, "rows", post.Codes, "port", post.Label(), "what", p.d.show(trimDot(text)))
}
