package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// TestClean: what is left is as wide for every terminal, and steers none.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                      "plain",
		"路由器 端口":                     "路由器 端口",
		"e\u0301 a\u0300":            "e\u0301 a\u0300",
		"z\u0301\u0302\u0303\u0304!": "z\u0301\u0302\u0303!",
		"שלום.example":               "שלום.example",
		"\u202egnp.exe\u2066":        "gnp.exe",
		"a\u200bb\u00adc\ufeff":      "abc",
		"👩\u200d👩\u200d👧":            "👩👩👧",
		"👍🏽":                         "👍",
		"⚠\ufe0f 1\ufe0f\u20e3":      "⚠ 1\u20e3",
		"🇩🇪":                         "DE",
		"🇩":                          "D",
		"\x1b[2J\x07":                "[2J",
		"a\tb\nc":                    "a b c",
		"\u2028\U000e0041\ue000":     "",
		"क्षि":                       "क",
		strings.Repeat("\u0301", 20): strings.Repeat("\u0301", 1+marksMax),
	} {
		got := clean(in)
		if got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		if a, b := ansi.StringWidth(got), ansi.StringWidthWc(got); a != b {
			t.Errorf("%q is %d columns or %d", got, a, b)
		}
	}
}

// TestInPlace: the port behind a name from right to left stays behind it.
func TestInPlace(t *testing.T) {
	for in, want := range map[string]string{
		"  1.1  example.com  TCP 443": "  1.1  example.com  TCP 443",
		"  1.1  שלום.קום  443":        "  1.1  \u200eשלום\u200e.\u200eקום\u200e  443",
		"  مثال":                      "  \u200eمثال\u200e",
		" ש\u05b0 1":                  " \u200eש\u05b0\u200e 1",
	} {
		got := inPlace(in)
		if got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		if width(got) != width(in) {
			t.Errorf("%q is %d columns wide, want %d", got, width(got), width(in))
		}
	}
}
