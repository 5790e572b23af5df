package check

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

func TestSecondLook(t *testing.T) {
	var visits atomic.Int32
	to := visitors(t, func(c net.Conn) {
		if visits.Add(1) == 1 {
			resetting(c)
			return
		}
		replying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(c)
	})
	r := final(t, &fakeEnv{}, fast(), "http", to)
	if r.Status != Pass || r.Facts["tries"] != "2" {
		t.Errorf("one reset made it %v %q: %+v", r.Status, r.Code, r)
	}
}

// TestSecondLookBeside has a server that forgets its first caller: the second
// look does not wait for the first to give up.
func TestSecondLookBeside(t *testing.T) {
	var visits atomic.Int32
	to := visitors(t, func(c net.Conn) {
		if visits.Add(1) == 1 {
			_, _ = io.Copy(io.Discard, c)
			return
		}
		replying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(c)
	})
	lim := fast()
	lim.HTTP, lim.Row, lim.Table = time.Minute, 2*time.Minute, 2*time.Minute
	r := final(t, &fakeEnv{}, lim, "ws", to)
	if r.Facts["tries"] != "2" || r.Took > 30*time.Second {
		t.Errorf("it took %v: %+v", r.Took, r)
	}
}

// TestCutLooksAreNotRed gives a row less time than its looks need: what was cut
// short, and what was seen once, is no reason for red.
func TestCutLooksAreNotRed(t *testing.T) {
	for name, tt := range map[string]struct {
		row, tls time.Duration
		serve    func(net.Conn)
	}{
		"the first one":  {300 * time.Millisecond, time.Minute, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }},
		"the second one": {600 * time.Millisecond, 400 * time.Millisecond, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }},
	} {
		t.Run(name, func(t *testing.T) {
			lim := fast()
			lim.TLS, lim.Second, lim.Row, lim.Table = tt.tls, time.Minute, tt.row, time.Minute
			r := final(t, &fakeEnv{}, lim, "tls", visitors(t, tt.serve))
			if r.Status != Unproven || r.Code != CheckTimeout {
				t.Errorf("got %v %q: %+v", r.Status, r.Code, r)
			}
		})
	}
}

// TestSharedPageLeavesTime has a row share its page with another one: it gets two
// whole looks of its own all the same, or its silence would never be proven.
func TestSharedPageLeavesTime(t *testing.T) {
	to := visitors(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	lim := fast()
	lim.HTTP, lim.Second, lim.Row, lim.Table = 2*time.Second, 200*time.Millisecond, 3500*time.Millisecond, time.Minute
	jobs := []Job{{Key: "portal", Kind: "portal", To: to}, {Key: "row", Kind: "http", To: to}}
	for r := range (Runner{Env: &fakeEnv{}, Limits: lim}).Run(t.Context(), jobs) {
		if r.Job.Key == "row" && !r.Provisional && (r.Status != Fail || r.Code != HTTPSilent || r.Facts["tries"] != "2") {
			t.Errorf("got %v %q: %+v", r.Status, r.Code, r)
		}
	}
}
