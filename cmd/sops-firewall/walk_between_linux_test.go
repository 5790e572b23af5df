package main

import "testing"

// TestWalkBetween reads on the wizard's own screens what the router's address
// means, before and after a test from outside, and tries a row from inside.
func TestWalkBetween(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	defer l.natPMP("100.64.7.2")()
	m := l.toProof()
	m.key(esc)
	m.sees(`\[ \?  \] Your provider seems to share one address`)
	m.see("This is about 8 rows.")
	m.picture("between-1-suspicion")
	m.key("i")
	m.see("Prove the way in")
	m.key("c")
	m.see("[sent]")
	code := codeShown.FindStringSubmatch(m.copied())
	if code == nil {
		t.Fatalf("copied was %q", m.copied())
	}
	l.proves(l.outside, l.domain, code[1]).all(t, "outside", proven, nil)
	m.sees(`\[ ok \] [0-9.+]+ +TCP 443 +arrives here`)
	m.key(esc)
	m.sees(`\[note\] The router has a shared address of the provider`)
	m.see("100.64.7.2")
	m.picture("between-2-open")
	m.key("h") // on the first row; nothing of SOPS runs
	m.see("The service itself may be down")
	m.picture("between-3-inside")
	m.key("\x03\x03")
	m.end()
}
