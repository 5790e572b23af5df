package wizard

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/spoken"
)

// TestSpell: every letter that a code can have has its own word in each language.
func TestSpell(t *testing.T) {
	var all []byte
	for v := range byte(32) {
		all = append(all, v)
	}
	code := spoken.Write(all)
	for _, lang := range []string{"en", "de"} {
		w := shippedIn(t, lang)
		groups := w.Spell(code)
		if len(groups) != 8 {
			t.Fatalf("%s: %d groups", lang, len(groups))
		}
		seen := map[string]bool{}
		for _, part := range strings.Split(strings.Join(groups[2:], ", "), ", ") {
			letter, _, _ := strings.Cut(part, " ")
			word := part[strings.LastIndex(part, " ")+1:]
			if strings.Contains("89", letter) {
				continue
			}
			if seen[word] || len([]rune(word)) < 4 || !strings.HasPrefix(word, letter) {
				t.Errorf("%s: %q", lang, part)
			}
			seen[word] = true
		}
		if len(seen) != 22 {
			t.Errorf("%s: %d letters", lang, len(seen))
		}
	}
	if got, want := shippedIn(t, "en").Spell("7KQM-01"), []string{"7, K as in Kilo, Q as in Quebec, M as in Mike", "0, 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func shippedIn(t *testing.T, lang string) *Words {
	t.Helper()
	w, err := LoadWords(shippedText(t), lang)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
