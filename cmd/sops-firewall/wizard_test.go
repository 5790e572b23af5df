package main

import (
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/wizard"
)

// TestSessionReadsAnew: each run of checks asks the system anew, since the
// network may have changed while the wizard was open.
func TestSessionReadsAnew(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("HOME", dir)
	t.Setenv("AppData", dir)
	a := newApp(strings.NewReader(""), io.Discard, io.Discard)
	a.noLook = true
	read := 0
	env := a.env
	a.env = func(name string) string {
		if name == "NO_PROXY" {
			read++
		}
		return env(name)
	}
	d, err := a.session(false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Session.Close()
	before := read
	for range 2 {
		for r := range d.Check(t.Context(), nil) {
			t.Errorf("a result of nothing: %+v", r)
		}
	}
	if read != before+2 {
		t.Errorf("the system was read %d times for two runs", read-before)
	}
}

// TestPlace: hubs of the server's own site are inside, those of other offices not.
func TestPlace(t *testing.T) {
	hubs := netip.MustParsePrefix("192.168.60.0/24")
	site := wizard.Site{Case: rules.CaseLAN, Hubs: wizard.Hubs{Subnets: []netip.Prefix{hubs}}}
	if got := place(wizard.Here{}, site); !slices.Contains(got.Local, hubs) {
		t.Errorf("in one LAN: %v", got.Local)
	}
	site.Case = rules.CaseInternet
	if got := place(wizard.Here{}, site); len(got.Local) != 0 {
		t.Errorf("on the Internet: %v", got.Local)
	}
}
