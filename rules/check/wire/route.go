package wire

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// The flags of a route, as in the kernel's route.h.
const (
	routeUp     = 0x1
	routeReject = 0x200
)

// parseRoute4 reads /proc/net/route: the default route with the least metric.
// The kernel prints addresses as numbers of this machine's byte order.
func parseRoute4(r io.Reader, order binary.ByteOrder) route {
	var best route
	metric := uint64(1<<63 - 1)
	for line := range rows(r) {
		// Iface Destination Gateway Flags RefCnt Use Metric Mask …
		f := strings.Fields(line)
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		flags, ferr := strconv.ParseUint(f[3], 16, 32)
		m, merr := strconv.ParseUint(f[6], 10, 32)
		gw, gerr := strconv.ParseUint(f[2], 16, 32)
		if ferr != nil || merr != nil || gerr != nil || flags&routeUp == 0 || flags&routeReject != 0 || m >= metric {
			continue
		}
		metric, best = m, route{exists: true}
		if gw != 0 {
			var b [4]byte
			order.PutUint32(b[:], uint32(gw))
			best.gateway = netip.AddrFrom4(b)
		}
	}
	return best
}

// parseRoute6 reads /proc/net/ipv6_route in the same way; its addresses are in
// network order. The kernel always has an unreachable default on lo.
func parseRoute6(r io.Reader) route {
	var best route
	metric := uint64(1<<63 - 1)
	for line := range rows(r) {
		// dest len src len nexthop metric ref use flags iface
		f := strings.Fields(line)
		if len(f) < 10 || strings.Trim(f[0], "0") != "" || f[1] != "00" || f[9] == "lo" {
			continue
		}
		flags, ferr := strconv.ParseUint(f[8], 16, 32)
		m, merr := strconv.ParseUint(f[5], 16, 32)
		gw, gerr := hex.DecodeString(f[4])
		if ferr != nil || merr != nil || gerr != nil || len(gw) != 16 || flags&routeUp == 0 || flags&routeReject != 0 || m >= metric {
			continue
		}
		metric, best = m, route{exists: true}
		if a := netip.AddrFrom16([16]byte(gw)); !a.IsUnspecified() {
			if a.IsLinkLocalUnicast() {
				a = a.WithZone(f[9])
			}
			best.gateway = a
		}
	}
	return best
}

// leadsOut connects a UDP socket to an address far away, which sends nothing:
// it works only where there is a route, in whichever of the kernel's tables.
func leadsOut(family int) bool {
	to := "192.0.2.1:9"
	if family == 6 {
		to = "[2001:db8::1]:9"
	}
	c, err := net.Dial("udp", to) //nolint:noctx // nothing is waited for
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	local, err := netip.ParseAddrPort(c.LocalAddr().String())
	return err == nil && local.Addr().IsGlobalUnicast()
}
