package wizard

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"io/fs"
	"net/netip"
	"slices"
	"strconv"
	"strings"
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

// maxRead bounds every file that is looked at, in bytes.
const maxRead = 64 << 10

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
	h.Main = mainNet(h.Nets, dev, h.Gateway)
	h.Resolvers = r.resolvers()
	h.MAC = r.neighbour(h.Gateway)
	h.Container = r.container()
	h.Cloud, h.CloudName = r.cloud()
	if h.Cloud == "" && h.Container == "" {
		h.Router, h.RouterWhy = likelyRouter(h.MAC, h.Gateway)
	}
	return h
}

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

// gateway4 reads /proc/net/route: addresses are hexadecimal in host order of a
// little-endian machine.
func (m machine) gateway4() (gw netip.Addr, dev string) {
	best := -1
	for _, f := range m.fields("proc/net/route", 1) {
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
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
			binary.LittleEndian.PutUint32(b[:], uint32(raw))
			gw = netip.AddrFrom4(b)
		}
	}
	return gw, dev
}

// gateway6 reads /proc/net/ipv6_route.
func (m machine) gateway6() netip.Addr {
	for _, f := range m.fields("proc/net/ipv6_route", 0) {
		if len(f) < 10 || strings.Trim(f[0], "0") != "" || f[1] != "00" || f[9] == "lo" {
			continue
		}
		raw, err := hex.DecodeString(f[4])
		if a, ok := netip.AddrFromSlice(raw); err == nil && ok && !a.IsUnspecified() {
			return a
		}
	}
	return netip.Addr{}
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
			if a, err := netip.ParseAddr(f[1]); err == nil && len(out) < 8 {
				out = append(out, netip.AddrPortFrom(a, 53))
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

func (m machine) container() string {
	exists := func(name string) bool {
		if m.root == nil {
			return false
		}
		_, err := fs.Stat(m.root, name)
		return err == nil
	}
	switch {
	case exists(".dockerenv"):
		return "docker"
	case exists("run/.containerenv"):
		return "podman"
	}
	return m.word("run/systemd/container")
}

// cloud reads the maker's names that clouds leave in the firmware tables. The
// names are those of canonical/cloud-init, ds-identify.
func (m machine) cloud() (id, name string) {
	const dmi = "sys/class/dmi/id/"
	vendor, product, tag := m.word(dmi+"sys_vendor"), m.word(dmi+"product_name"), m.word(dmi+"chassis_asset_tag")
	bios := m.word(dmi + "bios_version")
	known := []struct {
		yes      bool
		id, name string
	}{
		{vendor == "Amazon EC2" || strings.HasSuffix(bios, ".amazon"), "aws", "Amazon AWS"},
		{tag == "7783-7084-3265-9085-8269-3286-77", "azure", "Microsoft Azure"},
		{product == "Google Compute Engine", "gcp", "Google Cloud"},
		{vendor == "DigitalOcean", "digitalocean", "DigitalOcean"},
		{vendor == "Hetzner", "hetzner", "Hetzner"},
		{vendor == "Vultr", "vultr", "Vultr"},
		{vendor == "Akamai" || vendor == "Linode", "linode", "Akamai Linode"},
		{tag == "OracleCloud.com", "oci", "Oracle Cloud"},
		{vendor == "Scaleway" || vendor == "UpCloud" || strings.HasPrefix(product, "OpenStack") || strings.HasPrefix(tag, "OpenStack") ||
			product == "Alibaba Cloud ECS" || tag == "OpenTelekomCloud" || tag == "HUAWEICLOUD", "vps-generic", firstText(vendor, "a cloud")},
	}
	for _, k := range known {
		if k.yes {
			return k.id, k.name
		}
	}
	return "", ""
}

// mikrotikPrefixes are the first half of hardware addresses registered by
// Mikrotikls and Routerboard.com in the public IEEE registry.
var mikrotikPrefixes = []string{
	"00:0c:42", "04:f4:1c", "08:55:31", "18:fd:74", "2c:c8:1b", "48:8f:5a", "48:a9:8a", "4c:5e:0c", "64:d1:54", "6c:3b:6b",
	"74:4d:28", "78:9a:18", "b8:69:f4", "c4:ad:34", "cc:2d:e0", "d0:ea:11", "d4:01:c3", "d4:ca:6d", "dc:2c:6e", "e4:8d:8c", "f4:1e:57",
}

// likelyRouter guesses the brand from the gateway's hardware address, else from
// the address that only one brand ships with.
func likelyRouter(mac string, gw netip.Addr) (id, why string) {
	for _, p := range mikrotikPrefixes {
		if strings.HasPrefix(mac, p) {
			return "mikrotik", "its hardware address belongs to MikroTik"
		}
	}
	for addr, id := range map[string]string{"192.168.178.1": "fritzbox", "192.168.88.1": "mikrotik"} {
		if gw.IsValid() && gw.String() == addr {
			return id, addr + " is the address this brand ships with"
		}
	}
	return "", ""
}
