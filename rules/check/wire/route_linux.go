package wire

import (
	"encoding/binary"
	"os"
)

func defaultRoutes() [2]route {
	var out [2]route
	if f, err := os.Open("/proc/thread-self/net/route"); err == nil {
		out[0] = parseRoute4(f, binary.NativeEndian)
		_ = f.Close()
	}
	if f, err := os.Open("/proc/thread-self/net/ipv6_route"); err == nil {
		out[1] = parseRoute6(f)
		_ = f.Close()
	}
	for i, family := range []int{4, 6} {
		// A VPN's route may be in another table than the main one.
		out[i].exists = out[i].exists || leadsOut(family)
	}
	return out
}
