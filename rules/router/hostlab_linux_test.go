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
)

// hostLab is a computer with a real firewall program, in a network namespace of
// its own with a copy of /etc, and a second namespace that plays the Internet:
//
//	outside 10.77.0.2, fd77::2 ======= host 10.77.0.1, fd77::1 (firewall, listeners)
//
// The computer's own firewall and /etc are never touched.
type hostLab struct {
	*netlab.Net
	t             *testing.T
	host, outside string
}

// hostPorts have a listener at the host; 9999 is in no rule.
const hostPorts = "22,80,443,1883,8443,8883,8888,9999"

// allOpen is what is open at the host behind a guide for table 4, and SSH.
var allOpen = both("22", "80", "443", "1883", "8443", "8883", "8888")

func newHostLab(t *testing.T, tools ...string) *hostLab {
	t.Helper()
	n := netlab.New(t, append(tools, "iptables-save", "ip6tables-save", "nft")...)
	t.Parallel()
	l := &hostLab{Net: n, t: t, host: n.Space("host"), outside: n.Space("outside")}
	n.IP(l.host, "link add eth0 type veth peer name eth0 netns "+l.outside)
	for ns, at := range map[string]string{l.host: "1", l.outside: "2"} {
		n.IP(ns, "addr add 10.77.0."+at+"/24 dev eth0\naddr add fd77::"+at+"/64 dev eth0 nodad\nlink set eth0 up")
	}
	n.Must("cp", "-a", "/etc", filepath.Join(l.Dir, "etc"))
	for _, d := range []string{"run", "bin"} {
		if err := os.Mkdir(filepath.Join(l.Dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Root needs no sudo, and a small machine may not have it.
	l.program("sudo", `exec "$@"`)
	return l
}

// program puts a small shell script in front of the path.
func (l *hostLab) program(name, script string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.Dir, "bin", name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		l.t.Fatal(err)
	}
}

// enter is a process at the host, with its own /etc and /run.
func (l *hostLab) enter(args ...string) *exec.Cmd {
	const mounts = `mount --bind "$LAB/etc" /etc && mount --bind "$LAB/run" /run &&
PATH="$LAB/bin:/usr/sbin:/sbin:$PATH" && export PATH && exec "$@"`
	c := l.Command(l.host, "sh", append([]string{"-c", mounts, "sh"}, args...)...)
	c.Env = append(os.Environ(), "LAB="+l.Dir, "LC_ALL=C")
	return c
}

// refusals are how the firewall programs begin a complaint.
var refusals = regexp.MustCompile(`(?m)ERROR|^Error|^Warning|^ip6?tables\S* v|not found|No such|syntax error`)

// sh runs a script at the host as an administrator would paste it: -e is not
// set, as it is not in a terminal, and no complaint may be seen.
func (l *hostLab) sh(script string) string {
	l.t.Helper()
	out := l.grumble(script)
	if refusals.MatchString(out) {
		l.t.Fatalf("refused:\n%s\n-- of --\n%s", out, script)
	}
	return out
}

// grumble is sh where a complaint is expected.
func (l *hostLab) grumble(script string) string {
	l.t.Helper()
	c := l.enter("sh", "-s")
	c.Stdin = strings.NewReader(script)
	out, err := c.CombinedOutput()
	if err != nil {
		l.t.Fatalf("%v\n%s\n-- of --\n%s", err, out, script)
	}
	return string(out)
}

// counters are the packets and bytes of iptables-save; comments hold the time.
var counters = regexp.MustCompile(`(?m)^#.*\n| \[\d+:\d+\]$`)

// rules is what the kernel holds, IPv4 and IPv6.
func (l *hostLab) rules() string {
	l.t.Helper()
	return counters.ReplaceAllString(l.sh("iptables-save; ip6tables-save"), "")
}

// tables is all the kernel holds, as nft lists it.
func (l *hostLab) tables() string {
	l.t.Helper()
	return l.sh("nft --stateless list ruleset")
}

// files is the content of some files of the host, and who may read them.
func (l *hostLab) files(names string) string {
	l.t.Helper()
	return l.sh("for f in " + names + `; do [ ! -e "$f" ] || { stat -c '%n %a %U' "$f"; [ -d "$f" ] || cat "$f"; }; done`)
}

// listen starts listeners on TCP ports in a namespace.
func (l *hostLab) listen(ns, ports string) {
	l.t.Helper()
	for _, p := range strings.Split(ports, ",") {
		l.Listen(ns, "[::]:"+p)
	}
}

// open asks from a namespace which of the ports can be reached at the addresses,
// one of IPv4 and perhaps one of IPv6.
func (l *hostLab) open(ns, ports string, hosts ...string) string {
	l.t.Helper()
	c := l.Command(ns, os.Args[0], append([]string{"-test.run=^TestHostLabDial$", "--", ports}, hosts...)...)
	c.Env = append(os.Environ(), "SOPS_HOSTLAB_DIAL=1")
	out, err := c.Output()
	if err != nil {
		l.t.Fatalf("dial: %v", err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// wantOpen compares what is open at the host, from outside.
func (l *hostLab) wantOpen(when, want string) {
	l.t.Helper()
	if got := l.open(l.outside, hostPorts, "10.77.0.1", "fd77::1"); got != want {
		l.t.Errorf("%s: got open %q, want %q", when, got, want)
	}
}

// TestHostLabDial is no test: it is the process that dials inside a namespace.
func TestHostLabDial(t *testing.T) {
	if os.Getenv("SOPS_HOSTLAB_DIAL") == "" {
		t.Skip("only a helper process of the firewall lab")
	}
	_, args, _ := strings.Cut(strings.Join(os.Args, " "), " -- ")
	hosts := strings.Fields(args)
	ports := strings.Split(hosts[0], ",")
	hosts = hosts[1:]
	open := make([]string, len(ports)*len(hosts))
	done := make(chan struct{})
	for i, p := range ports {
		for j, host := range hosts {
			go func() {
				d := net.Dialer{Timeout: 1500 * time.Millisecond}
				if conn, err := d.DialContext(t.Context(), "tcp", net.JoinHostPort(host, p)); err == nil {
					_ = conn.Close()
					open[i*len(hosts)+j] = p + []string{"/4", "/6"}[j]
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

// four is the ports as open reports them when IPv4 is open.
func four(ports ...string) string {
	return strings.Join(ports, "/4 ") + "/4"
}

// shows fails for each word that verify does not print.
func shows(t *testing.T, printed string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(printed, w) {
			t.Errorf("verify does not show %q:\n%s", w, printed)
		}
	}
}

// same fails where two rulesets differ.
func same(t *testing.T, when, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n-- got --\n%s\n-- want --\n%s", when, got, want)
	}
}
