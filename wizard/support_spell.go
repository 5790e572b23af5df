package wizard

import "strings"

// Spell is how each group of a support code is read out, in this language.
func (w *Words) Spell(code string) []string {
	var out []string
	for group := range strings.SplitSeq(code, "-") {
		var parts []string
		for _, r := range group {
			key := "support.alphabet." + string(r)
			if !w.Has(key) { // digits are read as they are
				parts = append(parts, string(r))
				continue
			}
			parts = append(parts, w.Say("support.letter", "letter", string(r), "word", w.Say(key)))
		}
		out = append(out, strings.Join(parts, ", "))
	}
	return out
}
