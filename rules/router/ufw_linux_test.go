package router_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
	"github.com/syncsign/sops-firewall/rules/router"
)

// ufwLab is the real ufw in a network namespace of its own, with copies of its
// files, and a second namespace that plays the Internet:
//
//	outside 10.77.0.2, fd77::2 ======= host 10.77.0.1, fd77::1 (ufw, listeners)
//
// The computer's own firewall and /etc/ufw are never touched.
type ufwLab struct {
	t             *testing.T
	net           *netlab.Net
	dir           string
	host, outside string
}

// ufwPorts have a listener at the host; 9999 is in no rule.
const ufwPorts = "22,80,443,1883,8443,8883,8888,9999"

func newUFWLab(t *testing.T) *ufwLab {
	t.Helper()
	n := netlab.New(t, "ufw", "iptables-save", "ip6tables-save")
	t.Parallel()
	l := &ufwLab{t: t, net: n, dir: n.Dir, host: n.Space("host"), outside: n.Space("outside")}
	n.IP(l.host, "link add eth0 type veth peer name eth0 netns "+l.outside)
	for ns, at := range map[string]string{l.host: "1", l.outside: "2"} {
		n.IP(ns, "addr add 10.77.0."+at+"/24 dev eth0\naddr add fd77::"+at+"/64 dev eth0 nodad\nlink set eth0 up")
	}
	n.Must("cp", "-a", "/etc/ufw", filepath.Join(l.dir, "ufw"))
	n.Must("cp", "-a", "/etc/default/ufw", filepath.Join(l.dir, "default"))
	for _, d := range []string{"run", "bin"} {
		if err := os.Mkdir(filepath.Join(l.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Root needs no sudo, and a small machine may not have it.
	if err := os.WriteFile(filepath.Join(l.dir, "bin", "sudo"), []byte("#!/bin/sh\nexec \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	l.sh(`ufw --force reset >/dev/null; ufw allow 22/tcp comment SSH; ufw --force enable`)
	l.listen(l.host, ufwPorts)
	l.listen(l.outside, "443,8433,8080")
	return l
}

// sh runs a script at the host as an administrator would paste it, with ufw's
// files replaced by the copies; -e is not set, as it is not in a terminal.
func (l *ufwLab) sh(script string) string {
	l.t.Helper()
	const mounts = `mount --bind "$LAB/ufw" /etc/ufw && mount --bind "$LAB/default" /etc/default/ufw &&
mount --bind "$LAB/run" /run && PATH="$LAB/bin:$PATH" && export PATH && exec sh -s`
	c := l.net.Command(l.host, "sh", "-c", mounts)
	c.Env = append(os.Environ(), "LAB="+l.dir, "LC_ALL=C")
	c.Stdin = strings.NewReader(script)
	out, err := c.CombinedOutput()
	if err != nil {
		l.t.Fatalf("%v\n%s\n-- of --\n%s", err, out, script)
	}
	if strings.Contains(string(out), "ERROR") {
		l.t.Fatalf("ufw refuses:\n%s\n-- of --\n%s", out, script)
	}
	return string(out)
}

// counters are the packets and bytes of iptables-save; comments hold the time.
var counters = regexp.MustCompile(`(?m)^#.*\n| \[\d+:\d+\]$`)

// rules is what the kernel holds, IPv4 and IPv6.
func (l *ufwLab) rules() string {
	l.t.Helper()
	return counters.ReplaceAllString(l.sh("iptables-save; ip6tables-save"), "")
}

// listen starts listeners on TCP ports in a namespace and waits until they are there.
func (l *ufwLab) listen(ns, ports string) {
	l.t.Helper()
	c := l.helper(ns, "listen", ports)
	up, err := c.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	stop, err := c.StdinPipe() // closed with the test; the helper ends with it
	if err != nil {
		l.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = stop.Close(); _ = c.Wait() })
	if _, err := io.ReadFull(up, make([]byte, 3)); err != nil {
		l.t.Fatalf("listeners in %s: %v", ns, err)
	}
}

// open asks from a namespace which of the ports can be reached at both addresses.
func (l *ufwLab) open(ns, host4, host6, ports string) string {
	l.t.Helper()
	c := l.helper(ns, "dial", ports, host4, host6)
	out, err := c.Output()
	if err != nil {
		l.t.Fatalf("dial: %v", err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

func (l *ufwLab) helper(ns string, args ...string) *exec.Cmd {
	c := l.net.Command(ns, os.Args[0], append([]string{"-test.run=^TestUFWHelper$", "--"}, args...)...)
	c.Env = append(os.Environ(), "SOPS_UFW_HELPER=1")
	return c
}

// TestUFWHelper is no test: it is the process that listens or dials inside a
// namespace.
func TestUFWHelper(t *testing.T) {
	if os.Getenv("SOPS_UFW_HELPER") == "" {
		t.Skip("only a helper process of the ufw lab")
	}
	args := os.Args[len(os.Args)-2:]
	for i, a := range os.Args {
		if a == "--" {
			args = os.Args[i+1:]
		}
	}
	ports := strings.Split(args[1], ",")
	if args[0] == "listen" {
		for _, p := range ports {
			var lc net.ListenConfig
			ln, err := lc.Listen(t.Context(), "tcp", "[::]:"+p)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ln.Close() }()
		}
		_, _ = io.WriteString(os.Stdout, "up\n")
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
		return
	}
	open := make([]string, len(ports)*2)
	done := make(chan struct{})
	for i, p := range ports {
		for j, host := range args[2:4] {
			go func() {
				d := net.Dialer{Timeout: 1500 * time.Millisecond}
				if conn, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort(host, p)); err == nil {
					_ = conn.Close()
					open[i*2+j] = p + []string{"/4", "/6"}[j]
				}
				done <- struct{}{}
			}()
		}
	}
	for range open {
		<-done
	}
	_, _ = io.WriteString(os.Stdout, strings.Join(strings.Fields(strings.Join(open, " ")), " ")+"\n")
}

// both is the ports as open reports them when IPv4 and IPv6 are open.
func both(ports ...string) string {
	var s []string
	for _, p := range ports {
		s = append(s, p+"/4", p+"/6")
	}
	return strings.Join(s, " ")
}

// ufwGuide renders the shipped guide and returns its parts, each as one script.
func ufwGuide(t *testing.T, outbound string, wants ...router.Want) map[router.Part]string {
	t.Helper()
	site := webSite()
	site.Outbound = outbound
	g := render(t, "ufw", router.Request{Side: router.SideHost, Site: site, Wants: wants, Lang: "en"})
	parts := map[router.Part]string{}
	for _, b := range g.Blocks {
		if b.Kind == router.Code {
			parts[b.Part] += b.Text + "\n"
		}
	}
	for _, p := range []router.Part{router.Apply, router.Verify, router.Undo} {
		if parts[p] == "" {
			t.Fatalf("the guide has no code for %s", p)
		}
	}
	return parts
}

// TestUFWInbound pastes the guide into the real ufw and asks from outside.
func TestUFWInbound(t *testing.T) {
	l := newUFWLab(t)
	guide := ufwGuide(t, "open", inboundWants()...)
	before := l.rules()
	if got, want := l.open(l.outside, "10.77.0.1", "fd77::1", ufwPorts), both("22"); got != want {
		t.Fatalf("before the guide: got open %q, want %q", got, want)
	}

	l.sh(guide[router.Apply])
	want := both("22", "80", "443", "1883", "8443", "8883", "8888")
	if got := l.open(l.outside, "10.77.0.1", "fd77::1", ufwPorts); got != want {
		t.Errorf("after the guide: got open %q, want %q", got, want)
	}
	shown := l.sh(guide[router.Verify])
	for _, w := range []string{"Status: active", "80,443/tcp", "8443,8883/tcp", "1883,8888/tcp", "(v6)", "# SOPS "} {
		if !strings.Contains(shown, w) {
			t.Errorf("verify does not show %q:\n%s", w, shown)
		}
	}

	once := l.rules()
	l.sh(guide[router.Apply])
	if got := l.rules(); got != once {
		t.Errorf("a second paste changed the rules\n-- once --\n%s\n-- twice --\n%s", once, got)
	}

	for _, time := range []string{"first", "second"} {
		l.sh(guide[router.Undo])
		if got := l.rules(); got != before {
			t.Errorf("after the %s undo\n-- got --\n%s\n-- want --\n%s", time, got, before)
		}
	}
	if got, want := l.open(l.outside, "10.77.0.1", "fd77::1", ufwPorts), both("22"); got != want {
		t.Errorf("after undo: got open %q, want %q", got, want)
	}
}

// TestUFWKeepsForeignRules: a rule that was there before is neither renamed nor
// taken away, and neither is a rule that only looks like ours.
func TestUFWKeepsForeignRules(t *testing.T) {
	l := newUFWLab(t)
	guide := ufwGuide(t, "open", inboundWants()...)
	l.sh(`ufw allow 80,443/tcp comment 'our web shop'
ufw allow from 10.77.0.0/24 to any port 8883 proto tcp
ufw deny 9999/tcp comment 'not SOPS 1'`)
	before, added := l.rules(), l.sh("ufw show added")
	l.sh(guide[router.Apply])
	if got := l.sh("ufw show added"); !strings.Contains(got, "ufw allow 80,443/tcp comment 'our web shop'") {
		t.Errorf("the web shop's rule was renamed:\n%s", got)
	}
	l.sh(guide[router.Undo])
	if got := l.rules(); got != before {
		t.Errorf("after undo\n-- got --\n%s\n-- want --\n%s", got, before)
	}
	if got := l.sh("ufw show added"); got != added {
		t.Errorf("after undo\n-- got --\n%s\n-- want --\n%s", got, added)
	}
}

// TestUFWSwitchedOff: the guide may be pasted where ufw is off; it stays off, and
// the rules wait.
func TestUFWSwitchedOff(t *testing.T) {
	l := newUFWLab(t)
	guide := ufwGuide(t, "open", inboundWants()...)
	l.sh("ufw disable")
	before, added := l.rules(), l.sh("ufw show added")
	l.sh(guide[router.Apply])
	if got := l.sh("ufw status"); !strings.Contains(got, "Status: inactive") {
		t.Errorf("the guide switched ufw on: %s", got)
	}
	if got := l.rules(); got != before {
		t.Errorf("the guide changed the kernel's rules\n-- got --\n%s\n-- want --\n%s", got, before)
	}
	l.sh("ufw --force enable")
	want := both("22", "80", "443", "1883", "8443", "8883", "8888")
	if got := l.open(l.outside, "10.77.0.1", "fd77::1", ufwPorts); got != want {
		t.Errorf("switched on later: got open %q, want %q", got, want)
	}
	l.sh("ufw disable")
	l.sh(guide[router.Undo])
	if got := l.sh("ufw show added"); got != added {
		t.Errorf("undo while switched off\n-- got --\n%s\n-- want --\n%s", got, added)
	}
}

// TestUFWOutbound: with outgoing denied, only the rows' ports pass.
func TestUFWOutbound(t *testing.T) {
	l := newUFWLab(t)
	guide := ufwGuide(t, "closed", outboundWants()...)
	l.sh("ufw default deny outgoing")
	before := l.rules()
	if got := l.open(l.host, "10.77.0.2", "fd77::2", "443,8433,8080"); got != "" {
		t.Fatalf("before the guide: got open %q, want none", got)
	}
	l.sh(guide[router.Apply])
	if got, want := l.open(l.host, "10.77.0.2", "fd77::2", "443,8433,8080"), both("443", "8433"); got != want {
		t.Errorf("after the guide: got open %q, want %q", got, want)
	}
	shown := l.sh(guide[router.Verify])
	for _, w := range []string{"deny (outgoing)", "123/udp", "ALLOW OUT", "# SOPS DNS"} {
		if !strings.Contains(shown, w) {
			t.Errorf("verify does not show %q:\n%s", w, shown)
		}
	}
	l.sh(guide[router.Undo])
	if got := l.rules(); got != before {
		t.Errorf("after undo\n-- got --\n%s\n-- want --\n%s", got, before)
	}
}
