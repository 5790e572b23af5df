package wire

import (
	"os"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// The whole process must not follow a thread into a namespace: the lab ends all
// processes of a namespace with it.
func TestInsideMovesNoProcess(t *testing.T) {
	n := netlab.New(t)
	ns := n.Space("elsewhere")
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		n.Inside(ns, func() {})
		if now, err := os.Readlink("/proc/self/ns/net"); err != nil || now != home {
			t.Fatalf("after %d looks inside the process is in %s, was in %s: %v", i+1, now, home, err)
		}
	}
}
