package main

import (
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

var pictures = flag.String("pictures", "", "folder to put the screens of the walks into, as text and as PNG")

// The size of one character cell, in pixels, and of the letters in it.
const (
	cellW, cellH = 9, 19
	base         = 14 // of the letters, from the cell's top
	letters      = 15
)

// paper and ink are the terminal's own colours; hues are its first eight others,
// dark enough on white to be read with ease.
var (
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.RGBA{0x1f, 0x23, 0x28, 0xff}
	hues  = [8]color.RGBA{
		ink,
		{0xc2, 0x1c, 0x1c, 0xff},
		{0x11, 0x77, 0x33, 0xff},
		{0x8a, 0x5a, 0x00, 0xff},
		{0x1f, 0x4f, 0xb5, 0xff},
		{0x8a, 0x2b, 0x8a, 0xff},
		{0x0b, 0x6e, 0x7d, 0xff},
		paper,
	}
)

// picture writes what is on the screen now, if pictures were asked for.
func (m *console) picture(name string) {
	if *pictures == "" {
		return
	}
	m.t.Helper()
	if err := os.MkdirAll(*pictures, 0o755); err != nil {
		m.t.Fatal(err)
	}
	file := filepath.Join(*pictures, name)
	if err := os.WriteFile(file+".txt", []byte(m.screen()), 0o644); err != nil {
		m.t.Fatal(err)
	}
	f, err := os.Create(file + ".png")
	if err != nil {
		m.t.Fatal(err)
	}
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(f, m.paint()); err != nil {
		m.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		m.t.Fatal(err)
	}
}

// paint draws the emulator's cells.
func (m *console) paint() image.Image {
	thin, bold := face(m.t, gomono.TTF), face(m.t, gomonobold.TTF)
	const edge = 8
	img := image.NewPaletted(image.Rect(0, 0, m.cols*cellW+2*edge, m.rows*cellH+2*edge), shades())
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	m.mu.Lock()
	defer m.mu.Unlock()
	for y := range m.rows {
		for x := range m.cols {
			c := m.em.CellAt(x, y)
			if c == nil {
				continue
			}
			fg, bg := shade(c.Style.Fg, ink), shade(c.Style.Bg, paper)
			if c.Style.Attrs&uv.AttrReverse != 0 {
				fg, bg = bg, fg
			}
			at := image.Rect(edge+x*cellW, edge+y*cellH, edge+(x+1)*cellW, edge+(y+1)*cellH)
			draw.Draw(img, at, image.NewUniform(bg), image.Point{}, draw.Src)
			half := image.Rect(at.Min.X, at.Min.Y, at.Max.X, at.Min.Y+(cellH+1)/2)
			switch c.Content {
			case "", " ":
			case "\u2588":
				draw.Draw(img, at, image.NewUniform(fg), image.Point{}, draw.Src)
			case "\u2580":
				draw.Draw(img, half, image.NewUniform(fg), image.Point{}, draw.Src)
			case "\u2584":
				draw.Draw(img, at, image.NewUniform(fg), image.Point{}, draw.Src)
				draw.Draw(img, half, image.NewUniform(bg), image.Point{}, draw.Src)
			default:
				d := font.Drawer{Dst: img, Src: image.NewUniform(fg), Face: thin, Dot: fixed.P(at.Min.X, at.Min.Y+base)}
				if c.Style.Attrs&uv.AttrBold != 0 {
					d.Face = bold
				}
				d.DrawString(c.Content)
			}
			if c.Style.Underline != 0 {
				draw.Draw(img, image.Rect(at.Min.X, at.Max.Y-3, at.Max.X, at.Max.Y-2), image.NewUniform(fg), image.Point{}, draw.Src)
			}
		}
	}
	return img
}

// shade is the colour of a cell: one of the terminal's own, or what there is without.
func shade(c color.Color, without color.RGBA) color.Color {
	switch c := c.(type) {
	case nil:
		return without
	case ansi.BasicColor:
		return hues[c%8]
	case ansi.IndexedColor:
		return hues[c%8]
	default:
		return c
	}
}

// shades is every hue on paper and paper on every hue, with the steps between
// that smooth letters need: a picture of few colours is a small file.
func shades() color.Palette {
	const steps = 8
	out := color.Palette{paper}
	for _, h := range hues[:7] {
		for i := range steps {
			mix := func(a, b uint8) uint8 { return uint8((int(a)*(i+1) + int(b)*(steps-1-i)) / steps) }
			out = append(out, color.RGBA{mix(h.R, paper.R), mix(h.G, paper.G), mix(h.B, paper.B), 0xff})
		}
	}
	return out
}

func face(t testing.TB, ttf []byte) font.Face {
	f, err := opentype.Parse(ttf)
	if err != nil {
		t.Fatal(err)
	}
	out, err := opentype.NewFace(f, &opentype.FaceOptions{Size: letters, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
