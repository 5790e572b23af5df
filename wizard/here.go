package wizard

import (
	"io/fs"
	"net/netip"
	"slices"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/host"
)

// System is what Detect may read; cmd fills it.
type System struct {
	Root fs.FS               // the machine's "/"; nil where there is none to read
	GOOS string              // runtime.GOOS
	Env  func(string) string // os.Getenv
	Host string              // os.Hostname
	Nets []Iface             // interfaces that are up

	// What the system tells in another way than by files; invalid for nothing.
	Gateway, Gateway6 netip.Addr
	Resolvers         []netip.Addr

	Only6 []uint16 // ports whose IPv6 listeners take no IPv4; nil where nobody tells

	Makers *Makers // of hardware addresses; nil knows none
}

// Iface is one address of an interface that is up.
type Iface struct {
	Name   string
	Prefix netip.Prefix // address and size; not masked
}

// Here is what was found out about this computer. Detect asks nothing over the
// network; what the router tells is added by Session.Looked.
type Here struct {
	Host      string
	OS        string // "Debian 12", "Windows", "macOS"
	GOOS      string
	Container string // "docker", "lxc", "wsl", …; empty for none
	Cloud     string // router id of the cloud: aws, azure, gcp, …; empty for none
	CloudName string // in words; see Told
	Nets      []Iface
	Main      Iface // the address of the default route
	Gateway   netip.Addr
	Gateway6  netip.Addr
	MAC       string // the gateway's, from the neighbour table
	Resolvers []netip.AddrPort
	Router    string        // likely router id; empty when unknown
	RouterWhy string        // in words; see Told
	WAN       netip.Addr    // the router's address on the Internet, if it told; see Looked
	WANBy     string        // how it told: "UPnP", "NAT-PMP"
	NoWAN     bool          // it was asked, and says that it has none
	Looking   bool          // the router is being asked right now
	Stands    host.Standing // what listens here, what Docker publishes
	Shield    host.Firewall // of this computer itself
	SSH       bool          // the terminal is at the other end of an SSH line

	why remark // what speaks for Router
}

// maxResolvers bounds the name servers shown.
const maxResolvers = 8

// maxRead bounds every file that is looked at, in bytes.
const maxRead = 64 << 10

// Inside tells whether the addresses are those of a network that exists in this
// computer alone (Docker's, Podman's or WSL's own): no other device knows them.
func (h Here) Inside() bool {
	p := h.Main.Prefix
	in := func(net string, bits int) bool {
		return p.Bits() == bits && netip.MustParsePrefix(net).Contains(p.Addr())
	}
	switch h.Container {
	case "docker": // the pools that the daemon is born with
		return in("172.16.0.0/12", 16) || in("192.168.0.0/16", 20)
	case "podman":
		return in("10.88.0.0/16", 16) || in("10.89.0.0/16", 24)
	case "wsl":
		return in("172.16.0.0/12", 20)
	}
	return false
}

// LikelyCase is the deployment that this computer's addresses speak for; empty
// when nothing does. why is a key of questions.case.because.
func (h Here) LikelyCase() (c rules.Case, why string) {
	main := h.Main.Prefix.Addr()
	switch {
	case h.Cloud != "":
		return rules.CaseInternet, "cloud"
	case h.Inside() || !main.IsValid():
		return "", ""
	case main.IsPrivate():
		return rules.CaseLAN, "private"
	case main.Is4() && usable(main) == nil && !check.CarrierShared(main):
		return rules.CaseInternet, "public"
	}
	return "", ""
}

// Detect reads addresses, gateway, resolvers, cloud and container from files.
func Detect(sys System) Here {
	r := machine{sys.Root}
	h := Here{Host: clean(sys.Host), GOOS: sys.GOOS, Nets: slices.Clone(sys.Nets)}
	if sys.Env != nil {
		h.SSH = sys.Env("SSH_CONNECTION") != "" || sys.Env("SSH_TTY") != ""
	}
	h.OS = r.osName(sys.GOOS)
	var dev string
	h.Gateway, dev = r.gateway4()
	h.Gateway6 = r.gateway6()
	if !h.Gateway.IsValid() {
		h.Gateway = sys.Gateway
	}
	if !h.Gateway6.IsValid() {
		h.Gateway6 = sys.Gateway6
	}
	h.Main = mainNet(h.Nets, dev, h.Gateway)
	h.Resolvers = r.resolvers()
	for _, a := range sys.Resolvers {
		if len(h.Resolvers) < maxResolvers && !slices.Contains(h.Resolvers, netip.AddrPortFrom(a, 53)) {
			h.Resolvers = append(h.Resolvers, netip.AddrPortFrom(a, 53))
		}
	}
	h.MAC = r.neighbour(h.Gateway)
	h.Container = r.container()
	h.Cloud, h.CloudName = r.cloud()
	h.Stands = host.Stand(sys.Root, sys.Only6)
	inside := h.Container != "" && h.Container != "wsl"
	if inside {
		h.Stands.Docker.State = host.DockerUnknown // it runs outside
	}
	h.Shield = h.Stands.Shields(sys.Root, sys.GOOS, inside)
	if h.Cloud == "" && !h.Inside() {
		h.Router, h.why = sys.Makers.router(h.MAC, h.Gateway)
	}
	return h
}

// Told is h with what was found out in words.
func (h Here) Told(w *Words) Here {
	if h.Cloud != "" && h.CloudName == "" {
		h.CloudName = w.Say("text.a-cloud")
	}
	if h.why.key != "" {
		h.RouterWhy = w.Text("gateway."+h.why.key, h.why.facts)
	}
	return h
}
