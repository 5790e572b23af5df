package tui

import (
	"context"
	"io"
)

// Run shows the session on a terminal until the user leaves or ctx ends. Both in
// and out must be terminals; signals reach it through ctx alone.
func Run(ctx context.Context, d Deps, in io.Reader, out io.Writer) (Outcome, error) {
	panic("not written yet")
}
