package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestWalkInbound proves the way in from the wizard's own screen: the code that
// is copied there is used by the program outside, and the rows turn on both.
func TestWalkInbound(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	m := l.toProof()
	m.picture("inbound-1-waiting")
	m.key("c")
	m.see("[sent]")
	code := codeShown.FindStringSubmatch(m.copied())
	if code == nil || !strings.Contains(m.copied(), "--to "+l.domain) {
		t.Fatalf("copied was %q", m.copied())
	}
	l.proves(l.outside, l.domain, code[1]).all(t, "outside", proven, nil)
	for _, port := range []string{"8883", "8443", "1883", "8888", "80", "443"} {
		m.sees(`\[ ok \] [0-9.+]+ +TCP ` + port + ` +arrives here, from 203\.0\.113\.226`)
	}
	m.picture("inbound-2-proven")
	m.key(esc)
	m.sees(`8883 .*\[ ok \].*proven`)
	m.key("\x03\x03")
	m.end()
}

// toProof walks the wizard on the server up to the test from outside, which waits.
func (l *lab) toProof() *console {
	m := l.toWayIn()
	m.key("i")
	m.see("Prove the way in", "TCP 8883", "TCP 443", "Waiting until")
	return m
}

// toWayIn walks the wizard on the server up to the rows that arrive there.
func (l *lab) toWayIn() *console {
	m := l.wizard(l.server, 80, 24, "--site", l.site())
	m.see("Where are you now?", "> 1 On the server")
	m.key(enter)
	m.see("block the way out")
	m.key(enter)
	m.see("Which firewalls are in the way?")
	m.key(enter)
	m.see("firewall at the server?", "> MikroTik")
	m.key(enter)
	m.see("Is there a provider box", "server's", "> 1 No")
	m.key(enter)
	m.see("What MikroTik RouterOS must know")
	m.key(enter)
	m.see("hubs' office", "> OpenWrt")
	m.key(enter)
	m.see("Is there a provider box", "hubs'", "> 1 No")
	m.key(enter)
	m.see("What OpenWrt")
	m.fields("zone of the server")
	m.see("6/7 Checks")
	m.key("4")
	m.see("From Internet to SOPS", "for Hubs")
	return m
}

// sees waits for a line on the screen.
func (m *console) sees(pattern string) {
	m.t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(10 * time.Second)
	for !re.MatchString(m.screen()) {
		select {
		case <-m.changed:
		case <-limit:
			m.t.Fatalf("%s was not seen:\n%s", pattern, m.screen())
		}
	}
}
