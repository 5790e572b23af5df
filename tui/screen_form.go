package tui

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// formScreen asks for addresses and other typed values, checked while typing.
type formScreen struct {
	d      *desk
	q      wizard.Question
	inputs []textinput.Model
	says   []remark
	at     int
	say    string // what is wrong with the whole answer
	top    int    // first line shown
}

// remark is what Try said about a field.
type remark struct {
	word string // pass, note, fix, need or nothing: the name of its state word
	say  string
	kept string // the value as it will be kept, where that is not what was typed
	name string // the same, always
}

func newFormScreen(d *desk, q wizard.Question, old draft) *formScreen {
	s := &formScreen{d: d, q: q, says: make([]remark, len(q.Fields))}
	for i, f := range q.Fields {
		in := newInput()
		v := f.Value
		if kept, ok := old.fields[f.ID]; ok {
			v = kept
		}
		in.SetValue(clean(v))
		s.inputs = append(s.inputs, in)
		s.try(i)
	}
	s.at = max(min(old.hover-1, len(q.Fields)-1), 0)
	s.focus(s.at)
	return s
}

func (s *formScreen) focus(i int) {
	if len(s.inputs) == 0 {
		return
	}
	s.inputs[s.at].Blur()
	s.at = (i + len(s.inputs)) % len(s.inputs)
	s.inputs[s.at].Focus()
}

// try asks the session what it thinks of field i; it is pure and quick.
func (s *formScreen) try(i int) {
	f, v := s.q.Fields[i], s.inputs[i].Value()
	if v == "" {
		s.says[i] = remark{word: "need"}
		if f.Optional {
			s.says[i] = remark{say: s.d.t("screens.form.optional")}
		}
		return
	}
	got, err := s.d.session.Try(f.ID, v)
	var wrong *wizard.Problem
	switch {
	case errors.As(err, &wrong):
		s.says[i] = remark{word: "fix", say: wrong.Say}
	case err != nil:
		s.says[i] = remark{word: "fix", say: err.Error()}
	case got.Odd:
		s.says[i] = remark{word: "note", say: got.Say}
	default:
		s.says[i] = remark{word: "pass", say: got.Say}
		if got.Normal != v && isASCII(v) { // a name in other letters stays readable
			s.says[i].kept = got.Normal
		}
	}
	s.says[i].name = got.Normal
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// Typing is true: every letter may be part of a value.
func (s *formScreen) Typing() bool { return true }

func (s *formScreen) Draft() draft {
	d := draft{hover: s.at + 1, fields: map[string]string{}}
	for i, f := range s.q.Fields {
		d.fields[f.ID] = s.inputs[i].Value()
	}
	return d
}

func (s *formScreen) Keys() []hint {
	d := s.d
	keys := []hint{d.hint("Tab", "next-one"), d.hint("Shift-Tab", "previous"), d.hint("Enter", "next"), d.hint("Esc", "back"), d.hint("?", "help"), d.hint("Ctrl-C", "leave")}
	if len(s.q.Fields) > 0 && len(s.q.Fields[s.at].Choices) > 0 {
		keys = slices.Insert(keys, 2, d.hint("Space", "other-value"))
	}
	return keys
}

func (s *formScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case problemMsg:
		s.problem(msg)
	case tea.PasteMsg:
		s.typed(tea.PasteMsg{Content: clean(msg.Content)})
	case tea.KeyPressMsg:
		switch keyName(msg) {
		case "esc":
			return act{want: wantBack}, nil
		case "tab", "down", "ctrl+n":
			s.focus(s.at + 1)
		case "shift+tab", "up", "ctrl+p":
			s.focus(s.at - 1)
		case "enter":
			if s.at < len(s.inputs)-1 {
				s.focus(s.at + 1)
				return act{}, nil
			}
			s.say = ""
			return act{want: wantAnswer, answer: wizard.Answer{Fields: s.Draft().fields}}, nil
		default:
			s.typed(msg)
		}
	}
	return act{}, nil
}

func (s *formScreen) problem(msg problemMsg) {
	i := slices.IndexFunc(s.q.Fields, func(f wizard.Field) bool { return f.ID == msg.field })
	if i < 0 {
		s.say = msg.say
		return
	}
	s.focus(i)
	s.says[i] = remark{word: "fix", say: msg.say}
}

func (s *formScreen) typed(msg tea.Msg) {
	if len(s.inputs) == 0 {
		return
	}
	if c := s.q.Fields[s.at].Choices; len(c) > 0 {
		s.cycle(c, msg)
		return
	}
	before := s.inputs[s.at].Value()
	s.inputs[s.at], _ = s.inputs[s.at].Update(msg)
	if v := s.inputs[s.at].Value(); clean(v) != v { // composed letters that terminals do not agree about
		s.inputs[s.at].SetValue(clean(v))
	}
	if s.inputs[s.at].Value() != before {
		s.try(s.at)
	}
}

// cycle goes through the values of a field that has fixed ones.
func (s *formScreen) cycle(choices []string, msg tea.Msg) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return
	}
	i := slices.Index(choices, s.inputs[s.at].Value())
	switch keyName(k) {
	case "space", "right":
		i++
	case "left":
		i--
	default:
		return
	}
	s.inputs[s.at].SetValue(choices[(i+len(choices))%len(choices)])
	s.try(s.at)
}

func (s *formScreen) View(w, h int) frame {
	lines := intro(s.d, s.q, w)
	labelW := 12
	for _, f := range s.q.Fields {
		labelW = max(labelW, width(f.Label))
	}
	labelW = min(labelW, w/2)
	valueW := min(max((w-labelW)/2-6, 16), 44)
	f := frame{y: -1}
	roomy := s.d.roomy(len(s.q.Fields), len(lines), h)
	for i := range s.q.Fields {
		if roomy && i > 0 {
			lines = append(lines, "")
		}
		if i == s.at {
			f.y = len(lines)
		}
		l, x, said := s.line(i, labelW, valueW, w)
		if i == s.at {
			l = s.d.pointed(l, w)
		}
		lines = append(lines, l)
		if i == s.at {
			f.x = x
			lines = append(lines, s.under(i, labelW, w, said)...)
		}
	}
	if len(s.q.Fields) == 0 {
		lines = append(lines, hang(" ", s.d.t("screens.form.nothing"), w-1)...)
	}
	lines = append(lines, "")
	if s.say != "" {
		lines = append(lines, hang(" "+s.d.mark("fix")+" ", s.d.show(s.say), w-1)...)
	}
	if f.y >= 0 { // keep the field and its remark in sight
		s.top = window(s.top, min(f.y+4, len(lines)-1), len(lines), h)
		s.top = min(s.top, max(f.y-1, 0))
		lines = lines[s.top:]
		f.y -= s.top
	}
	f.lines = lines
	return f
}

// line is field i: label, value, a remark where there is room for it, the state
// word. x is where the cursor stands, said whether the remark is on the line.
func (s *formScreen) line(i, labelW, valueW, w int) (l string, x int, said bool) {
	head := "   " + fit(s.d.show(s.q.Fields[i].Label), labelW) + "  "
	if i == s.at {
		head = " > " + head[3:]
	}
	in, room := &s.inputs[i], w-width(head)-valueW-9
	if i == s.at && width(in.Value()) > valueW { // what is typed goes before what is said
		valueW, room = w-width(head)-9, 0
	}
	in.SetWidth(valueW)
	value := s.value(i)
	if c := in.Cursor(); c != nil && i == s.at {
		x = width(head) + min(c.X, width(value))
	}
	if i == s.at {
		head = boldStyle.Render(head)
	}
	note := s.said(i, s.remark(i))
	if said = note == "" || width(note) < room; !said {
		note = ""
	}
	return head + fit(value, valueW+1) + " " + fit(note, room) + s.word(i), x, said
}

// remark is what is said about field i beside its value: what Try said, or where
// a value that nobody changed comes from.
func (s *formScreen) remark(i int) string {
	switch fl, say := s.q.Fields[i], s.says[i]; {
	case say.word == "fix":
		return ""
	case say.say != "":
		return say.say
	case s.inputs[i].Value() == fl.Value:
		return fl.From
	}
	return ""
}

// under is what stands below the field in focus: what is wrong, an example, help.
func (s *formScreen) under(i, labelW, w int, said bool) []string {
	fl, pre := s.q.Fields[i], fit("", min(labelW+5, max(w/2, 26))) // under a long label too
	var lines []string
	if label := s.d.show(fl.Label); width(label) > labelW {
		lines = append(lines, hang(pre, label, w-1)...)
	}
	if say := s.says[i]; say.word == "fix" || !said && say.say != "" {
		lines = append(lines, hang(pre, s.said(i, say.say), w-1)...)
	}
	if len(fl.Choices) > 0 {
		for _, c := range fl.Choices {
			mark := "( ) "
			if c == s.inputs[i].Value() {
				mark = "(x) "
			}
			lines = append(lines, pre+mark+s.d.choice(c))
		}
	}
	if fl.Hint != "" && s.inputs[i].Value() == "" {
		lines = append(lines, hang(pre, s.d.show(fl.Hint), w-1)...)
	}
	if fl.Help != "" && fl.Help != fl.Hint {
		lines = append(lines, hang(pre, s.d.show(fl.Help), w-1)...)
	}
	return lines
}

// private tells whether field i holds a name that is hidden while it is typed too.
func (s *formScreen) private(i int) bool {
	id := s.q.Fields[i].ID
	return s.d.mask && (id == "domain" || id == "name" || strings.HasSuffix(id, "-host"))
}

// said is what was said about field i, without the name that was typed there.
func (s *formScreen) said(i int, say string) string {
	if s.private(i) {
		for _, name := range []string{s.inputs[i].Value(), s.says[i].name} {
			if name = strings.TrimSpace(name); width(name) >= 3 {
				say = regexp.MustCompile("(?i)"+regexp.QuoteMeta(name)).ReplaceAllLiteralString(say, s.d.t("screens.hidden"))
			}
		}
	}
	return s.d.show(say)
}

// value is the field as shown: the input itself, or a word when it is private.
func (s *formScreen) value(i int) string {
	v := s.inputs[i].Value()
	if v != "" && (s.private(i) || s.d.show(v) != clean(v)) {
		return s.d.t("screens.hidden")
	}
	if len(s.q.Fields[i].Choices) > 0 {
		return s.d.choice(v)
	}
	if i == s.at {
		return s.inputs[i].View()
	}
	return shorten(s.d.show(firstOf(s.says[i].kept, v)), s.inputs[i].Width())
}

// word is the state word of field i, or as much room.
func (s *formScreen) word(i int) string {
	switch word := s.says[i].word; word {
	case "pass":
		return s.d.state(check.Pass)
	case "note":
		return s.d.state(check.Note)
	case "":
		return strings.Repeat(" ", width(s.d.state(check.Pass)))
	default:
		return s.d.mark(word)
	}
}
