package tui

import (
	"context"
	"os/exec"
	"strings"

	"github.com/atotto/clipboard"
)

// desktop fills the clipboard of Windows, in UTF-16 and by its own calls, which
// take a second at most where another program holds it.
func (c *copier) desktop(_ context.Context, text string) error { return clipboard.WriteAll(text) }

func runTool(ctx context.Context, stdin, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Stdin = strings.NewReader(stdin)
	return c.Run()
}
