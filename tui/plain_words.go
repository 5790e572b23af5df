package tui

import (
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/wizard"
)

// byWord is the command that a word stands for: screen readers say "back" of
// "< back" and leave out the sign, so the word is typed. s itself if it is none; in a form the other words are values.
func (p *teller) byWord(s string, form bool) string {
	for name, sign := range map[string]string{"back": "<", "help": "?", "answers": "s", "leave": "q"} {
		if p.means(name, s) && (!form || name == "back" || name == "help") {
			return sign
		}
	}
	return s
}

// means tells whether s is one of the words with a meaning, in the user's
// language; umlauts may be typed either way.
func (p *teller) means(name, s string) bool {
	return slices.ContainsFunc(strings.Split(p.text("typed."+name), ", "), func(w string) bool {
		return strings.EqualFold(wizard.ASCII(w), wizard.ASCII(s))
	})
}

// yesOrNo is the only one of n labels that begins with the yes or no that s is;
// -1 for none.
func (p *teller) yesOrNo(s string, n int, label func(int) string) int {
	found := -1
	for _, name := range []string{"yes", "no"} {
		for i := range n {
			first, _, _ := strings.Cut(label(i), " ")
			if !p.means(name, s) || !p.means(name, strings.TrimRight(first, ",.;")) {
				continue
			}
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// enter is the end of a prompt whose answer is taken by Enter alone.
func (p *teller) enter(answer string) string { return " " + p.text("enter", "answer", answer) + ": " }
