package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"rsc.io/qr"
	"rsc.io/qr/coding"
)

// quiet is the empty border that readers want around a QR code, in modules.
const quiet = 2

// qrStyle is black on white whatever the terminal's own colours are: many
// readers do not take the inverse. Without colours the light modules are drawn,
// which is right on a dark screen.
var qrStyle = lipgloss.NewStyle().Foreground(lipgloss.Color("0")).Background(lipgloss.Color("15"))

// utf8Text is text with a mark that its bytes are UTF-8 (ECI 26), without which
// readers guess, and some wrongly.
type utf8Text string

func (utf8Text) Check() error { return nil }

func (t utf8Text) Bits(v coding.Version) int { return 4 + 8 + coding.String(t).Bits(v) }

func (t utf8Text) Encode(b *coding.Bits, v coding.Version) {
	b.Write(7, 4)
	b.Write(26, 8)
	coding.String(t).Encode(b, v)
}

// qrCode is the smallest code of a text; nil where it is too long for any.
func qrCode(text string) *qr.Code {
	if isASCII(text) {
		c, err := qr.Encode(text, qr.L)
		if err != nil {
			return nil
		}
		return c
	}
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if utf8Text(text).Bits(v) > v.DataBytes(coding.L)*8 {
			continue
		}
		p, err := coding.NewPlan(v, coding.L, 0)
		if err != nil {
			return nil
		}
		c, err := p.Encode(utf8Text(text))
		if err != nil {
			return nil
		}
		return &qr.Code{Bitmap: c.Bitmap, Size: c.Size, Stride: c.Stride, Scale: 8}
	}
	return nil
}

// darkStyle hides the sign of a dark module in its ground.
var darkStyle = lipgloss.NewStyle().Foreground(lipgloss.Color("0")).Background(lipgloss.Color("0"))

// qrSize is how many columns a text takes as a QR code, and half as many rows;
// 0 where it is too long for any.
func qrSize(text string) int {
	c := qrCode(text)
	if c == nil {
		return 0
	}
	return c.Size + 2*quiet
}

// qrRoom is the columns and rows that n modules square take: two modules of a
// column stand in one character, or with ASCII one in two characters.
func qrRoom(n int, ascii bool) (w, h int) {
	if ascii {
		return 2 * n, n
	}
	return n, (n + 1) / 2
}

// qrLines draws text as a QR code. It is empty where the text is too long for w
// columns and h rows.
func qrLines(text string, w, h int, colour, ascii bool) []string {
	c := qrCode(text)
	if c == nil {
		return nil
	}
	n := c.Size + 2*quiet
	if needW, needH := qrRoom(n, ascii); needW > w || needH > h {
		return nil
	}
	dark := func(x, y int) bool { return c.Black(x-quiet, y-quiet) }
	var lines []string
	if ascii {
		return asciiQR(n, dark, colour)
	}
	for y := 0; y < n; y += 2 {
		var b strings.Builder
		for x := range n {
			up, down := dark(x, y), y+1 < n && dark(x, y+1)
			if !colour { // the light ones are drawn
				up, down = !up, !down
			}
			b.WriteString(half(up, down))
		}
		line := b.String()
		if colour {
			line = qrStyle.Render(line)
		}
		lines = append(lines, line)
	}
	return lines
}

// asciiQR draws a module as two blanks or two signs. In colours blanks are enough,
// dark ones and light ones; without, the light modules are drawn.
func asciiQR(n int, dark func(x, y int) bool, colour bool) []string {
	var lines []string
	for y := range n {
		var b strings.Builder
		for x := range n {
			switch {
			case colour && dark(x, y):
				b.WriteString(darkStyle.Render("##"))
			case colour:
				b.WriteString(qrStyle.Render("  "))
			case dark(x, y):
				b.WriteString("  ")
			default:
				b.WriteString("##")
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}

// half is the character whose upper and lower halves are drawn so.
func half(up, down bool) string {
	switch {
	case up && down:
		return "\u2588"
	case up:
		return "\u2580"
	case down:
		return "\u2584"
	}
	return " "
}
