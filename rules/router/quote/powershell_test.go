package quote

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// readPowerShell reads one single-quoted string by the rules of about_Quoting_Rules:
// any of five quotes ends it, two of them in a row are one.
func readPowerShell(q string) (string, bool) {
	const quotes = "'‘’‚‛"
	r, size := utf8.DecodeRuneInString(q)
	if !strings.ContainsRune(quotes, r) {
		return "", false
	}
	var b strings.Builder
	for i := size; i < len(q); {
		r, size := utf8.DecodeRuneInString(q[i:])
		i += size
		if strings.ContainsRune(quotes, r) {
			next, size := utf8.DecodeRuneInString(q[i:])
			if i == len(q) {
				return b.String(), true
			}
			if !strings.ContainsRune(quotes, next) {
				return "", false
			}
			r, i = next, i+size
		}
		b.WriteRune(r)
	}
	return "", false
}

// FuzzPowerShell reads every token back.
func FuzzPowerShell(f *testing.F) {
	for _, s := range []string{"", "a b", "'", "''", "$x", "$(x)", "`n", "’", "a‚b", "-x", "80,443", "@{}", "ä"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := powershell{}.Quote(s)
		if err != nil {
			t.Skip("refused is fine; wrong is not")
		}
		if got, ok := readPowerShell(q); !ok || got != s {
			t.Fatalf("%q quoted as %s reads back as %q, %v", s, q, got, ok)
		}
	})
}
