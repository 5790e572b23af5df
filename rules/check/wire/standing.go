package wire

import (
	"net"
	"net/netip"

	"github.com/syncsign/sops-firewall/rules/host"
)

// Standing is what stands on this computer now: it is read anew at each call.
func (e *Env) Standing() host.Standing {
	s := host.Stand(systemFiles(), Only6())
	s.Own = ownAddrs()
	return s
}

// ownAddrs are this computer's addresses; none where the system does not tell.
func ownAddrs() []netip.Addr {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr().Unmap().WithZone(""))
		}
	}
	return out
}
