package wizard

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/assets"
)

// TestLanguages holds every shipped language to English: the same keys, and in
// each text the same placeholders and parts that may be left out.
func TestLanguages(t *testing.T) {
	langs, err := Languages(shippedText(t))
	if err != nil || langs[0] != English {
		t.Fatalf("%v, %v", langs, err)
	}
	en, err := loadWords(shippedText(t), English)
	if err != nil {
		t.Fatal(err)
	}
	want := en.all()
	for key := range want {
		if stem, ok := strings.CutSuffix(key, ".many"); ok && want[stem+".one"] == "" {
			t.Errorf("%s has no .one", stem)
		}
	}
	for _, lang := range langs[1:] {
		w, err := loadWords(shippedText(t), lang)
		if err != nil {
			t.Error(err)
			continue
		}
		got := w.all()
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if text, ok := got[key]; !ok {
				t.Errorf("%s lacks %s", lang, key)
			} else if a, b := holes(text), holes(want[key]); !slices.Equal(a, b) {
				t.Errorf("%s %s has %v, English %v", lang, key, a, b)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(got)) {
			if _, ok := want[key]; !ok {
				t.Errorf("%s has %s, English has no such text", lang, key)
			}
		}
	}
}

// TestLanguagesFit: pictures have the shape of the English ones, and there are only
// letters that a German keyboard has too: not every terminal shows more.
func TestLanguagesFit(t *testing.T) {
	langs, err := Languages(shippedText(t))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	for _, lang := range langs {
		w, err := loadWords(shippedText(t), lang)
		if err != nil {
			t.Fatal(err)
		}
		got := w.all()
		if lang == English {
			want = got
		}
		for key, text := range got {
			if i := strings.IndexFunc(text, func(r rune) bool { return r > '~' && !strings.ContainsRune("äöüÄÖÜß", r) }); i >= 0 {
				t.Errorf("%s %s: %q", lang, key, text[i:])
			}
			if !strings.HasSuffix(key, ".picture") {
				continue
			}
			lines := strings.Split(text, "\n")
			if n := strings.Count(want[key], "\n") + 1; len(lines) != n || n > 12 {
				t.Errorf("%s %s has %d lines, English %d", lang, key, len(lines), n)
			}
			for _, l := range lines {
				if utf8.RuneCountInString(l) > 76 {
					t.Errorf("%s %s is too wide: %q", lang, key, l)
				}
			}
		}
	}
}

func shippedText(t testing.TB) fs.FS {
	t.Helper()
	f, err := fs.Sub(assets.FS, "text")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// english are the shipped English words.
func english(t testing.TB) *Words {
	t.Helper()
	w, err := LoadWords(shippedText(t), English)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// all are the texts by key, those of reasons too.
func (w *Words) all() map[string]string {
	out := maps.Clone(w.flat)
	for code, r := range w.reasons {
		for part, text := range map[string]string{"short": r.Short, "seen": r.Seen, "means": r.Means, "do": r.Do, "do_in": r.DoIn, "seen_in": r.SeenIn, "means_in": r.MeansIn} {
			if text != "" {
				out["reasons."+code+"."+part] = text
			}
		}
	}
	return out
}

var hole = regexp.MustCompile(`\{[a-z0-9-_]+\}|~`)

// holes are the placeholders of a text, each once, and its marks of what may be
// left out.
func holes(text string) []string {
	out := hole.FindAllString(text, -1)
	slices.Sort(out)
	var marks []string
	for _, h := range out {
		if h == "~" || !slices.Contains(marks, h) {
			marks = append(marks, h)
		}
	}
	return marks
}

func TestLanguageOf(t *testing.T) {
	known := []string{"en", "de"}
	for locale, want := range map[string]string{
		"de": "de", "de_DE.UTF-8": "de", "de-AT": "de", "DE": "de", "de_CH@euro": "de", "de.UTF-8": "de",
		"en_GB.UTF-8": "en", "C": "", "C.UTF-8": "", "POSIX": "", "": "", "fr_FR.UTF-8": "", "deu": "", "../de": "",
	} {
		if got := LanguageOf(locale, known); got != want {
			t.Errorf("%q: %q, want %q", locale, got, want)
		}
	}
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	for want, m := range map[string]map[string]string{
		"a": {"LC_ALL": "a", "LC_MESSAGES": "b", "LANG": "c"},
		"b": {"LC_MESSAGES": "b", "LANG": "c"},
		"c": {"LC_ALL": "", "LANG": "c"},
		"":  {},
	} {
		if got := LocaleOf(env(m)); got != want {
			t.Errorf("%v: %q, want %q", m, got, want)
		}
	}
}

// TestLanguageOver: what a language lacks is English.
func TestLanguageOver(t *testing.T) {
	files := fstest.MapFS{
		"en.yaml": {Data: []byte("a: one\nb: two\nreasons:\n  x: {short: s, seen: n}\n  y: {do: d}\n")},
		"de.yaml": {Data: []byte("a: eins\nreasons:\n  x: {short: k}\n")},
	}
	w, err := LoadWords(files, "de")
	if err != nil {
		t.Fatal(err)
	}
	if a, b := w.Say("a"), w.Say("b"); a != "eins" || b != "two" || w.Lang() != "de" {
		t.Errorf("%q %q %q", a, b, w.Lang())
	}
	if x, y := w.reasons["x"], w.reasons["y"]; x.Short != "k" || x.Seen != "n" || y.Do != "d" {
		t.Errorf("%+v %+v", x, y)
	}
	if langs, err := Languages(files); err != nil || !slices.Equal(langs, []string{"en", "de"}) {
		t.Errorf("%v %v", langs, err)
	}
	if _, err := LoadWords(files, "fr"); err == nil {
		t.Error("a language that is not there")
	}
}

func BenchmarkLoadWords(b *testing.B) {
	for b.Loop() {
		if _, err := LoadWords(shippedText(b), English); err != nil {
			b.Fatal(err)
		}
	}
}
