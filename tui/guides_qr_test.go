package tui

import (
	"context"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/wizard"
)

// guideCode is the QR code on the screen; empty where there is none.
func (dr *drive) guideCode() []string {
	lines, _, _ := dr.a.draw()
	var code []string
	for _, l := range lines {
		if strings.ContainsAny(l, "\u2580\u2584\u2588") {
			code = append(code, l)
		}
	}
	return code
}

// mustRead reads the code on the screen.
func (dr *drive) mustRead(want string) {
	dr.t.Helper()
	code := dr.guideCode()
	if len(code) == 0 {
		dr.t.Fatalf("no code of %q:\n%s", want, dr.text())
	}
	if got := readQR(dr.t.(*testing.T), code, true); got != want {
		dr.t.Errorf("the code holds %q, want %q", got, want)
	}
}

func TestGuideAsQR(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("guides")
	dr.keys("2")
	dr.text()
	dr.keys("down", "down", "g")
	dr.mustRead("1. Add device for sharing; device: sops-1 (192.168.50.10)")
	dr.keys("x")
	dr.mustRead("sops-1")
	dr.keys("m")
	if txt := dr.text(); len(dr.guideCode()) > 0 || !strings.Contains(txt, "private data") {
		t.Errorf("the mask hides no code:\n%s", txt)
	}
	dr.keys("m", "down") // an empty line belongs to the step above it
	dr.mustRead("1. Add device for sharing; device: sops-1 (192.168.50.10)")
	dr.keys("down")
	if txt := dr.text(); !strings.Contains(txt, "step 2") {
		t.Errorf("the code does not follow the cursor:\n%s", txt)
	}
	dr.keys("esc")
	if txt := dr.text(); len(dr.guideCode()) > 0 || !strings.Contains(txt, "Port Sharing") {
		t.Errorf("Esc does not show the text again:\n%s", txt)
	}
	dr.keys("g", "c")
	if txt := dr.text(); !strings.Contains(txt, "[copied] step 2") {
		t.Errorf("c does not tell of the copy:\n%s", txt)
	}
}

// TestCommandsAsQR: a block that is too long says how large the window must be,
// in which it is drawn; a single command fits a smaller one.
func TestCommandsAsQR(t *testing.T) {
	dr := newDrive(t, nil)
	block := fakeGuides(false)[1].Guide.Blocks[0].Text
	dr.goTo("guides")
	dr.keys("a", "tab")
	dr.text()
	dr.keys("g")
	if txt := dr.text(); len(dr.guideCode()) > 0 || !strings.Contains(txt, "67x36 is needed") || !strings.Contains(txt, "Press x") {
		t.Fatalf("it does not tell what to do:\n%s", txt)
	}
	dr.a.w, dr.a.h = 67, 36
	dr.mustRead(block)
	dr.a.h--
	if len(dr.guideCode()) > 0 {
		t.Error("a smaller window would do")
	}
	dr.keys("x")
	dr.mustRead("/ip firewall nat")
	dr.a.d.guides = func(bool) []wizard.SideGuide {
		g := fakeGuides(false)[1:2]
		g[0].Guide.Blocks[0].Text = strings.Repeat("x", 3000)
		return g
	}
	dr.keys("a", "tab")
	if txt := dr.text(); !strings.Contains(txt, "too long for any QR code") || strings.Contains(txt, "Enlarge") {
		t.Errorf("3000 letters:\n%s", txt)
	}
}

// TestOneCommandIsCopiedAlone: x takes the line under the cursor, then the next.
func TestOneCommandIsCopiedAlone(t *testing.T) {
	dr := newDrive(t, nil)
	var got string
	dr.a.d.copier.system = func(_ context.Context, s string) error { got = s; return nil }
	block := fakeGuides(false)[1].Guide.Blocks[0].Text
	lines := strings.Split(block, "\n")
	dr.goTo("guides")
	dr.keys("a", "tab")
	dr.text()
	dr.keys("down") // the first row of the second command
	for _, want := range []string{lines[1], lines[2], block} {
		dr.keys("x", "c", "esc")
		dr.text()
		if got != want+"\n" {
			t.Errorf("copied %q, want %q", got, want)
		}
	}
}

// TestPlainPageAndMask: the page would show what the mask hides.
func TestPlainPageAndMask(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("guides")
	dr.keys("2", "m", "p")
	if txt := dr.text(); len(dr.pages) > 0 || !strings.Contains(txt, "press m first") {
		t.Errorf("%d pages:\n%s", len(dr.pages), txt)
	}
	dr.keys("m", "p")
	if len(dr.pages) != 1 || !strings.Contains(dr.pages[0], "192.168.50.10") {
		t.Errorf("the page is %q", dr.pages)
	}
}

// TestAllIsWhatThePartPrints: words between commands are not pasted into a device.
func TestAllIsWhatThePartPrints(t *testing.T) {
	dr := newDrive(t, nil)
	var got string
	dr.a.d.copier.system = func(_ context.Context, s string) error { got = s; return nil }
	block := fakeGuides(false)[1].Guide.Blocks[0].Text
	dr.a.d.guides = func(bool) []wizard.SideGuide {
		g := fakeGuides(false)[1:2]
		g[0].Guide.Blocks[1].Part, g[0].Guide.Blocks[1].Kind, g[0].Guide.Blocks[1].Text = "apply", "steps", "1. Save it."
		return g
	}
	dr.goTo("guides")
	dr.keys("C", "y", "p")
	if got != block+"\n" {
		t.Errorf("copied %q", got)
	}
	if len(dr.pages) != 1 || !strings.Contains(dr.pages[0], "1. Save it.") {
		t.Errorf("the page lacks the step: %q", dr.pages)
	}
}
