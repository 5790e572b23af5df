package tui

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/syncsign/sops-firewall/rules/check"
)

// atOnce answers every check before anybody asks.
func atOnce(_ context.Context, jobs []check.Job) <-chan check.Result {
	ch := make(chan check.Result, len(jobs))
	for _, j := range jobs {
		ch <- fakeResult(j)
	}
	close(ch)
	return ch
}

// never leaves all checks open until ctx ends.
func never(ctx context.Context, _ []check.Job) <-chan check.Result {
	ch := make(chan check.Result)
	go func() {
		<-ctx.Done()
		close(ch)
	}()
	return ch
}

// talk is a user who reads before typing.
type talk struct {
	t    *testing.T
	keys *io.PipeWriter
	mu   sync.Mutex
	more *sync.Cond
	all  bytes.Buffer
	read int // how much of all was understood
	end  bool
	out  Outcome
	err  error
	done chan struct{}
}

func (k *talk) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.more.Broadcast()
	return k.all.Write(p)
}

func startTalk(t *testing.T, d *desk, ask func(context.Context, []check.Job) <-chan check.Result) *talk {
	t.Helper()
	r, w := io.Pipe()
	k := &talk{t: t, keys: w, done: make(chan struct{})}
	k.more = sync.NewCond(&k.mu)
	ctx, stop := context.WithTimeout(t.Context(), 8*time.Second)
	t.Cleanup(stop)
	go func() {
		defer close(k.done)
		o, err := plainRun(ctx, d, ask, r, k, true)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.end, k.out, k.err = true, o, err
		k.more.Broadcast()
	}()
	return k
}

// hear waits until want is said and returns what was said up to there.
func (k *talk) hear(want string) string {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		rest := k.all.String()[k.read:]
		if i := strings.Index(rest, want); i >= 0 {
			k.read += i + len(want)
			return rest[:i+len(want)]
		}
		if k.end {
			k.t.Fatalf("%q was never said; the end is:\n%s", want, rest)
		}
		k.more.Wait()
	}
}

func (k *talk) says(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.keys, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

// dialog is pairs of what is heard and what is typed then.
func (k *talk) dialog(pairs ...string) {
	k.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		k.hear(pairs[i])
		k.says(pairs[i+1])
	}
}

func (k *talk) finish() Outcome {
	k.t.Helper()
	<-k.done
	if k.err != nil {
		k.t.Errorf("ended with %v", k.err)
	}
	appendOnly(k.t, k.all.String())
	return k.out
}

// appendOnly fails when s moves a cursor, or draws.
func appendOnly(t *testing.T, s string) {
	t.Helper()
	for _, r := range s {
		if r != '\n' && (unicode.IsControl(r) || r > 127 && !unicode.IsLetter(r)) {
			t.Fatalf("%q was written in:\n%s", r, s)
		}
	}
	if strings.Contains(s, "-----") {
		t.Error("a rule of dashes was drawn")
	}
}
