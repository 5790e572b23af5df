package tui

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// toProof goes through the tables up to the one that offers the proof.
func (k *talk) toProof() {
	k.t.Helper()
	for !strings.Contains(k.hear("[3]: "), "4 prove the way in.") {
		k.says("3")
	}
	k.says("4")
}

// TestPlainProof reads what to do at the other end and what arrives; one goes on
// at will, and what comes later counts.
func TestPlainProof(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5
	b.settle()
	ch := make(chan wizard.Arrival)
	d.listens = func(site wizard.Site) (wizard.Listening, error) {
		x, err := fakeListening(site)
		x.Arrivals = ch
		return x, err
	}
	k := startTalk(t, d, func(context.Context, []check.Job) <-chan check.Result {
		done := make(chan check.Result)
		close(done)
		return done
	})
	outside, inside := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("192.168.50.20")
	k.toProof()
	k.hear("--to sops.example.com --code 5D24-PRZB-D4VK-TQ\n")
	k.hear("http://sops.example.com:8883/NWTF9D2GEZS5\n")
	k.hear("Row 4.2, TCP 1883: a program holds it, no proof.\n")
	k.hear("Waiting until 09:36. What arrives is read out.\n")
	k.hear("q leave.\n")
	ch <- wizard.Arrival{Proto: "tcp", Port: 80, Source: inside, Seen: check.SeenInside}
	k.hear("Rows 4.3, 5.1, TCP 80: the test came from inside; use another line.\n")
	ch <- wizard.Arrival{Proto: "tcp", Port: 80, Source: outside, Seen: check.SeenOutside}
	k.hear("Rows 4.3, 5.1, TCP 80: arrives here, from 198.51.100.7.\n")
	ch <- wizard.Arrival{Proto: "tcp", Port: 80, Source: outside, Seen: check.SeenOutside, Missing: 6}
	k.hear("Rows 4.3, 5.1, TCP 80: arrives here, from 198.51.100.7; nothing comes over IPv6.\n")
	k.says("") // goes on; the session does not end
	k.hear("[3]: ")
	ch <- wizard.Arrival{Proto: "tcp", Port: 8883, Source: outside, Seen: check.SeenOutside}
	k.says("4")
	k.hear("Row 4.1, TCP 8883: arrives here, from 198.51.100.7.\n")
	k.hear("All ports that wait here were reached from outside.\n")
	k.hear("[3]: ")
	k.says("q")
	k.finish()
}

func TestPlainProofEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		listens func(wizard.Site) (wizard.Listening, error)
		want    string
	}{
		"over":   {fakeListening, "The test is over. Start it again for a new code.\n"},
		"held":   {heldListening, "Every port is held by a program, so the other computer tells the result."},
		"failed": {func(wizard.Site) (wizard.Listening, error) { return wizard.Listening{}, context.DeadlineExceeded }, "The test could not be started: context deadline exceeded\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, s, b, _ := fakeDesk(nil)
			s.at, d.listens = 5, tt.listens
			d.now = func() time.Time { return noon }
			b.settle()
			k := startTalk(t, d, never)
			k.toProof()
			k.hear(tt.want)
			k.hear("[3]: ")
			k.says("q")
			k.finish()
		})
	}
}
