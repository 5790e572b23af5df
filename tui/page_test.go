package tui

import (
	"context"
	"io"
	"strings"
	"testing"
)

func TestPlainPage(t *testing.T) {
	long := strings.Repeat("x", 300)
	var out strings.Builder
	p := &plainPage{ctx: t.Context(), text: "one\x1b[2J\n" + long + "\n"}
	p.SetStdin(strings.NewReader("\n"))
	p.SetStdout(&out)
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "\r\none[2J\n"+long+"\n") {
		t.Errorf("the page is torn or not clean: %q", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	r, w := io.Pipe() // nobody presses Enter
	defer func() { _ = w.Close() }()
	p = &plainPage{ctx: ctx, text: "one"}
	p.SetStdin(r)
	p.SetStdout(&out)
	if err := p.Run(); err == nil {
		t.Error("a page that is told to end should say so")
	}
}
