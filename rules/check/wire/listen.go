package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// Held says why a port could not be opened.
type Held string

// The reasons.
const (
	HeldByProgram Held = "program" // a program of this computer listens there
	HeldByRights  Held = "rights"  // this user may not open ports below 1024
	HeldByError   Held = "error"   // anything else
)

// ListenTCP opens a port on all addresses of this computer, IPv4 and IPv6 apart:
// a port that is free in one family only is held. held is empty when it worked.
// The caller closes the listeners.
func ListenTCP(ctx context.Context, port uint16) (open []net.Listener, held Held, err error) {
	var lc net.ListenConfig
	at := ":" + strconv.Itoa(int(port))
	for _, network := range []string{"tcp4", "tcp6"} {
		l, lerr := lc.Listen(ctx, network, at)
		if lerr == nil {
			open = append(open, l)
			continue
		}
		if network == "tcp6" && noFamily(lerr) && len(open) > 0 {
			break // a computer without IPv6
		}
		for _, l := range open {
			_ = l.Close()
		}
		return nil, why(lerr), lerr
	}
	return open, "", nil
}

// ListenUDP opens a port on each of this computer's addresses, which must not be
// empty: an answer has to come from the address that was asked, and a socket for
// all addresses would pick one. held is empty when it worked on all but those
// that are not of this computer any more. The caller closes the sockets.
func ListenUDP(ctx context.Context, port uint16, at []netip.Addr) (open []net.PacketConn, held Held, err error) {
	var lc net.ListenConfig
	for _, a := range at {
		network := "udp6"
		if a.Unmap().Is4() {
			network = "udp4"
		}
		c, lerr := lc.ListenPacket(ctx, network, netip.AddrPortFrom(a.Unmap(), port).String())
		switch {
		case lerr == nil:
			open = append(open, c)
			continue
		case noFamily(lerr):
			err = lerr
			continue
		}
		for _, c := range open {
			_ = c.Close()
		}
		return nil, why(lerr), lerr
	}
	if len(open) == 0 {
		return nil, HeldByError, err
	}
	return open, "", nil
}

func noFamily(err error) bool {
	return errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EPROTONOSUPPORT)
}

func why(err error) Held {
	switch {
	case inUse(err):
		return HeldByProgram
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return HeldByRights
	}
	return HeldByError
}
