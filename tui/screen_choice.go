package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/syncsign/sops-firewall/wizard"
)

// choiceScreen asks for one of a few options, each perhaps with a drawing.
type choiceScreen struct {
	noDraft
	d     *desk
	q     wizard.Question
	field *huh.Select[string]
	told  string                  // the option that is explained, see desk.under
	above func(w, h int) []string // what stands over the options; may be nil
	below func(w int) []string    // what stands under everything; may be nil
	say   string                  // what was wrong with the answer
	up    int                     // first line shown of what stands over the options, where that is too much
	tall  bool                    // it is
}

func newChoiceScreen(d *desk, q wizard.Question, old draft) *choiceScreen {
	s := &choiceScreen{d: d, q: q}
	picked := ""
	if len(q.Selected) > 0 {
		picked = q.Selected[0]
	}
	if h := old.hover; h > 0 && h <= len(q.Options) {
		picked = q.Options[h-1].ID
	}
	s.build(picked, usualW)
	return s
}

// build makes the field anew; huh's options cannot be changed in width.
func (s *choiceScreen) build(picked string, w int) {
	opts := make([]huh.Option[string], len(s.q.Options))
	for i, line := range optionLines(s.d, s.q.Options, w-5, false) {
		opts[i] = huh.NewOption(line, s.q.Options[i].ID)
	}
	s.field = huh.NewSelect[string]().Options(opts...).Value(&picked)
	s.field.WithTheme(huhTheme).WithKeyMap(huhKeys())
	s.field.Focus()
}

func (s *choiceScreen) at() int {
	id, _ := s.field.Hovered()
	return max(slices.IndexFunc(s.q.Options, func(o wizard.Option) bool { return o.ID == id }), 0)
}

func (s *choiceScreen) Draft() draft { return draft{hover: s.at() + 1} }

func (s *choiceScreen) Keys() []hint {
	return append(s.d.choiceKeys(s.q.Options, s.d.hint("Enter", "choose")), s.d.usual()...)
}

func (d *desk) choiceKeys(opts []wizard.Option, first ...hint) []hint {
	var keys []string
	for _, o := range opts {
		if o.Key != "" {
			keys = append(keys, o.Key)
		}
	}
	switch n := len(keys); n {
	case 0:
		return first
	case 1:
		return append(first, d.hint(keys[0], "jump"))
	default:
		return append(first, d.hint(keys[0]+"-"+keys[n-1], "jump"))
	}
}

func (s *choiceScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case problemMsg:
		s.say = msg.say
	case tea.KeyPressMsg:
		switch name := keyName(msg); name {
		case "enter":
			s.say = ""
			if len(s.q.Options) == 0 {
				return act{want: wantAnswer}, nil
			}
			return act{want: wantAnswer, answer: wizard.Answer{Choice: s.q.Options[s.at()].ID}}, nil
		case "esc", "backspace":
			return act{want: wantBack}, nil
		case "pgup", "pgdown":
			if !s.tall {
				s.field.Update(msg)
			} else if s.up += 5; name == "pgup" {
				s.up -= 10
			}
		case "up", "down", "home", "end", "ctrl+p", "ctrl+n":
			s.field.Update(msg)
		default:
			if i := optionKey(s.q.Options, name); i >= 0 {
				s.build(s.q.Options[i].ID, usualW)
			}
		}
	}
	return act{}, nil
}

// optionKey is the option that a key jumps to; -1 for none.
func optionKey(opts []wizard.Option, name string) int {
	return slices.IndexFunc(opts, func(o wizard.Option) bool { return o.Key != "" && strings.EqualFold(o.Key, name) })
}

func (s *choiceScreen) View(w, h int) frame {
	if len(s.q.Options) == 0 {
		return frame{lines: intro(s.d, s.q, w), y: -1}
	}
	at := s.at()
	s.build(s.q.Options[at].ID, w)
	var lines []string
	if s.above != nil {
		lines = append(lines, s.above(w, h)...)
	} else {
		lines = append(lines, intro(s.d, s.q, w)...)
	}
	lines = s.scrolled(lines, h-len(s.q.Options)-min(len(s.say), 1)*2)
	var f frame
	s.field.WithWidth(w - 2)
	lines, f.x, f.y = s.d.fieldLines(lines, s.field.View(), w, s.d.roomy(len(s.q.Options), len(lines), h))
	if s.say != "" {
		lines = append(lines, hang(" "+s.d.mark("fix")+" ", s.d.show(s.say), w-1)...)
	}
	var under []string
	if s.below != nil {
		under = s.below(w)
	}
	room := h - len(lines) - len(under)
	i := s.d.under(&s.told, at, len(s.q.Options), func(i int) string { return s.q.Options[i].ID })
	lines = append(lines, about(s.d, s.q.Options[i], optionLines(s.d, s.q.Options, w-5, false)[i], w, room)...)
	if len(under) > 0 && len(lines)+len(under) <= h {
		lines = append(lines, under...)
	}
	f.lines = lines
	return f
}

// scrolled are h lines of what stands over the options: those come first.
func (s *choiceScreen) scrolled(lines []string, h int) []string {
	if s.tall = len(lines) > h; !s.tall {
		s.up = 0
		return lines
	}
	rows := max(h-1, 1)
	s.up = max(min(s.up, len(lines)-rows), 0)
	return append(slices.Clone(lines[s.up:s.up+rows]), "   "+s.d.n("screens.scroll", len(lines)-rows))
}

// fieldLines are the lines of a field below others, and where its pointer is; y is
// -1 for nowhere. roomy sets an empty line between two.
func (d *desk) fieldLines(lines []string, view string, w int, roomy bool) (out []string, x, y int) {
	y = -1
	for l := range strings.SplitSeq(strings.TrimRight(view, "\n"), "\n") {
		if roomy && len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, "")
		}
		l = " " + l
		if strings.HasPrefix(plain(l), " > ") {
			x, y = 1, len(lines)
			l = d.pointed(l, w)
		}
		lines = append(lines, l)
	}
	return lines, x, y
}

// about explains the option under the cursor in at most room lines: drawing,
// what its line had to leave out, and why it is proposed.
func about(d *desk, o wizard.Option, line string, w, room int) []string {
	var text []string
	if !strings.Contains(line, d.show(o.Label)) {
		text = append(text, hang(" ", d.show(o.Label), w-1)...)
	}
	if o.Detail != "" && !strings.Contains(line, d.show(o.Detail)) {
		text = append(text, hang(" ", d.show(o.Detail), w-1)...)
	}
	if o.Because != "" {
		text = append(text, hang(" "+d.t("screens.choice.why")+" ", d.show(o.Because), w-1)...)
	}
	var lines []string
	if pic := strings.Split(strings.Trim(o.Picture, "\n"), "\n"); o.Picture != "" && w >= usualW && room >= len(pic)+len(text)+1 {
		lines = append(lines, rule(d.show(o.Label), w))
		for _, l := range pic {
			lines = append(lines, "  "+l)
		}
	} else if len(text) > 0 && room > len(text) {
		lines = append(lines, rule("", w))
	}
	return append(lines, text...)
}

// intro is what stands above the answers: the whole question where the header
// had to cut it, and a sentence or two.
func intro(d *desk, q wizard.Question, w int) []string {
	var lines []string
	if title := d.show(q.Title); !d.fitsHeader(title, w) {
		for _, l := range hang(" ", title, w-1) {
			lines = append(lines, boldStyle.Render(l))
		}
	}
	if q.Intro != "" {
		for p := range strings.SplitSeq(strings.TrimSpace(q.Intro), "\n") {
			lines = append(lines, hang(" ", d.show(p), w-1)...)
		}
	}
	return append(lines, "")
}

// optionLines are the options in columns: key, label, detail.
func optionLines(d *desk, opts []wizard.Option, w int, marks bool) []string {
	labelW := 0
	for _, o := range opts {
		labelW = max(labelW, width(d.show(o.Label)))
	}
	labelW = min(labelW, w-2)
	if !slices.ContainsFunc(opts, func(o wizard.Option) bool { return o.Detail != "" }) {
		labelW = 0 // nothing to align
	}
	out := make([]string, len(opts))
	for i, o := range opts {
		l := d.show(o.Label)
		if o.Key != "" {
			l = o.Key + " " + l
		}
		if width(l) < labelW+2 {
			l = fit(l, labelW+2)
		}
		guess, short := "", ""
		if o.Because != "" && !marks {
			guess, short = d.t("screens.choice.guess"), d.t("screens.choice.likely")
		}
		out[i] = shorten(beside(l, d.show(o.Detail), guess, short, w), w)
	}
	return out
}

// beside sets a detail and a guess behind a label, whole or not at all: what does
// not fit stands under the list. short is the guess in fewer letters.
func beside(label, detail, guess, short string, w int) string {
	for _, tail := range []string{detail + "  " + guess, detail + "  " + short, guess, short} {
		if tail = strings.TrimSpace(tail); tail != "" && width(label)+2+width(tail) <= w {
			return label + "  " + tail
		}
	}
	return label
}
