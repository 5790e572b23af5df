package wire

import (
	"io"
	"net/netip"
	"strings"
)

// parseNeighbours reads /proc/net/arp: the addresses of this network that the
// kernel asked for and nobody answered.
func parseNeighbours(r io.Reader) map[netip.Addr]bool {
	out := map[netip.Addr]bool{}
	for line := range rows(r) {
		// IP address, HW type, Flags, HW address, Mask, Device
		f := strings.Fields(line)
		if len(f) < 4 || f[2] != "0x0" {
			continue
		}
		if a, err := netip.ParseAddr(f[0]); err == nil {
			out[a] = true
		}
	}
	return out
}
