package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/syncsign/sops-firewall/wizard"
)

// frame is a drawn screen body: lines, and where the terminal's cursor stands
// (y < 0 hides it). Screen readers, braille lines and input methods follow it.
type frame struct {
	lines []string
	x, y  int
}

func width(s string) int { return ansi.StringWidth(s) }

// fit makes s exactly w columns wide; what does not fit ends in "..".
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := width(s)
	if n > w {
		s = ansi.Truncate(s, w, tail(w))
		n = width(s)
	}
	return s + strings.Repeat(" ", max(w-n, 0))
}

func tail(w int) string {
	if w < 6 {
		return ""
	}
	return ".."
}

// shorten cuts s to w columns without padding.
func shorten(s string, w int) string { return strings.TrimRight(fit(s, w), " ") }

// brokenOff ends a line in " .." behind a word, where the text goes on out of sight.
func brokenOff(s string, w int) string {
	for width(s) > w-3 {
		i := strings.LastIndexByte(s, ' ')
		if i < w/2 {
			return shorten(s, w)
		}
		s = strings.TrimRight(s[:i], " ")
	}
	return s + " .."
}

// wrap breaks s at spaces only, so that no option or name is torn at a hyphen;
// a word longer than a line is cut. It never returns nothing.
func wrap(s string, w int) []string {
	if w < 1 {
		return []string{""}
	}
	var lines []string
	cur, n := "", 0
	for _, word := range strings.Split(s, " ") {
		for width(word) > w {
			if n > 0 {
				lines, cur, n = append(lines, cur), "", 0
			}
			lines = append(lines, ansi.Truncate(word, w, ""))
			word = ansi.TruncateLeft(word, w, "")
		}
		k := width(word)
		switch {
		case n == 0 && cur == "":
			cur, n = word, k
		case n+1+k > w:
			lines, cur, n = append(lines, cur), word, k
		default:
			cur, n = cur+" "+word, n+1+k
		}
	}
	return append(lines, cur)
}

// hang wraps s behind a label; further lines are indented under the text.
func hang(label, s string, w int) []string {
	n := width(label)
	lines := wrap(s, w-n)
	for i := range lines {
		if i == 0 {
			lines[i] = label + lines[i]
		} else {
			lines[i] = strings.Repeat(" ", n) + lines[i]
		}
	}
	return lines
}

// rule is a line of dashes that ends in a label.
func rule(label string, w int) string {
	if label != "" {
		label = " " + label
	}
	label = shorten(label, w-4)
	return " " + strings.Repeat("-", max(w-2-width(label), 0)) + label
}

// window is the first line to show so that line at is visible in h lines of n.
func window(top, at, n, h int) int {
	top = min(top, at)
	top = max(top, at-h+1)
	return max(min(top, n-h), 0)
}

// pad brings lines to exactly h, dropping what is too much.
func pad(lines []string, h int) []string {
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:max(h, 0)]
}

// squeeze leaves out empty lines, from the last on, until at most h are left.
func squeeze(lines []string, h int) []string {
	lines = slices.Clone(lines)
	for i := len(lines) - 1; i >= 0 && len(lines) > h; i-- {
		if lines[i] == "" {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	return lines
}

// spell is s as the terminal can show it.
func (d *desk) spell(s string) string {
	if d.ascii {
		return wizard.ASCII(s)
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }

// plain is s without styles.
func plain(s string) string { return ansi.Strip(s) }
