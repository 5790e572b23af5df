package check

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
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

// ask puts one question to one name server: two tries over a connected UDP
// socket, then TCP if the answer was cut. It returns when ctx ends.
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
	again := time.AfterFunc(lim.DNSRetry, func() { _, _ = c.Write(query) })
	defer again.Stop()
	buf := make([]byte, lim.DNSReply)
	for {
		size, err := c.Read(buf)
		if err != nil {
			return dnsReply{}, err
		}
		r, err := parseReply(buf[:size], id, q, lim)
		if err == nil {
			return r, nil
		}
	}
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
