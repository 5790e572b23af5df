package check

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from the network fit to be shown: one line of at most limit
// runes, without control, bidirectional or invisible characters. What is
// invalid UTF-8 becomes U+FFFD; white space becomes one space.
func Clean(s string, limit int) string {
	var b strings.Builder
	n, space := 0, false
	for i := 0; i < len(s) && n < limit; {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case Hidden(r):
			continue
		}
		if space {
			if n+1 == limit {
				break
			}
			b.WriteByte(' ')
			n++
		}
		space = false
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// Hidden tells what must not get to a terminal: C0, C1, DEL and format
// characters (bidi controls, zero-width ones, tags), surrogates, private use,
// and the line separators, which are no spaces to a terminal.
func Hidden(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) ||
		unicode.Is(unicode.Variation_Selector, r)
}
