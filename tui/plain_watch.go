package tui

import (
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// watched asks what is closed again and again, and reads out what turns, until a
// line is typed. Where lines come from a file, it asks once.
func (p *teller) watched() entry {
	views := func() []wizard.TableView { return p.d.board.Views(false) }
	w := wizard.NewWatch(views(), p.d.now())
	defer func() {
		p.heard = nil
		p.compared(w)
	}()
	p.say(p.text("watching", "n", seconds(wizard.WatchClosed), "open", seconds(wizard.WatchOpen)))
	p.heard = func(check.Result) { p.turned(w.See(views())) }
	for {
		var jobs []check.Job
		for _, key := range w.Due(views(), p.d.now()) {
			if j, ok := p.d.board.JobFor(key); ok {
				jobs = append(jobs, j)
			}
		}
		p.start(jobs)
		if !p.hand {
			p.lineOrDone(func() bool { return len(p.checks.running) == 0 })
			return entry{}
		}
		beat := false
		p.onBeat = func() { beat = true }
		timer := time.AfterFunc(p.d.beats(), func() { p.send(news{beat: true}) })
		t, typed := p.lineOrDone(func() bool { return beat })
		timer.Stop()
		if !typed {
			continue
		}
		e, again := p.command(t, p.text("help.tables"), false)
		if again {
			continue
		}
		return e
	}
}

// turned reads out rows that have turned.
func (p *teller) turned(turns []wizard.Turn) {
	for _, t := range turns {
		key := "turned"
		switch {
		case t.Opened():
			key = "opened"
		case t.Closed():
			key = "closed"
		}
		p.say(p.text(key, "row", p.d.show(p.d.turnName(t)), "was", p.state(t.Was), "now", p.state(t.Now)))
	}
}

// compared reads out what is another now than when the watch began.
func (p *teller) compared(w *wizard.Watch) {
	from, to := p.d.clock(w.Since), p.d.clock(p.d.now())
	turns := w.Turns()
	if len(turns) == 0 {
		p.say(p.d.t("watch.unchanged", "from", from, "to", to))
		return
	}
	var parts []string
	for _, t := range turns {
		parts = append(parts, p.text("was-now", "row", p.d.show(p.d.turnName(t)), "was", p.state(t.Was), "now", p.state(t.Now)))
	}
	p.say(p.d.t("watch.title", "from", from, "to", to) + ".")
	p.say(strings.Join(parts, "\n"))
}
