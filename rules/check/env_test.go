package check

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// fakeEnv is a network of this machine alone.
type fakeEnv struct {
	resolvers []netip.AddrPort
	hosts     map[string][]netip.Addr // what only the system knows
	dial      func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)
	routes    map[Family]bool
	gateway   netip.Addr
	proxy     *url.URL
	roots     *x509.CertPool
	now       func() time.Time
}

func (e *fakeEnv) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	if e.dial != nil {
		return e.dial(ctx, network, to)
	}
	return new(net.Dialer).DialContext(ctx, network, to.String())
}
func (e *fakeEnv) Resolvers() []netip.AddrPort { return e.resolvers }

func (e *fakeEnv) SystemLookup(_ context.Context, host string) ([]netip.Addr, error) {
	if a, ok := e.hosts[host]; ok {
		return a, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (e *fakeEnv) HasRoute(f Family) bool {
	if e.routes == nil {
		return f == 4
	}
	return e.routes[f]
}
func (e *fakeEnv) Gateway(Family) netip.Addr { return e.gateway }
func (e *fakeEnv) Proxy(string, uint16) *url.URL {
	return e.proxy
}
func (e *fakeEnv) Roots() *x509.CertPool { return e.roots }
func (e *fakeEnv) Now() time.Time {
	if e.now != nil {
		return e.now()
	}
	return time.Now()
}

var home = netip.MustParseAddr("127.0.0.1")

// silentAfter waits as a firewall that drops everything makes one wait.
func silentAfter(ctx context.Context) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// dnsServer serves DNS on loopback, UDP and TCP on one port.
func dnsServer(t *testing.T, h dns.HandlerFunc) netip.AddrPort {
	t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", pc.LocalAddr().String())
	if err != nil {
		t.Skipf("the port is taken for TCP: %v", err)
	}
	var wg sync.WaitGroup
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: l, Handler: h}} {
		wg.Go(func() { _ = s.ActivateAndServe() })
	}
	t.Cleanup(func() { _ = pc.Close(); _ = l.Close(); wg.Wait() })
	return netip.MustParseAddrPort(pc.LocalAddr().String())
}

// answer replies with that rcode and records, in zone format.
func answer(t *testing.T, w dns.ResponseWriter, q *dns.Msg, rcode int, records ...string) {
	m := new(dns.Msg)
	m.SetRcode(q, rcode)
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Errorf("record %q: %v", s, err)
			return
		}
		if rr.Header().Rrtype == q.Question[0].Qtype || rr.Header().Rrtype == dns.TypeCNAME {
			m.Answer = append(m.Answer, rr)
		}
	}
	_ = w.WriteMsg(m)
}

// zone answers every question with what the name has; unknown names do not exist.
func zone(t *testing.T, records map[string][]string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		list, ok := records[strings.ToLower(q.Question[0].Name)]
		rcode := dns.RcodeSuccess
		if !ok {
			rcode = dns.RcodeNameError
		}
		answer(t, w, q, rcode, list...)
	}
}

// fast are limits for tests in which silence is waited for.
func fast() Limits {
	l := DefaultLimits()
	l.DNS, l.DNSRetry = 300*time.Millisecond, 100*time.Millisecond
	l.TCP, l.Early, l.Hedge1, l.Hedge2, l.Second = 500*time.Millisecond, 200*time.Millisecond, 40*time.Millisecond, 80*time.Millisecond, 200*time.Millisecond
	l.TLS, l.TLSAfter, l.HTTP, l.Gateway = 400*time.Millisecond, 50*time.Millisecond, 400*time.Millisecond, 300*time.Millisecond
	l.Row, l.Table = 3*time.Second, 5*time.Second
	return l
}

// final runs one job and returns its final Result; it fails the test if there
// is not exactly one.
func final(t *testing.T, env Env, lim Limits, kind string, to Target) Result {
	t.Helper()
	var out []Result
	for r := range (Runner{Env: env, Limits: lim}).Run(t.Context(), []Job{{Key: "k", Kind: kind, To: to}}) {
		if !r.Provisional {
			out = append(out, r)
		}
	}
	if len(out) != 1 {
		t.Fatalf("got %d final results, want 1: %+v", len(out), out)
	}
	return out[0]
}

// layer is the Result's layer of that name.
func layer(r Result, name string) Layer {
	for _, l := range r.Layers {
		if l.Name == name {
			return l
		}
	}
	return Layer{Name: "missing", Status: Running}
}
