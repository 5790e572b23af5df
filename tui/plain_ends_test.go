package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"

	"github.com/syncsign/sops-firewall/rules"
)

func TestPlainEnds(t *testing.T) {
	long := strings.Repeat("x", maxLine+1)
	tests := map[string]struct {
		in   io.Reader
		want string
	}{
		"empty input":           {strings.NewReader(""), "Step 1 of 7."},
		"end inside a line":     {strings.NewReader("2"), "Step 2 of 7."},
		"leave":                 {strings.NewReader("q\n"), "Step 1 of 7."},
		"read error":            {io.MultiReader(strings.NewReader("2\n"), iotest.ErrReader(errors.New("gone"))), "Step 2 of 7."},
		"one byte at a time":    {iotest.OneByteReader(strings.NewReader("2\r\n1\r\n")), "Step 3 of 7."},
		"too long a line":       {strings.NewReader(long + "\n2\n"), "That line is longer than 4096 characters. Type it again."},
		"too long without end":  {strings.NewReader(long + long), "That line is longer than 4096 characters. Type it again."},
		"the longest line":      {strings.NewReader(long[1:] + "\r\n"), `There is no choice "xxxx`},
		"binary":                {strings.NewReader("\x00\x1b[2J\xff\xfe\n"), "[2J"},
		"no such choice":        {strings.NewReader("7\n0\n-1\n"), `There is no choice "-1". Type a number from 1 to 3.`},
		"back at the beginning": {strings.NewReader("<\n"), "This is the first question."},
		"mask":                  {strings.NewReader("m\nm\n"), "Private data is shown from now on."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, _, _, _ := fakeDesk(nil)
			var out bytes.Buffer
			o, err := plainRun(t.Context(), d, never, tt.in, &out, false)
			if err != nil || !o.Left || o.Exit != 0 || len(o.Lines) != 3 {
				t.Errorf("got %+v, %v", o, err)
			}
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("%q is not in\n%s", tt.want, out.String())
			}
			appendOnly(t, out.String())
		})
	}
}

func TestPlainSignal(t *testing.T) {
	d, _, _, _ := fakeDesk(nil)
	r, w := io.Pipe() // nobody ever types
	t.Cleanup(func() { _ = w.Close() })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	o, err := plainRun(ctx, d, never, r, io.Discard, true)
	if err != nil || !o.Left || o.Exit != 130 {
		t.Errorf("got %+v, %v", o, err)
	}
}

// brokenPipe takes some bytes, then no more.
type brokenPipe struct{ left int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestPlainOutputGone(t *testing.T) {
	for _, n := range []int{0, 300, 1000} {
		d, _, _, _ := fakeDesk(nil)
		o, err := plainRun(t.Context(), d, atOnce, strings.NewReader(strings.Repeat("\n", 50)), &brokenPipe{n}, false)
		if !errors.Is(err, io.ErrClosedPipe) || o.Exit != 1 {
			t.Errorf("after %d bytes: got %+v, %v", n, o, err)
		}
	}
}

// TestPlainScript gives all answers at once, as from a file: none may be lost to
// the waiting for checks.
func TestPlainScript(t *testing.T) {
	script := strings.Join([]string{
		"2", "1", "1 3", "", "", "10.0.0.0/8", "", "2", // questions
		"", "3", "", "3", // tables
		"1", "", "", "", // instructions
		"2", "3", // report, leave
	}, "\n")
	for _, in := range []io.Reader{strings.NewReader(script), iotest.OneByteReader(strings.NewReader(script))} {
		d, s, _, f := fakeDesk(nil)
		var out bytes.Buffer
		o, err := plainRun(t.Context(), d, atOnce, in, &out, false)
		if err != nil || o.Left || o.Exit != 3 {
			t.Fatalf("got %+v, %v after\n%s", o, err, out.String())
		}
		if s.answers["brand:site"].Choice != "mikrotik" || f.got["report-acme-office.md"] == "" {
			t.Errorf("answers %v, files %v", s.answers, f.got)
		}
		if got := strings.Count(out.String(), "\nTable "); got != 4 {
			t.Errorf("%d tables were read, want 4", got)
		}
		appendOnly(t, out.String())
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte("2\n1\n1 3\n\n\n10.0.0.0/8\n\nmikro\n\n3\n3\n3\n3\n1\n\n\n\n1\n2\n"), byte(0))
	f.Add([]byte("s\n1\n?\n<\nm\nq\n"), byte(0))
	f.Add([]byte("R\n1\n2\na\n1.1\n"), byte(5))
	f.Add([]byte("\x1b[2J\xff\n=q\n-\n"), byte(3))
	f.Fuzz(func(t *testing.T, in []byte, at byte) {
		d, s, _, _ := fakeDesk(nil)
		s.at = int(at) % len(s.qs)
		s.site.From = rules.FromServer
		var out bytes.Buffer
		o, err := plainRun(t.Context(), d, atOnce, bytes.NewReader(in), &out, false)
		if err != nil || len(o.Lines) != 3 || o.Left && o.Exit != 0 {
			t.Fatalf("got %+v, %v", o, err)
		}
		for _, r := range out.String() {
			if r != '\n' && unicode.IsControl(r) {
				t.Fatalf("%q in\n%s", r, out.String())
			}
		}
	})
}
