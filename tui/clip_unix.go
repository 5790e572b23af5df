//go:build !windows

package tui

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// desktop fills the clipboard of this computer.
func (c *copier) desktop(ctx context.Context, text string) error {
	if runtime.GOOS == "darwin" {
		return c.useTool(ctx, macTools, text)
	}
	return c.useTool(ctx, unixTools, text)
}

// grace is how long what a tool started may hold its input after the tool's end.
const grace = 200 * time.Millisecond

// runTool runs a tool to its end, or to that of ctx. Those of X11 and Wayland
// live on as the owners of what was copied: in a session of their own they stay
// when the terminal's window is closed.
func runTool(ctx context.Context, stdin, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdin = strings.NewReader(stdin)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = grace
	return c.Run()
}
