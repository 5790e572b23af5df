package router_test

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/router"
)

// ownBus is a message bus that nobody else is on.
const ownBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`

// startUp is what a busy machine may need to start a daemon.
const startUp = 30 * time.Second

// newFirewalldLab is a host with the real firewalld on a bus of its own, with the
// settings it is shipped with: the zone public lets in ssh alone.
func newFirewalldLab(t *testing.T) *hostLab {
	t.Helper()
	l := newHostLab(t, "firewalld", "firewall-cmd", "dbus-daemon")
	l.sh("rm -rf /etc/firewalld/*/*; mkdir -p /run/dbus")
	conf := l.File("bus.conf", ownBus)
	l.daemon("until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done", "dbus-daemon", "--nofork", "--config-file="+conf)
	l.daemon("until firewall-cmd -q --state 2>/dev/null; do sleep 0.1; done", "firewalld", "--nofork", "--nopid", "--log-file", "/run/firewalld.log")
	l.listen(l.host, hostPorts)
	l.listen(l.outside, "443,8433,8080")
	return l
}

// daemon runs a program at the host until the test ends; ready is a script that
// returns when it is up.
func (l *hostLab) daemon(ready string, args ...string) {
	l.t.Helper()
	c := l.enter(args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		_ = c.Wait()
	})
	ctx, cancel := context.WithTimeout(l.t.Context(), startUp)
	defer cancel()
	wait := l.enter("sh", "-c", ready)
	w := exec.CommandContext(ctx, wait.Path, wait.Args[1:]...)
	w.Env = wait.Env
	if out, err := w.CombinedOutput(); err != nil {
		l.t.Fatalf("%s is not up: %v\n%s", args[0], err, out)
	}
}

func TestFirewalldInbound(t *testing.T) {
	l := newFirewalldLab(t)
	guide := hostGuide(t, "firewalld", "open", inboundWants()...)
	before := l.tables()
	l.wantOpen("before the guide", both("22"))

	l.sh(guide[router.Apply])
	l.wantOpen("after the guide", allOpen)
	shows(t, l.sh(guide[router.Verify]), "services: SOPS-in-1883-8888 SOPS-in-80-443 SOPS-in-8443-8883", "ports: 1883/tcp 8888/tcp", "ssh")
	once := l.tables()
	l.sh(guide[router.Apply])
	same(t, "a second paste", l.tables(), once)

	for _, time := range []string{"first", "second"} {
		l.sh(guide[router.Undo])
		same(t, "after the "+time+" undo", l.tables(), before)
	}
	l.wantOpen("after undo", both("22"))
}

// TestFirewalldFewer: a guide for what is missing leaves the services of an
// earlier guide alone, in its undo too.
func TestFirewalldFewer(t *testing.T) {
	l := newFirewalldLab(t)
	all, one := hostGuide(t, "firewalld", "open", inboundWants()...), hostGuide(t, "firewalld", "open", inboundWants()[0])
	l.sh(all[router.Apply] + one[router.Apply])
	l.wantOpen("after both", allOpen)
	l.sh(one[router.Undo])
	l.wantOpen("after undo of one row", both("22", "80", "443", "1883", "8888"))
}

// TestFirewalldOutbound: a policy of the administrator's shuts the way out.
func TestFirewalldOutbound(t *testing.T) {
	l := newFirewalldLab(t)
	guide := hostGuide(t, "firewalld", "closed", outboundWants()...)
	l.sh(`firewall-cmd -q --permanent --new-policy=shut
firewall-cmd -q --permanent --policy=shut --add-ingress-zone=HOST
firewall-cmd -q --permanent --policy=shut --add-egress-zone=ANY
firewall-cmd -q --permanent --policy=shut --set-target=REJECT
firewall-cmd -q --permanent --policy=shut --add-protocol=ipv6-icmp
firewall-cmd -q --reload`)
	before := l.tables()
	if got := l.open(l.host, "443,8433,8080", "10.77.0.2", "fd77::2"); got != "" {
		t.Fatalf("before the guide: got open %q, want none", got)
	}
	l.sh(guide[router.Apply])
	if got, want := l.open(l.host, "443,8433,8080", "10.77.0.2", "fd77::2"), both("443", "8433"); got != want {
		t.Errorf("after the guide: got open %q, want %q", got, want)
	}
	shows(t, l.sh(guide[router.Verify]), "priority: -100", "dns", "ports: 123/udp")
	l.sh(guide[router.Undo])
	same(t, "after undo", l.tables(), before)
}
