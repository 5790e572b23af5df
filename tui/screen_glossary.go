package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// glossaryScreen explains words: first those of the screen it was opened on,
// then the others.
type glossaryScreen struct {
	noDraft
	d         *desk
	here      []meaning
	filter    textinput.Model
	filtering bool
	top       int
	page      int // rows of the last picture
}

func newGlossaryScreen(d *desk, here []meaning) *glossaryScreen {
	return &glossaryScreen{d: d, here: here, filter: newInput(), page: 10}
}

func (s *glossaryScreen) Typing() bool { return s.filtering }

func (s *glossaryScreen) Keys() []hint {
	if s.filtering {
		return []hint{s.d.hint("Up Down", "scroll"), s.d.hint("Esc", "clear"), s.d.hint("Ctrl-C", "leave")}
	}
	return []hint{s.d.hint("Up Down", "scroll"), s.d.hint("/", "filter"), s.d.hint("Esc", "close"), s.d.hint("q", "leave")}
}

func (s *glossaryScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		s.typed(tea.PasteMsg{Content: clean(msg.Content)})
	case tea.KeyPressMsg:
		switch name := keyName(msg); name {
		case "up":
			s.top--
		case "down":
			s.top++
		case "pgup":
			s.top -= s.page
		case "pgdown":
			s.top += s.page
		case "home":
			s.top = 0
		case "end":
			s.top = 1 << 16
		case "esc":
			if !s.filtering {
				return act{want: wantClose}, nil
			}
			s.filtering = false
			s.filter.Blur()
			s.filter.SetValue("")
			s.top = 0
		default:
			if !s.filtering && (name == "enter" || name == "g" || name == "?") {
				return act{want: wantClose}, nil
			}
			if s.filtering || name == "/" {
				s.typed(msg)
			}
		}
	}
	s.top = max(s.top, 0)
	return act{}, nil
}

// typed gives a key to the filter; the first is the / that opens it.
func (s *glossaryScreen) typed(msg tea.Msg) {
	s.top = 0
	if k, ok := msg.(tea.KeyPressMsg); ok && !s.filtering && keyName(k) == "/" {
		s.filtering = true
		s.filter.Focus()
		return
	}
	s.filtering = true
	s.filter.Focus()
	s.filter, _ = s.filter.Update(msg)
}

func (s *glossaryScreen) View(w, h int) frame {
	title := boldStyle.Render(" " + s.d.t("screens.glossary.title"))
	f := frame{y: -1}
	label := "/ " + s.d.t("screens.list.filters")
	if s.filtering {
		s.filter.SetWidth(min(30, w-20))
		label = "/ " + s.d.show(s.filter.Value())
		f.x, f.y = w-1, 1
	}
	lines := []string{title, rule(label, w)}
	body := s.body(w)
	room := max(h-len(lines), 1)
	s.page = max(room-1, 1)
	s.top = max(min(s.top, len(body)-room), 0)
	body = body[s.top:]
	if len(body) > room {
		body = append(slices.Clone(body[:room-1]), "   "+s.d.t("screens.help.more"))
	}
	f.lines = append(lines, body...)
	return f
}

// body is what the filter leaves, or the words of the screen and then the others.
func (s *glossaryScreen) body(w int) []string {
	all := s.d.glossary()
	if ask := strings.TrimSpace(s.filter.Value()); ask != "" {
		if found := meaningsFor(all, ask); len(found) > 0 {
			return s.d.meaningLines(found, w)
		}
		return hang("   ", s.d.t("screens.glossary.none"), w-1)
	}
	if len(s.here) == 0 {
		return s.d.meaningLines(all, w)
	}
	var rest []meaning
	for _, t := range all {
		if !slices.ContainsFunc(s.here, func(h meaning) bool { return h.id == t.id }) {
			rest = append(rest, t)
		}
	}
	lines := append([]string{boldStyle.Render(" " + s.d.t("screens.glossary.here"))}, s.d.meaningLines(s.here, w)...)
	return append(append(lines, "", boldStyle.Render(" "+s.d.t("screens.glossary.others"))), s.d.meaningLines(rest, w)...)
}
