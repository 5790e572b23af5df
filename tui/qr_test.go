package tui

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// TestQR reads the drawn code back with a real decoder.
func TestQR(t *testing.T) {
	const url = "http://sops.example.com:8883/NWTF9D2GEZS5"
	for name, tc := range map[string]struct{ colour, ascii bool }{
		"black on white":                 {true, false},
		"no colours, dark screen":        {false, false},
		"ASCII, black on white":          {true, true},
		"ASCII, no colours, dark screen": {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, h := 78, 22
			if tc.ascii {
				w, h = qrRoom(qrSize(url), true)
			}
			lines := qrLines(url, w, h, tc.colour, tc.ascii)
			if lines == nil {
				t.Fatalf("it does not fit %dx%d", w, h)
			}
			if len(lines) > h || width(lines[0]) > w {
				t.Errorf("%dx%d, want %dx%d at most", width(lines[0]), len(lines), w, h)
			}
			if tc.ascii {
				lines = halves(t, lines)
			}
			if got := readQR(t, lines, tc.colour); got != url {
				t.Errorf("read back as %q", got)
			}
		})
	}
	if qrLines(url, 20, 22, true, false) != nil || qrLines(url, 78, 8, true, false) != nil || qrLines(url, 78, 22, true, true) != nil {
		t.Error("a code that does not fit was drawn")
	}
}

// TestQRWithUmlauts: the codes of all sizes hold their letters, the longest too.
func TestQRWithUmlauts(t *testing.T) {
	for _, n := range []int{1, 20, 200, 1400} {
		text := strings.Repeat("ä", n) + "?"
		lines := qrLines(text, 200, 100, true, false)
		if lines == nil {
			t.Fatalf("%d umlauts are not drawn", n)
		}
		if got := readQR(t, lines, true); got != text {
			t.Errorf("%d umlauts are read back as %q", n, got)
		}
	}
	if qrSize(strings.Repeat("ä", 1500)) != 0 {
		t.Error("3000 bytes have a code")
	}
}

// halves is a code of ASCII signs drawn with half blocks.
func halves(t *testing.T, lines []string) []string {
	t.Helper()
	at := func(y, x int) bool {
		if y >= len(lines) {
			return false
		}
		switch l := plain(lines[y]); l[2*x : 2*x+2] {
		case "##":
			return true
		case "  ":
			return false
		default:
			t.Fatalf("line %d: %q", y, l)
			return false
		}
	}
	var out []string
	for y := 0; y < len(lines); y += 2 {
		line := ""
		for x := range width(lines[y]) / 2 {
			line += half(at(y, x), at(y+1, x))
		}
		out = append(out, line)
	}
	return out
}

// readQR reads a drawn code with a real decoder.
func readQR(t *testing.T, lines []string, colour bool) string {
	t.Helper()
	const scale = 4
	n := width(lines[0])
	img := image.NewGray(image.Rect(0, 0, (n+8)*scale, (2*len(lines)+8)*scale))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	set := func(x, y int, drawn bool) {
		v := color.Gray{Y: 255}
		if drawn == colour { // drawn is dark, or the light is drawn
			v.Y = 0
		}
		for dx := range scale {
			for dy := range scale {
				img.SetGray((x+4)*scale+dx, (y+4)*scale+dy, v)
			}
		}
	}
	for y, l := range lines {
		for x, r := range []rune(plain(l)) {
			set(x, 2*y, r == '\u2588' || r == '\u2580')
			set(x, 2*y+1, r == '\u2588' || r == '\u2584')
		}
	}
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bmp, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got.GetText()
}
