package wizard

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"io/fs"
	"net/netip"
	"strconv"
	"strings"
)

// machine reads small text files of a system; what is missing is empty.
type machine struct{ root fs.FS }

func (m machine) read(name string) string {
	if m.root == nil {
		return ""
	}
	f, err := m.root.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxRead))
	if err != nil {
		return ""
	}
	return string(data)
}

// word is a file's only line, clean.
func (m machine) word(name string) string { return clean(strings.TrimSpace(m.read(name))) }

// fields are the words of every line but the first skip ones.
func (m machine) fields(name string, skip int) [][]string {
	var out [][]string
	sc := bufio.NewScanner(bytes.NewReader([]byte(m.read(name))))
	for sc.Scan() {
		if f := strings.Fields(sc.Text()); len(f) > 0 {
			out = append(out, f)
		}
	}
	return out[min(skip, len(out)):]
}

func (m machine) osName(goos string) string {
	switch goos {
	case "windows":
		return "Windows"
	case "darwin":
		return "macOS"
	}
	vars := map[string]string{}
	for line := range strings.Lines(m.read("etc/os-release")) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			vars[k] = strings.Trim(v, `"'`)
		}
	}
	name := strings.Replace(vars["PRETTY_NAME"], " GNU/Linux", "", 1)
	if i := strings.IndexByte(name, '('); i > 0 {
		name = strings.TrimSpace(name[:i])
	}
	if name = clean(name); name == "" {
		return "Linux"
	}
	return name
}

// The flags of a route, as in the kernel's route.h.
const (
	routeUp     = 0x1
	routeReject = 0x200
)

func usableRoute(flags string) bool {
	n, err := strconv.ParseUint(flags, 16, 32)
	return err == nil && n&routeUp != 0 && n&routeReject == 0
}

// gateway4 reads /proc/net/route, whose addresses are numbers in this machine's
// byte order: the default route with the least metric.
func (m machine) gateway4() (gw netip.Addr, dev string) {
	best := -1
	for _, f := range m.fields("proc/net/route", 1) {
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" || !usableRoute(f[3]) {
			continue
		}
		metric, err := strconv.Atoi(f[6])
		raw, err2 := strconv.ParseUint(f[2], 16, 32)
		if err != nil || err2 != nil || best >= 0 && metric >= best {
			continue
		}
		best, dev = metric, clean(f[0])
		gw = netip.Addr{}
		if raw != 0 {
			var b [4]byte
			binary.NativeEndian.PutUint32(b[:], uint32(raw))
			gw = netip.AddrFrom4(b)
		}
	}
	return gw, dev
}

// gateway6 reads /proc/net/ipv6_route in the same way.
func (m machine) gateway6() (gw netip.Addr) {
	best := uint64(1 << 32)
	for _, f := range m.fields("proc/net/ipv6_route", 0) {
		// dest len src len nexthop metric ref use flags iface
		if len(f) < 10 || strings.Trim(f[0], "0") != "" || f[1] != "00" || f[9] == "lo" || !usableRoute(f[8]) {
			continue
		}
		metric, err := strconv.ParseUint(f[5], 16, 32)
		raw, err2 := hex.DecodeString(f[4])
		if a, ok := netip.AddrFromSlice(raw); err == nil && err2 == nil && ok && !a.IsUnspecified() && metric < best {
			gw, best = a, metric
		}
	}
	return gw
}

// mainNet is the address other devices know this computer by.
func mainNet(nets []Iface, dev string, gw netip.Addr) Iface {
	score := func(n Iface) int {
		switch {
		case gw.IsValid() && n.Prefix.Contains(gw):
			return 3
		case dev != "" && n.Name == dev && n.Prefix.Addr().Is4():
			return 2
		case n.Prefix.Addr().Is4() && dev == "":
			return 1
		}
		return 0
	}
	var best Iface
	for _, n := range nets {
		if s := score(n); s > 0 && (!best.Prefix.IsValid() || s > score(best)) {
			best = n
		}
	}
	return best
}

// resolvers reads resolv.conf, and the real servers behind systemd's own stub.
func (m machine) resolvers() []netip.AddrPort {
	read := func(name string) []netip.AddrPort {
		var out []netip.AddrPort
		for _, f := range m.fields(name, 0) {
			if f[0] != "nameserver" || len(f) < 2 {
				continue
			}
			// A zone may be any text; the servers shown need none.
			if a, err := netip.ParseAddr(f[1]); err == nil && len(out) < maxResolvers {
				out = append(out, netip.AddrPortFrom(a.Unmap().WithZone(""), 53))
			}
		}
		return out
	}
	list := read("etc/resolv.conf")
	if len(list) == 1 && list[0].Addr() == netip.AddrFrom4([4]byte{127, 0, 0, 53}) {
		if behind := read("run/systemd/resolve/resolv.conf"); len(behind) > 0 {
			return behind
		}
	}
	return list
}

// neighbour is the hardware address of an IPv4 neighbour, from /proc/net/arp.
func (m machine) neighbour(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	for _, f := range m.fields("proc/net/arp", 1) {
		if len(f) >= 4 && f[0] == a.String() && f[3] != "00:00:00:00:00:00" && len(f[3]) == 17 {
			return clean(strings.ToLower(f[3]))
		}
	}
	return ""
}
