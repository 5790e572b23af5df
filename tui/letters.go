package tui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/syncsign/sops-firewall/rules/check"
)

// marksMax is how many accents a letter may carry; more reach into other lines.
const marksMax = 3

// clean drops what could steer the terminal from text of others, and what
// terminals do not agree about how wide it is: emoji of several parts are shown as
// their parts, and letters that only some join as the first of them.
func clean(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r >= 0x7f }) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case check.Hidden(r) || r >= 0x1f3fb && r <= 0x1f3ff: // and skin tones
			return -1
		case r >= 0x1f1e6 && r <= 0x1f1ff: // half a flag is a letter: a field that scrolls would tear flags
			return 'A' + r - 0x1f1e6
		}
		return r
	}, s)
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x300 }) < 0 {
		return s
	}
	var b strings.Builder
	for s != "" {
		cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if cluster == "" {
			break
		}
		s = s[len(cluster):]
		runes := []rune(cluster)
		switch {
		case w != ansi.StringWidthWc(cluster):
			cluster = string(runes[:1])
		case len(runes) > 1+marksMax:
			cluster = string(runes[:1+marksMax])
		}
		b.WriteString(cluster)
	}
	return b.String()
}

// leftToRight is a mark of no width that reads from left to right.
const leftToRight = "\u200e"

// rightToLeft tells whether a letter is written from right to left.
func rightToLeft(r rune) bool {
	return r >= 0x590 && unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam, unicode.Samaritan, unicode.Mandaic)
}

// inPlace keeps words that are written from right to left where they are: without
// marks around them, terminals that turn such words turn the port behind them too.
func inPlace(line string) string {
	if strings.IndexFunc(line, rightToLeft) < 0 {
		return line
	}
	var b strings.Builder
	in := false
	for _, r := range line {
		if now := rightToLeft(r) || in && unicode.Is(unicode.Mn, r); now != in {
			b.WriteString(leftToRight)
			in = now
		}
		b.WriteRune(r)
	}
	if in {
		b.WriteString(leftToRight)
	}
	return b.String()
}
