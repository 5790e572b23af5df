package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// guideParts are the parts in the order of their keys.
var guideParts = []router.Part{router.Prepare, router.Apply, router.Verify, router.Undo, router.Notes}

// guidesScreen shows the instructions, one firewall and one part at a time.
type guidesScreen struct {
	noDraft
	d       *desk
	q       wizard.Question
	page    func(string) tea.Cmd
	list    []wizard.SideGuide
	at      int // firewall
	part    router.Part
	missing bool
	row     int // line under the cursor, in the part
	chip    int // value of the step that c copies; 0 for the whole step
	top     int
	rows    []guideRow // of the last picture
	height  int
	copying *copying
	note    []string // what the last key did
	file    []string // where the guide was written
	fetch   bool     // v asked where the file is: say how to get it too
}

// guideRow is a line of the part and the piece it belongs to; -1 for none.
type guideRow struct {
	text  string
	piece int
}

// copying is a copy under way: what, and which part of it.
type copying struct {
	what  string
	text  string
	parts []string
	n     int
	ask   bool // waiting for y or n
}

func newGuidesScreen(d *desk, q wizard.Question, page func(string) tea.Cmd) *guidesScreen {
	s := &guidesScreen{d: d, q: q, page: page, missing: true}
	s.load()
	if !slices.ContainsFunc(s.list, func(g wizard.SideGuide) bool { return !g.Guide.Nothing }) {
		s.note = []string{s.d.t("screens.guides.all-rows")}
	}
	return s
}

func (s *guidesScreen) load() {
	s.list = s.d.guides(s.missing)
	s.at = max(min(s.at, len(s.list)-1), 0)
	s.firstPart()
}

func (s *guidesScreen) firstPart() {
	s.row, s.top, s.part = 0, 0, router.Apply
	for _, p := range guideParts {
		if s.has(p) {
			s.part = p
			return
		}
	}
}

func (s *guidesScreen) guide() wizard.SideGuide {
	if len(s.list) == 0 {
		return wizard.SideGuide{}
	}
	return s.list[s.at]
}

func (s *guidesScreen) has(p router.Part) bool {
	return slices.ContainsFunc(s.guide().Guide.Blocks, func(b router.Block) bool { return b.Part == p })
}

// Heading names the firewall in the header.
func (s *guidesScreen) Heading() string {
	if len(s.list) == 0 {
		return s.q.Title
	}
	h := firstOf(s.guide().Guide.Name, s.guide().Title)
	if len(s.list) > 1 {
		h = s.d.t("screens.guides.place", "n", itoa(s.at+1), "all", itoa(len(s.list)), "name", h)
	}
	return h
}

func (s *guidesScreen) Keys() []hint {
	d := s.d
	if s.copying != nil && s.copying.ask {
		return append([]hint{d.hint("y", "yes"), d.hint("n", "no"), d.hint("Esc", "never-mind"), d.hint("p", "page"), d.hint("v", "file")}, d.usual()[3:]...)
	}
	keys := []hint{d.hint("c", "copy"), d.hint("C", "copy-all"), d.hint("p", "page"), d.hint("v", "file"), d.hint("1-5", "part")}
	if slices.ContainsFunc(s.pieces(), func(p piece) bool { return len(p.chips()) > 0 }) {
		keys = slices.Insert(keys, 2, d.hint("x", "value"))
	}
	if len(s.list) > 1 {
		keys = append(keys, d.hint("Tab", "next-one"))
	}
	return append(keys, d.hint("n", "on"), d.hint("Esc", "back"), d.bare("?", "help"), d.bare("a", "missing"), d.bare("w", "watch"),
		d.bare("s", "answers"), d.bare("m", "mask"), d.bare("q", "leave"))
}

func (s *guidesScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case sentMsg:
		return act{}, s.sent(msg)
	case wroteMsg:
		s.wrote(msg)
	case pageMsg:
		if msg.err != nil {
			s.note = []string{s.d.t("screens.guides.no-page", "error", msg.err.Error())}
		}
	case tea.KeyPressMsg:
		return s.press(keyName(msg))
	}
	return act{}, nil
}

func (s *guidesScreen) press(name string) (act, tea.Cmd) {
	if s.copying != nil && s.copying.ask {
		switch name {
		case "y":
			return act{}, s.arrived()
		case "n":
			return act{}, s.lost()
		case "esc":
			s.copying, s.note, s.file = nil, nil, nil
			return act{}, nil
		}
	}
	switch name {
	case "up":
		s.row--
	case "down":
		s.row++
	case "pgup":
		s.row -= max(s.height-1, 1)
	case "pgdown":
		s.row += max(s.height-1, 1)
	case "home":
		s.row = 0
	case "end":
		s.row = len(s.rows)
	case "1", "2", "3", "4", "5":
		if p := guideParts[name[0]-'1']; s.has(p) {
			s.part, s.row, s.top = p, 0, 0
		} else {
			s.note = []string{s.d.t("screens.guides.no-part", "part", s.d.partName(p))}
		}
	case "tab":
		s.device(1)
	case "shift+tab":
		s.device(-1)
	case "a":
		s.missing, s.note = !s.missing, nil
		s.load()
	case "c":
		return act{}, s.copyPiece()
	case "C":
		return act{}, s.copyAll()
	case "x":
		if ps := s.pieces(); len(ps) > 0 {
			s.chip = (s.chip + 1) % (len(ps[min(s.piece(), len(ps)-1)].chips()) + 1)
		}
	case "p":
		if s.ready() {
			return act{}, s.page(applyText(s.guide().Guide, s.part))
		}
	case "v":
		if s.fetch = true; s.copying == nil {
			s.note = nil
		}
		return act{}, s.write()
	case "w":
		return act{want: wantWatch, id: "tables"}, nil
	case "n", "enter":
		return act{want: wantAnswer}, nil
	case "esc":
		return act{want: wantBack}, nil
	}
	before := s.piece()
	s.row = max(min(s.row, len(s.rows)-1), 0)
	if s.piece() != before || name != "x" {
		s.chip = 0
	}
	return act{}, nil
}

// piece is the piece under the cursor.
func (s *guidesScreen) piece() int {
	if s.row < 0 || s.row >= len(s.rows) {
		return 0
	}
	return max(s.rows[s.row].piece, 0)
}

func (s *guidesScreen) device(by int) {
	if n := len(s.list); n > 0 {
		s.at, s.copying, s.note, s.file = (s.at+by+n)%n, nil, nil, nil
		s.firstPart()
	}
}

// ready tells whether there is anything to copy, and says so when not.
func (s *guidesScreen) ready() bool {
	g := s.guide()
	if g.Err == nil && len(g.Guide.Blocks) > 0 {
		return true
	}
	s.note = []string{s.d.t("screens.guides.no-copy")}
	return false
}

func (s *guidesScreen) pieces() []piece {
	var out []piece
	for _, b := range s.guide().Guide.Blocks {
		if b.Part == s.part {
			out = append(out, s.d.cutBlock(b)...)
		}
	}
	return out
}

func (s *guidesScreen) copyPiece() tea.Cmd {
	if !s.ready() {
		return nil
	}
	ps := s.pieces()
	if len(ps) == 0 {
		return nil
	}
	p := ps[min(s.piece(), len(ps)-1)]
	if chips := p.chips(); s.chip > 0 && s.chip <= len(chips) {
		return s.copy(chips[s.chip-1], chips[s.chip-1])
	}
	return s.copy(p.name, p.text)
}

func (s *guidesScreen) copyAll() tea.Cmd {
	if !s.ready() {
		return nil
	}
	return s.copy(s.d.t("screens.copy.all", "part", s.d.partName(s.part)), applyText(s.guide().Guide, s.part))
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
		return tea.Sequence(s.page(c.text), s.d.copier.send(c.text))
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
	say := s.d.sentWords(msg.rung, s.name(), msg.err)
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

// write saves the guide that is shown.
func (s *guidesScreen) write() tea.Cmd {
	g := s.guide()
	if !s.ready() {
		return nil
	}
	return s.d.save(wizard.GuideFile(g, "md"), s.d.guideMarkdown(g))
}

func (s *guidesScreen) wrote(msg wroteMsg) {
	if msg.err != nil {
		s.file = []string{s.d.t("screens.guides.no-file", "error", msg.err.Error())}
		return
	}
	s.d.copier.remember(msg.path)
	s.file = []string{s.d.t("screens.guides.file", "path", s.d.home(msg.path))}
	if l := fetchLine(s.d.env, msg.path); l != "" && s.fetch {
		s.file = append(s.file, s.d.t("screens.fetch"), l)
	}
}
