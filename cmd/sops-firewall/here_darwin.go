package main

import (
	"net/netip"
	"syscall"

	"golang.org/x/net/route"
)

// system reads the kernel's routing table.
func system() told {
	var t told
	rib, err := route.FetchRIB(syscall.AF_UNSPEC, route.RIBTypeRoute, 0)
	if err != nil {
		return t
	}
	msgs, err := route.ParseRIB(route.RIBTypeRoute, rib)
	if err != nil {
		return t
	}
	for _, m := range msgs {
		r, ok := m.(*route.RouteMessage)
		if !ok || r.Flags&syscall.RTF_UP == 0 || r.Flags&syscall.RTF_GATEWAY == 0 || len(r.Addrs) <= syscall.RTAX_NETMASK || !isDefault(r.Addrs) {
			continue
		}
		switch gw := r.Addrs[syscall.RTAX_GATEWAY].(type) {
		case *route.Inet4Addr:
			if !t.gateway.IsValid() {
				t.gateway = netip.AddrFrom4(gw.IP)
			}
		case *route.Inet6Addr:
			if !t.gateway6.IsValid() {
				t.gateway6 = netip.AddrFrom16(gw.IP)
			}
		}
	}
	return t
}

// isDefault tells whether a route leads everywhere.
func isDefault(addrs []route.Addr) bool {
	switch dst := addrs[syscall.RTAX_DST].(type) {
	case *route.Inet4Addr:
		mask, ok := addrs[syscall.RTAX_NETMASK].(*route.Inet4Addr)
		return dst.IP == [4]byte{} && (!ok || mask.IP == [4]byte{})
	case *route.Inet6Addr:
		mask, ok := addrs[syscall.RTAX_NETMASK].(*route.Inet6Addr)
		return dst.IP == [16]byte{} && (!ok || mask.IP == [16]byte{})
	}
	return false
}
