package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// arpGives is how long Linux looks for a device in the LAN before it gives up.
const arpGives = 2500 * time.Millisecond

// The ICMP types that end a connection attempt.
const (
	icmpUnreachable  = 3
	icmpExceeded     = 11
	icmp6Unreachable = 1
	icmp6Exceeded    = 3
)

// thisComputer is the device when its own firewall said no.
const thisComputer = "this computer"

// reason tells what a dial error means to a firewall. device is who said so, if known.
func reason(err error, to netip.Addr, took time.Duration) (code Code, device string) {
	var pe *PathError
	if errors.As(err, &pe) {
		if !pe.Device.IsValid() {
			return untried(pe.Err)
		}
		if code = icmp(pe, to); pe.Own && code == TCPBlockedBy {
			return code, thisComputer
		}
		return code, pe.Device.String()
	}
	switch {
	case isTimeout(err):
		return TCPSilent, ""
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return TCPRefused, ""
	case errors.Is(err, syscall.EHOSTUNREACH):
		if took >= arpGives {
			return TCPLANAbsent, ""
		}
		return TCPNoHost, ""
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return TCPNoRoute, ""
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES): // a device on the way would have been named
		return TCPBlockedBy, thisComputer
	case errors.Is(err, syscall.ENOPROTOOPT):
		return TCPBlockedBy, ""
	}
	return TCPError, ""
}

// untried tells why this machine did not even try.
func untried(err error) (code Code, device string) {
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		return TCPBlockedBy, thisComputer
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EINVAL):
		return TCPNoRoute, ""
	case errors.Is(err, syscall.ECONNREFUSED): // of this machine's own addresses
		return TCPRefused, ""
	}
	return TCPError, ""
}

// icmp reads the ICMP error of a device on the way.
func icmp(e *PathError, to netip.Addr) Code {
	port, exceeded, away := false, false, false
	if to.Unmap().Is4() {
		port = e.Type == icmpUnreachable && e.Code == 3
		exceeded = e.Type == icmpExceeded
		away = e.Type == icmpUnreachable && (e.Code <= 1 || e.Code == 6 || e.Code == 7 || e.Code == 11 || e.Code == 12)
	} else {
		port = e.Type == icmp6Unreachable && e.Code == 4
		exceeded = e.Type == icmp6Exceeded
		away = e.Type == icmp6Unreachable && (e.Code == 0 || e.Code == 2 || e.Code == 3)
	}
	switch {
	case away && e.Own && e.Device.Unmap() != to.Unmap():
		return TCPLANAbsent // our own system looked for it in the LAN and gave up
	case port && e.Device.Unmap() == to.Unmap():
		return TCPRefused
	case exceeded, away:
		return TCPNoHost
	}
	return TCPBlockedBy // port unreachable of another device, or prohibited
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT) || errors.As(err, &ne) && ne.Timeout()
}

// isReset tells whether the far end, or something on the way, cut the connection.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, syscall.EPIPE)
}

// icmpName is the specification's name of an ICMP error, for the evidence:
// RFC 792, RFC 1812 (5.2.7.1) and RFC 4443.
func icmpName(e *PathError, to netip.Addr) string {
	v4 := map[uint8]string{
		0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
		5: "source route failed", 6: "network unknown", 7: "host unknown", 9: "network administratively prohibited",
		10: "host administratively prohibited", 11: "network unreachable for this service",
		12: "host unreachable for this service", 13: "administratively prohibited", 15: "precedence cut off",
	}
	v6 := map[uint8]string{
		0: "no route", 1: "administratively prohibited", 2: "beyond scope of the source address", 3: "address unreachable",
		4: "port unreachable", 5: "source address failed policy", 6: "route rejected",
	}
	switch is4 := to.Unmap().Is4(); {
	case is4 && e.Type == icmpUnreachable:
		return v4[e.Code]
	case is4 && e.Type == icmpExceeded, !is4 && e.Type == icmp6Exceeded:
		return "time exceeded"
	case !is4 && e.Type == icmp6Unreachable:
		return v6[e.Code]
	}
	return ""
}
