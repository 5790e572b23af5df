package wire

import (
	"net/netip"
	"os"
)

// Absent is the device of this network that a packet to that address needs and
// that does not answer: the address itself, or the gateway. It is known for
// IPv4 only.
func (e *Env) Absent(to netip.Addr) (who netip.Addr, known bool) {
	f, err := os.Open("/proc/thread-self/net/arp")
	if err != nil {
		return netip.Addr{}, false
	}
	defer func() { _ = f.Close() }()
	gone := parseNeighbours(f)
	for _, a := range []netip.Addr{to.Unmap(), e.routes[0].gateway} {
		if gone[a] && to.Unmap().Is4() {
			return a, true
		}
	}
	return netip.Addr{}, false
}
