package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// inbound is the server's end of an inbound proof, from its start until the
// wizard ends. It belongs to app; the screen shows it.
type inbound struct {
	starting bool
	on       bool
	x        wizard.Listening
	err      error              // why it could not be started, or how it ended
	got      map[string]arrived // by the port's label, what counts
}

type arrived struct {
	seen   check.Seen
	source string
	phone  bool // one way: only this end knows
	lacks  check.Family
}

// Messages of an inbound proof.
type (
	listeningMsg struct {
		x   wizard.Listening
		err error
	}
	arrivalMsg struct {
		a    wizard.Arrival
		from <-chan wizard.Arrival
		open bool
	}
)

// listen starts a proof unless one is under way.
func (d *desk) listen() tea.Cmd {
	if d.in.on || d.in.starting {
		return nil
	}
	d.in = inbound{starting: true, got: map[string]arrived{}}
	site, start := d.site, d.listens
	return func() tea.Msg {
		x, err := start(site)
		return listeningMsg{x, err}
	}
}

// nextArrival waits for one arrival, or the end.
func nextArrival(ch <-chan wizard.Arrival) tea.Cmd {
	return func() tea.Msg {
		a, ok := <-ch
		return arrivalMsg{a, ch, ok}
	}
}

// listening takes the start of a proof.
func (d *desk) listening(msg listeningMsg) tea.Cmd {
	d.in.starting = false
	d.in.x, d.in.err = msg.x, msg.err
	if msg.err != nil || !msg.x.Ours() {
		return nil
	}
	d.in.on = true
	d.board.Listens(msg.x.Posts)
	d.changed()
	return nextArrival(msg.x.Arrivals)
}

// arrival takes what came in.
func (d *desk) arrival(msg arrivalMsg) tea.Cmd {
	if !msg.open {
		d.in.on, d.in.err = false, d.in.x.Ended()
		d.board.Listens(nil)
		return nil
	}
	d.reached(msg.a)
	return nextArrival(msg.from)
}

// reached brings what came in to its port and rows.
func (d *desk) reached(a wizard.Arrival) {
	at := wizard.Post{Proto: a.Proto, Port: a.Port}.Label()
	old, ok := d.in.got[at]
	if !ok || old.seen == check.SeenInside || a.Seen != check.SeenInside && (old.phone || !a.Phone) {
		d.in.got[at] = arrived{a.Seen, a.Source.String(), a.Phone, a.Missing}
	}
	d.board.Arrived(a)
	d.changed()
}

// post is what is known of a port.
func (d *desk) post(p wizard.Post) (check.Status, string) {
	a, ok := d.in.got[p.Label()]
	switch {
	case !ok:
		return check.Waiting, d.words.PostText(p)
	case a.seen == check.SeenOutside && a.phone:
		return check.Pass, d.t("screens.inbound.arrives-phone", "source", a.source)
	case a.seen != check.SeenInside && a.lacks != 0:
		return check.Note, d.t("screens.inbound.arrives-half", "source", a.source, "family", check.FamilyName(a.lacks))
	case a.seen == check.SeenOutside:
		return check.Pass, d.t("screens.inbound.arrives", "source", a.source)
	case a.seen == check.SeenMasked:
		return check.Note, d.t("screens.inbound.arrives-masked")
	}
	return check.Unproven, d.t("screens.inbound.inside")
}

// provable tells whether the way in of a table can be proven from this computer.
func (d *desk) provable(t *rules.Table) bool {
	return d.listens != nil && t.Inbound() && d.from() == rules.FromServer
}

// waitsForProof tells whether a flow waits for what a proof of the way in tells.
func (d *desk) waitsForProof(f wizard.FlowView) bool {
	return f.Status == check.Waiting && f.Result.Code == check.NotHere && d.provable(f.Flow.Table)
}

// insidable tells whether rows of a table can be tried from inside too.
func (d *desk) insidable(t wizard.TableView) bool {
	return t.Table.Inbound() && d.from() != rules.FromInternet
}

// inboundScreen tells what to do at the other end, and what has arrived.
type inboundScreen struct {
	noDraft
	d   *desk
	qr  bool
	say string // what became of the copy
}

func (s *inboundScreen) Keys() []hint {
	keys := []hint{s.d.hint("c", "copy-command")}
	if s.d.in.x.URL != "" {
		code := s.d.hint("g", "qr")
		if s.qr {
			code = s.d.hint("g", "command")
		}
		keys = append(keys, code)
	}
	if !s.d.in.on && !s.d.in.starting {
		keys = append(keys, s.d.hint("i", "start-again"))
	}
	return append(append(keys, s.d.hint("Esc", "close")), s.d.usual()[2:]...)
}

func (s *inboundScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	if sent, ok := msg.(sentMsg); ok {
		return act{}, s.sent(sent)
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return act{}, nil
	}
	s.say = ""
	switch keyName(k) {
	case "esc", "enter":
		return act{want: wantClose}, nil
	case "g":
		s.qr = !s.qr && s.d.in.x.URL != ""
	case "i":
		return act{}, s.d.listen()
	case "c":
		if s.d.in.x.Command != "" {
			return act{}, s.d.copier.send(s.d.in.x.Command)
		}
	}
	return act{}, nil
}

// sent tells what became of the copy, or tries the next rung where the tool
// itself said no.
func (s *inboundScreen) sent(msg sentMsg) tea.Cmd {
	switch {
	case msg.rung == rungPage:
		s.say = s.d.t("screens.inbound.select")
	case msg.rung == rungTmux && msg.err != nil && s.d.copier.failed():
		return s.d.copier.send(s.d.in.x.Command)
	default:
		s.say = s.d.real(s.d.sentWords(msg.rung, s.d.t("screens.copy.command"), msg.err) + " " + s.d.t("screens.inbound.sent"))
	}
	return nil
}

func (s *inboundScreen) View(w, h int) frame {
	in, words := s.d.in, s.d.words
	lines := []string{"", boldStyle.Render(" " + s.d.t("screens.inbound.title")), ""}
	switch {
	case in.starting:
		return frame{lines: append(lines, " "+s.d.t("screens.inbound.starting")), y: -1}
	case in.err != nil && len(in.x.Posts) == 0:
		return frame{lines: append(lines, hang(" ", s.d.show(words.Text("inbound.failed", map[string]string{"error": in.err.Error()})), w-1)...), y: -1}
	}
	if s.qr {
		return frame{lines: s.code(w, h), y: -1}
	}
	if full := s.lines(append(lines, append(hang(" ", words.Text("inbound.intro", nil), w-1), "")...), w); len(full) <= h || s.say == "" {
		return frame{lines: squeeze(full, h), y: -1}
	}
	return frame{lines: squeeze(s.lines(lines, w), h), y: -1} // what the last key did goes before what was read already
}

// lines are what to run at the other end, the ports, and how it stands, below head.
func (s *inboundScreen) lines(lines []string, w int) []string {
	in, words := s.d.in, s.d.words
	for _, l := range wrap(s.d.show(in.x.Command), w-4) {
		lines = append(lines, "   "+chipStyle.Render(l))
	}
	if s.d.mask {
		lines = append(lines, hang(" ", s.d.t("screens.inbound.masked-command"), w-1)...)
	}
	lines = append(lines, "")
	for _, p := range in.x.Posts {
		lines = append(lines, s.post(p, w)...)
	}
	lines = append(lines, "")
	switch {
	case !in.x.Ours():
		lines = append(lines, hang(" ", words.Text("inbound.held", nil), w-1)...)
	case in.on:
		lines = append(lines, hang(" ", s.d.t("screens.inbound.waiting", "at", in.x.Until.Format(s.d.t("screens.times.clock"))), w-1)...)
		if in.x.Told() {
			lines = append(lines, hang(" ", words.Text("inbound.held-some", nil), w-1)...)
		}
	default:
		lines = append(lines, hang(" ", words.Text("inbound.over", nil), w-1)...)
	}
	if s.say != "" {
		lines = append(append(lines, ""), hang(" ", s.say, w-1)...)
	}
	return lines
}

// post is one port with what is known of it.
func (s *inboundScreen) post(p wizard.Post, w int) []string {
	st, text := s.d.post(p)
	return hang(fmt.Sprintf("   %s %-9s %-9s ", s.d.state(st), strings.ReplaceAll(p.Codes, ", ", "+"), p.Label()), s.d.show(text), w)
}

// code is the QR code for a phone.
func (s *inboundScreen) code(w, h int) []string {
	url := s.d.in.x.URL
	lines := append([]string{" " + s.d.words.Text("inbound.phone", nil)}, hang("   ", s.d.show(url), w-1)...)
	if s.d.mask {
		return append(append(lines, ""), hang(" ", s.d.t("screens.inbound.masked"), w-1)...)
	}
	code := qrLines(url, w-2, h-len(lines), s.d.colours(), s.d.ascii)
	if code == nil {
		return append(append(lines, ""), hang(" ", s.d.t("screens.inbound.small"), w-1)...)
	}
	for _, l := range code {
		lines = append(lines, " "+l)
	}
	return lines
}
