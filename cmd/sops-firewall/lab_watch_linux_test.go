package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// TestLabWatch changes the router while the real program watches: the row turns
// and is marked, and the end compares before and after.
func TestLabWatch(t *testing.T) {
	l := newLab(t)
	l.nat(`ip daddr 198.51.100.` + atUp + ` tcp dport 8433 reject with icmp type admin-prohibited;`)
	c := l.in(l.server, l.bin, "check", "--site", l.site(), "--table", "server-out-ota", "--watch", "--format", "json")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errw := new(strings.Builder)
	c.Stderr = errw
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	reports := make(chan wizard.Report)
	go func() {
		defer close(reports)
		in := bufio.NewReader(out)
		for {
			line, err := in.ReadBytes('\n')
			if err != nil {
				return
			}
			var rep wizard.Report
			if json.Unmarshal(line, &rep) == nil {
				reports <- rep
			}
		}
	}()
	// next is the row of 8433 in the next report, and which rows opened.
	next := func(step string) (status string, opened []string) {
		t.Helper()
		select {
		case rep, ok := <-reports:
			if !ok {
				t.Fatalf("%s: the program ended\n%s", step, errw)
			}
			for _, r := range rep.Results {
				if r.Opened {
					opened = append(opened, r.Flow)
				}
				if r.Port == 8433 {
					status = r.Status
				}
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: nothing within a minute", step)
		}
		return status, opened
	}
	if st, opened := next("start"); st != "fail" || len(opened) != 0 {
		t.Fatalf("at the start: %s, opened %v", st, opened)
	}
	l.nat("")
	if st, opened := next("opened"); st != "pass" || len(opened) != 1 || !strings.HasSuffix(opened[0], "/8433") {
		t.Errorf("after the rule went: %s, opened %v", st, opened)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for range reports { // to the end of what it prints
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit %d, want 130", code)
	}
	for _, want := range []string{"Watched from ", "1.1 up.sync-sign.com  TCP 8433  was fail, now pass"} {
		if !strings.Contains(errw.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, errw)
		}
	}
}
