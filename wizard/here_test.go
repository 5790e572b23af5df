package wizard

import (
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
)

// machineFS is a file system with text files.
func machineFS(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func realMakers(t *testing.T) *Makers {
	t.Helper()
	sub, err := fs.Sub(assets.FS, "makers")
	if err != nil {
		t.Fatal(err)
	}
	m, err := LoadMakers(sub)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	FE32A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	0132A8C0	0003	0	0	100	00000000	0	0	0
eth0	00000000	0932A8C0	0200	0	0	1	00000000	0	0	0
eth0	0032A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
`

const routes6 = `fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe80000000000000020000fffe000009 00000400 00000001 00000000 00000003     wlan0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe80000000000000020000fffe000001 00000064 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`

func TestDetectLinux(t *testing.T) {
	h := Detect(System{
		GOOS: "linux", Host: "sops-1", Makers: realMakers(t),
		Env: func(k string) string { return map[string]string{"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}[k] },
		Nets: []Iface{
			{"docker0", netip.MustParsePrefix("172.17.0.1/16")},
			{"eth0", netip.MustParsePrefix("fd00::10/64")},
			{"eth0", netip.MustParsePrefix("192.168.50.10/24")},
			{"wlan0", netip.MustParsePrefix("192.168.60.10/24")},
		},
		Root: machineFS(map[string]string{
			"etc/os-release":                     "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n",
			"proc/net/route":                     routes,
			"proc/net/ipv6_route":                routes6,
			"proc/net/arp":                       "IP address       HW type     Flags       HW address            Mask     Device\n192.168.50.1     0x1         0x2         2C:91:AB:12:34:56     *        eth0\n",
			"etc/resolv.conf":                    "# by systemd\nnameserver 127.0.0.53\noptions edns0\n",
			"run/systemd/resolve/resolv.conf":    "nameserver 192.168.50.1\nnameserver fe80::1%eth0\nnameserver none\n",
			"sys/class/dmi/id/sys_vendor":        "LENOVO\n",
			"proc/sys/kernel/osrelease":          "6.1.0-18-amd64\n",
			"run/cloud-init/cloud-id":            "nocloud\n",
			"sys/class/dmi/id/chassis_asset_tag": "No Asset Tag\n",
		}),
	}).Told(english(t))
	want := map[string][2]string{
		"OS": {h.OS, "Debian 12"}, "gateway": {h.Gateway.String(), "192.168.50.1"}, "IPv6 gateway": {h.Gateway6.String(), "fe80::200:ff:fe00:1"},
		"main": {h.Main.Prefix.String() + " " + h.Main.Name, "192.168.50.10/24 eth0"}, "MAC": {h.MAC, "2c:91:ab:12:34:56"},
		"router": {h.Router, "fritzbox"}, "why": {h.RouterWhy, "its hardware address belongs to AVM"}, "cloud": {h.Cloud, ""}, "container": {h.Container, ""},
	}
	for what, w := range want {
		if w[0] != w[1] {
			t.Errorf("%s: got %q, want %q", what, w[0], w[1])
		}
	}
	servers := []netip.AddrPort{netip.MustParseAddrPort("192.168.50.1:53"), netip.MustParseAddrPort("[fe80::1]:53")}
	if !slices.Equal(h.Resolvers, servers) {
		t.Errorf("name servers %v, want %v", h.Resolvers, servers)
	}
	if c, why := h.LikelyCase(); !h.SSH || c != rules.CaseLAN || why != "private" || h.Inside() {
		t.Errorf("ssh %v, case %s %s, inside %v", h.SSH, c, why, h.Inside())
	}
}

func TestDetectCloud(t *testing.T) {
	const dmi = "sys/class/dmi/id/"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"EC2 Nitro":           {map[string]string{dmi + "sys_vendor": "Amazon EC2\n"}, "aws"},
		"EC2 Xen":             {map[string]string{dmi + "bios_version": "4.11.amazon\n", dmi + "sys_vendor": "Xen\n"}, "aws"},
		"EC2 Xen without DMI": {map[string]string{"sys/hypervisor/uuid": "ec2e1916-9099-7caf-fd21-012345abcdef\n"}, "aws"},
		"Azure":               {map[string]string{dmi + "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77\n", dmi + "sys_vendor": "Microsoft Corporation\n"}, "azure"},
		"Hyper-V at home":     {map[string]string{dmi + "chassis_asset_tag": "1234\n", dmi + "sys_vendor": "Microsoft Corporation\n"}, ""},
		"Google":              {map[string]string{dmi + "product_name": "Google Compute Engine\n"}, "gcp"},
		"a Chromebook":        {map[string]string{dmi + "sys_vendor": "Google\n", dmi + "product_name": "Eve\n"}, ""},
		"DigitalOcean":        {map[string]string{dmi + "sys_vendor": "DigitalOcean\n"}, "digitalocean"},
		"Hetzner":             {map[string]string{dmi + "sys_vendor": "Hetzner\n", dmi + "product_name": "vServer\n"}, "hetzner"},
		"Vultr":               {map[string]string{dmi + "sys_vendor": "Vultr\n"}, "vultr"},
		"Linode":              {map[string]string{dmi + "sys_vendor": "Akamai\n"}, "linode"},
		"Oracle":              {map[string]string{dmi + "chassis_asset_tag": "OracleCloud.com\n"}, "oci"},
		"OVH":                 {map[string]string{dmi + "product_name": "OpenStack Nova\n", dmi + "sys_vendor": "OpenStack Foundation\n"}, vps},
		"a virtual PC":        {map[string]string{dmi + "sys_vendor": "QEMU\n", dmi + "product_name": "Standard PC (Q35 + ICH9, 2009)\n"}, ""},
		"cloud-init: AWS":     {map[string]string{"run/cloud-init/cloud-id": "aws-china\n"}, "aws"},
		"cloud-init: Google":  {map[string]string{"run/cloud-init/cloud-id": "gce\n"}, "gcp"},
		"cloud-init: LXD":     {map[string]string{"run/cloud-init/cloud-id": "lxd\n"}, ""},
		"cloud-init: none":    {map[string]string{"run/cloud-init/cloud-id": "none\n"}, ""},
		"hostile":             {map[string]string{dmi + "sys_vendor": "\x1b]0;x\x07Amazon EC2\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := Detect(System{GOOS: "linux", Root: machineFS(c.files), Nets: []Iface{{"eth0", netip.MustParsePrefix("10.0.0.5/24")}}})
			if h.Cloud != c.want {
				t.Errorf("cloud %q (%s), want %q", h.Cloud, h.CloudName, c.want)
			}
			wantCase := rules.CaseLAN
			if c.want != "" {
				wantCase = rules.CaseInternet
			}
			if got, _ := h.LikelyCase(); got != wantCase {
				t.Errorf("case %q, want %q", got, wantCase)
			}
			if c.want != "" && h.CloudName == "" {
				t.Error("the cloud has no name")
			}
		})
	}
}

func TestDetectContainers(t *testing.T) {
	route := func(gw string) string { // the default route by eth0
		return "Iface\n eth0 00000000 " + gw + " 0003 0 0 0 00000000 0 0 0\n"
	}
	for name, c := range map[string]struct {
		files     map[string]string
		net       string
		container string
		inside    bool
	}{
		"Docker's bridge":         {map[string]string{".dockerenv": "", "proc/net/route": route("010011AC")}, "172.17.0.2/16", "docker", true},
		"compose's bridge":        {map[string]string{".dockerenv": ""}, "192.168.16.3/20", "docker", true},
		"Docker, network of host": {map[string]string{".dockerenv": ""}, "192.168.50.10/24", "docker", false},
		"Podman":                  {map[string]string{"run/.containerenv": "engine=podman"}, "10.88.0.7/16", "podman", true},
		"LXC on a bridge":         {map[string]string{"run/systemd/container": "lxc\n"}, "192.168.50.10/24", "lxc", false},
		"WSL 2":                   {map[string]string{"proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}, "172.28.112.5/20", "wsl", true},
		"WSL, mirrored":           {map[string]string{"proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}, "192.168.50.10/24", "wsl", false},
		"a LAN like Docker's":     {nil, "172.17.0.2/16", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := Detect(System{GOOS: "linux", Root: machineFS(c.files), Nets: []Iface{{"eth0", netip.MustParsePrefix(c.net)}}})
			if h.Container != c.container || h.Inside() != c.inside {
				t.Errorf("container %q, inside %v; want %q, %v", h.Container, h.Inside(), c.container, c.inside)
			}
			d := testDeps(t)
			d.Here = h
			s := NewSession(d, Site{})
			if err := s.Answer(Answer{Choice: "new"}); err != nil {
				t.Fatal(err)
			}
			if got := len(s.Ask().Selected) == 0; got != c.inside {
				t.Errorf("no case proposed: %v, want %v", got, c.inside)
			}
			if err := s.Answer(Answer{Choice: "lan"}); err != nil {
				t.Fatal(err)
			}
			for s.Ask().ID != "addresses" {
				if err := s.Answer(reply(s.Ask(), rules.CaseLAN, "google")); err != nil {
					t.Fatal(err)
				}
			}
			i := slices.IndexFunc(s.Ask().Fields, func(f Field) bool { return f.ID == "lan_ip" })
			if v := s.Ask().Fields[i].Value; (v == "") != c.inside {
				t.Errorf("proposed LAN address %q, inside %v", v, c.inside)
			}
		})
	}
}

func TestDetectElsewhere(t *testing.T) {
	gw, dns := netip.MustParseAddr("192.168.178.1"), netip.MustParseAddr("192.168.178.2")
	for _, goos := range []string{"windows", "darwin"} {
		sys := System{GOOS: goos, Gateway: gw, Resolvers: []netip.Addr{dns}, Nets: []Iface{
			{"VirtualBox", netip.MustParsePrefix("192.168.56.1/24")}, {"Ethernet", netip.MustParsePrefix("192.168.178.20/24")},
		}}
		if goos == "darwin" {
			sys.Root = machineFS(map[string]string{"etc/resolv.conf": "nameserver 192.168.178.2\n"})
		}
		h := Detect(sys)
		if h.Main.Name != "Ethernet" || h.Gateway != gw || len(h.Resolvers) != 1 || h.Resolvers[0].Addr() != dns || h.Router != "fritzbox" {
			t.Errorf("%s: %+v", goos, h)
		}
		if want := map[string]string{"windows": "Windows", "darwin": "macOS"}[goos]; h.OS != want {
			t.Errorf("OS %q, want %q", h.OS, want)
		}
	}
	if h := Detect(System{GOOS: "linux"}); h.OS != "Linux" || h.Gateway.IsValid() || h.Main.Prefix.IsValid() {
		t.Errorf("nothing known: %+v", h)
	}
}

func TestMakers(t *testing.T) {
	m := realMakers(t)
	for mac, want := range map[string]string{
		"c4:ad:34:00:00:01": "mikrotik", "3c:a6:2f:00:00:01": "fritzbox", "24:5a:4c:00:00:01": "unifi", "00:1d:aa:00:00:01": "draytek", "02:00:00:00:00:01": "", "": "",
	} {
		if id, _ := m.router(mac, netip.Addr{}); id != want {
			t.Errorf("%s: %q, want %q", mac, id, want)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"no bars":     {"mikrotik c4ad34", "line 1: want router id"},
		"bad prefix":  {"mikrotik | MikroTik | C4AD34", `line 1: "C4AD34": want six`},
		"two makers":  {"a | A | c4ad34\nb | B | c4ad34", "line 2: c4ad34 is A already"},
		"large":       {strings.Repeat("#", maxMakers+1), "larger than"},
		"hostile id":  {"x\x1b | A | c4ad34", "line 1: want router id"},
		"empty maker": {"a | | c4ad34", "line 1: want router id"},
	} {
		if _, err := LoadMakers(machineFS(map[string]string{"makers.txt": c.text})); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// FuzzDetect: whatever is in the files, nothing breaks and nothing hidden comes out.
func FuzzDetect(f *testing.F) {
	f.Add(routes, routes6, "nameserver 127.0.0.53\nnameserver fe80::1%\x1b[2J\n", "Amazon EC2", "2c:91:ab:12:34:56")
	f.Add("", "", "", "\x1b[31m\u202e", "")
	f.Fuzz(func(t *testing.T, route, route6, resolv, vendor, mac string) {
		h := Detect(System{GOOS: "linux", Host: vendor, Nets: []Iface{{"eth0", netip.MustParsePrefix("192.168.50.10/24")}}, Root: machineFS(map[string]string{
			"proc/net/route": route, "proc/net/ipv6_route": route6, "etc/resolv.conf": resolv, "etc/os-release": "PRETTY_NAME=" + vendor,
			"sys/class/dmi/id/sys_vendor": vendor, "sys/class/dmi/id/product_name": "OpenStack " + vendor, "run/systemd/container": vendor,
			"proc/net/arp": "head\n192.168.50.1 0x1 0x2 " + mac + " * eth0\n",
		})})
		texts := []string{h.Host, h.OS, h.Container, h.CloudName, h.MAC, h.RouterWhy, h.Main.Name, h.Gateway.String(), h.Gateway6.String()}
		for _, r := range h.Resolvers {
			texts = append(texts, r.String())
		}
		for _, s := range texts {
			// What is no UTF-8 is shown as the replacement character.
			if strings.ContainsFunc(strings.ReplaceAll(s, "\uFFFD", ""), hidden) || len(s) > 4*factMax {
				t.Fatalf("hidden or too long: %q", s)
			}
		}
	})
}
