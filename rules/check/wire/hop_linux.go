package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Hop sends a packet of the flow with that time to live, and tells what came
// back: nil from the target, *check.PathError from a device on the way, a
// reset, or the context's error for silence. Over TCP the packet is the one
// that opens the connection, or hello on a connection that is open already;
// over UDP it is hello. A *check.PathError on an open connection has no Device.
func (e *Env) Hop(ctx context.Context, network string, to netip.AddrPort, ttl int, hello []byte) error {
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	domain := unix.AF_INET6
	if to.Addr().Is4() {
		domain = unix.AF_INET
	}
	if strings.HasPrefix(network, "tcp") && hello == nil {
		c, err := dialTCP(ctx, to, func(fd, domain int) error { return setTTL(fd, domain, ttl) })
		if err == nil {
			err = c.Close()
		}
		return err
	}
	var c net.Conn
	var err error
	if strings.HasPrefix(network, "tcp") {
		c, err = dialTCP(ctx, to, nil)
	} else {
		c, err = dialUDP(ctx, network, to)
	}
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := onSocket(c, func(fd int) error {
		return errors.Join(recvErr(fd, domain, 1), setTTL(fd, domain, ttl))
	}); err != nil {
		return err
	}
	if _, err = c.Write(hello); err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	err = blame(ctx, c, domain, err)
	var pe *check.PathError
	if errors.Is(err, unix.EHOSTUNREACH) && !errors.As(err, &pe) {
		// On an open connection the kernel tells that a packet ended, not where.
		return &check.PathError{Type: map[int]uint8{unix.AF_INET: 11, unix.AF_INET6: 3}[domain], Err: unix.EHOSTUNREACH}
	}
	return err
}

// blame adds to an error who sent it, if the socket's queue tells.
func blame(ctx context.Context, c net.Conn, domain int, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	var no syscall.Errno
	if !errors.As(err, &no) {
		return err
	}
	var pe *check.PathError
	if errors.As(err, &pe) {
		return err
	}
	if serr := onSocket(c, func(fd int) error { pe = queued(fd, domain); return nil }); serr != nil || pe == nil {
		return err
	}
	return pe
}

func onSocket(c net.Conn, f func(fd int) error) error {
	s, ok := c.(syscall.Conn)
	if !ok {
		return errors.ErrUnsupported
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = f(int(fd)) }); cerr != nil {
		return cerr
	}
	return err
}

func setTTL(fd, domain, ttl int) error {
	if domain == unix.AF_INET6 {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS, ttl))
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TTL, ttl))
}

// smallSegment is the TCP payload of packets that pass every line: what every
// host must take over IPv4 (RFC 791), less the headers.
const smallSegment = 536

// DialClamped is Dial over TCP with small segments in both directions.
func (e *Env) DialClamped(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	c, err := dialTCP(ctx, netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), func(fd, _ int) error {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_MAXSEG, smallSegment))
	})
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	return c, nil
}
