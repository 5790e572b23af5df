package wizard

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// signs are the typographic signs that have a spelling in ASCII.
var signs = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "‚", "'", "«", `"`, "»", `"`, "›", ">", "‹", "<",
	"–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-", "…", "...", "→", "->", "←", "<-", "⇒", "=>",
	"•", "-", "·", ",", "×", "x", "≥", ">=", "≤", "<=", "°", " degrees", "€", "EUR", "§", "section ",
	"\u00a0", " ", "\u2009", " ", "\u202f", " ", "✓", "ok", "✗", "no", "\u00ad", "", "\u200b", "",
)

// pairsOfLetters spells the letters that are not just an ASCII one with an accent.
var pairsOfLetters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "ẞ", "SS",
	"æ", "ae", "Æ", "Ae", "ø", "oe", "Ø", "Oe", "å", "aa", "Å", "Aa", "œ", "oe", "Œ", "Oe",
	"ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ı", "i", "þ", "th", "ð", "d",
)

// Signs is s with letters of any language and the signs of ASCII alone: what a
// screen reader knows. Any other sign is a question mark.
func Signs(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return r
		}
		return '?'
	}, signs.Replace(s))
}

// ASCII is s with the signs and letters of ASCII alone, for terminals that know
// no others: ae for an umlaut, e for an accented letter, a question mark for what
// has no such spelling. Bytes that are no UTF-8 are question marks too.
func ASCII(s string) string {
	if isASCII(s) {
		return s
	}
	s = pairsOfLetters.Replace(norm.NFC.String(signs.Replace(s)))
	return strings.Map(func(r rune) rune {
		switch {
		case r <= unicode.MaxASCII:
			return r
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
			return -1
		}
		return '?'
	}, norm.NFD.String(s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > unicode.MaxASCII {
			return false
		}
	}
	return true
}

// ASCII turns all texts into ASCII, so that what is laid out in columns is as
// wide as it will be shown. Call it before the texts are used.
func (w *Words) ASCII() {
	for k, t := range w.flat {
		w.flat[k] = ASCII(t)
	}
	for k, t := range w.book {
		w.book[k] = ASCII(t)
	}
	for code, r := range w.reasons {
		for _, t := range []*string{&r.Short, &r.Seen, &r.Means, &r.Do, &r.SeenIn, &r.MeansIn, &r.DoIn} {
			*t = ASCII(*t)
		}
		w.reasons[code] = r
	}
}

// UTF8 tells whether the locale that an environment names writes in UTF-8, by
// the order of POSIX. None named is C, which does not.
func UTF8(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := env(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}
