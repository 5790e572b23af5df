package router_test

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// newUFWLab is a host with the real ufw, switched on; only SSH may come in.
func newUFWLab(t *testing.T) *hostLab {
	t.Helper()
	l := newHostLab(t, "ufw")
	l.sh(`ufw --force reset >/dev/null; ufw allow 22/tcp comment SSH; ufw --force enable`)
	l.listen(l.host, hostPorts)
	l.listen(l.outside, "443,8433,8080")
	return l
}

// TestUFWInbound pastes the guide into the real ufw and asks from outside.
func TestUFWInbound(t *testing.T) {
	l := newUFWLab(t)
	guide := hostGuide(t, "ufw", "open", inboundWants()...)
	before := l.rules()
	l.wantOpen("before the guide", both("22"))

	l.sh(guide[router.Apply])
	l.wantOpen("after the guide", allOpen)
	shows(t, l.sh(guide[router.Verify]), "Status: active", "80,443/tcp", "8443,8883/tcp", "1883,8888/tcp", "(v6)", "# SOPS ")

	once := l.rules()
	l.sh(guide[router.Apply])
	same(t, "a second paste", l.rules(), once)

	for _, time := range []string{"first", "second"} {
		l.sh(guide[router.Undo])
		same(t, "after the "+time+" undo", l.rules(), before)
	}
	l.wantOpen("after undo", both("22"))
}

// TestUFWKeepsForeignRules: a rule that was there before is neither renamed nor
// taken away, and neither is a rule that only looks like ours.
func TestUFWKeepsForeignRules(t *testing.T) {
	l := newUFWLab(t)
	guide := hostGuide(t, "ufw", "open", inboundWants()...)
	l.sh(`ufw allow 80,443/tcp comment 'our web shop'
ufw allow from 10.77.0.0/24 to any port 8883 proto tcp
ufw deny 9999/tcp comment 'not SOPS 1'`)
	before, added := l.rules(), l.sh("ufw show added")
	l.sh(guide[router.Apply])
	if got := l.sh("ufw show added"); !strings.Contains(got, "ufw allow 80,443/tcp comment 'our web shop'") {
		t.Errorf("the web shop's rule was renamed:\n%s", got)
	}
	l.sh(guide[router.Undo])
	same(t, "after undo", l.rules(), before)
	same(t, "after undo", l.sh("ufw show added"), added)
}

// TestUFWSwitchedOff: the guide may be pasted where ufw is off; it stays off, and
// the rules wait.
func TestUFWSwitchedOff(t *testing.T) {
	l := newUFWLab(t)
	guide := hostGuide(t, "ufw", "open", inboundWants()...)
	l.sh("ufw disable")
	before, added := l.rules(), l.sh("ufw show added")
	l.sh(guide[router.Apply])
	if got := l.sh("ufw status"); !strings.Contains(got, "Status: inactive") {
		t.Errorf("the guide switched ufw on: %s", got)
	}
	same(t, "the guide while switched off", l.rules(), before)
	l.sh("ufw --force enable")
	l.wantOpen("switched on later", allOpen)
	l.sh("ufw disable")
	l.sh(guide[router.Undo])
	same(t, "undo while switched off", l.sh("ufw show added"), added)
}

// TestUFWOutbound: with outgoing denied, only the rows' ports pass.
func TestUFWOutbound(t *testing.T) {
	l := newUFWLab(t)
	guide := hostGuide(t, "ufw", "closed", outboundWants()...)
	l.sh("ufw default deny outgoing")
	before := l.rules()
	if got := l.open(l.host, "443,8433,8080", "10.77.0.2", "fd77::2"); got != "" {
		t.Fatalf("before the guide: got open %q, want none", got)
	}
	l.sh(guide[router.Apply])
	if got, want := l.open(l.host, "443,8433,8080", "10.77.0.2", "fd77::2"), both("443", "8433"); got != want {
		t.Errorf("after the guide: got open %q, want %q", got, want)
	}
	shows(t, l.sh(guide[router.Verify]), "deny (outgoing)", "123/udp", "ALLOW OUT", "# SOPS DNS")
	l.sh(guide[router.Undo])
	same(t, "after undo", l.rules(), before)
}
