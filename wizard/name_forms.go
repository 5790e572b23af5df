package wizard

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// NameForms are the ways in which a host's name is written: as it is, as it is
// looked up, and in its own letters.
func NameForms(name string) []string {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	forms := []string{name}
	if ascii, err := names.ToASCII(name); err == nil && !slices.Contains(forms, ascii) {
		forms = append(forms, ascii)
	}
	if own, err := idna.ToUnicode(name); err == nil && !slices.Contains(forms, own) {
		forms = append(forms, own)
	}
	return forms
}

// Uses tells whether the program itself uses a word, in any case, in this
// language: then it says nothing about a site. Examples do not count.
func (w *Words) Uses(word string) bool {
	w.usedOnce.Do(func() {
		w.used = map[string]bool{}
		add := func(text string) {
			for _, f := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				w.used[strings.ToLower(f)] = true
			}
		}
		for key, text := range w.flat {
			if !strings.HasPrefix(key, "commands.") && !strings.HasSuffix(key, ".hint") {
				add(text)
			}
		}
		for _, r := range w.reasons {
			add(strings.Join([]string{r.Short, r.Seen, r.Means, r.Do, r.SeenIn, r.MeansIn, r.DoIn}, " "))
		}
		for own, text := range w.book {
			add(own + " " + text)
		}
	})
	return w.used[strings.ToLower(word)]
}
