package host

import (
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Listener is a TCP socket that waits for connections.
type Listener struct {
	Addr  netip.Addr // unspecified: all addresses of its family
	Port  uint16
	Only6 bool // an IPv6 one that takes no IPv4
}

// Reach is from where a port of this computer can be reached, as far as its
// listeners decide.
type Reach string

// The reaches; they are words of JSON and key the texts.
const (
	ReachUnknown  Reach = "unknown"  // the system does not tell
	ReachNone     Reach = "none"     // nothing listens
	ReachAll      Reach = "all"      // on all addresses
	ReachIPv4     Reach = "ipv4"     // on all IPv4 addresses, and none of IPv6
	ReachIPv6     Reach = "ipv6"     // on all IPv6 addresses, and none of IPv4
	ReachSome     Reach = "some"     // on some addresses of this computer alone
	ReachLoopback Reach = "loopback" // from this computer itself alone
)

// Port is what listens on one port.
type Port struct {
	Number uint16
	Reach  Reach
	Addrs  []netip.Addr // where, sorted
	Docker []netip.Addr // where Docker publishes it, as its helper programs show
}

// At tells what listens on a port.
func (s Standing) At(port uint16) Port {
	p := Port{Number: port, Reach: ReachUnknown}
	for _, d := range s.Docker.Published {
		if d.Port == port && !slices.Contains(p.Docker, d.Addr) {
			p.Docker = append(p.Docker, d.Addr)
		}
	}
	if !s.Listed {
		return p
	}
	var any4, any6, both, some bool
	for _, l := range s.Listeners {
		if l.Port != port {
			continue
		}
		if !slices.Contains(p.Addrs, l.Addr) {
			p.Addrs = append(p.Addrs, l.Addr)
		}
		switch {
		case l.Addr.IsUnspecified() && l.Addr.Is4():
			any4 = true
		case l.Addr.IsUnspecified():
			any6, both = true, both || !l.Only6
		case !l.Addr.IsLoopback():
			some = true
		}
	}
	slices.SortFunc(p.Addrs, netip.Addr.Compare)
	switch {
	case len(p.Addrs) == 0:
		p.Reach = ReachNone
	case both, any4 && any6:
		p.Reach = ReachAll
	case any4:
		p.Reach = ReachIPv4
	case any6:
		p.Reach = ReachIPv6
	case some:
		p.Reach = ReachSome
	default:
		p.Reach = ReachLoopback
	}
	return p
}

// listening is the state of a waiting socket in the kernel's tables.
const listening = "0A"

// listeners reads /proc/net/tcp and tcp6. A system without IPv6 has no tcp6.
func listeners(root fs.FS, only6 []uint16) (list []Listener, ok bool) {
	never4 := false // what new IPv6 sockets do if their program says nothing
	if data, ok := read(root, "proc/sys/net/ipv6/bindv6only", maxSmall); ok {
		never4 = strings.TrimSpace(string(data)) == "1"
	}
	add := func(line string) {
		// sl local_address rem_address st …
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != listening {
			return
		}
		at, ok := kernelAddr(f[1])
		if !ok {
			return
		}
		l := Listener{Addr: at.Addr().Unmap(), Port: at.Port()}
		if at.Addr().Is6() && !at.Addr().Is4In6() {
			l.Only6 = never4 || slices.Contains(only6, l.Port)
		}
		list = append(list, l)
	}
	ok = lines(root, "proc/net/tcp", maxTable, add)
	six := lines(root, "proc/net/tcp6", maxTable, add)
	return list, ok || six
}

// kernelAddr reads "0100007F:1F90": the address in words of this machine's byte
// order, the port as a number.
func kernelAddr(s string) (at netip.AddrPort, ok bool) {
	host, port, _ := strings.Cut(s, ":")
	raw, err := hex.DecodeString(host)
	n, err2 := strconv.ParseUint(port, 16, 16)
	if err != nil || err2 != nil || len(raw)%4 != 0 {
		return at, false
	}
	for i := 0; i < len(raw); i += 4 {
		binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
	}
	a, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(a, uint16(n)), ok
}
