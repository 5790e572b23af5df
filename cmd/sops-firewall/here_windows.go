package main

import (
	"errors"
	"net/netip"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// system asks Windows for its adapters; the one with the least metric counts.
func system() told {
	var t told
	best4, best6 := ^uint32(0), ^uint32(0)
	for a := adapters(); a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp || a.IfType == windows.IF_TYPE_SOFTWARE_LOOPBACK {
			continue
		}
		leads := false
		for g := a.FirstGatewayAddress; g != nil; g = g.Next {
			ip, ok := netip.AddrFromSlice(g.Address.IP())
			ip = ip.Unmap()
			switch {
			case !ok || ip.IsUnspecified():
			case ip.Is4() && a.Ipv4Metric < best4:
				t.gateway, best4, leads = ip, a.Ipv4Metric, true
			case ip.Is6() && a.Ipv6Metric < best6:
				t.gateway6, best6, leads = ip, a.Ipv6Metric, true
			}
		}
		if !leads {
			continue
		}
		var list []netip.Addr
		for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
			ip, ok := netip.AddrFromSlice(d.Address.IP())
			// fec0:: addresses are what Windows invents where IPv6 has no server.
			if ip = ip.Unmap(); ok && !netip.MustParsePrefix("fec0::/10").Contains(ip) {
				list = append(list, ip)
			}
		}
		t.resolvers = slices.Concat(list, t.resolvers)
	}
	return t
}

func adapters() *windows.IpAdapterAddresses {
	const flags = windows.GAA_FLAG_INCLUDE_GATEWAYS | windows.GAA_FLAG_SKIP_ANYCAST | windows.GAA_FLAG_SKIP_MULTICAST
	size := uint32(15 << 10) // what the documentation advises to begin with
	for range 4 {
		buf := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0])) //nolint:gosec // the call fills it
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, flags, 0, first, &size)
		if err == nil {
			return first
		}
		if !errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) {
			return nil
		}
	}
	return nil
}
