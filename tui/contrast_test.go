package tui

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"github.com/syncsign/sops-firewall/rules/check"
)

// palette is what a terminal makes of the sixteen colours, its own text and
// background first. Bold text in PuTTY and on the Linux console is bright.
type palette struct {
	name, source string
	text, ground string
	colours      string // 0 to 15
}

const (
	xtermColours     = "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
	macColours       = "000000 990000 00a600 999900 0000b2 b200b2 00a6b2 bfbfbf 666666 e60000 00d900 e6e600 0000ff e600e6 00e6e6 e6e6e6"
	tangoColours     = "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec"
	gnomeColours     = "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc 5e5c64 f66151 33da7a e9ad0c 2a7bde c061cb 33c7de ffffff"
	solarizedColours = "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
)

var palettes = []palette{
	{"xterm, light", "xterm 379, XTerm-col.ad; its own default", "000000", "ffffff", xtermColours},
	{"xterm, dark", "xterm 379, XTerm-col.ad; as Debian's uxterm or -rv", "ffffff", "000000", xtermColours},
	{"PuTTY", "PuTTY 0.78, settings.c, Colour0 to Colour21", "bbbbbb", "000000", "000000 bb0000 00bb00 bbbb00 0000bb bb00bb 00bbbb bbbbbb 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"},
	{"Windows Terminal, Campbell", "microsoft/terminal, defaults.json", "cccccc", "0c0c0c", "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2"},
	{"macOS Terminal, Basic", "en.wikipedia.org/wiki/ANSI_escape_code, Terminal.app", "000000", "ffffff", macColours},
	{"macOS Terminal, Pro", "the same, with the profile's text and background", "f2f2f2", "000000", macColours},
	{"Tango, dark", "GNOME/vte, terminal-schemes.hh", "d3d7cf", "2e3436", tangoColours},
	{"Tango, light", "GNOME/vte, terminal-schemes.hh", "2e3436", "eeeeec", tangoColours},
	{"GNOME, dark", "GNOME/vte and gnome-terminal 3.36", "d0cfcc", "171421", gnomeColours},
	{"GNOME, light", "GNOME/vte and gnome-terminal 3.36", "171421", "ffffff", gnomeColours},
	{"Solarized, dark", "ethanschoonover.com/solarized", "839496", "002b36", solarizedColours},
	{"Solarized, light", "ethanschoonover.com/solarized", "657b83", "fdf6e3", solarizedColours},
	{"Linux console", "linux, drivers/tty/vt/vt.c, default_red, default_grn, default_blu", "aaaaaa", "000000", "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"},
}

// pair is what a style's letters and cells are on a terminal.
func (p palette) pair(s lipgloss.Style) (letter, cell string) {
	letter, cell = p.colour(s.GetForeground(), p.text), p.colour(s.GetBackground(), p.ground)
	if s.GetReverse() {
		return cell, letter
	}
	return letter, cell
}

func (p palette) colour(c color.Color, own string) string {
	switch c.(type) {
	case nil, lipgloss.NoColor:
		return own
	}
	for i, hex := range strings.Fields(p.colours) {
		if c == lipgloss.Color(strconv.Itoa(i)) {
			return hex
		}
	}
	return ""
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		return math.NaN()
	}
	sum := 0.0
	for i, part := range []float64{0.0722, 0.7152, 0.2126} {
		c := float64(n>>(8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += part * c
	}
	return sum
}

// textStyles are all styles of letters that are read, lamps those of ornaments.
func textStyles() map[string]lipgloss.Style {
	styles := map[string]lipgloss.Style{"bar": barStyle, "bold": boldStyle, "chip": chipStyle, "row": rowStyle, "qr": qrStyle}
	for s := check.Unproven; s <= check.NotNeeded; s++ {
		styles["word of "+s.String()] = lookOf(s).word
	}
	return styles
}

func lamps() map[string]lipgloss.Style {
	styles := map[string]lipgloss.Style{}
	for s := check.Unproven; s <= check.NotNeeded; s++ {
		styles["lamp of "+s.String()] = lookOf(s).lamp
	}
	return styles
}

const (
	textContrast     = 4.5 // WCAG 2.2, 1.4.3, for text
	ornamentContrast = 3.0 // WCAG 2.2, 1.4.11, for what is no text
)

// TestContrast: text is legible on every terminal. Where a terminal's own text
// on its own background is under the limit (Solarized light: 4.1), no style is
// worse than that.
func TestContrast(t *testing.T) {
	for _, p := range palettes {
		if n := len(strings.Fields(p.colours)); n != 16 || p.source == "" {
			t.Fatalf("%s: %d colours, source %q", p.name, n, p.source)
		}
		own := contrast(p.text, p.ground)
		for what, styles := range map[string]map[string]lipgloss.Style{"text": textStyles(), "ornament": lamps()} {
			least := min(map[string]float64{"text": textContrast, "ornament": ornamentContrast}[what], own)
			for name, s := range styles {
				letter, cell := p.pair(s)
				if got := contrast(letter, cell); !(got >= least) { // NaN too
					t.Errorf("%s: %s is %s on %s, %.2f:1, want %.2f:1", p.name, name, letter, cell, got, least)
				}
			}
		}
	}
}

// TestNoColourIsLegibleEverywhere says why no state's word has a colour: for
// each there is a terminal on which it cannot be read.
func TestNoColourIsLegibleEverywhere(t *testing.T) {
	for i := range 16 {
		least, where := math.Inf(1), ""
		for _, p := range palettes {
			if c := contrast(strings.Fields(p.colours)[i], p.ground); c < least {
				least, where = c, p.name
			}
		}
		t.Logf("colour %2d as text: at worst %.2f:1, %s", i, least, where)
		if least >= textContrast {
			t.Errorf("colour %d is legible everywhere, %.2f:1: words could have it", i, least)
		}
	}
}

// sgr sets colours and faces.
var sgr = regexp.MustCompile(`\x1b\[([0-9;:]*)m`)

// TestOnlyTheStylesAreDrawn: no picture has a colour or face that style.go lacks,
// such as one that a library brings along.
func TestOnlyTheStylesAreDrawn(t *testing.T) {
	allowed := map[string]bool{"": true, "0": true}
	for _, list := range []map[string]lipgloss.Style{textStyles(), lamps()} {
		for _, s := range list {
			for _, m := range sgr.FindAllStringSubmatch(s.Render("a b"), -1) {
				allowed[m[1]] = true
			}
		}
	}
	for name, scene := range scenes {
		dr := newDrive(t, nil)
		for _, size := range slices.Sorted(maps.Keys(sizes)) {
			dr.a.Update(sizes[size])
			if size == "120x40" {
				scene(dr)
			}
			lines, _, _ := dr.a.draw()
			for _, m := range sgr.FindAllStringSubmatch(strings.Join(lines, "\n"), -1) {
				if !allowed[m[1]] {
					t.Errorf("%s at %s draws in %q, which style.go does not know", name, size, m[1])
				}
			}
		}
	}
}

// TestStateWords: a state is as wide as its word, its lamp is its opening
// bracket, and without colours the word is whole.
func TestStateWords(t *testing.T) {
	d := &desk{words: realWords()}
	for s := check.Unproven; s <= check.NotNeeded; s++ {
		if got, want := plain(d.state(s)), d.words.State(s); got != want {
			t.Errorf("%v is drawn as %q, want %q", s, got, want)
		}
	}
	for _, m := range []string{"need", "fix"} {
		if got := plain(d.mark(m)); got != d.t("states."+m) {
			t.Errorf("%s is drawn as %q", m, got)
		}
	}
	if got := fmt.Sprintf("%q", d.state(check.Fail)); !strings.HasPrefix(got, `"\x1b[97;41m[`) {
		t.Errorf("a failure is drawn as %s", got)
	}
}
