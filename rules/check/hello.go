package check

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// clamper may be an Env: it can connect with small packets in both directions.
type clamper interface {
	// DialClamped is Dial over TCP with segments that pass any line.
	DialClamped(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)
}

// greetingWay is one way to begin encryption.
type greetingWay struct {
	small   bool // of one packet, as ten years ago
	clamped bool // in small packets
	unnamed bool // without the server's name
}

// answered tells whether the far end says anything to that beginning. What it
// says is not judged: nothing is sent on the connection but the beginning.
func (g greetingWay) answered(ctx context.Context, env Env, to netip.AddrPort, host string) bool {
	c, err := g.dial(ctx, env, to)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	defer bound(ctx, c)()
	if g.unnamed { // an address is never sent as a name
		host = to.Addr().String()
	}
	seen := &head{Conn: c}
	_ = tls.Client(seen, g.config(env, host)).HandshakeContext(context.WithoutCancel(ctx))
	return spoken(seen.first) == "tls"
}

func (g greetingWay) config(env Env, host string) *tls.Config {
	c := &tls.Config{ServerName: host, RootCAs: env.Roots(), Time: env.Now, MinVersion: tls.VersionTLS12}
	if g.small {
		c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256}
	}
	return c
}

func (g greetingWay) dial(ctx context.Context, env Env, to netip.AddrPort) (net.Conn, error) {
	if !g.clamped {
		return env.Dial(ctx, tcp(to.Addr()), to)
	}
	k, ok := unwrapEnv(env).(clamper)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return k.DialClamped(ctx, tcp(to.Addr()), to)
}

// diagnosis tells what makes the beginning of encryption fail.
type diagnosis struct {
	size    bool // it works in small packets
	modern  bool // it works with a short, old-fashioned beginning
	unnamed bool // it works as long as the server is not named
}

// diagnose tries other beginnings, each on its own connection and all at
// once. It ends with ctx.
func diagnose(ctx context.Context, env Env, lim Limits, to netip.AddrPort, host string) diagnosis {
	ctx, cancel := context.WithTimeout(ctx, lim.Early)
	defer cancel()
	var d diagnosis
	var wg sync.WaitGroup
	for found, way := range map[*bool]greetingWay{
		&d.size: {clamped: true}, &d.modern: {small: true}, &d.unnamed: {unnamed: true},
	} {
		if _, err := netip.ParseAddr(host); err == nil && way.unnamed {
			continue
		}
		wg.Go(func() { *found = way.answered(ctx, env, to, host) })
	}
	wg.Wait()
	return d
}

// explain gives a failed beginning its reason and the words that fit. arrived
// is what the system knows of our packets, see arrived.
func (d diagnosis) explain(code Code, lost bool) (Code, string) {
	silent := code == TLSSilent
	switch {
	case silent && d.size && d.modern && !d.unnamed, silent && d.size && !d.modern && !d.unnamed:
		return TLSHelloLost, "size"
	case d.unnamed && !d.size && !d.modern:
		return code, "name"
	case d.modern && !d.size && !d.unnamed && silent:
		return TLSHelloLost, "modern"
	case d.modern && !d.unnamed && !silent:
		return code, "modern"
	case silent && lost:
		return TLSHelloLost, ""
	}
	return code, ""
}

// hearing diagnoses beside a handshake that stays silent, so that the reason
// is there when its time is up.
type hearing struct {
	cancel context.CancelFunc
	done   chan struct{}
	d      diagnosis
}

// hear starts to diagnose if the handshake is still silent after a while. It
// is for the first look only, and for connections without a proxy: nil else.
func hear(ctx context.Context, env Env, lim Limits, c net.Conn, host string) *hearing {
	to, ok := remote(c)
	if r, is := env.(*row); !ok || is && r.diagnosed.Swap(true) {
		return nil
	}
	h := &hearing{done: make(chan struct{})}
	ctx, h.cancel = context.WithCancel(ctx)
	go func() {
		defer close(h.done)
		timer := time.NewTimer(lim.Second)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
			h.d = diagnose(ctx, env, lim, to, host)
		}
	}()
	return h
}

// stop ends it and returns what it found.
func (h *hearing) stop() diagnosis {
	if h == nil {
		return diagnosis{}
	}
	h.cancel()
	<-h.done
	return h.d
}

// remote is the address at the other end of c; false where c leads through a proxy.
func remote(c net.Conn) (netip.AddrPort, bool) {
	if _, through := c.(tunnelled); through {
		return netip.AddrPort{}, false
	}
	to, err := netip.ParseAddrPort(peerOf(c))
	return netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), err == nil
}

// clientHello is the first message of a handshake with that server.
func clientHello(ctx context.Context, env Env, host string) []byte {
	var w recorder
	_ = tls.Client(&w, greetingWay{}.config(env, host)).HandshakeContext(ctx)
	return w.sent
}

// recorder is a connection that keeps what is written and has nothing to read.
type recorder struct {
	net.Conn
	sent []byte
}

func (r *recorder) Write(b []byte) (int, error) {
	r.sent = append(r.sent, b...)
	return len(b), nil
}
func (*recorder) Read([]byte) (int, error)         { return 0, io.EOF }
func (*recorder) Close() error                     { return nil }
func (*recorder) SetDeadline(time.Time) error      { return nil }
func (*recorder) SetWriteDeadline(time.Time) error { return nil }

// cutter is the device that resets a connection once it has seen our first
// message: the reset comes before the packet gets as far as the server.
func cutter(ctx context.Context, env Env, lim Limits, to netip.AddrPort, host string) netip.Addr {
	hello := clientHello(ctx, env, host)
	if !traces(env) || len(hello) == 0 {
		return netip.Addr{}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*lim.Early)
	defer cancel()
	network := tcp(to.Addr())
	var cut, whole trail
	var wg sync.WaitGroup
	wg.Go(func() { cut = follow(ctx, env, lim, network, to, hello) })
	wg.Go(func() { whole = follow(ctx, env, lim, network, to, nil) })
	wg.Wait()
	if !cut.reset || cut.hop == 0 || cut.hop != cut.ends-1 || whole.ends <= cut.ends || whole.reset {
		return netip.Addr{}
	}
	return whole.path[cut.hop]
}
