package check

import (
	"cmp"
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// freshSockets bounds the second tries to one name server that have a socket
// of their own at a time; the others go over the line again.
const freshSockets = 8

// dnsLine is one socket to a name server that all rows of a Run ask through:
// forty names are not eighty sockets, and wait for no pace.
type dnsLine struct {
	conn  net.Conn
	fresh chan struct{}

	mu   sync.Mutex
	wait map[uint16]chan<- []byte
	err  error         // why nothing comes any more
	dead chan struct{} // closed with err
}

// line is the line to that server, opened on the first use.
func (s *shared) line(server netip.AddrPort) *dnsLine {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[server]
	if l != nil {
		return l
	}
	l = &dnsLine{wait: map[uint16]chan<- []byte{}, dead: make(chan struct{}), fresh: make(chan struct{}, freshSockets)}
	s.lines[server] = l
	c, err := s.Env.Dial(s.ctx, udp(server.Addr()), server) // a UDP socket waits for nobody
	if err != nil {
		l.err = err
		close(l.dead)
		return l
	}
	l.conn = c
	s.beside.Go(func() { l.read(s.lim.DNSReply) })
	return l
}

// read hands each packet to whoever asked under its ID.
func (l *dnsLine) read(size int) {
	buf := make([]byte, size)
	for {
		n, err := l.conn.Read(buf)
		l.mu.Lock()
		if err != nil {
			l.err = err
			close(l.dead)
			l.mu.Unlock()
			return
		}
		if n >= 2 {
			select {
			case l.wait[binary.BigEndian.Uint16(buf)] <- append([]byte(nil), buf[:n]...):
			default: // nobody waits for it, or it floods
			}
		}
		l.mu.Unlock()
	}
}

// expect has packets under that ID sent to ch; it is false where somebody
// else has a question under way with the same ID.
func (l *dnsLine) expect(id uint16, ch chan<- []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wait[id] != nil {
		return false
	}
	l.wait[id] = ch
	return true
}

func (l *dnsLine) forget(id uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.wait, id)
}

// close ends the reading.
func (l *dnsLine) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// askLine puts a question over the line. From the second try on it has a socket
// of its own: a router may have lost its entry for the line.
func (s *shared) askLine(ctx context.Context, lim Limits, server netip.AddrPort, query []byte, id uint16, q dnsmessage.Question) (dnsReply, error) {
	l := s.line(server)
	ch := make(chan []byte, 4)
	if l.conn == nil || !l.expect(id, ch) {
		return askUDP(ctx, s.Env, lim, server, query, id, q)
	}
	defer l.forget(id)
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	_, _ = l.conn.Write(query) // who refuses it, refuses the socket of its own too
	type result struct {
		r   dnsReply
		err error
	}
	own := make(chan result, 1)
	timer := time.NewTimer(lim.DNSRetry)
	defer timer.Stop()
	var bad error
	for {
		select {
		case b := <-ch:
			if r, err := parseReply(b, id, q, lim); err == nil {
				return r, nil
			}
			if ours(b, id) {
				bad = errBadReply
			}
		case r := <-own:
			return r.r, r.err
		case <-timer.C:
			select {
			case l.fresh <- struct{}{}:
				wg.Go(func() {
					defer func() { <-l.fresh }()
					r, err := askUDP(ctx, s.Env, lim, server, query, id, q)
					own <- result{r, err}
				})
			default:
				_, _ = l.conn.Write(query)
				timer.Reset(lim.DNSRetry)
			}
		case <-l.dead: // it may have been one packet's fault
			return askUDP(ctx, s.Env, lim, server, query, id, q)
		case <-ctx.Done():
			return dnsReply{}, cmp.Or(bad, ctx.Err())
		}
	}
}
