package wire

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// maxAnswers bounds the datagrams of one Search that are looked at.
const maxAnswers = 64

// Search sends a datagram to every address, twice since nobody confirms it, and
// hands each answer to each, until ctx ends. It opens one socket without a
// peer: devices answer a question to a group from their own address.
func (e *Env) Search(ctx context.Context, datagram []byte, to []netip.AddrPort, each func(from netip.AddrPort, answer []byte)) error {
	var lc net.ListenConfig
	c, err := lc.ListenPacket(ctx, "udp4", ":0")
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	send := func() {
		for _, a := range to {
			_, _ = c.WriteTo(datagram, net.UDPAddrFromAddrPort(a)) // a network without groups answers with an error: nobody is there
		}
	}
	send()
	again := time.AfterFunc(400*time.Millisecond, send)
	defer again.Stop()
	buf := make([]byte, 2048)
	for range maxAnswers {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if a, err := netip.ParseAddrPort(from.String()); err == nil {
			each(netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), buf[:n])
		}
	}
	return nil
}
