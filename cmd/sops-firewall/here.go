package main

import (
	"net"
	"net/netip"
	"os"
	"runtime"

	"github.com/syncsign/sops-firewall/rules/check/wire"
	"github.com/syncsign/sops-firewall/wizard"
)

// told is what a system tells of its network in another way than by files.
type told struct {
	gateway, gateway6 netip.Addr
	resolvers         []netip.Addr
}

// here reads this computer.
func (a *app) here() wizard.Here {
	t := system()
	sys := wizard.System{
		GOOS: runtime.GOOS, Env: a.env, Nets: interfaces(),
		Gateway: t.gateway, Gateway6: t.gateway6, Resolvers: t.resolvers,
	}
	if host, err := os.Hostname(); err == nil {
		sys.Host = host
	}
	sys.Only6 = wire.Only6()
	if runtime.GOOS != "windows" {
		sys.Root = os.DirFS("/")
	}
	if m, err := wizard.LoadMakers(sub("makers")); err == nil { // without it no brand is guessed
		sys.Makers = m
	}
	return wizard.Detect(sys)
}

// interfaces are the addresses in use, without loopback and link-local ones.
func interfaces() []wizard.Iface {
	list, err := net.Interfaces()
	if err != nil {
		return nil // nothing found out; the wizard asks
	}
	var out []wizard.Iface
	for _, i := range list {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, addr := range addrs {
			p, err := netip.ParsePrefix(addr.String())
			if err != nil || p.Addr().IsLinkLocalUnicast() {
				continue
			}
			out = append(out, wizard.Iface{Name: i.Name, Prefix: p})
		}
	}
	return out
}
