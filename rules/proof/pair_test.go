package proof

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/check/wire/timelab"
)

// TestPairs: a port that is asked over both families is told when both came, or
// with the one that did not come.
func TestPairs(t *testing.T) {
	four, six := netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("2001:db8::5")
	const out, in, masked = check.SeenOutside, check.SeenInside, check.SeenMasked
	type step struct {
		wait time.Duration
		at   netip.Addr
		seen check.Seen
		one  bool // the prober asks over this family alone
	}
	type told struct {
		at      netip.Addr
		seen    check.Seen
		missing check.Family
		after   time.Duration
	}
	const sibling, soon = 3600 * time.Millisecond, 100 * time.Millisecond
	for name, c := range map[string]struct {
		steps []step
		ends  time.Duration // of the session; 0: later than all
		want  []told
	}{
		"both":                    {[]step{{0, four, out, false}, {soon, six, out, false}}, 0, []told{{four, out, 0, soon}, {six, out, 0, soon}}},
		"IPv4 alone":              {[]step{{0, four, out, false}}, 0, []told{{four, out, 6, sibling}}},
		"IPv6 alone":              {[]step{{0, six, out, false}}, 0, []told{{six, out, 4, sibling}}},
		"one family asked":        {[]step{{0, six, out, true}}, 0, []told{{six, out, 0, 0}}},
		"the same one twice":      {[]step{{0, four, out, false}, {soon, four, out, false}}, 0, []told{{four, out, 6, sibling}}},
		"inside, then outside":    {[]step{{0, six, in, false}, {soon, four, out, false}}, 0, []told{{six, in, 0, 0}, {four, out, 0, soon}}},
		"outside, then inside":    {[]step{{0, four, out, false}, {soon, six, in, false}}, 0, []told{{four, out, 0, soon}, {six, in, 0, soon}}},
		"inside alone":            {[]step{{0, four, in, false}}, 0, []told{{four, in, 0, 0}}},
		"another line, same port": {[]step{{0, four, in, false}, {soon, four, out, false}}, 0, []told{{four, in, 0, 0}, {four, out, 6, soon + sibling}}},
		"masked and outside":      {[]step{{0, four, masked, false}, {soon, six, out, false}}, 0, []told{{four, masked, 0, soon}, {six, out, 0, soon}}},
		"the session ends":        {[]step{{0, four, out, false}}, soon, []told{{four, out, 0, soon}}},
		"the other one is late":   {[]step{{0, four, out, false}, {4 * time.Second, six, out, false}}, 0, []told{{four, out, 6, sibling}, {six, out, 0, 4 * time.Second}}},
		"inside, then much later": {[]step{{0, six, in, false}, {8 * time.Second, four, out, false}}, 0, []told{{six, in, 0, 0}, {four, out, 6, 8*time.Second + sibling}}},
		"tried again later": {
			[]step{{0, six, out, false}, {8 * time.Second, six, out, false}, {soon, four, out, false}},
			0,
			[]told{{six, out, 4, sibling}, {six, out, 0, 8*time.Second + soon}, {four, out, 0, 8*time.Second + soon}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			timelab.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				out := make(chan Arrival, 10)
				w := &serving{s: &session{lim: DefaultLimits(), now: time.Now}, out: out}
				start := time.Now()
				var got []told
				reading := make(chan struct{})
				go func() {
					defer close(reading)
					for a := range out {
						got = append(got, told{a.Dialed, a.Seen, a.Missing, time.Since(start)})
					}
				}()
				for _, s := range c.steps {
					time.Sleep(s.wait) //nolint:forbidigo // simulated time
					w.arrived(ctx, Arrival{Port: tcpPort, Dialed: s.at, Seen: s.seen}, !s.one)
				}
				if c.ends > 0 {
					time.Sleep(c.ends) //nolint:forbidigo // simulated time
					stop()
				}
				w.wg.Wait()
				close(out)
				<-reading
				if !slices.Equal(got, c.want) {
					t.Errorf("told %v, want %v", got, c.want)
				}
			})
		})
	}
}

// TestHelloFamilies: the listener learns whether both families are asked.
func TestHelloFamilies(t *testing.T) {
	k, err := code(t).keys()
	if err != nil {
		t.Fatal(err)
	}
	for _, both := range []bool{false, true} {
		h, mine, ok := parseHello(k, hello{id: k.id, proto: TCP, port: 443, both: both}.marshal(k.hello))
		if !mine || !ok || h.both != both {
			t.Errorf("both %v: got %+v, %v, %v", both, h, mine, ok)
		}
	}
}
