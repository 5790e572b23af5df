package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabProofTwice starts a second test on a server where one waits: it says
// who waits there and what to do, and starts once that one is gone, however it went.
func TestLabProofTwice(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	first := l.listen()
	already := fmt.Sprint("waits on this computer already, process ", first.cmd.Process.Pid, ", since ")
	for name, state := range map[string]string{"a second one": "state0", "of another user": "elsewhere"} {
		cmd := l.in(l.server, l.bin, "listen", "--site", l.site())
		cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+filepath.Join(l.dir, state))
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), already) || !strings.Contains(string(out), "Ctrl-C") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	m := l.toWayIn()
	m.key("i")
	m.see("waits on this computer already, process", "Ctrl-C")
	m.key("\x03\x03")
	m.end()
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first.said
	_ = first.cmd.Wait()
	second := l.listen()
	l.proves(l.outside, l.domain, second.code).all(t, "outside", proven, nil)
	second.ends().all(t, "server", proven, nil)
	second = l.listen() // after one that ended well
	second.stopped()
}
