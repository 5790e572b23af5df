package wire

import (
	"encoding/binary"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check"
)

// queued takes the next ICMP error from the socket's error queue; nil if there is none.
func queued(fd, domain int) *check.PathError {
	var data [256]byte
	var oob [512]byte
	more := true
	for n := 0; more && n < 8; n++ { // what is no ICMP error is dropped
		_, n, _, _, err := unix.Recvmsg(fd, data[:], oob[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		msgs, _ := unix.ParseSocketControlMessage(oob[:max(n, 0)]) // none if it is malformed
		more = err == nil
		for _, m := range msgs {
			v4 := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
			v6 := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
			if !v4 && !v6 {
				continue
			}
			if pe := parseExtended(m.Data); pe != nil {
				pe.Own = pe.Device == own(fd, domain)
				return pe
			}
		}
	}
	return nil
}

// extendedSize is the size of the kernel's struct sock_extended_err.
const extendedSize = 16

// parseExtended reads a struct sock_extended_err and the address after it; nil
// if it is no error that a device sent.
func parseExtended(b []byte) *check.PathError {
	if len(b) < extendedSize+8 {
		return nil
	}
	no, origin := binary.NativeEndian.Uint32(b), b[4]
	if no == 0 || origin != unix.SO_EE_ORIGIN_ICMP && origin != unix.SO_EE_ORIGIN_ICMP6 {
		return nil
	}
	pe := &check.PathError{Type: b[5], Code: b[6], Err: syscall.Errno(no)}
	sa := b[extendedSize:]
	switch binary.NativeEndian.Uint16(sa) {
	case unix.AF_INET:
		pe.Device = netip.AddrFrom4([4]byte(sa[4:8]))
	case unix.AF_INET6:
		if len(sa) < 24 {
			return nil
		}
		pe.Device = netip.AddrFrom16([16]byte(sa[8:24])).Unmap()
	default:
		return nil
	}
	return pe
}

// own is the socket's local address.
func own(fd, domain int) netip.Addr {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.Addr{}
	}
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		if domain == unix.AF_INET {
			return netip.AddrFrom4(a.Addr)
		}
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(a.Addr).Unmap()
	}
	return netip.Addr{}
}
