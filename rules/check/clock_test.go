package check

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

// timely is a world of time servers and web servers with clocks of their own.
// nil means silence.
type timely struct {
	ntp  [2]*time.Duration // how far pool.ntp.org and time.google.com are ahead
	web  *time.Duration    // and the vendor's web server in clear text
	tls  *time.Duration    // and github.com, encrypted
	slow time.Duration     // how far our clock is behind
}

// env is that world, with an authority whose certificates are valid now.
func (w timely) env(t *testing.T, ca authority) *fakeEnv {
	t.Helper()
	env := &fakeEnv{hosts: map[string][]netip.Addr{}, roots: ca.pool, now: func() time.Time { return time.Now().Add(-w.slow) }}
	actual := map[netip.AddrPort]netip.AddrPort{}
	put := func(host string, port uint16, at string) {
		a := netip.AddrFrom4([4]byte{198, 51, 100, byte(len(actual) + 1)})
		env.hosts[host] = []netip.Addr{a}
		if at != "" {
			actual[netip.AddrPortFrom(a, port)] = netip.MustParseAddrPort(at)
		}
	}
	web := func(ahead time.Duration) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		}))
		t.Cleanup(s.Close)
		return s
	}
	for i, host := range []string{clockNTP[0].Host, clockNTP[1].Host} {
		at := ""
		if ahead := w.ntp[i]; ahead != nil {
			to := timeServer(t, func(in []byte) [][]byte { return [][]byte{timeFrom(in, *ahead)} })
			at = netip.AddrPortFrom(to.Addrs[0], to.Port).String()
		}
		put(host, 123, at)
	}
	at := ""
	if w.web != nil {
		s := web(*w.web)
		s.Start()
		at = s.Listener.Addr().String()
	}
	put(timeHost, 80, at)
	at = ""
	if w.tls != nil {
		s := web(*w.tls)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, challenge, -hour, hour)}}
		s.StartTLS()
		at = s.Listener.Addr().String()
	}
	put(challenge, 443, at)
	env.dial = func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
		if r, ok := actual[to]; ok {
			return new(net.Dialer).DialContext(ctx, network, r.String())
		}
		if r := netip.MustParsePrefix("127.0.0.0/8"); r.Contains(to.Addr()) {
			return new(net.Dialer).DialContext(ctx, network, to.String())
		}
		return silentAfter(ctx)
	}
	return env
}

func ahead(d time.Duration) *time.Duration { return &d }

func TestClockByAgreement(t *testing.T) {
	ca := newAuthority(t, "Good CA")
	zero, hourAhead := ahead(0), ahead(time.Hour)
	for name, tt := range map[string]struct {
		world   timely
		status  Status
		code    Code
		variant string
	}{
		"all agree, we are right":         {timely{ntp: [2]*time.Duration{zero, zero}}, Pass, "", ""},
		"one answers, we are right":       {timely{ntp: [2]*time.Duration{nil, zero}}, Pass, "", ""},
		"all agree, we are slow":          {timely{ntp: [2]*time.Duration{zero, zero}, web: zero, slow: time.Hour}, Fail, ClockOff, "slow"},
		"all agree, we are fast":          {timely{ntp: [2]*time.Duration{zero, zero}, web: zero, slow: -time.Minute}, Note, ClockOff, "fast"},
		"no web, we are slow":             {timely{ntp: [2]*time.Duration{zero, zero}, slow: time.Hour}, Fail, ClockOff, "slow"},
		"one lies, the web knows":         {timely{ntp: [2]*time.Duration{hourAhead, zero}, web: zero}, Note, NTPDisagree, "servers"},
		"one lies, the encrypted web":     {timely{ntp: [2]*time.Duration{zero, hourAhead}, tls: zero}, Note, NTPDisagree, "servers"},
		"both lie, the web knows":         {timely{ntp: [2]*time.Duration{hourAhead, hourAhead}, web: zero}, Note, NTPDisagree, "web"},
		"only the web":                    {timely{web: zero}, Pass, "", ""},
		"only the web, we are slow":       {timely{web: zero, slow: time.Hour}, Fail, ClockOff, "slow"},
		"only the encrypted web":          {timely{tls: zero}, Pass, "", ""},
		"certificate invalid by our time": {timely{tls: zero, slow: 100 * 24 * time.Hour}, Fail, ClockOff, "slow"},
		"nobody":                          {timely{}, Unproven, ClockOpen, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lim := fast()
			lim.NTP, lim.NTP2, lim.NTP3, lim.Hedge2 = 700*time.Millisecond, 150*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
			r := final(t, tt.world.env(t, ca), lim, "clock", Target{Host: "clock"})
			if r.Status != tt.status || r.Code != tt.code || r.Facts["variant"] != tt.variant {
				t.Errorf("got %v %q %q, want %v %q %q", r.Status, r.Code, r.Facts, tt.status, tt.code, tt.variant)
			}
			if off := r.Facts["off"]; tt.code == ClockOff && off == "" {
				t.Errorf("it does not say how far: %q", r.Facts)
			}
		})
	}
}

// TestExpiredOrClock tells a wrong clock from a wrong certificate by the
// world's time.
func TestExpiredOrClock(t *testing.T) {
	ca := newAuthority(t, "Good CA")
	zero := ahead(0)
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		from, to time.Duration // the certificate's validity, from now
		world    timely
		code     Code
		variant  string
	}{
		"ended":                            {-2 * day, -day, timely{ntp: [2]*time.Duration{zero, zero}}, TLSExpired, ""},
		"not begun":                        {day, 2 * day, timely{ntp: [2]*time.Duration{zero, zero}}, TLSExpired, "future"},
		"we are slow":                      {-day, day, timely{ntp: [2]*time.Duration{zero, zero}, slow: 30 * day}, TLSClock, "slow"},
		"we are fast":                      {-day, day, timely{ntp: [2]*time.Duration{zero, zero}, slow: -30 * day}, TLSClock, "fast"},
		"ended, and we are slow as well":   {-90 * day, -60 * day, timely{ntp: [2]*time.Duration{zero, zero}, slow: 100 * day}, TLSExpired, ""},
		"not begun, nobody tells the time": {day, 2 * day, timely{}, TLSClock, ""},
		"ended, nobody tells the time":     {-2 * day, -day, timely{}, TLSExpired, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "sops.example", tt.from, tt.to)}}
			to := visitors(t, func(c net.Conn) { _ = tls.Server(c, cfg).HandshakeContext(t.Context()) })
			to.Host = "sops.example"
			lim := fast()
			lim.NTP, lim.NTP2, lim.NTP3, lim.Row = 700*time.Millisecond, 150*time.Millisecond, 300*time.Millisecond, 6*time.Second
			r := final(t, tt.world.env(t, ca), lim, "tls", to)
			if r.Status != Fail || r.Code != tt.code || r.Facts["variant"] != tt.variant {
				t.Errorf("got %v %q %q, want %q %q", r.Status, r.Code, r.Facts, tt.code, tt.variant)
			}
		})
	}
}

// TestTimeAskedOnce has the row of a time server and the clock's row in one
// Run: a time server that is asked again and again turns callers away.
func TestTimeAskedOnce(t *testing.T) {
	asked := make(chan struct{}, 100)
	server := timeServer(t, func(in []byte) [][]byte { asked <- struct{}{}; return [][]byte{timeFrom(in, 0)} })
	actual := netip.AddrPortFrom(server.Addrs[0], server.Port).String()
	env := &fakeEnv{hosts: map[string][]netip.Addr{}, dial: func(ctx context.Context, network string, _ netip.AddrPort) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, actual)
	}}
	jobs := []Job{{Key: "clock", Kind: "clock", To: Target{Host: "clock"}}}
	for i, to := range clockNTP {
		env.hosts[to.Host] = []netip.Addr{netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})}
		jobs = append(jobs, Job{Key: fmt.Sprint(i), Kind: "ntp", To: to})
	}
	for k, r := range collect(Runner{Env: env}.Run(t.Context(), jobs)) {
		if r[0].Status != Pass {
			t.Errorf("%s: got %+v", k, r[0])
		}
	}
	if n := len(asked); n != len(clockNTP) {
		t.Errorf("%d servers were asked %d times", len(clockNTP), n)
	}
}
