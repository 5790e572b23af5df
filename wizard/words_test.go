package wizard

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/rules/check"
)

func TestWordsSay(t *testing.T) {
	w, err := LoadWords(fstest.MapFS{"en.yaml": {Data: []byte("a:\n  b: \"{x} of {n}~, by {who}~\"\n  c: {one: one row, many: \"{n} rows\"}\n")}}, "en")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 500)
	for got, want := range map[string]string{
		w.Say("a.b", "x", long, "n", "\x1b[1m2"):       long + " of [1m2", // whole, and without control characters
		w.Say("a.b", "x", "1", "n", "2", "who", "you"): "1 of 2, by you",
		w.Count("a.c", 1): "one row",
		w.Count("a.c", 3): "3 rows",
		w.Say("a.none"):   "a.none",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestStateWords: state words stand in columns, and are told apart without colour.
func TestStateWords(t *testing.T) {
	langs, err := Languages(shippedText(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range langs {
		w, err := LoadWords(shippedText(t), lang)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]string{}
		for _, key := range w.Keys() {
			name, ok := strings.CutPrefix(key, "states.")
			if !ok {
				continue
			}
			word := w.Say(key)
			if len([]rune(word)) != 6 || word[0] != '[' || word[5] != ']' {
				t.Errorf("%s %s is %q, want six columns with brackets", lang, name, word)
			}
			if other, ok := seen[word]; ok {
				t.Errorf("%s: %s and %s are both %q", lang, name, other, word)
			}
			seen[word] = name
		}
		for s := check.Unproven; s <= check.Running; s++ {
			if !w.Has("states." + s.String()) {
				t.Errorf("%s has no word for %s", lang, s)
			}
		}
	}
}
