package wizard

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
)

// English is the language that every text has, and that others are read over.
const English = "en"

// Languages are the languages of a folder of words, English first.
func Languages(fsys fs.FS) ([]string, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range files {
		if lang := strings.TrimSuffix(f, ".yaml"); lang != English {
			out = append(out, lang)
		}
	}
	slices.Sort(out)
	return append([]string{English}, out...), nil
}

// LanguageOf is the language of a locale's name, such as "de_AT.UTF-8" or
// "de-CH"; empty when it is none of known, as for C and POSIX.
func LanguageOf(locale string, known []string) string {
	end := strings.IndexFunc(locale, func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == '@' })
	if end >= 0 {
		locale = locale[:end]
	}
	if locale = strings.ToLower(locale); !slices.Contains(known, locale) {
		return ""
	}
	return locale
}

// LocaleOf is the locale for messages that an environment names, by the order of
// POSIX; empty for none.
func LocaleOf(env func(string) string) string {
	return cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
}

// over fills what w lacks from another language.
func (w *Words) over(en *Words) {
	for key, text := range en.flat {
		if _, ok := w.flat[key]; !ok {
			w.flat[key] = text
		}
	}
	if w.reasons == nil {
		w.reasons = map[string]reason{}
	}
	for code, r := range en.reasons {
		w.reasons[code] = w.reasons[code].or(r)
	}
}

// or is r with what it lacks from another.
func (r reason) or(o reason) reason {
	return reason{
		Short: cmp.Or(r.Short, o.Short), Seen: cmp.Or(r.Seen, o.Seen), Means: cmp.Or(r.Means, o.Means),
		Do: cmp.Or(r.Do, o.Do), DoIn: cmp.Or(r.DoIn, o.DoIn),
		SeenIn: cmp.Or(r.SeenIn, o.SeenIn), MeansIn: cmp.Or(r.MeansIn, o.MeansIn),
	}
}
