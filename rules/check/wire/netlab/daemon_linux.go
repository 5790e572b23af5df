package netlab

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Command is a program inside a namespace; it ends with the test.
func (n *Net) Command(ns, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(n.T.Context(), "ip", append([]string{"netns", "exec", ns, name}, args...)...)
}

// logShown is how much of a server's output a failed test shows, in bytes.
const logShown = 1 << 10

// watched runs its arguments until its own input ends, which it does however
// the test ends, and then stops all that came of them.
const watched = `"$@" </dev/null & cat >/dev/null; kill -s KILL -- -$$`

// Daemon starts a server inside a namespace, until stop or the test's end. Its
// output is shown if the test fails.
func (n *Net) Daemon(ns, name string, args ...string) (stop func()) {
	n.T.Helper()
	log, err := os.CreateTemp(n.Dir, filepath.Base(name)+"-*.log")
	if err != nil {
		n.T.Fatal(err)
	}
	c := exec.CommandContext(context.WithoutCancel(n.T.Context()), "ip", append([]string{"netns", "exec", ns, "sh", "-c", watched, "sh", name}, args...)...)
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	life, err := c.StdinPipe()
	if err != nil {
		n.T.Fatal(err)
	}
	if err := c.Start(); err != nil {
		n.T.Fatalf("%s: %v", name, err)
	}
	stop = sync.OnceFunc(func() {
		_ = life.Close()
		_ = c.Wait()
		_ = log.Close()
	})
	n.T.Cleanup(func() {
		stop()
		if n.T.Failed() {
			if text, err := os.ReadFile(log.Name()); err == nil && len(text) > 0 {
				n.T.Logf("%s in %s:\n%s", name, ns, text[max(0, len(text)-logShown):])
			}
		}
	})
	return stop
}

// Await waits until every port of a namespace is listened on: 53/udp, 443/tcp.
func (n *Net) Await(ns string, ports ...string) {
	n.T.Helper()
	end := time.Now().Add(15 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		out, err := n.Command(ns, "ss", "-Hltun").CombinedOutput()
		open := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			// Netid State Recv-Q Send-Q Local:Port Peer:Port
			if f := strings.Fields(line); len(f) > 4 {
				open[f[4][strings.LastIndex(f[4], ":")+1:]+"/"+f[0]] = true
			}
		}
		missing := slices.IndexFunc(ports, func(p string) bool { return !open[p] })
		if missing < 0 {
			return
		}
		if time.Now().After(end) {
			n.T.Fatalf("nothing listens on %s in %s: %v\n%s", ports[missing], ns, err, out)
		}
		<-tick.C
	}
}
