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

// Dial opens a TCP connection or a connected UDP socket. It asks the kernel
// for ICMP errors, so that a device that rejects the connection is named: see
// ip(7), IP_RECVERR. net.Dialer closes a failed socket before that can be read.
func (e *Env) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	if !to.IsValid() {
		return nil, &net.AddrError{Err: "no address", Addr: to.String()}
	}
	if strings.HasPrefix(network, "udp") {
		return dialUDP(ctx, network, to)
	}
	c, err := dialTCP(ctx, netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), nil)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	return c, nil
}

// dialTCP connects. prepare may set options of the socket before.
func dialTCP(ctx context.Context, to netip.AddrPort, prepare func(fd, domain int) error) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	domain, sa, err := sockaddr(to)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	err = recvErr(fd, domain, 1)
	if err == nil && prepare != nil {
		err = prepare(fd, domain)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	err = unix.Connect(fd, sa)
	for errors.Is(err, unix.EINTR) {
		err = unix.EINPROGRESS // it goes on in the background, see connect(2)
	}
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		_ = unix.Close(fd)
		return nil, &check.PathError{Own: true, Err: os.NewSyscallError("connect", err)} // nobody else was asked
	}
	f := os.NewFile(uintptr(fd), "tcp") // hands the waiting to Go's poller
	defer func() { _ = f.Close() }()
	if err := await(ctx, f, domain); err != nil {
		return nil, err
	}
	// From here on an ICMP error is a passing trouble, as for every program.
	_ = recvErr(fd, domain, 0)
	return net.FileConn(f)
}

func sockaddr(to netip.AddrPort) (domain int, sa unix.Sockaddr, err error) {
	a := to.Addr()
	if a.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(to.Port()), Addr: a.As4()}, nil
	}
	s := &unix.SockaddrInet6{Port: int(to.Port()), Addr: a.As16()}
	if z := a.Zone(); z != "" {
		i, err := net.InterfaceByName(z)
		if err != nil {
			return 0, nil, err
		}
		s.ZoneId = uint32(i.Index)
	}
	return unix.AF_INET6, s, nil
}

// recvErr turns the error queue on or off; off empties it.
func recvErr(fd, domain, on int) error {
	if domain == unix.AF_INET6 {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, on))
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, on))
}

// await waits until the socket is connected, or why it will not be.
func await(ctx context.Context, f *os.File, domain int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = f.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var result error
	err = raw.Write(func(fd uintptr) bool {
		var done bool
		done, result = connected(int(fd), domain)
		return done
	})
	switch {
	case err == nil:
		return result
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// connected tells whether the connection attempt has ended, and how. The queue
// is read first: it may hold the reason while SO_ERROR is 0 already.
func connected(fd, domain int) (bool, error) {
	if pe := queued(fd, domain); pe != nil {
		return true, pe
	}
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return true, os.NewSyscallError("getsockopt", err)
	}
	if n != 0 {
		if pe := queued(fd, domain); pe != nil { // it came in between
			return true, pe
		}
		return true, os.NewSyscallError("connect", syscall.Errno(n))
	}
	if _, err := unix.Getpeername(fd); err == nil {
		return true, nil
	}
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	if _, err := unix.Poll(p, 0); err == nil && p[0].Revents&unix.POLLHUP != 0 && state(fd) == tcpClose {
		return true, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	return false, nil
}

// tcpClose is the kernel's state of a socket that has given up.
const tcpClose = 7

func state(fd int) uint8 {
	i, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return i.State
}

// dialUDP connects a UDP socket whose reads tell who rejected a packet.
func dialUDP(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	domain := unix.AF_INET6
	if to.Addr().Unmap().Is4() {
		domain = unix.AF_INET
	}
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		var err error
		if cerr := raw.Control(func(fd uintptr) { err = recvErr(int(fd), domain, 1) }); cerr != nil {
			return cerr
		}
		return err
	}}
	c, err := d.DialContext(ctx, network, to.String())
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UDPConn)
	if !ok {
		return c, nil
	}
	return &udpConn{UDPConn: u, domain: domain}, nil
}

// udpConn adds to the errors of reads and writes who sent them.
type udpConn struct {
	*net.UDPConn
	domain int
}

func (u *udpConn) Read(b []byte) (int, error) {
	n, err := u.UDPConn.Read(b)
	return n, u.who(err)
}

func (u *udpConn) Write(b []byte) (int, error) {
	n, err := u.UDPConn.Write(b)
	return n, u.who(err)
}

func (u *udpConn) who(err error) error {
	var no syscall.Errno
	if !errors.As(err, &no) {
		return err
	}
	raw, rerr := u.SyscallConn()
	if rerr != nil {
		return err
	}
	var pe *check.PathError
	if cerr := raw.Control(func(fd uintptr) { pe = queued(int(fd), u.domain) }); cerr != nil || pe == nil {
		return err
	}
	return pe
}

// Arrived tells whether the peer's system confirmed what was sent on c; known
// is false where nothing can be said.
func (e *Env) Arrived(c net.Conn) (all, known bool) {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return false, false
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return false, false
	}
	var info *unix.TCPInfo
	if cerr := raw.Control(func(fd uintptr) {
		info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	}); cerr != nil || err != nil {
		return false, false
	}
	// The SYN counts for one byte.
	return info.Bytes_acked > 1 || info.Total_retrans == 0, true
}
