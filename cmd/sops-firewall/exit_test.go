package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// program runs the program in this process with a home of its own.
func program(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("LC_ALL", "C")
	var out, errw bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errw)
	return out.String(), errw.String(), code
}

// book writes a second rule book whose one table has a flow to each port.
func book(t *testing.T, ports ...int) string {
	t.Helper()
	var list []string
	for _, p := range ports {
		list = append(list, fmt.Sprintf("%d: tcp", p))
	}
	dir := t.TempDir()
	text := `id: vendor-new
code: "1"
title: Of another day
origin: manual
source: https://example.com/manual
from: server
rows:
  - {id: moved, code: "1.1", proto: tcp, hosts: [127.0.0.1], ports: {` + strings.Join(list, ", ") + `}, destination: here, function: A port that moved, importance: required}
`
	if err := os.WriteFile(filepath.Join(dir, "1.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// listen is an open port of this machine; closed one that nobody listens on.
func listen(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // a listener of the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func closed(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // a listener of the test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// TestExitCodes checks real ports of this machine through a second rule book.
func TestExitCodes(t *testing.T) {
	open, shut := listen(t), closed(t)
	good, bad := book(t, open), book(t, open, shut)
	out, errw, code := program(t, "check", "--rules", good)
	if code != 0 || !strings.Contains(out, "1 pass") || !strings.Contains(errw, "No site yet") {
		t.Errorf("all well: exit %d\n%s%s", code, out, errw)
	}
	out, _, code = program(t, "check", "--rules", bad, "--format", "json")
	var rep wizard.Report
	if err := json.Unmarshal([]byte(out), &rep); err != nil || code != 3 {
		t.Fatalf("a closed port: exit %d, %v\n%s", code, err, out)
	}
	if rep.Summary["pass"] != 1 || rep.Summary["fail"] != 1 || rep.Results[1].Reason != "tcp.refused" || int(rep.Results[1].Port) != shut {
		t.Errorf("a closed port: %+v", rep)
	}
	// Not proven: the hubs' rows from the server.
	site := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(site, []byte("version: 1\ncase: internet\nserver: {domain: sops.example.com}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _, code = program(t, "check", "--site", site, "--table", "hubs-out"); code != 4 || !strings.Contains(out, "10 waiting") {
		t.Errorf("another place must look: exit %d\n%s", code, out)
	}
	// What cannot be saved is a failure of the tool, and is printed all the same.
	if out, errw, code = program(t, "check", "--rules", good, "--save", "/nowhere/at/all.json"); code != 1 || !strings.Contains(out, "1 pass") || !strings.Contains(errw, "could not be saved") {
		t.Errorf("no place to save: exit %d\n%s%s", code, out, errw)
	}
	for _, args := range [][]string{
		{"check", "--from", "hub"},
		{"check", "--watch", "--format", "junit"},
		{"check", "--saved", site},
		{"check", "--save", site},
		{"help", "nope"},
		{"chekc"},
		{"check", "x"},
		{"routers", "a", "b"},
		{"guide", "--site", site, "--router", "fritzbox"},
		{"--site", "/", "check"},
	} {
		if out, errw, code := program(t, args...); code != 2 || out != "" || strings.Count(strings.TrimSpace(errw), "\n") > 1 {
			t.Errorf("%v: exit %d, stdout %q, stderr %q; want 2, nothing, one sentence", args, code, out, errw)
		}
	}
	if _, errw, _ := program(t, "chekc"); !strings.Contains(errw, "perhaps check") {
		t.Errorf("no suggestion: %s", errw)
	}
}

// TestSaveMerges keeps what other runs saved in the same file.
func TestSaveMerges(t *testing.T) {
	rules := book(t, listen(t))
	file := filepath.Join(t.TempDir(), "all.json")
	for range 2 {
		if _, errw, code := program(t, "check", "--rules", rules, "--save", file); code != 0 {
			t.Fatalf("exit %d: %s", code, errw)
		}
	}
	info, err := os.Stat(file)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want mode 0600", info, err)
	}
	out, errw, code := program(t, "report", "--rules", rules, "--saved", file, "--format", "json")
	var rep wizard.SiteReport
	if err := json.Unmarshal([]byte(out), &rep); err != nil || code != 0 || rep.Check.Summary["pass"] != 1 {
		t.Errorf("exit %d, %v: %s%s", code, err, out, errw)
	}
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	if _, errw, code := program(t, "check", "--rules", rules, "--save", link); code != 0 {
		t.Errorf("through a link: exit %d: %s", code, errw)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
}

// notes is a writer that tells when a word was written.
type notes struct {
	mu   sync.Mutex
	b    bytes.Buffer
	word string
	seen chan struct{}
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.b.Write(p)
	if n.word != "" && strings.Contains(n.b.String(), n.word) {
		n.word = ""
		close(n.seen)
	}
	return len(p), nil
}

func interrupt() error {
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	return p.Signal(os.Interrupt)
}

// TestWatchEndsByCtrlC watches as JSON: a whole report on one line, 130 at the end.
func TestWatchEndsByCtrlC(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("signals are other ones there")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("LC_ALL", "C")
	errw := &notes{word: "Watching", seen: make(chan struct{})}
	var out bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run([]string{"check", "--rules", book(t, listen(t)), "--watch", "--format", "json"}, strings.NewReader(""), &out, errw)
	}()
	wait := func(ch <-chan struct{}) {
		select {
		case <-ch:
		case <-time.After(time.Minute):
			t.Fatal("nothing happens")
		}
	}
	wait(errw.seen)
	if err := interrupt(); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-code:
		if got != 130 {
			t.Errorf("exit %d, want 130", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("Ctrl-C does not end it")
	}
	var rep wizard.Report
	if err := json.Unmarshal(out.Bytes(), &rep); err != nil || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Errorf("%v: want a report on one line: %s", err, out.String())
	}
}

// TestHelpHasExamples holds that --help of every command shows one.
func TestHelpHasExamples(t *testing.T) {
	for _, c := range newApp(nil, nil, nil).root().Commands() {
		for _, args := range [][]string{{c.Name(), "--help"}, {"help", c.Name()}} {
			if out, errw, code := program(t, args...); code != 0 || errw != "" || !strings.Contains(out, "Examples:\n") || !strings.Contains(out, "sops-firewall "+c.Name()) {
				t.Errorf("%v: exit %d\n%s%s", args, code, out, errw)
			}
		}
	}
}
