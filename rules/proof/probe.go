package proof

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Prober asks from outside whether one address is the listener that has the code.
type Prober struct {
	Code   Code
	Dial   func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) // for Probe alone
	Limits Limits                                                                         // the zero value means DefaultLimits
	LAN    bool                                                                           // private addresses may be probed: the user asked for it
}

// Verdict is what became of one port, as the prober sees it.
type Verdict string

// The verdicts.
const (
	Proven    Verdict = "proven"     // our listener answered, from outside
	Masked    Verdict = "masked"     // proven; the router hides the senders' addresses
	Inside    Verdict = "inside"     // our listener answered, but this computer is inside
	Stranger  Verdict = "stranger"   // it connects, and whoever answers does not have the code
	NoAnswer  Verdict = "no-answer"  // nothing came back
	Rejected  Verdict = "rejected"   // an error came back: Err tells which
	Cancelled Verdict = "cancelled"  // the caller stopped it
	Unlisted  Verdict = "wrong-port" // the proof speaks of another port: two forwards are crossed
)

// Outcome is the prober's result for one port and address.
type Outcome struct {
	Port    Port
	To      netip.Addr
	Verdict Verdict
	Source  netip.Addr   // of this computer, as the listener saw it; the network's public address
	Posts   []check.Post // of the listener's computer; without a proof none
	Said    []byte       // first bytes of a stranger, at most 64: hostile
	Err     error        // of the connection
	Took    time.Duration
	both    bool // the other family is asked too
}

// ErrTarget is an address that is never probed.
var ErrTarget = errors.New("that is no address on the Internet")

// CheckTarget refuses what a code must not make this computer talk to: itself,
// its link, groups and, unless lan is true, private networks.
func CheckTarget(a netip.Addr, lan bool) error {
	a = a.Unmap()
	switch {
	case !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return fmt.Errorf("%s: %w", a, ErrTarget)
	case !lan && (a.IsPrivate() || check.CarrierShared(a)):
		return fmt.Errorf("%s is an address inside a network: %w; give the public name or address", a, ErrTarget)
	}
	return nil
}

// Probe asks one port at one address. The caller has checked the address.
func (p Prober) Probe(ctx context.Context, port Port, to netip.Addr) Outcome {
	lim := p.Limits
	if lim == (Limits{}) {
		lim = DefaultLimits()
	}
	start := time.Now()
	o := Outcome{Port: port, To: to.Unmap()}
	k, err := p.Code.keys()
	if err != nil {
		o.Verdict, o.Err = Cancelled, err
		return o
	}
	limited, cancel := context.WithTimeout(ctx, lim.Probe)
	defer cancel()
	o.Verdict = p.ask(limited, lim, k, &o)
	if ctx.Err() != nil && o.Verdict != Proven && o.Verdict != Masked && o.Verdict != Inside {
		o.Verdict = Cancelled
	}
	o.Took = time.Since(start)
	return o
}

func network(p Proto, a netip.Addr) string {
	if a.Is4() {
		return p.String() + "4"
	}
	return p.String() + "6"
}

func (p Prober) ask(ctx context.Context, lim Limits, k keys, o *Outcome) Verdict {
	c, err := p.Dial(ctx, network(o.Port.Proto, o.To), netip.AddrPortFrom(o.To, o.Port.Number))
	if err != nil {
		return o.failed(ctx, err)
	}
	defer func() { _ = c.Close() }()
	return o.over(ctx, lim, k, c)
}

// over speaks the proof over an open connection and leaves it open.
func (o *Outcome) over(ctx context.Context, lim Limits, k keys, c net.Conn) Verdict {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	h := hello{id: k.id, proto: o.Port.Proto, port: o.Port.Number, dialed: o.To, both: o.both}
	if _, err := io.ReadFull(rand.Reader, h.nonce[:]); err != nil {
		o.Err = err
		return Cancelled
	}
	if l, err := netip.ParseAddrPort(c.LocalAddr().String()); err == nil {
		h.local = l.Addr().Unmap()
	}
	asked := h.marshal(k.hello)
	said, err := exchange(ctx, lim, c, o.Port.Proto, asked)
	a, ok := answer{}, false
	if err == nil {
		a, ok = parseAnswer(k, asked, said)
	}
	if !ok || a.nonceP != h.nonce {
		o.Said, o.Err = said[:min(len(said), 64)], err
		if o.Port.Proto == UDP {
			return o.failed(ctx, err)
		}
		return Stranger
	}
	o.Source, o.Posts = a.source.Addr(), a.posts
	if a.proto != o.Port.Proto || a.port != o.Port.Number {
		return Unlisted
	}
	done := doneFrame(k.done, asked, said, a.nonceL)
	_, _ = c.Write(done)
	if o.Port.Proto == UDP { // nobody answers DONE: say it so often that one gets there
		_, _ = c.Write(done)
		_, _ = c.Write(done)
	}
	switch a.seen {
	case check.SeenInside:
		return Inside
	case check.SeenMasked:
		return Masked
	default:
		return Proven
	}
}

// exchange sends HELLO and reads what comes back, up to the size of a proof. A
// datagram may get lost: it is sent again, which the listener knows.
func exchange(ctx context.Context, lim Limits, c net.Conn, proto Proto, asked []byte) ([]byte, error) {
	said := make([]byte, proofSize)
	if proto == TCP {
		if _, err := c.Write(asked); err != nil {
			return nil, err
		}
		n, err := io.ReadFull(c, said)
		return said[:n], err
	}
	var refused, last error
	for try := range tries {
		if ctx.Err() != nil {
			break
		}
		_, err := c.Write(asked) // which may bring the error of an earlier one
		if err == nil {
			_ = c.SetReadDeadline(time.Now().Add(lim.Probe / 16 << min(try, 1)))
			var n int
			if n, err = c.Read(said); err == nil {
				return said[:n], nil
			}
		}
		switch last = err; {
		case timeout(err):
		case refused != nil: // twice is no accident
			return nil, err
		default:
			refused = err
		}
	}
	if refused != nil { // devices on the way limit how often they say so
		return nil, refused
	}
	return nil, last
}

// tries is how often a datagram is sent before ctx ends it, which comes first.
const tries = 32

func timeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

func (o *Outcome) failed(ctx context.Context, err error) Verdict {
	o.Err = err
	if ctx.Err() != nil || timeout(err) {
		return NoAnswer
	}
	return Rejected
}
