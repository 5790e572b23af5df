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
	for name, colour := range map[string]bool{"black on white": true, "no colours, dark screen": false} {
		t.Run(name, func(t *testing.T) {
			lines := qrLines(url, 78, 22, colour)
			if lines == nil {
				t.Fatal("it does not fit 80x24")
			}
			if got := readQR(t, lines, colour); got != url {
				t.Errorf("read back as %q", got)
			}
		})
	}
	if qrLines(url, 20, 22, true) != nil || qrLines(url, 78, 8, true) != nil {
		t.Error("a code that does not fit was drawn")
	}
}

// TestQRWithUmlauts: the codes of all sizes hold their letters, the longest too.
func TestQRWithUmlauts(t *testing.T) {
	for _, n := range []int{1, 20, 200, 1400} {
		text := strings.Repeat("ä", n) + "?"
		lines := qrLines(text, 200, 100, true)
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
