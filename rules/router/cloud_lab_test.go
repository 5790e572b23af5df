package router_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// cloud is the small copy of a provider that a test pastes into.
type cloud interface {
	// command answers one call of the provider's command line, read as strictly
	// as its reference says.
	command(args []string) (string, error)
	// openings is what is let through, one line each: "in tcp 443 0.0.0.0/0 label".
	openings() []string
}

// cloudLab is a shell in which the provider's command asks the copy.
//
//	sh -s <- text of the guide
//	  +-- az … -> TestCloudCommand -> HTTP on loopback -> cloud.command
type cloudLab struct {
	t   *testing.T
	dir string
	env []string
}

func newCloudLab(t *testing.T, tool string, c cloud) *cloudLab {
	t.Helper()
	t.Parallel()
	var mu sync.Mutex
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var args []string
		if err := json.NewDecoder(r.Body).Decode(&args); err != nil {
			t.Error(err)
		}
		out, err := c.command(args)
		var grammar *grammarError
		if errors.As(err, &grammar) {
			t.Errorf("%s %q: %v", tool, args, err)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, out)
	}))
	t.Cleanup(srv.Close)
	l := &cloudLab{t: t, dir: t.TempDir()}
	script := "#!/bin/sh\nexec '" + os.Args[0] + "' -test.run='^TestCloudCommand$' -- \"$@\"\n"
	if err := os.WriteFile(filepath.Join(l.dir, tool), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	l.env = append(os.Environ(), "SOPS_CLOUD="+srv.URL, "PATH="+l.dir+":"+os.Getenv("PATH"), "HOME="+l.dir)
	return l
}

// TestCloudCommand is no test: it is the process that a pasted text starts
// instead of the provider's command.
func TestCloudCommand(t *testing.T) {
	url := os.Getenv("SOPS_CLOUD")
	if url == "" {
		t.Skip("only a helper process of the cloud labs")
	}
	args := []string{}
	if i := slices.Index(os.Args, "--"); i >= 0 {
		args = append(args, os.Args[i+1:]...)
	}
	body, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		_, _ = io.Copy(os.Stderr, resp.Body)
		t.Fail()
	} else {
		_, _ = io.Copy(os.Stdout, resp.Body)
	}
	_ = os.Stdout.Close() // what testing says at its end is no answer of the command
}

// sh runs a text as it would be pasted; what it complains about is talk.
func (l *cloudLab) sh(script string) (out, talk string) {
	l.t.Helper()
	return shell(l.t, l.env, l.dir, script)
}

func shell(t *testing.T, env []string, dir, script string) (out, talk string) {
	t.Helper()
	c := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-s")
	c.Env, c.Dir, c.Stdin = env, dir, strings.NewReader(script)
	var o, e strings.Builder
	c.Stdout, c.Stderr = &o, &e
	_ = c.Run() // the shell's own exit code is that of the last line
	return o.String(), e.String()
}

// grammarError is a call that the provider's reference does not know.
type grammarError struct{ say string }

func (e *grammarError) Error() string { return e.say }

// grammar is the options of a command with the values they take, as a regular
// expression; one that begins with "+ " is of each of several words, "" is a
// switch; "!" before an option says that it is required. "" is the arguments
// without an option.
type grammar map[string]string

// read takes a call apart; --a=b is --a b.
func (g grammar) read(args []string) (map[string][]string, error) {
	opts := map[string][]string{}
	for i := 0; i < len(args); i++ {
		name, value, joined := "", args[i], true
		if strings.HasPrefix(args[i], "-") && len(args[i]) > 1 {
			name, value, joined = strings.Cut(args[i], "=")
		}
		want, known := g[name]
		if !known {
			want, known = g["!"+name]
		}
		if !known {
			return nil, &grammarError{fmt.Sprintf("unknown: %q", args[i])}
		}
		if want == "" && !joined {
			opts[name] = append(opts[name], "")
			continue
		}
		many := strings.HasPrefix(want, "+ ")
		re := regexp.MustCompile("^(?:" + strings.TrimPrefix(want, "+ ") + ")$")
		if !joined {
			if i++; i >= len(args) {
				return nil, &grammarError{name + " has no value"}
			}
			value = args[i]
		}
		for {
			if !re.MatchString(value) {
				return nil, &grammarError{fmt.Sprintf("%s %q: want %s", name, value, want)}
			}
			opts[name] = append(opts[name], value)
			if !many || i+1 >= len(args) || strings.HasPrefix(args[i+1], "-") {
				break
			}
			i++
			value = args[i]
		}
	}
	for name := range g {
		if n, need := strings.CutPrefix(name, "!"); need && len(opts[n]) == 0 {
			return nil, &grammarError{"missing: " + n}
		}
	}
	return opts, nil
}

// under reads the options of the command that args begin with.
func under(commands map[string]grammar, args []string) (string, map[string][]string, error) {
	for n := len(args); n > 0; n-- {
		name := strings.Join(args[:n], " ")
		if g, ok := commands[name]; ok {
			opts, err := g.read(args[n:])
			return name, opts, err
		}
	}
	return "", nil, &grammarError{"no such command"}
}

// cloudCase is a provider's guide and what it must let through beside what the
// owner has.
type cloudCase struct {
	id, generation string
	in             map[string]string
	inbound        bool // the provider cannot filter the way out
	want           []string
	one            []string // of them, what the row 4.1 alone makes
}

// testCloud pastes the guide twice, undoes one row, then all, twice.
func testCloud(t *testing.T, c cloudCase, sh func(string) (out, talk string), openings func() []string) {
	t.Helper()
	wants := append(inboundWants(), webhookWants()...)
	if !c.inbound {
		wants = append(wants, outboundWants()...)
	}
	g := cloudGuide(t, c.id, c.generation, c.in, "closed", wants...)
	one := cloudGuide(t, c.id, c.generation, c.in, "closed", inboundWants()[0])
	before := openings()
	all := slices.Concat(before, c.want)
	_, talk := sh(text(g, router.Apply))
	sameOpenings(t, openings(), slices.Clone(all))
	if t.Failed() {
		t.Fatalf("the first paste says: %s", talk)
	}
	sh(text(g, router.Apply))
	sh(text(one, router.Apply))
	sameOpenings(t, openings(), slices.Clone(all))
	shown, talk := sh(text(g, router.Verify))
	if talk != "" || !strings.Contains(shown, "8883") {
		t.Errorf("verify shows %q, says %q", shown, talk)
	}
	sh(text(one, router.Undo))
	sameOpenings(t, openings(), slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(c.one, s) }))
	for range 2 {
		sh(text(g, router.Undo))
		sameOpenings(t, openings(), slices.Clone(before))
	}
}
