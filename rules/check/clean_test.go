package check

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := map[string]struct {
		in   string
		max  int
		want string
	}{
		"plain":       {"OpenSSH_9.6", 64, "OpenSSH_9.6"},
		"escape":      {"a\x1b[31mb\x1b]0;t\x07c", 64, "a[31mb]0;tc"},
		"C1":          {"a\u009b31mb\u0085c", 64, "a31mb c"},
		"DEL and NUL": {"a\x7f\x00b", 64, "ab"},
		"bidi":        {"a\u202eb\u2066c\u200fd", 64, "abcd"},
		"invisible":   {"a\u200bb\ufeffc\U000e0041d", 64, "abcd"},
		"invalid":     {"a\xff\xc3b", 64, "a\ufffd\ufffdb"},
		"raw C1 byte": {"a\x9bb", 64, "a\ufffdb"},
		"lines":       {"  a\r\n\t b\u2028c  ", 64, "a b c"},
		"cut":         {"äöüß", 3, "äöü"},
		"cut at gap":  {"ab cd", 3, "ab"},
		"nothing":     {"", 5, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Clean(tt.in, tt.max); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a\x1b[2Jb", "\u202e\u0085\xff", "a  b c"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = max(0, min(limit, 1000))
		got := Clean(s, limit)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > limit {
			t.Errorf("%q became %q", s, got)
		}
		for _, r := range got {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Errorf("%q let %U through", s, r)
			}
		}
		if again := Clean(got, limit); again != got {
			t.Errorf("%q becomes %q, and that %q", s, got, again)
		}
	})
}
