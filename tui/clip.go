package tui

import (
	"context"
	"errors"
	"os/exec"
)

// clipTool is a program that fills the clipboard of the computer it runs on with
// what it reads.
type clipTool struct {
	needs string // the variable that names the display it serves; empty for none
	args  []string
	ascii bool // it garbles every other text
}

// The tools of Unix, in the order they are tried, and that of macOS. Windows has
// a call instead.
var (
	unixTools = []clipTool{
		// Without --type it asks another program what the text may be.
		{needs: "WAYLAND_DISPLAY", args: []string{"wl-copy", "--type", "text/plain"}},
		{needs: "DISPLAY", args: []string{"xclip", "-in", "-selection", "clipboard"}},
		{needs: "DISPLAY", args: []string{"xsel", "--input", "--clipboard"}},
		{args: []string{"termux-clipboard-set"}},
		// WSL: it takes the bytes for those of an old DOS code page.
		{args: []string{"clip.exe"}, ascii: true},
	}
	// In the C locale it takes the bytes for those of an old Macintosh.
	macTools = []clipTool{{args: []string{"env", "LC_ALL=en_US.UTF-8", "pbcopy"}}}
)

var errSlow = errors.New("the clipboard tool does not answer")

// useTool gives text to the first tool that takes it; its error is that of the
// last, and exec.ErrNotFound where there is none for this text and display.
func (c *copier) useTool(ctx context.Context, tools []clipTool, text string) error {
	err := exec.ErrNotFound
	for _, t := range tools {
		if t.needs != "" && c.env(t.needs) == "" || t.ascii && !isASCII(text) {
			continue
		}
		if err = c.run(ctx, text, t.args[0], t.args[1:]...); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// limited gives the desktop's tool its time; a stale X11 forward blocks for ever.
func limited(write func(context.Context, string) error, text string) error {
	ctx, stop := context.WithTimeout(context.Background(), toolTime)
	defer stop()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil { // a panic here would leave the terminal raw
				done <- errSlow
			}
		}()
		done <- write(ctx, text)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errSlow
	}
}
