package wizard

import (
	"io/fs"
	"net/netip"
)

// System is what Detect may read; cmd fills it.
type System struct {
	Root fs.FS               // the machine's "/"; nil where there is none to read
	GOOS string              // runtime.GOOS
	Env  func(string) string // os.Getenv
	Host string              // os.Hostname
	Nets []Iface             // interfaces that are up
}

// Iface is one address of an interface that is up.
type Iface struct {
	Name   string
	Prefix netip.Prefix // address and size; not masked
}

// Here is what was found out about this computer. Nothing was asked over the network.
type Here struct {
	Host      string
	OS        string // "Debian 12", "Windows", "macOS"
	GOOS      string
	Container string // "docker", "lxc", …; empty for none
	Cloud     string // router id of the cloud: aws, azure, gcp, …; empty for none
	CloudName string
	Nets      []Iface
	Main      Iface // the address of the default route
	Gateway   netip.Addr
	Gateway6  netip.Addr
	MAC       string // the gateway's, from the neighbour table
	Resolvers []netip.AddrPort
	Router    string // likely router id; empty when unknown
	RouterWhy string
	SSH       bool // the terminal is at the other end of an SSH line
}

// Detect reads addresses, gateway, resolvers, cloud and container from files.
func Detect(sys System) Here { panic("not written yet") }
