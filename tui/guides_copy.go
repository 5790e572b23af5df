package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/wizard"
)

// copying is a copy under way: what, and which part of it.
type copying struct {
	what  string
	text  string
	parts []string
	n     int
	ask   bool // waiting for y or n
}

// chosen is what c copies, and its name; ok is false where there is nothing.
func (s *guidesScreen) chosen() (name, text string, ok bool) {
	ps := s.pieces()
	if len(ps) == 0 {
		return "", "", false
	}
	p := ps[min(s.piece(), len(ps)-1)]
	switch chips := p.chips(); {
	case s.chip < 1 || s.chip > len(chips):
		return p.name, p.text, true
	case p.code:
		return s.d.t("screens.copy.line", "n", itoa(s.chip)), chips[s.chip-1] + "\n", true
	default:
		return chips[s.chip-1], chips[s.chip-1], true
	}
}

// choose goes to the next value of a step, or line of commands, and behind the
// last to the whole. The first line is that under the cursor.
func (s *guidesScreen) choose() {
	ps := s.pieces()
	if len(ps) == 0 {
		return
	}
	at := s.piece()
	p := ps[min(at, len(ps)-1)]
	if s.chip++; p.code && s.chip == 1 && s.row < len(s.rows) {
		s.chip = max(s.rows[s.row].line, 1)
	}
	if s.chip > len(p.chips()) {
		s.chip = 0
	}
	if !p.code || s.chip == 0 {
		return
	}
	for i, r := range s.rows { // long ones have several rows: the last is on the screen too
		if r.piece == at && r.line == s.chip {
			s.row = i
		}
	}
}

// choosing names what x does: it chooses values, or lines of the commands.
func (s *guidesScreen) choosing() string {
	if ps := s.pieces(); len(ps) > 0 && ps[min(s.piece(), len(ps)-1)].code {
		return "line"
	}
	return "value"
}

func (s *guidesScreen) copyPiece() tea.Cmd {
	if !s.ready() {
		return nil
	}
	name, text, ok := s.chosen()
	if !ok {
		return nil
	}
	return s.copy(name, text)
}

// copyAll copies what guide --part prints: the commands alone where there are some.
func (s *guidesScreen) copyAll() tea.Cmd {
	if !s.ready() {
		return nil
	}
	return s.copy(s.d.t("screens.copy.all", "part", s.d.partName(s.part)), wizard.GuideText(s.d.words, s.guide(), s.part))
}

// show puts text on a plain page, unless private data is to be hidden.
func (s *guidesScreen) show(text string) tea.Cmd {
	if s.d.mask {
		s.note = []string{s.d.t("screens.guides.masked-page")}
		return nil
	}
	return s.page(text)
}

// copy starts at the rung that worked last, and always leaves a file too.
func (s *guidesScreen) copy(what, text string) tea.Cmd {
	s.copying = &copying{what: what, text: text, parts: s.d.copier.parts(text)}
	s.note, s.fetch = nil, false
	return tea.Batch(s.send(), s.write())
}

func (s *guidesScreen) send() tea.Cmd {
	c := s.copying
	if s.d.copier.rung() == rungPage {
		return tea.Sequence(s.show(c.text), s.d.copier.send(c.text))
	}
	return s.d.copier.send(c.parts[c.n])
}

// name is what is being copied, and which part of it.
func (s *guidesScreen) name() string {
	c := s.copying
	if len(c.parts) == 1 {
		return c.what
	}
	return s.d.t("screens.copy.part", "what", c.what, "n", itoa(c.n+1), "all", itoa(len(c.parts)))
}

func (s *guidesScreen) sent(msg sentMsg) tea.Cmd {
	c := s.copying
	if c == nil || msg.rung != s.d.copier.rung() {
		return nil
	}
	if msg.rung == rungPage {
		s.copying = nil
		return nil
	}
	say := s.d.real(s.d.sentWords(msg.rung, s.name(), msg.err))
	if msg.rung == rungTmux && msg.err != nil && s.d.copier.failed() { // the tool itself said no
		c.parts, c.n = s.d.copier.parts(c.text), 0
		s.note = []string{say + " " + s.d.t("screens.copy.next")}
		return s.send()
	}
	s.note = []string{say + " " + s.d.t("screens.copy.ask")}
	if s.d.copier.works && len(c.parts) == 1 { // asked before, and it did
		s.note, s.copying = []string{say}, nil
		return nil
	}
	c.ask = true
	return nil
}

func (s *guidesScreen) arrived() tea.Cmd {
	s.d.copier.worked()
	c := s.copying
	if c.n+1 < len(c.parts) {
		c.n++
		c.ask = false
		return s.send()
	}
	s.copying, s.note = nil, []string{s.d.t("screens.copy.worked")}
	return nil
}

func (s *guidesScreen) lost() tea.Cmd {
	c := s.copying
	if !s.d.copier.failed() {
		s.copying = nil
		s.note = []string{s.d.t("screens.copy.use-file")}
		return nil
	}
	c.ask, c.n, c.parts = false, 0, s.d.copier.parts(c.text)
	return s.send()
}
