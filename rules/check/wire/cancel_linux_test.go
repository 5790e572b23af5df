package wire

import (
	"context"
	"io"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// TestCancelLeavesNothing cancels runs of every kind, against peers that say
// nothing, at moments when different things are under way: no goroutine and no
// socket may stay behind.
func TestCancelLeavesNothing(t *testing.T) {
	l, to := listen(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c); _ = c.Close() }()
		}
	}()
	deaf, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = deaf.Close() }()
	crowd := crowded(t)
	resolver := netip.MustParseAddrPort(deaf.LocalAddr().String())
	var jobs []check.Job
	for _, kind := range check.KindNames() {
		for _, at := range []netip.AddrPort{to, crowd, netip.AddrPortFrom(to.Addr(), resolver.Port())} {
			jobs = append(jobs, check.Job{Key: kind + at.String(), Kind: kind, To: check.Target{
				Host: "sops.example", Port: at.Port(), Proto: "tcp", Addrs: []netip.Addr{at.Addr()},
			}})
		}
		jobs = append(jobs, check.Job{Key: kind, Kind: kind, To: check.Target{Host: "sops.example", Port: 443, Proto: "tcp"}})
	}
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 700 * time.Millisecond, 2500 * time.Millisecond} {
		t.Run(after.String(), func(t *testing.T) {
			goroutines, sockets := runtime.NumGoroutine(), descriptors(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ch := check.Runner{Env: New(Config{Resolvers: []netip.AddrPort{resolver}})}.Run(ctx, jobs)
			var cancelled time.Time
			time.AfterFunc(after, func() { cancelled = time.Now(); cancel() })
			n := 0
			for r := range ch {
				if !r.Provisional {
					n++
				}
			}
			if took := time.Since(cancelled); took > time.Second { // 50 ms on a machine that has nothing else to do
				t.Errorf("it took %v to stop", took)
			}
			if n != len(jobs) {
				t.Errorf("%d rows of %d have a last word", n, len(jobs))
			}
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			// The peers' own ends close a little later.
			for end := time.Now().Add(3 * time.Second); runtime.NumGoroutine() > goroutines || descriptors(t) > sockets; <-tick.C {
				if time.Now().After(end) {
					buf := make([]byte, 1<<16)
					t.Fatalf("%d goroutines before, %d after; %d descriptors before, %d after\n%s", goroutines, runtime.NumGoroutine(),
						sockets, descriptors(t), buf[:runtime.Stack(buf, true)])
				}
			}
		})
	}
}
