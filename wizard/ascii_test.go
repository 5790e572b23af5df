package wizard

import (
	"testing"
	"unicode"
)

func TestASCII(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"plain ~!":                         "plain ~!",
		"Größe ändern, ÜBER, Straße":       "Groesse aendern, UeBER, Strasse",
		"Gro\u0308\u00dfe":                 "Groesse", // a letter and its accent apart
		"„Freigaben“ – fertig … 3×":        `"Freigaben" - fertig ... 3x`,
		"Sección › Réseau":                 "Seccion > Reseau",
		"端口":                               "??",
		"\xff\xfe":                         "??",
		"[\u2588\u2580]":                   "[??]",
		"Customer\u2019s \u201cdata\u201d": `Customer's "data"`,
	} {
		if got := ASCII(in); got != want {
			t.Errorf("ASCII(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := Signs("„Größe“ → 端口 ☎"), `"Größe" -> 端口 ?`; got != want {
		t.Errorf("Signs = %q, want %q", got, want)
	}
}

func FuzzASCII(f *testing.F) {
	f.Add("Größe \xff 端口 e\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		once := ASCII(s)
		for _, r := range once {
			if r > unicode.MaxASCII {
				t.Fatalf("%q in %q", r, once)
			}
		}
		if ASCII(once) != once {
			t.Fatalf("%q is not at rest", once)
		}
	})
}

// TestWordsASCII: in every language no text is left that is not ASCII.
func TestWordsASCII(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		w, err := LoadWords(shippedText(t), lang)
		if err != nil {
			t.Fatal(err)
		}
		w.ASCII()
		for k, v := range w.flat {
			if !isASCII(v) {
				t.Errorf("%s %s: %q", lang, k, v)
			}
		}
		for k, r := range w.reasons {
			if !isASCII(r.Short + r.Seen + r.Means + r.Do + r.SeenIn + r.MeansIn + r.DoIn) {
				t.Errorf("%s reasons.%s: %+v", lang, k, r)
			}
		}
	}
}

func TestUTF8(t *testing.T) {
	for name, tc := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"nothing":              {nil, false},
		"C":                    {map[string]string{"LANG": "C"}, false},
		"POSIX":                {map[string]string{"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, false},
		"C.UTF-8":              {map[string]string{"LANG": "C.UTF-8"}, true},
		"glibc's spelling":     {map[string]string{"LANG": "de_DE.utf8"}, true},
		"with a modifier":      {map[string]string{"LANG": "de_DE.UTF-8@euro"}, true},
		"Latin 1":              {map[string]string{"LANG": "de_DE.ISO-8859-1"}, false},
		"Latin 9":              {map[string]string{"LANG": "de_DE@euro"}, false},
		"of macOS":             {map[string]string{"LC_CTYPE": "UTF-8"}, true},
		"letters over LANG":    {map[string]string{"LC_CTYPE": "C", "LANG": "en_US.UTF-8"}, false},
		"messages say nothing": {map[string]string{"LC_MESSAGES": "de_DE.UTF-8"}, false},
	} {
		if got := UTF8(func(k string) string { return tc.env[k] }); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
