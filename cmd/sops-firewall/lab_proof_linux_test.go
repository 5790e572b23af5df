package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// hearing is `sops-firewall listen` at work on a customer's server.
type hearing struct {
	c    *customer
	cmd  *exec.Cmd
	code string
	out  bytes.Buffer // stdout: the JSON at its end
	said chan struct{}

	mu    sync.Mutex
	lines []string // stderr: what a person reads
}

var codeShown = regexp.MustCompile(`--code ([0-9A-Z-]+)`)

// listen starts it and waits for its code.
func (c *customer) listen() *hearing {
	c.t.Helper()
	h := &hearing{c: c, cmd: c.in(c.server, c.bin, c.with("listen", "--site", c.site(), "--format", "json")...), said: make(chan struct{})}
	h.cmd.Stdout = &h.out
	talk, err := h.cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	code := make(chan string, 1)
	go func() {
		defer close(h.said)
		for s := bufio.NewScanner(talk); s.Scan(); {
			h.mu.Lock()
			h.lines = append(h.lines, s.Text())
			h.mu.Unlock()
			if m := codeShown.FindStringSubmatch(s.Text()); m != nil && len(code) == 0 {
				code <- m[1]
			}
		}
	}()
	select {
	case h.code = <-code:
	case <-time.After(20 * time.Second):
		c.t.Fatalf("no code was shown:\n%s", h.talk())
	}
	return h
}

func (h *hearing) talk() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.lines, "\n")
}

// arrivals are the lines of what came in.
func (h *hearing) arrivals() []string {
	var out []string
	for line := range strings.Lines(h.talk()) {
		if strings.Contains(line, ", from ") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

// until waits for that many lines of what came in.
func (h *hearing) until(n int) {
	h.c.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if len(h.arrivals()) >= n {
			return
		}
		<-tick.C
	}
	h.c.t.Fatalf("%d arrivals were not seen:\n%s", n, h.talk())
}

// ends waits until it ends by itself and returns its rows.
func (h *hearing) ends() observed {
	h.c.t.Helper()
	select {
	case <-h.said:
	case <-time.After(15 * time.Second):
		h.c.t.Errorf("listen did not end:\n%s", h.talk())
		return h.stopped()
	}
	return h.result()
}

// stopped presses Ctrl-C.
func (h *hearing) stopped() observed {
	h.c.t.Helper()
	_ = h.cmd.Process.Signal(os.Interrupt)
	<-h.said
	return h.result()
}

func (h *hearing) result() observed {
	h.c.t.Helper()
	_ = h.cmd.Wait() // the exit code is looked at
	o := observed{rows: map[string]verdict{}, exit: h.cmd.ProcessState.ExitCode()}
	if err := json.Unmarshal(h.out.Bytes(), &o.rep); err != nil {
		h.c.t.Fatalf("listen --format json: %v\n%s\n%s", err, h.out.String(), h.talk())
	}
	for _, r := range o.rep.Results {
		o.rows[h.c.row(r)] = verdict{r.Status, r.Reason}
	}
	return o
}

// proves runs the other end of the proof in a namespace: it knows no site, only
// what stands on the server's screen.
func (c *customer) proves(ns, to, code string) observed {
	c.t.Helper()
	out, exit := c.runWith([]string{"XDG_STATE_HOME=" + filepath.Join(c.dir, "elsewhere")}, ns,
		c.with("check", "--from", "internet", "--to", to, "--code", code, "--format", "json", "--table", "4", "--table", "5")...)
	o := observed{rows: map[string]verdict{}, exit: exit}
	if err := json.Unmarshal([]byte(out), &o.rep); err != nil {
		c.t.Fatalf("check --format json: %v\n%s", err, out)
	}
	for _, r := range o.rep.Results {
		if r.Status == "not-needed" {
			continue
		}
		o.rows[fmt.Sprintf("%s :%d", r.Code, r.Port)] = verdict{r.Status, r.Reason}
	}
	return o
}

// all wants one verdict for every row, but those named by their port.
func (o observed) all(t *testing.T, end, want string, but map[string]string) {
	t.Helper()
	if len(o.rows) < 6 {
		t.Errorf("%s: %d rows only: %v", end, len(o.rows), o.rows)
	}
	for row, v := range o.rows {
		w := want
		_, port, _ := strings.Cut(row, ":")
		code, _, _ := strings.Cut(row, " ")
		for _, key := range []string{port, code + " :" + port} {
			if b, ok := but[key]; ok {
				w = b
			}
		}
		if got := v.status + " " + v.reason; strings.TrimSpace(got) != w {
			t.Errorf("%s: row %s is %s, want %s", end, row, got, w)
		}
	}
}

// with adds the customer's rule book, if it has one, to a command.
func (c *customer) with(args ...string) []string {
	if c.book != "" {
		args = append(args, "--rules", c.book)
	}
	return args
}

// sixOutside gives the computer outside, and the Internet on its side, IPv6.
func (l *lab) sixOutside() {
	l.net.IP(l.inet, "addr add 2001:db8:e::1/64 dev outside nodad")
	l.net.IP(l.outside, "addr add 2001:db8:e::2/64 dev eth0 nodad\nroute add default via 2001:db8:e::1")
}

const proven = "pass in.proven"

// TestLabProof proves the way in while SOPS runs, which holds the ports, and
// where it does not run yet.
func TestLabProof(t *testing.T) {
	l := newLab(t)
	held := map[string]string{"80": "note in.same-page", "1883": "note in.unnamed", "8888": "note in.unnamed"}
	h := l.listen()
	if o := h.ends(); o.exit != 4 {
		t.Errorf("listen ends with %d, want 4: the other end tells the result", o.exit)
	}
	o := l.proves(l.outside, l.domain, h.code)
	o.all(t, "outside, SOPS runs", proven, held)
	if o.exit != 0 {
		t.Errorf("check ends with %d, want 0: all is proven, or looks right", o.exit)
	}
	l.rules(l.router, routerRules{pre: strings.ReplaceAll(portForwards, ".10;", ".20;")})
	l.proves(l.outside, l.domain, h.code).all(t, "outside, another device", "fail tcp.refused",
		map[string]string{"443": "fail in.other-machine", "80": "unproven in.unnamed"})
	l.rules(l.router, routerRules{pre: portForwards})

	l.sopsDown()
	h = l.listen()
	o = l.proves(l.outside, l.domain, h.code)
	o.all(t, "outside", proven, nil)
	if o.exit != 0 {
		t.Errorf("check ends with %d", o.exit)
	}
	here := h.ends()
	here.all(t, "server", proven, nil)
	if here.exit != 0 {
		t.Errorf("listen ends with %d:\n%s", here.exit, h.talk())
	}
	for _, port := range []string{"80", "443", "1883", "8443", "8883", "8888"} {
		if !regexp.MustCompile(`TCP ` + port + ` +\[ ok \] .*from 203\.0\.113\.226`).MatchString(strings.Join(h.arrivals(), "\n")) {
			t.Errorf("no line of port %s:\n%s", port, h.talk())
		}
	}
	t.Logf("all ports at 40 ms: %d ms", o.rep.TookMS)
}

// TestLabProofRows: outside exactly the rows are asked that the site has. Where
// all is in one LAN the hubs' ports are shut, as they should be, and no word of
// them may lead anybody to open them.
func TestLabProofRows(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	for name, tt := range map[string]struct {
		answers, open string
		want          []string
	}{
		"one LAN": {
			"case: lan\nsources: [microsoft365]\n", "80, 443",
			[]string{"5.1 :443", "5.1 :80"},
		},
		"hubs in offices, no calendar that calls": {
			"case: internet\nsources: [caldav]\n", "80, 443, 1883, 8443, 8883, 8888",
			[]string{"4.1 :8443", "4.1 :8883", "4.2 :1883", "4.2 :8888", "4.3 :443", "4.3 :80"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l.own = "version: 1\nfrom: server\nserver: {domain: " + l.domain + ", lan_ip: 192.168.50.10}\n" + tt.answers
			l.rules(l.router, routerRules{pre: `iifname "wan" tcp dport { ` + tt.open + ` } dnat ip to 192.168.50.10;`})
			h := l.listen()
			o := l.proves(l.outside, l.domain, h.code)
			here := h.ends()
			for end, got := range map[string]observed{"outside": o, "server": here} {
				var rows []string
				for _, row := range slices.Sorted(maps.Keys(got.rows)) {
					rows = append(rows, strings.Replace(row, l.domain, "", 1))
				}
				if !slices.Equal(rows, tt.want) || got.exit != 0 {
					t.Errorf("%s: exit %d, rows %q, want %q", end, got.exit, rows, tt.want)
				}
				for row, v := range got.rows {
					if v != (verdict{"pass", "in.proven"}) {
						t.Errorf("%s: %s is %v", end, row, v)
					}
				}
			}
		})
	}
}
