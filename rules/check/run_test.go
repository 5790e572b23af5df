package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/timelab"
)

var far = netip.MustParseAddr("192.0.2.1")

func jobsTo(n int) []Job {
	jobs := make([]Job, n)
	for i := range jobs {
		a := netip.AddrFrom4([4]byte{192, 0, 2, byte(i % 250)})
		jobs[i] = Job{Key: fmt.Sprint(i), Kind: "tcp", To: Target{Host: a.String(), Port: uint16(1000 + i), Proto: "tcp"}}
	}
	return jobs
}

// muteConn is a connection that works and says nothing.
func muteConn() (net.Conn, error) {
	a, b := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, b) }()
	return a, nil
}

// collect sorts the last words of a run.
func collect(ch <-chan Result) map[string][]Result {
	finals := map[string][]Result{}
	for r := range ch {
		if !r.Provisional {
			finals[r.Job.Key] = append(finals[r.Job.Key], r)
		}
	}
	return finals
}

func TestRunSilent(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		env := &fakeEnv{dial: func(ctx context.Context, _ string, to netip.AddrPort) (net.Conn, error) {
			if to.Port()%4 == 0 {
				return silentAfter(ctx)
			}
			timer := time.NewTimer(40 * time.Millisecond)
			<-timer.C
			return muteConn()
		}}
		start := time.Now()
		var firstWord, lastAnswer time.Duration
		n := 0
		for r := range (Runner{Env: env}).Run(t.Context(), jobsTo(40)) {
			at := time.Since(start)
			silent := r.Job.To.Port%4 == 0
			switch {
			case r.Provisional && r.Code == TCPSilent && r.Status == Running && silent:
				firstWord = max(firstWord, at)
			case r.Provisional:
				t.Errorf("an unexpected first word: %+v", r)
			case silent && (r.Status != Fail || r.Code != TCPSilent):
				t.Errorf("silent row: %v %q", r.Status, r.Code)
			case !silent && r.Status != Pass:
				t.Errorf("good row: %v %q", r.Status, r.Code)
			}
			if !r.Provisional {
				n++
				if !silent {
					lastAnswer = max(lastAnswer, at)
				}
			}
		}
		if total := time.Since(start); n != 40 || total > 3600*time.Millisecond {
			t.Errorf("%d finals after %v, want 40 within 3.6 s", n, total)
		}
		if firstWord > 1250*time.Millisecond || firstWord == 0 || lastAnswer > 500*time.Millisecond {
			t.Errorf("first word on silent rows after %v, all answers after %v", firstWord, lastAnswer)
		}
	})
}

func TestRunCancel(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		env := &fakeEnv{
			dial:      func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) { return silentAfter(ctx) },
			resolvers: []netip.AddrPort{netip.AddrPortFrom(far, 53)}, gateway: far,
		}
		jobs := jobsTo(100)
		for _, kind := range KindNames() {
			if kind != "route" {
				jobs = append(jobs, Job{Key: kind, Kind: kind, To: Target{Host: "sops.example", Port: 443}})
			}
		}
		ch := Runner{Env: env}.Run(ctx, jobs)
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		finals := collect(ch)
		if took := time.Since(start); took > 101*time.Millisecond {
			t.Errorf("it took %v from the start, want no more than 100 ms", took)
		}
		for _, j := range jobs {
			if r := finals[j.Key]; len(r) != 1 || r[0].Status != Skipped || r[0].Code != Cancelled {
				t.Errorf("%s: got %+v, want one skipped result", j.Key, r)
			}
		}
	}) // the test fails if a goroutine is left
}

func TestRunReaderWalksAway(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		env := &fakeEnv{dial: func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) { return silentAfter(ctx) }}
		_ = Runner{Env: env}.Run(t.Context(), jobsTo(10))
	})
}

func TestRunPanicAndUnknownKind(t *testing.T) {
	env := &fakeEnv{dial: func(context.Context, string, netip.AddrPort) (net.Conn, error) { return nil, errors.New("never") }}
	env.now = nil
	r := final(t, panicEnv{env}, fast(), "route", Target{})
	if r.Status != Unproven || r.Code != CheckPanic || !strings.Contains(r.Facts["error"], "a mistake") {
		t.Errorf("got %+v", r)
	}
	if r = final(t, env, fast(), "gopher", Target{}); r.Status != Unproven || r.Code != CheckKind {
		t.Errorf("got %+v", r)
	}
}

type panicEnv struct{ Env }

func (panicEnv) HasRoute(Family) bool { panic("a mistake\x1b[2J") }

func TestRunShares(t *testing.T) {
	var dials atomic.Int32
	env := &fakeEnv{dial: func(context.Context, string, netip.AddrPort) (net.Conn, error) {
		dials.Add(1)
		return muteConn()
	}}
	to := Target{Host: far.String(), Port: 443, Proto: "tcp"}
	jobs := []Job{{"a", "tcp", to}, {"b", "tcp", to}, {"c", "tcp", Target{Host: far.String(), Port: 80, Proto: "tcp"}}}
	finals := collect(Runner{Env: env}.Run(t.Context(), jobs))
	if dials.Load() != 2 {
		t.Errorf("%d connections for two different questions", dials.Load())
	}
	for _, j := range jobs {
		if r := finals[j.Key]; len(r) != 1 || r[0].Status != Pass || r[0].Job.Key != j.Key {
			t.Errorf("%s: got %+v", j.Key, r)
		}
	}
	finals["a"][0].Facts["address"] = "changed"
	if finals["b"][0].Facts["address"] == "changed" {
		t.Error("two jobs share one map")
	}
}

func TestRunBounds(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		lim := DefaultLimits()
		var mu sync.Mutex
		open, most := 0, 0
		var times []time.Time
		env := &fakeEnv{dial: func(ctx context.Context, _ string, to netip.AddrPort) (net.Conn, error) {
			mu.Lock()
			open++
			most = max(most, open)
			if to.Addr() == far {
				times = append(times, time.Now())
			}
			mu.Unlock()
			defer func() { mu.Lock(); open--; mu.Unlock() }()
			return silentAfter(ctx)
		}}
		jobs := jobsTo(60)
		for i := range 20 {
			jobs = append(jobs, Job{Key: fmt.Sprint("one", i), Kind: "tcp", To: Target{Host: far.String(), Port: uint16(2000 + i)}})
		}
		finals := collect(Runner{Env: env, Limits: lim}.Run(t.Context(), jobs))
		if len(finals) != len(jobs) {
			t.Errorf("%d rows of %d", len(finals), len(jobs))
		}
		if most > lim.Sockets {
			t.Errorf("%d sockets at once, want at most %d", most, lim.Sockets)
		}
		for i := lim.Burst; i < len(times); i++ {
			if d := times[i].Sub(times[i-lim.Burst]); d < lim.Pace/2 && i > 2*lim.Burst {
				t.Errorf("sockets %d to %d to one address within %v", i-lim.Burst, i, d)
			}
		}
	})
}

// TestLossy holds that a fifth of all packets lost does not make a healthy row red.
func TestLossy(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		var n atomic.Uint32
		env := &fakeEnv{dial: func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) {
			if n.Add(1)%3 != 0 { // two of three sockets lose their first SYN or its answer
				timer := time.NewTimer(time.Second)
				defer timer.Stop()
				select {
				case <-timer.C:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
			return muteConn()
		}}
		finals := collect(Runner{Env: env}.Run(t.Context(), jobsTo(60)))
		for k, r := range finals {
			if r[0].Status != Pass || r[0].Took > time.Second {
				t.Errorf("%s: %v %q after %v", k, r[0].Status, r[0].Code, r[0].Took)
			}
		}
	})
}

func TestReasons(t *testing.T) {
	device := netip.MustParseAddr("192.168.1.1")
	far6 := netip.MustParseAddr("2001:db8::1")
	tests := map[string]struct {
		err    error
		to     netip.Addr
		took   time.Duration
		want   Code
		device string
	}{
		"reset":                   {syscall.ECONNREFUSED, far, 0, TCPRefused, ""},
		"timeout":                 {context.DeadlineExceeded, far, 0, TCPSilent, ""},
		"no route":                {&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}, far, 0, TCPNoRoute, ""},
		"no such device, plain":   {syscall.EHOSTUNREACH, far, 3 * time.Second, TCPLANAbsent, ""},
		"host unreachable, plain": {syscall.EHOSTUNREACH, far, 0, TCPNoHost, ""},
		"own firewall":            {syscall.EPERM, far, 0, TCPBlockedBy, thisComputer},
		"port, by the target":     {&PathError{Device: far, Type: 3, Code: 3, Err: syscall.ECONNREFUSED}, far, 0, TCPRefused, far.String()},
		"port, by the router":     {&PathError{Device: device, Type: 3, Code: 3, Err: syscall.ECONNREFUSED}, far, 0, TCPBlockedBy, "192.168.1.1"},
		"prohibited":              {&PathError{Device: device, Type: 3, Code: 13, Err: syscall.EHOSTUNREACH}, far, 0, TCPBlockedBy, "192.168.1.1"},
		"host prohibited":         {&PathError{Device: device, Type: 3, Code: 10, Err: syscall.EHOSTUNREACH}, far, 0, TCPBlockedBy, "192.168.1.1"},
		"net prohibited":          {&PathError{Device: device, Type: 3, Code: 9, Err: syscall.ENETUNREACH}, far, 0, TCPBlockedBy, "192.168.1.1"},
		"no way, says the router": {&PathError{Device: device, Type: 3, Code: 0, Err: syscall.ENETUNREACH}, far, 0, TCPNoHost, "192.168.1.1"},
		"no such device":          {&PathError{Device: device, Type: 3, Code: 1, Own: true, Err: syscall.EHOSTUNREACH}, far, 0, TCPLANAbsent, "192.168.1.1"},
		"own firewall, ICMP":      {&PathError{Device: device, Type: 3, Code: 3, Own: true, Err: syscall.ECONNREFUSED}, far, 0, TCPBlockedBy, thisComputer},
		"loop":                    {&PathError{Device: device, Type: 11, Code: 0, Err: syscall.EHOSTUNREACH}, far, 0, TCPNoHost, "192.168.1.1"},
		"IPv6 prohibited":         {&PathError{Device: far, Type: 1, Code: 1, Err: syscall.EACCES}, far6, 0, TCPBlockedBy, far.String()},
		"IPv6 no route":           {&PathError{Device: far, Type: 1, Code: 0, Err: syscall.ENETUNREACH}, far6, 0, TCPNoHost, far.String()},
		"IPv6 port":               {&PathError{Device: far6, Type: 1, Code: 4, Err: syscall.ECONNREFUSED}, far6, 0, TCPRefused, far6.String()},
		"no more descriptors":     {syscall.EMFILE, far, 0, TCPError, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if code, device := reason(tt.err, tt.to, tt.took); code != tt.want || device != tt.device {
				t.Errorf("got %q by %q, want %q by %q", code, device, tt.want, tt.device)
			}
		})
	}
}

func TestFamilies(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	tests := map[string]struct {
		fail   map[string]error // by network; context.DeadlineExceeded is silence
		route6 bool
		status Status
		code   Code
		four   Code
		six    Code
	}{
		"both":               {nil, true, Pass, "", "", ""},
		"no route of IPv6":   {map[string]error{"tcp6": syscall.ENETUNREACH}, false, Pass, "", "", TCPNoIPv6},
		"IPv6 silent":        {map[string]error{"tcp6": context.DeadlineExceeded}, true, Note, TCPFamily, "", TCPSilent},
		"IPv6 refused":       {map[string]error{"tcp6": syscall.ECONNREFUSED}, true, Note, TCPFamily, "", TCPRefused},
		"IPv4 silent":        {map[string]error{"tcp4": context.DeadlineExceeded}, true, Note, TCPFamily, TCPSilent, ""},
		"both silent":        {map[string]error{"tcp4": context.DeadlineExceeded, "tcp6": context.DeadlineExceeded}, true, Fail, TCPSilent, TCPSilent, TCPSilent},
		"refused and silent": {map[string]error{"tcp4": syscall.ECONNREFUSED, "tcp6": context.DeadlineExceeded}, true, Fail, TCPRefused, TCPRefused, TCPSilent},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			timelab.Test(t, func(t *testing.T) {
				env := &fakeEnv{
					hosts:  map[string][]netip.Addr{"sops.example": {v6, v4}},
					routes: map[Family]bool{4: true, 6: tt.route6},
					dial: func(ctx context.Context, network string, _ netip.AddrPort) (net.Conn, error) {
						switch err := tt.fail[network]; {
						case errors.Is(err, context.DeadlineExceeded):
							return silentAfter(ctx)
						case err != nil:
							return nil, err
						}
						return muteConn()
					},
				}
				r := final(t, env, DefaultLimits(), "tcp", Target{Host: "sops.example", Port: 443, Proto: "tcp"})
				if r.Status != tt.status || r.Code != tt.code {
					t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
				}
				for _, l := range r.Layers {
					want := map[Family]Code{4: tt.four, 6: tt.six}[l.Family]
					if l.Name == "tcp" && l.Code != want {
						t.Errorf("layer tcp of IPv%d: got %q, want %q", l.Family, l.Code, want)
					}
				}
			})
		})
	}
}

func TestNoGoroutineLeft(t *testing.T) {
	to := visitors(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	var jobs []Job
	for _, k := range []string{"tcp", "tls", "http", "https"} {
		jobs = append(jobs, Job{Key: k, Kind: k, To: to})
	}
	ch := Runner{Env: &fakeEnv{}, Limits: fast()}.Run(ctx, jobs)
	time.AfterFunc(50*time.Millisecond, cancel)
	collect(ch)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Second); runtime.NumGoroutine() > before; <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}

func BenchmarkRun40(b *testing.B) {
	l, err := new(net.ListenConfig).Listen(b.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	port := netip.MustParseAddrPort(l.Addr().String()).Port()
	jobs := make([]Job, 40)
	for i := range jobs { // of 40 names, as in real tables
		jobs[i] = Job{Key: fmt.Sprint(i), Kind: "tcp", To: Target{Host: fmt.Sprintf("h%d.example", i), Port: port, Addrs: []netip.Addr{home}}}
	}
	lim := DefaultLimits()
	lim.Burst = 40 // the pace is not what is measured
	for b.Loop() {
		for r := range (Runner{Env: &fakeEnv{}, Limits: lim}).Run(b.Context(), jobs) {
			if r.Status != Pass {
				b.Fatalf("got %+v", r)
			}
		}
	}
}
