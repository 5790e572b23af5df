package wizard

import (
	"strings"
	"testing"
	"testing/fstest"
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
