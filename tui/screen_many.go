package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/syncsign/sops-firewall/wizard"
)

// manyScreen asks for any of several options.
type manyScreen struct {
	noDraft
	d      *desk
	q      wizard.Question
	needs  string // what is picked needs so far
	field  *huh.MultiSelect[string]
	picked []string
	at     int
	w      int
	say    string
	none   bool // Enter came with nothing ticked: the next one means it
}

func newManyScreen(d *desk, q wizard.Question, old draft) *manyScreen {
	s := &manyScreen{d: d, q: q, picked: slices.Clone(q.Selected)}
	if old.hover > 0 {
		s.picked, s.at = slices.Clone(old.many), min(old.hover, len(q.Options))-1
	}
	s.build(usualW)
	s.needs = d.session.Needs(s.picked)
	return s
}

// build makes the field anew with the same choice and cursor.
func (s *manyScreen) build(w int) {
	opts := make([]huh.Option[string], len(s.q.Options))
	for i, line := range optionLines(s.d, s.q.Options, w-7, true) {
		opts[i] = huh.NewOption(line, s.q.Options[i].ID)
	}
	s.w = w
	s.field = huh.NewMultiSelect[string]().Options(opts...).Value(&s.picked).Height(max(len(opts), 1)).Filterable(false)
	s.field.WithTheme(huhTheme).WithKeyMap(huhKeys())
	s.field.WithWidth(w - 1)
	s.field.Focus()
	for range s.at {
		s.field.Update(tea.KeyPressMsg{Code: tea.KeyDown})
	}
}

func (s *manyScreen) Draft() draft { return draft{hover: s.at + 1, many: slices.Clone(s.picked)} }

func (s *manyScreen) Keys() []hint {
	keys := s.d.choiceKeys(s.q.Options, s.d.hint("Space", "tick"))
	return append(append(keys, s.d.hint("Enter", "next")), s.d.usual()...)
}

func (s *manyScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case problemMsg:
		s.say = msg.say
	case tea.KeyPressMsg:
		switch name := keyName(msg); name {
		case "enter":
			s.say = ""
			if len(s.picked) == 0 && len(s.q.Options) > 0 && !s.none { // Enter on a line is easily taken for a choice
				s.none = true
				return act{}, nil
			}
			return act{want: wantAnswer, answer: wizard.Answer{Many: slices.Clone(s.picked)}}, nil
		case "esc", "backspace":
			return act{want: wantBack}, nil
		case "space", "up", "down", "home", "end", "pgup", "pgdown", "ctrl+p", "ctrl+n":
			if len(s.q.Options) == 0 {
				return act{}, nil
			}
			s.none = false
			s.field.Update(msg)
			s.needs = s.d.session.Needs(s.picked)
			id, _ := s.field.Hovered()
			s.at = max(slices.IndexFunc(s.q.Options, func(o wizard.Option) bool { return o.ID == id }), 0)
		default:
			if i := optionKey(s.q.Options, name); i >= 0 {
				s.at, s.none = i, false
				s.build(s.w)
			}
		}
	}
	return act{}, nil
}

func (s *manyScreen) View(w, h int) frame {
	s.build(w)
	lines := intro(s.d, s.q, w)
	var f frame
	lines, f.x, f.y = s.d.fieldLines(lines, s.field.View(), w, s.d.roomy(len(s.q.Options), len(lines), h))
	if s.needs != "" {
		lines = append(append(lines, ""), hang(" ", s.d.show(s.needs), w-1)...)
	}
	if s.say != "" {
		lines = append(lines, hang(" "+s.d.mark("fix")+" ", s.d.show(s.say), w-1)...)
	}
	if s.none {
		lines = append(lines, hang(" "+s.d.mark("need")+" ", s.d.t("screens.many.none"), w-1)...)
	}
	if s.at < len(s.q.Options) {
		lines = append(lines, about(s.d, s.q.Options[s.at], optionLines(s.d, s.q.Options, w-7, true)[s.at], w, h-len(lines))...)
	}
	f.lines = lines
	return f
}
