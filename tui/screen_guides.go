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
	chip    int // value of the step, or line of the commands, that c copies; 0 for the whole
	top     int
	rows    []guideRow // of the last picture
	height  int
	copying *copying
	coded   bool     // what c copies is shown as a QR code
	note    []string // what the last key did
	file    []string // where the guide was written
	fetch   bool     // v asked where the file is: say how to get it too
}

// guideRow is a line of the part, the piece it belongs to, -1 for none, and the
// line of the commands that it shows, from 1; 0 in steps.
type guideRow struct {
	text  string
	piece int
	line  int
	label string // its code on a shared screen, such as 2.5
}

func newGuidesScreen(d *desk, q wizard.Question, page func(string) tea.Cmd) *guidesScreen {
	s := &guidesScreen{d: d, q: q, page: page, missing: true}
	s.load()
	some := func(g wizard.SideGuide) bool { return !g.Guide.Nothing }
	if !slices.ContainsFunc(s.list, some) && slices.ContainsFunc(d.guides(false), some) {
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
	keys := []hint{d.hint("c", "copy"), d.hint("C", "copy-all"), d.hint("p", "page"), d.hint("v", "file"), d.rare("g", "qr-piece"), d.rare("1-5", "part")}
	if s.coded {
		keys = []hint{d.hint("g", "text"), d.hint("c", "copy"), d.hint("v", "file"), d.hint("Up Down", "move"), d.rare("1-5", "part")}
	}
	if slices.ContainsFunc(s.pieces(), func(p piece) bool { return len(p.chips()) > 0 }) {
		keys = slices.Insert(keys, 2, d.hint("x", s.choosing()))
	}
	if len(s.list) > 1 {
		keys = append(keys, d.hint("Tab", "next-one"))
	}
	return append(keys, d.hint("n", "on"), d.hint("Esc", "back"), d.hint("?", "help"), d.rare("a", "missing"), d.rare("w", "watch"),
		d.rare("s", "answers"), d.rare("m", "mask"), d.rare("z", "shared"), d.rare("q", "leave"))
}

// Whole tells that a picture needs every line: a QR code is too large for most windows.
func (s *guidesScreen) Whole() bool { return s.coded }

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
	if s.pressCode(name) {
		return act{}, nil
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
		s.choose()
	case "p":
		if s.ready() {
			return act{}, s.show(partText(s.guide().Guide, s.part))
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

// piece is the piece under the cursor, or that above an empty line.
func (s *guidesScreen) piece() int {
	for i := min(s.row, len(s.rows)-1); i >= 0; i-- {
		if p := s.rows[i].piece; p >= 0 {
			return p
		}
	}
	return 0
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
	say, line := s.d.fetch(msg.path)
	if say != "" && s.fetch {
		s.file = append(s.file, say)
	}
	if line != "" && s.fetch {
		s.file = append(s.file, line)
	}
}
