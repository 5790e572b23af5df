package proof

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Listener answers HELLOs of one code on the ports it is given. Its zero value
// but for Code works.
type Listener struct {
	Code   Code
	Here   Here
	Page   PhonePage        // what a phone's browser gets to see
	Posts  []check.Post     // what the prober is told of this computer's ports; those beyond maxPosts are not
	Limits Limits           // the zero value means DefaultLimits
	Now    func() time.Time // nil means time.Now
}

// Sockets are what a Listener works on: opened by the caller, closed by Serve.
// The port is that of the rule; a test may listen on another.
type Sockets struct {
	TCP map[Port][]net.Listener
	UDP map[Port][]net.PacketConn
}

// Close closes all of them.
func (s Sockets) Close() {
	for _, l := range s.TCP {
		for _, c := range l {
			_ = c.Close()
		}
	}
	for _, l := range s.UDP {
		for _, c := range l {
			_ = c.Close()
		}
	}
}

// ErrGuessed ends a session that somebody tried to guess into.
var ErrGuessed error = check.Say("problems.proof.guessed")

// ErrOver ends a session whose time is up.
var ErrOver error = check.Say("problems.proof.over")

// Serve answers until ctx ends, the session's life is over, or somebody guesses;
// the error tells which. It sends every arrival to out, which the caller must
// read, and returns when nothing of it is left running. It does not close out.
func (l Listener) Serve(ctx context.Context, s Sockets, out chan<- Arrival) error {
	defer s.Close()
	lim := l.Limits
	if lim == (Limits{}) {
		lim = DefaultLimits()
	}
	k, err := l.Code.keys()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lim.Life, ErrOver)
	defer cancel()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	now := l.Now
	if now == nil {
		now = time.Now
	}
	w := &serving{
		s: &session{
			keys: k, here: l.Here, posts: l.Posts, lim: lim, now: now, random: rand.Reader, close: func() { fail(ErrGuessed) },
			seen: map[nonce]bool{}, phones: map[Port]bool{}, sources: map[netip.Addr]*bucket{},
		},
		slots: make(chan struct{}, lim.Conns), out: out, html: l.Page,
	}
	defer context.AfterFunc(ctx, s.Close)()
	for p, list := range s.TCP {
		for _, ln := range list {
			w.wg.Go(func() { w.accept(ctx, p, ln) })
		}
	}
	for p, list := range s.UDP {
		for _, c := range list {
			w.wg.Go(func() { w.datagrams(ctx, p, c) })
		}
	}
	<-ctx.Done()
	s.Close()
	w.wg.Wait()
	return context.Cause(ctx)
}

type serving struct {
	s     *session
	slots chan struct{}
	out   chan<- Arrival
	html  PhonePage
	pairs pairs
	wg    sync.WaitGroup
}

// tell hands an arrival on; at the session's end only if there is room for it.
func (w *serving) tell(ctx context.Context, a Arrival) {
	select {
	case w.out <- a:
		return
	default:
	}
	select {
	case w.out <- a:
	case <-ctx.Done():
	}
}

// accept takes connections. What is over the limits is closed at once, unread.
func (w *serving) accept(ctx context.Context, at Port, ln net.Listener) {
	for ctx.Err() == nil {
		c, err := ln.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			select { // out of descriptors, or a peer that left: try again, without spinning
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		source, err := netip.ParseAddrPort(c.RemoteAddr().String())
		if err != nil || !w.s.admit(source.Addr()) {
			_ = c.Close()
			continue
		}
		select {
		case w.slots <- struct{}{}:
			w.wg.Go(func() {
				defer func() { <-w.slots }()
				stop := context.AfterFunc(ctx, func() { _ = c.Close() })
				defer stop()
				w.conn(ctx, at, c, source)
				_ = c.Close()
			})
		default:
			_ = c.Close()
		}
	}
}

// conn reads one HELLO, or a phone's request. To everybody else it says
// nothing, and closes when the time for a HELLO is over, whatever was sent.
func (w *serving) conn(ctx context.Context, at Port, c net.Conn, source netip.AddrPort) {
	end := time.Now().Add(w.s.lim.Hello)
	_ = c.SetDeadline(end)
	r := bufio.NewReaderSize(io.LimitReader(c, int64(w.s.lim.Header)), 256)
	first, err := r.Peek(1)
	if err != nil {
		return
	}
	if first[0] == 'G' {
		seen := w.s.here.judge(source.Addr(), netip.Addr{})
		if w.page(r, c, at, seen) {
			w.arrived(ctx, Arrival{Port: at, Way: ByPhone, Source: source.Addr().Unmap(), Seen: seen}, false)
			return
		}
		silence(c)
		return
	}
	asked := make([]byte, helloSize)
	if _, err := io.ReadFull(r, asked); err != nil {
		return
	}
	a, ok := w.s.hello(asked, at, source)
	if !ok {
		silence(c)
		return
	}
	said := a.marshal(w.s.keys.proof, asked)
	if _, err := c.Write(said); err != nil {
		return
	}
	_ = c.SetDeadline(time.Now().Add(w.s.lim.Done))
	done := make([]byte, doneSize)
	if _, err := io.ReadFull(r, done); err != nil || !isDone(w.s.keys, asked, said, done, a.nonceL) {
		return
	}
	w.arrived(ctx, arrival(a), a.asked.both)
}

// arrival is what a finished exchange tells.
func arrival(a answer) Arrival {
	return Arrival{
		Port: Port{a.proto, a.port}, Way: ByProgram, Source: a.source.Addr(), Dialed: a.asked.dialed, Seen: a.seen,
	}
}

// silence reads until the deadline and throws it away: wrong and empty input
// end the same way.
func silence(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
