package tui

import (
	"context"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/timelab"
	"github.com/syncsign/sops-firewall/wizard"
)

func TestLadder(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		want []rung
	}{
		"desktop":         {nil, []rung{rungSystem, rungPage}},
		"tmux":            {map[string]string{"TMUX": "/tmp/x"}, []rung{rungTmux, rungSystem, rungPage}},
		"screen":          {map[string]string{"STY": "1.pts", "TERM": "screen"}, []rung{rungScreen, rungSystem, rungPage}},
		"sudo in screen":  {map[string]string{"TERM": "screen.xterm-256color"}, []rung{rungSystem, rungScreen, rungPage}},
		"ssh":             {map[string]string{"SSH_TTY": "/dev/pts/1"}, []rung{rungTerminal, rungPage}},
		"ssh from screen": {map[string]string{"SSH_TTY": "x", "TERM": "screen"}, []rung{rungTerminal, rungScreen, rungPage}},
		"screen over ssh": {map[string]string{"STY": "1.pts", "SSH_TTY": "x"}, []rung{rungScreen, rungPage}},
		"tmux over ssh":   {map[string]string{"TMUX": "/tmp/x", "SSH_CONNECTION": "x"}, []rung{rungTmux, rungTerminal, rungPage}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ladder(func(k string) string { return tt.env[k] })
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			}
		})
	}
}

func TestPiecesPassScreen(t *testing.T) {
	text := strings.Repeat("add chain=dstnat\n", 600)
	raw := pieces(text)
	var osc strings.Builder
	for _, m := range regexp.MustCompile(`(?s)\x1bP(.*?)\x1b\\`).FindAllStringSubmatch(raw, -1) {
		if len(m[1]) > pieceSize {
			t.Fatalf("a piece of %d bytes; GNU screen takes 768", len(m[1]))
		}
		osc.WriteString(m[1])
	}
	body, ok := strings.CutPrefix(osc.String(), "\x1b]52;c;")
	if !ok {
		t.Fatalf("no OSC 52: %q", osc.String()[:20])
	}
	got, err := base64.StdEncoding.DecodeString(strings.TrimRight(body, "\x07\x1b\\"))
	if err != nil || string(got) != text {
		t.Errorf("it reads back as %d bytes, %v; want %d", len(got), err, len(text))
	}
}

func TestCut(t *testing.T) {
	tests := map[string]string{
		"short":    "a\n",
		"lines":    strings.Repeat("0123456789\n", 4000),
		"one line": strings.Repeat("é", 20001),
		"empty":    "",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			parts := cut(text, partSize)
			if strings.Join(parts, "") != text {
				t.Error("the parts are not the whole")
			}
			for i, p := range parts {
				if len(p) > partSize || strings.ToValidUTF8(p, "?") != p {
					t.Errorf("part %d has %d bytes or half a character", i, len(p))
				}
				if name == "lines" && !strings.HasSuffix(p, "\n") {
					t.Errorf("part %d ends inside a line", i)
				}
			}
		})
	}
}

func TestTmuxGetsTheText(t *testing.T) {
	d, _, _, _ := fakeDesk(map[string]string{"TMUX": "x"})
	var got string
	d.copier.run = func(ctx context.Context, stdin, name string, args ...string) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("tmux has no time limit")
		}
		got = name + " " + strings.Join(args, " ") + ": " + stdin
		return nil
	}
	msg, ok := d.copier.send("abc")().(sentMsg)
	if !ok || msg.err != nil || got != "tmux load-buffer -w -: abc" {
		t.Errorf("got %q, %v", got, msg)
	}
}

func TestTmuxRefusesThenTerminal(t *testing.T) {
	dr := newDrive(t, map[string]string{"TMUX": "x", "SSH_TTY": "x"})
	dr.a.d.copier.run = func(context.Context, string, string, ...string) error { return errors.New("old tmux") }
	dr.goTo("guides")
	dr.keys("2", "C")
	if r := dr.a.d.copier.rung(); r != rungTerminal || !strings.Contains(dr.text(), "[sent]") {
		t.Errorf("it stands on %q:\n%s", r, dr.text())
	}
	dr.keys("y", "C")
	if txt := dr.text(); strings.Contains(txt, "did it arrive") {
		t.Errorf("it asks again although it is known to work:\n%s", txt)
	}
}

func TestDeadClipboardIsLeft(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		start := time.Now()
		err := limited(func(context.Context, string) error { <-stuck; return nil }, "x")
		close(stuck)
		if !errors.Is(err, errSlow) || time.Since(start) != toolTime {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
	})
	if err := limited(func(context.Context, string) error { panic("xclip") }, "x"); err == nil {
		t.Error("a panic of the tool should be an error")
	}
}

func TestNeverCopiedWithoutProof(t *testing.T) {
	d, _, _, _ := fakeDesk(nil)
	for _, r := range []rung{rungTerminal, rungScreen} {
		if s := d.sentWords(r, "step 1", nil); strings.Contains(s, "copied") {
			t.Errorf("%s claims %q", r, s)
		}
	}
	if s := d.sentWords(rungSystem, "step 1", errors.New("exit status 1")); strings.Contains(s, "copied") {
		t.Errorf("a failed tool claims %q", s)
	}
}

func TestLongTextGoesInParts(t *testing.T) {
	dr := newDrive(t, map[string]string{"SSH_TTY": "x"})
	guides := dr.a.d.guides
	dr.a.d.guides = func(m bool) []wizard.SideGuide {
		g := guides(m)
		g[0].Guide.Blocks[1].Kind = "code"
		g[0].Guide.Blocks[1].Text = strings.Repeat("0123456789\n", 2000)
		return g
	}
	dr.goTo("guides")
	dr.keys("2", "c")
	if txt := dr.text(); !strings.Contains(txt, "part 1 of 2") {
		t.Fatalf("no first part:\n%s", txt)
	}
	dr.keys("y")
	if txt := dr.text(); !strings.Contains(txt, "part 2 of 2") {
		t.Fatalf("no second part:\n%s", txt)
	}
	dr.keys("y")
	if dr.a.base.(*guidesScreen).copying != nil {
		t.Error("the copy does not end")
	}
}

func TestFullDiskIsSaid(t *testing.T) {
	dr := newDrive(t, nil)
	dr.f.full = true
	dr.goTo("guides")
	dr.keys("v")
	if txt := dr.text(); !strings.Contains(txt, "not written") || !strings.Contains(txt, "no space left") {
		t.Errorf("a full disk is not told:\n%s", txt)
	}
}

// TestCommandForAnotherComputer: on the inbound screen too the words are those
// of what was done, and a tool that fails gives way.
func TestCommandForAnotherComputer(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		down int // rungs that did not arrive before
		want string
	}{
		"desktop":    {nil, 0, "[copied] the command to the clipboard of this computer"},
		"ssh":        {map[string]string{"SSH_TTY": "x"}, 0, "[sent] the command to your terminal"},
		"dead tmux":  {map[string]string{"SSH_TTY": "x", "TMUX": "x"}, 0, "[sent] the command to your terminal"},
		"no way did": {map[string]string{"SSH_TTY": "x"}, 1, "[note] Select the command with the mouse"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dr := newDrive(t, tt.env)
			dr.a.d.copier.run = func(context.Context, string, string, ...string) error { return errors.New("no server") }
			for range tt.down {
				dr.a.d.copier.failed()
			}
			dr.goTo("tables")
			dr.keys("5", "i", "c")
			if txt := dr.text(); !strings.Contains(txt, tt.want) {
				t.Errorf("it does not say %q:\n%s", tt.want, txt)
			}
		})
	}
}
