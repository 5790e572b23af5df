package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) detectCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "detect",
		Short: "Tells what was found out about this computer and its router",
		Long: `Tells what was found out about this computer: addresses, gateway, name servers,
cloud, container. It reads files only and sends nothing over the network.`,
		Example: "  sops-firewall detect",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			h := a.here()
			if format == "json" {
				return a.printJSON(h)
			}
			return a.print(hereText(h))
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// here reads this computer.
func (a *app) here() wizard.Here {
	sys := wizard.System{GOOS: runtime.GOOS, Env: a.env, Nets: interfaces()}
	if host, err := os.Hostname(); err == nil {
		sys.Host = host
	}
	if runtime.GOOS == "linux" {
		sys.Root = os.DirFS("/")
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

func hereText(h wizard.Here) string {
	var b strings.Builder
	line := func(label, value string) {
		if value == "" {
			value = "not found out"
		}
		_, _ = fmt.Fprintf(&b, "%-16s %s\n", label, value)
	}
	line("This computer", strings.Trim(h.Host+", "+h.OS, ", "))
	for _, n := range h.Nets {
		line("Address", fmt.Sprintf("%s on %s", n.Prefix, n.Name))
	}
	line("Gateway", addrText(h.Gateway))
	if h.Gateway6.IsValid() {
		line("Gateway (IPv6)", addrText(h.Gateway6))
	}
	var dns []string
	for _, r := range h.Resolvers {
		dns = append(dns, r.Addr().String())
	}
	line("Name servers", strings.Join(dns, ", "))
	switch {
	case h.Cloud != "":
		line("Cloud", h.CloudName)
	default:
		line("Cloud", "none found")
	}
	if h.Container != "" {
		line("Container", h.Container)
	}
	if h.Router != "" {
		line("Likely router", h.Router+": "+h.RouterWhy)
	} else {
		line("Likely router", "unknown")
	}
	return b.String()
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
