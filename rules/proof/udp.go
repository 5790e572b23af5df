package proof

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// pending are the UDP exchanges that wait for DONE.
type pending struct {
	mu   sync.Mutex
	list map[netip.AddrPort]waiting
}

type waiting struct {
	asked, said []byte
	a           answer
	until       time.Time
}

// datagrams answers HELLOs that come in one packet. The answer has the length
// of the question, and only the holder of the code gets one: a forged sender's
// address hits its victim with no more than was spent.
func (w *serving) datagrams(ctx context.Context, at Port, c net.PacketConn) {
	p := &pending{list: map[netip.AddrPort]waiting{}}
	buf := make([]byte, helloSize+1) // one more tells what is too long
	for ctx.Err() == nil {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond): // an ICMP error of an earlier answer
			}
			continue
		}
		source, err := netip.ParseAddrPort(from.String())
		if err != nil {
			continue
		}
		source = netip.AddrPortFrom(source.Addr().Unmap(), source.Port())
		switch n {
		case doneSize:
			if a, ok := p.done(w.s, buf[:n], source); ok {
				w.arrived(ctx, arrival(a), a.asked.both)
			}
		case helloSize:
			w.greet(p, c, from, append([]byte{}, buf[:n]...), at, source)
		}
	}
}

func (w *serving) greet(p *pending, c net.PacketConn, to net.Addr, asked []byte, at Port, source netip.AddrPort) {
	if said, again := p.again(asked, source); again { // the answer got lost on the way
		_, _ = c.WriteTo(said, to)
		return
	}
	a, ok := w.s.hello(asked, at, source)
	if !ok {
		return
	}
	said := a.marshal(w.s.keys.proof, asked)
	p.add(source, waiting{asked, said, a, w.s.now().Add(w.s.lim.Done)}, w.s)
	_, _ = c.WriteTo(said, to)
}

// maxPending bounds the exchanges under way on one socket.
const maxPending = 64

func (p *pending) add(source netip.AddrPort, x waiting, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.list) >= maxPending {
		for k, v := range p.list {
			if v.until.Before(s.now()) {
				delete(p.list, k)
			}
		}
	}
	if len(p.list) < maxPending {
		p.list[source] = x
	}
}

// again finds the answer to a HELLO that came before from the same sender.
func (p *pending) again(asked []byte, source netip.AddrPort) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.list[source]
	return x.said, ok && string(x.asked) == string(asked)
}

func (p *pending) done(s *session, b []byte, source netip.AddrPort) (answer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.list[source]
	if !ok || !isDone(s.keys, x.asked, x.said, b, x.a.nonceL) {
		return answer{}, false
	}
	delete(p.list, source)
	return x.a, true
}
