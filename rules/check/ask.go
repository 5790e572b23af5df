package check

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// udp and tcp are the networks of an address's family.
func udp(a netip.Addr) string {
	if a.Unmap().Is4() {
		return "udp4"
	}
	return "udp6"
}

func tcp(a netip.Addr) string {
	if a.Unmap().Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// ask puts one question to one name server: tries over connected UDP sockets, then TCP if the answer was cut. It returns when ctx ends.
func ask(ctx context.Context, env Env, lim Limits, server netip.AddrPort, q dnsmessage.Question) (dnsReply, error) {
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails
	n := binary.BigEndian.Uint16(id[:])
	query, err := packQuery(n, q)
	if err != nil {
		return dnsReply{}, err
	}
	var r dnsReply
	if s := sharedOf(env); s != nil {
		r, err = s.askLine(ctx, lim, server, query, n, q)
	} else {
		r, err = askUDP(ctx, env, lim, server, query, n, q)
	}
	if err == nil && r.Truncated {
		return askTCP(ctx, env, lim, server, query, n, q)
	}
	return r, err
}

func askUDP(ctx context.Context, env Env, lim Limits, server netip.AddrPort, query []byte, id uint16, q dnsmessage.Question) (dnsReply, error) {
	c, err := env.Dial(ctx, udp(server.Addr()), server)
	if err != nil {
		return dnsReply{}, err
	}
	defer func() { _ = c.Close() }()
	defer bound(ctx, c)()
	if _, err := c.Write(query); err != nil {
		return dnsReply{}, err
	}
	defer every(lim.DNSRetry, func() { _, _ = c.Write(query) })()
	buf := make([]byte, lim.DNSReply)
	var bad error
	for {
		size, err := c.Read(buf)
		if err != nil {
			return dnsReply{}, cmp.Or(bad, err)
		}
		r, err := parseReply(buf[:size], id, q, lim)
		if err == nil {
			return r, nil
		}
		if ours(buf[:size], id) { // the true answer may still come
			bad = errBadReply
		}
	}
}

// every does f again and again until stop, which waits for it.
func every(d time.Duration, f func()) (stop func()) {
	tick, end := time.NewTicker(d), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-tick.C:
				f()
			case <-end:
				return
			}
		}
	})
	return func() {
		tick.Stop()
		close(end)
		wg.Wait()
	}
}

// ours tells whether the packet is an answer under our ID.
func ours(b []byte, id uint16) bool {
	return len(b) > 2 && binary.BigEndian.Uint16(b) == id && b[2]&0x80 != 0
}

func askTCP(ctx context.Context, env Env, lim Limits, server netip.AddrPort, query []byte, id uint16, q dnsmessage.Question) (dnsReply, error) {
	c, err := env.Dial(ctx, tcp(server.Addr()), server)
	if err != nil {
		return dnsReply{}, err
	}
	defer func() { _ = c.Close() }()
	defer bound(ctx, c)()
	return talkTCP(c, lim, query, id, q)
}

// talkTCP asks over a stream, where each message has its length before it.
func talkTCP(c net.Conn, lim Limits, query []byte, id uint16, q dnsmessage.Question) (dnsReply, error) {
	msg := binary.BigEndian.AppendUint16(nil, uint16(len(query)))
	if _, err := c.Write(append(msg, query...)); err != nil {
		return dnsReply{}, err
	}
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return dnsReply{}, err
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if n > lim.DNSReply {
		return dnsReply{}, errBadReply
	}
	buf := make([]byte, n)
	if _, err := io.ReadFull(c, buf); err != nil {
		return dnsReply{}, err
	}
	r, err := parseReply(buf, id, q, lim)
	if err == nil && r.Truncated {
		return dnsReply{}, errBadReply
	}
	return r, err
}
