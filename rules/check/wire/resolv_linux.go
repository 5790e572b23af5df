package wire

import (
	"net/netip"
	"os"
)

// systemResolvers are those of resolv.conf. Without any the C library asks
// this machine itself; we say that there is none.
func systemResolvers() []netip.AddrPort {
	f, err := os.Open("/etc/resolv.conf")
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	return parseResolv(f)
}

// hosts looks into the hosts file.
func hosts(host string) []netip.Addr {
	f, err := os.Open("/etc/hosts")
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	return parseHosts(f, host)
}
