package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/wizard"
)

// listScreen is a long list of options, such as the brands, with a filter.
type listScreen struct {
	d         *desk
	q         wizard.Question
	filter    textinput.Model
	filtering bool
	shown     []int  // options that match
	at, top   int    // in shown
	told      string // the option that is explained, see desk.under
	late      bool   // the filter has changed and shown not yet
	page      int    // rows of the last picture
	say       string
}

func newListScreen(d *desk, q wizard.Question, old draft) *listScreen {
	s := &listScreen{d: d, q: q, filter: newInput(), page: 10}
	s.match()
	want := ""
	if len(q.Selected) > 0 {
		want = q.Selected[0]
	}
	s.at = max(slices.IndexFunc(q.Options, func(o wizard.Option) bool { return o.ID == want }), 0)
	if old.hover > 0 {
		s.at = min(old.hover, len(q.Options)) - 1
	}
	return s
}

func newInput() textinput.Model {
	t := textinput.New()
	t.Prompt = ""
	t.CharLimit = 400
	t.SetVirtualCursor(false)
	t.SetStyles(textinput.Styles{})  // its own are for dark screens
	t.KeyMap.Paste.SetEnabled(false) // it would read the clipboard of this machine
	return t
}

// match finds the options that hold every word of the filter, best first: a
// label that begins so, a word that does, anything else.
func (s *listScreen) match() {
	words := strings.Fields(strings.ToLower(s.filter.Value()))
	type hit struct{ i, rank int }
	var hits []hit
	for i, o := range s.q.Options {
		rank := 0
		text := strings.ToLower(o.Label + " " + o.Detail + " " + o.ID)
		for _, w := range words {
			switch at := strings.Index(text, w); {
			case at < 0:
				rank = -1
			case at == 0 || rank < 0:
			case text[at-1] == ' ':
				rank = max(rank, 1)
			default:
				rank = max(rank, 2)
			}
			if rank < 0 {
				break
			}
		}
		if rank >= 0 {
			hits = append(hits, hit{i, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.rank - b.rank })
	s.shown = s.shown[:0]
	for _, h := range hits {
		s.shown = append(s.shown, h.i)
	}
	s.at, s.top = 0, 0
}

func (s *listScreen) Typing() bool { return s.filtering }

func (s *listScreen) Draft() draft {
	if s.at >= len(s.shown) {
		return draft{}
	}
	return draft{hover: s.shown[s.at] + 1}
}

func (s *listScreen) Keys() []hint {
	if s.filtering {
		return []hint{s.d.hint("Enter", "choose"), s.d.hint("Up Down", "move"), s.d.hint("Esc", "clear"), s.d.hint("?", "help")}
	}
	return append([]hint{s.d.hint("Enter", "choose"), s.d.hint("/", "filter")}, s.d.usual()...)
}

func (s *listScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case problemMsg:
		s.say = msg.say
	case restMsg:
		if !s.d.moving {
			s.settle()
		}
	case tea.PasteMsg:
		s.filtering = true
		s.typed(msg)
	case tea.KeyPressMsg:
		name := keyName(msg)
		if slices.Contains(pointerKeys, name) || name == "enter" || name == "esc" {
			s.settle()
		}
		switch name {
		case "enter":
			s.say = ""
			if len(s.shown) == 0 {
				s.say = s.d.t("screens.list.no-choice")
				return act{}, nil
			}
			return act{want: wantAnswer, answer: wizard.Answer{Choice: s.q.Options[s.shown[s.at]].ID}}, nil
		case "esc":
			if !s.filtering {
				return act{want: wantBack}, nil
			}
			s.filtering = false
			s.filter.Blur()
			s.filter.SetValue("")
			s.match()
		case "up", "ctrl+p":
			s.move(-1)
		case "down", "ctrl+n":
			s.move(1)
		case "pgup":
			s.move(-s.page)
		case "pgdown":
			s.move(s.page)
		case "home", "end":
			if name == "home" {
				s.at = 0
			} else {
				s.at = max(len(s.shown)-1, 0)
			}
		case "backspace":
			if !s.filtering {
				return act{want: wantBack}, nil
			}
			s.typed(msg)
		case "/":
			if s.filtering {
				s.typed(msg)
				return act{}, nil
			}
			s.filtering = true
			s.filter.Focus()
		default:
			if s.filtering {
				s.typed(msg)
			}
		}
	}
	return act{}, nil
}

func (s *listScreen) typed(msg tea.Msg) {
	s.filter.Focus()
	before := s.filter.Value()
	s.filter, _ = s.filter.Update(msg)
	s.say = ""
	if s.filter.Value() == before {
		return
	}
	if s.late = true; !s.d.moving { // else the list follows when no letter came for a while
		s.settle()
	}
}

// settle brings the list in line with the filter.
func (s *listScreen) settle() {
	if s.late {
		s.late = false
		s.match()
	}
}

func (s *listScreen) move(by int) { s.at = max(min(s.at+by, len(s.shown)-1), 0) }

func (s *listScreen) View(w, h int) frame {
	lines := intro(s.d, s.q, w)
	f := frame{y: -1}
	label := "/ " + s.d.t("screens.list.filters")
	if s.filtering {
		s.filter.SetWidth(min(30, w-20))
		label = "/ " + clean(s.filter.Value())
	}
	count := ""
	if len(s.shown) < len(s.q.Options) {
		count = s.d.t("screens.list.count", "n", itoa(len(s.shown)), "all", itoa(len(s.q.Options))) + "   "
	}
	lines = append(lines, rule(count+s.d.show(label), w))
	ruleAt := len(lines) - 1
	rows := max(h-len(lines)-5, 3)
	s.page = rows
	s.top = window(s.top, s.at, len(s.shown), rows)
	opts := make([]wizard.Option, 0, rows)
	for _, i := range s.shown[s.top:min(s.top+rows, len(s.shown))] {
		opts = append(opts, s.q.Options[i])
	}
	numW := s.d.numberW()
	texts := optionLines(s.d, opts, w-4-numW, false)
	var why []string
	if s.say != "" {
		why = hang(" "+s.d.mark("fix")+" ", s.d.show(s.say), w-1)
	} else if s.at < len(s.shown) {
		i := s.d.under(&s.told, s.at, len(s.shown), func(i int) string { return s.q.Options[s.shown[i]].ID })
		o := s.q.Options[s.shown[i]]
		drawn := "" // what of it stands in the list; nothing when it was scrolled away
		if at := i - s.top; at >= 0 && at < len(texts) {
			drawn = texts[at]
		}
		if why = about(s.d, o, drawn, w, 4); len(why) > 4 {
			why = why[:4]
		}
	}
	for i, l := range texts {
		if numW > 0 { // to say aloud
			l = fit(itoa(s.top+i+1), numW) + l
		}
		if s.top+i == s.at {
			f.x, f.y = 1, len(lines)
			lines = append(lines, s.d.pointed(" "+boldStyle.Render(">")+" "+l, w))
			continue
		}
		lines = append(lines, "   "+l)
	}
	switch more := len(s.shown) - s.top - len(opts); {
	case len(s.shown) == 0:
		lines = append(lines, hang("   ", s.d.t("screens.list.none"), w-1)...)
	case more > 0:
		lines = append(lines, "   "+s.d.n("screens.more", more))
	}
	if s.filtering { // the cursor stands where letters go
		f.x, f.y = w-1, ruleAt
	}
	f.lines = append(lines, why...)
	return f
}
