package tui

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func TestUseTool(t *testing.T) {
	const umlauts = "Schlüssel"
	missing := &exec.Error{Name: "x", Err: exec.ErrNotFound}
	tests := map[string]struct {
		tools  []clipTool
		env    map[string]string
		answer map[string]error // of the tools that are there; others are not
		text   string
		tried  string
		want   error
	}{
		"Wayland":            {unixTools, map[string]string{"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, map[string]error{"wl-copy": nil, "xclip": nil}, umlauts, "wl-copy", nil},
		"dead Wayland":       {unixTools, map[string]string{"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, map[string]error{"wl-copy": errSlow, "xclip": nil}, umlauts, "wl-copy xclip", nil},
		"X11 without xclip":  {unixTools, map[string]string{"DISPLAY": ":0"}, map[string]error{"wl-copy": nil, "xsel": nil}, umlauts, "xclip xsel", nil},
		"no display":         {unixTools, nil, map[string]error{"wl-copy": nil, "xclip": nil, "xsel": nil}, "a", "termux-clipboard-set clip.exe", missing},
		"WSL":                {unixTools, nil, map[string]error{"clip.exe": nil}, "a b\n", "termux-clipboard-set clip.exe", nil},
		"WSL and umlauts":    {unixTools, nil, map[string]error{"clip.exe": nil}, umlauts, "termux-clipboard-set", missing},
		"macOS":              {macTools, map[string]string{"DISPLAY": ":0"}, map[string]error{"env": nil}, umlauts, "env", nil},
		"nothing that could": {unixTools[4:], nil, nil, umlauts, "", exec.ErrNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var tried []string
			c := newCopier(func(k string) string { return tt.env[k] })
			c.run = func(_ context.Context, stdin, tool string, _ ...string) error {
				tried = append(tried, tool)
				if stdin != tt.text {
					t.Errorf("%s reads %q", tool, stdin)
				}
				if err, ok := tt.answer[tool]; ok {
					return err
				}
				return missing
			}
			if err := c.useTool(t.Context(), tt.tools, tt.text); !errors.Is(err, tt.want) || strings.Join(tried, " ") != tt.tried {
				t.Errorf("tried %v, %v; want %s, %v", tried, err, tt.tried, tt.want)
			}
		})
	}
}

// TestNoToolAfterTheEnd: what a tool that hangs has used up is not given to the next.
func TestNoToolAfterTheEnd(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	c, n := newCopier(func(string) string { return ":0" }), 0
	c.run = func(context.Context, string, string, ...string) error { n++; stop(); return context.Canceled }
	if err := c.useTool(ctx, unixTools, "a"); err == nil || n != 1 {
		t.Errorf("%d tools were tried: %v", n, err)
	}
}
