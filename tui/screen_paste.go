package tui

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// pasteScreen takes the lines that check --transfer printed at another place.
// Where the terminal does not mark a paste, they arrive as keys.
type pasteScreen struct {
	noDraft
	d    *desk
	text string
	took []string // what was read, a sentence each
	bad  string   // why nothing was
}

// Typing is true: letters are text.
func (s *pasteScreen) Typing() bool { return true }

func (s *pasteScreen) Keys() []hint {
	return []hint{s.d.hint("Backspace", "clear-paste"), s.d.hint("Esc", "table"), s.d.hint("?", "help")}
}

func (s *pasteScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		s.add(msg.Content)
	case tea.KeyPressMsg:
		switch keyName(msg) {
		case "esc":
			return act{want: wantClose}, nil
		case "backspace":
			s.text, s.bad = "", ""
		case "enter":
			s.add("\n")
		default:
			s.add(msg.Text)
		}
	}
	return act{}, nil
}

// add takes more of a paste, and reads it once it is whole.
func (s *pasteScreen) add(text string) {
	// The last signs of a block that was read say nothing more.
	if s.text == "" && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return
	}
	s.bad = ""
	s.text += text
	begun, whole := wizard.Pasted(s.text)
	switch {
	case len(s.text) > wizard.MaxPaste, whole:
		s.took, s.bad = s.d.paste(s.text)
		s.text = ""
	case !begun && strings.Contains(text, "\n") && len(strings.TrimSpace(s.text)) > 400:
		s.took, s.bad = s.d.paste(s.text) // nothing of ours: say so
		s.text = ""
	}
}

func (s *pasteScreen) View(w, _ int) frame {
	lines := []string{"", boldStyle.Render(" " + s.d.t("screens.paste.title")), ""}
	lines = append(lines, hang(" ", s.d.t("screens.paste.how"), w-1)...)
	command, named := s.d.checkLine(rules.FromHub)
	if !named {
		command = s.d.t("screens.paste.command")
	}
	for _, part := range wrap(command, w-4) {
		lines = append(lines, "   "+part)
	}
	lines = append(lines, "")
	switch {
	case s.bad != "":
		lines = append(lines, hang(" "+s.d.state(check.Fail)+" ", s.d.show(s.bad), w-1)...)
	case s.text != "":
		lines = append(lines, hang(" "+s.d.state(check.Running)+" ", s.d.t("screens.paste.more", "n", itoa(len(s.text))), w-1)...)
	case len(s.took) == 0:
		lines = append(lines, hang(" ", s.d.t("screens.paste.waiting"), w-1)...)
	}
	for _, t := range s.took {
		lines = append(lines, hang(" "+s.d.state(check.Pass)+" ", s.d.show(t), w-1)...)
	}
	return frame{lines: lines, y: -1}
}

// paste brings what was pasted to the board: a sentence for each result in it, or
// why there is none.
func (d *desk) paste(text string) (took []string, bad string) {
	reps, err := wizard.ParsePaste(text)
	if err != nil {
		return nil, sentence(capital(d.words.Spoken(err).Error()))
	}
	for _, r := range reps {
		n := d.board.Remember(r)
		took = append(took, d.n("screens.paste.took", n, "place", d.words.PlaceOf(r)))
	}
	d.changed()
	return took, ""
}
