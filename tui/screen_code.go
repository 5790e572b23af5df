package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
)

// codeScreen shows the support code of the present state, to be read out.
type codeScreen struct {
	noDraft
	d   *desk
	say string // what became of the copy
}

func (s *codeScreen) Keys() []hint {
	return append([]hint{s.d.hint("c", "copy-code"), s.d.hint("Esc", "close")}, s.d.usual()[2:]...)
}

func (s *codeScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	if sent, ok := msg.(sentMsg); ok {
		if sent.rung != rungPage { // it stands on the screen, to be selected
			s.say = s.d.sentWords(sent.rung, s.d.t("screens.code.name"), sent.err)
		}
		return act{}, nil
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return act{}, nil
	}
	switch keyName(k) {
	case "esc", "enter", "k":
		return act{want: wantClose}, nil
	case "c":
		if code, err := s.d.board.SupportCode(); err == nil {
			return act{}, s.d.copier.send(code)
		}
	}
	return act{}, nil
}

// explainLine is the command that shows the table of a code.
func explainLine(code string) string { return "sops-firewall explain " + code }

func (s *codeScreen) View(w, h int) frame {
	lines := []string{"", boldStyle.Render(" " + s.d.t("screens.code.title")), ""}
	code, err := s.d.board.SupportCode()
	if err != nil {
		return frame{lines: append(lines, hang(" ", s.d.t("screens.code.none", "error", s.d.words.Error(err)), w-1)...), y: -1}
	}
	lines = append(lines, hang(" ", s.d.t("screens.code.what"), w-1)...)
	lines = append(lines, "")
	for _, l := range largeCode(code, w-4) {
		lines = append(lines, "    "+boldStyle.Render(l), "")
	}
	groups := strings.Split(code, "-")
	for i, spelled := range s.d.words.Spell(code) {
		lines = append(lines, hang("    "+fit(groups[i], 6), spelled, w-1)...)
	}
	lines = append(lines, "")
	if n := s.d.board.Summary().Running; n > 0 {
		lines = append(lines, hang(" "+s.d.state(check.Running)+" ", s.d.n("screens.code.running", n), w-1)...)
	}
	lines = append(lines, hang(" ", s.d.t("screens.code.type"), w-1)...)
	lines = append(lines, "    "+explainLine(code))
	lines = append(lines, hang(" ", s.d.t("screens.code.sure"), w-1)...)
	if s.say != "" {
		lines = append(append(lines, ""), hang(" ", s.say, w-1)...)
	}
	return frame{lines: squeeze(lines, h), y: -1}
}

// largeCode is a code with room around its letters, in lines of at most w columns.
func largeCode(code string, w int) []string {
	var lines []string
	cur := ""
	for group := range strings.SplitSeq(code, "-") {
		wide := strings.Join(strings.Split(group, ""), " ")
		if cur != "" && width(cur)+4+width(wide) > w {
			lines, cur = append(lines, cur), ""
		}
		if cur != "" {
			cur += "    "
		}
		cur += wide
	}
	return append(lines, cur)
}
