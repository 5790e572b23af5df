package host

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a file tree of names and texts in turn.
func tree(files ...string) fstest.MapFS {
	t := fstest.MapFS{}
	for i := 0; i+1 < len(files); i += 2 {
		t[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return t
}

// cmdline is a command line as the kernel shows it.
func cmdline(args ...string) string { return strings.Join(args, "\x00") + "\x00" }

const tableHead = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

// socket is a line of the kernel's table.
func socket(at, state string) string {
	a := netip.MustParseAddrPort(at)
	raw := a.Addr().AsSlice()
	var hex strings.Builder
	for i := 0; i < len(raw); i += 4 {
		fmt.Fprintf(&hex, "%08X", binary.NativeEndian.Uint32(raw[i:]))
	}
	return fmt.Sprintf("   0: %s:%04X 00000000:0000 %s 00000000:00000000 00:00000000 00000000     0        0 12345\n", hex.String(), a.Port(), state)
}

func TestAt(t *testing.T) {
	for name, c := range map[string]struct {
		tcp, tcp6 []string
		only6     []uint16
		sysctl    string
		want      Reach
		addrs     string
	}{
		"nothing":          {want: ReachNone},
		"all IPv4":         {tcp: []string{"0.0.0.0:443"}, want: ReachIPv4, addrs: "[0.0.0.0]"},
		"both families":    {tcp6: []string{"[::]:443"}, want: ReachAll, addrs: "[::]"},
		"two sockets":      {tcp: []string{"0.0.0.0:443"}, tcp6: []string{"[::]:443"}, only6: []uint16{443}, want: ReachAll, addrs: "[0.0.0.0 ::]"},
		"IPv6 alone":       {tcp6: []string{"[::]:443"}, only6: []uint16{443}, want: ReachIPv6, addrs: "[::]"},
		"by the system":    {tcp6: []string{"[::]:443"}, sysctl: "1\n", want: ReachIPv6, addrs: "[::]"},
		"loopback":         {tcp: []string{"127.0.0.1:443"}, want: ReachLoopback, addrs: "[127.0.0.1]"},
		"loopback of both": {tcp: []string{"127.0.0.53:443"}, tcp6: []string{"[::1]:443"}, want: ReachLoopback, addrs: "[127.0.0.53 ::1]"},
		"mapped loopback":  {tcp6: []string{"[::ffff:127.0.0.1]:443"}, want: ReachLoopback, addrs: "[127.0.0.1]"},
		"one address":      {tcp: []string{"192.168.50.10:443", "127.0.0.1:443"}, want: ReachSome, addrs: "[127.0.0.1 192.168.50.10]"},
		"another port":     {tcp: []string{"0.0.0.0:444"}, want: ReachNone},
	} {
		t.Run(name, func(t *testing.T) {
			t4, t6 := tableHead+socket("0.0.0.0:22", "0A")+socket("10.0.0.1:443", "01"), tableHead+"garbage\n"
			for _, a := range c.tcp {
				t4 += socket(a, "0A")
			}
			for _, a := range c.tcp6 {
				t6 += socket(a, "0A")
			}
			root := tree("proc/net/tcp", t4, "proc/net/tcp6", t6, "proc/sys/net/ipv6/bindv6only", c.sysctl)
			p := Stand(root, c.only6).At(443)
			addrs := ""
			if len(p.Addrs) > 0 {
				addrs = fmt.Sprint(p.Addrs)
			}
			if p.Reach != c.want || addrs != c.addrs {
				t.Errorf("got %s at %s, want %s at %s", p.Reach, addrs, c.want, c.addrs)
			}
		})
	}
}

func TestAtUnknown(t *testing.T) {
	for name, s := range map[string]Standing{"no files": Stand(nil, nil), "no tables": Stand(tree("etc/hostname", "x"), nil)} {
		if p := s.At(443); p.Reach != ReachUnknown {
			t.Errorf("%s: got %s, want unknown", name, p.Reach)
		}
	}
}

func TestDocker(t *testing.T) {
	init, dockerd := cmdline("/sbin/init"), cmdline("/usr/bin/dockerd", "-H", "fd://")
	proxy := func(ip, port string) string {
		return cmdline("/usr/bin/docker-proxy", "-proto", "tcp", "-host-ip", ip, "-host-port", port, "-container-ip", "172.18.0.2", "-container-port", "443", "-use-listen-fd")
	}
	for name, c := range map[string]struct {
		root fstest.MapFS
		want DockerState
		on   string
	}{
		"none":            {tree("proc/1/cmdline", init, "proc/2/cmdline", ""), DockerNone, ""},
		"published":       {tree("proc/1/cmdline", init, "proc/9/cmdline", dockerd, "proc/10/cmdline", proxy("0.0.0.0", "443"), "proc/11/cmdline", proxy("::", "443")), DockerShown, "[0.0.0.0 ::]"},
		"for itself":      {tree("proc/1/cmdline", init, "proc/10/cmdline", proxy("127.0.0.1", "443")), DockerShown, "[127.0.0.1]"},
		"another port":    {tree("proc/1/cmdline", init, "proc/10/cmdline", proxy("127.0.0.1", "80")), DockerShown, ""},
		"udp":             {tree("proc/1/cmdline", init, "proc/9/cmdline", dockerd, "proc/10/cmdline", strings.Replace(proxy("0.0.0.0", "443"), "tcp", "udp", 1)), DockerHidden, ""},
		"without helpers": {tree("proc/1/cmdline", init, "proc/9/cmdline", dockerd), DockerHidden, ""},
		"by its settings": {tree("proc/1/cmdline", init, "proc/9/cmdline", dockerd, "proc/10/cmdline", proxy("0.0.0.0", "443"), "etc/docker/daemon.json", `{"userland-proxy": false}`), DockerHidden, "[0.0.0.0]"},
		"by its socket":   {tree("proc/1/cmdline", init, "run/docker.sock", ""), DockerHidden, ""},
		"hidden":          {tree("proc/77/cmdline", cmdline("bash"), "run/docker.sock", ""), DockerUnknown, ""},
		"hostile":         {tree("proc/1/cmdline", init, "proc/10/cmdline", cmdline("docker-proxy", "-host-ip", "$(x)", "-host-port", "99999999999")), DockerNone, ""},
	} {
		d := Stand(c.root, nil)
		on := ""
		if p := d.At(443).Docker; len(p) > 0 {
			on = fmt.Sprint(p)
		}
		if d.Docker.State != c.want || on != c.on {
			t.Errorf("%s: got %q on %q, want %q on %q", name, d.Docker.State, on, c.want, c.on)
		}
	}
}

func TestShields(t *testing.T) {
	const init, modules = "/sbin/init\x00", "ext4 1 0 - Live 0x0\n"
	filter := modules + "nf_tables 1 0 - Live 0x0\n"
	all := tree("proc/1/cmdline", init, "proc/modules", modules)
	with := func(files ...string) fstest.MapFS {
		t := tree("proc/1/cmdline", init, "proc/modules", filter)
		for name, f := range tree(files...) {
			t[name] = f
		}
		return t
	}
	for name, c := range map[string]struct {
		root      fstest.MapFS
		goos      string
		container bool
		want      Firewall
	}{
		"none":              {root: all, want: Firewall{State: FirewallNone}},
		"a filter":          {root: with(), want: Firewall{State: FirewallPerhaps}},
		"ufw":               {root: with("etc/ufw/ufw.conf", "# x\nENABLED=yes\n", "etc/default/ufw", "DEFAULT_OUTPUT_POLICY=\"ACCEPT\"\n"), want: Firewall{State: FirewallActive, Names: []string{"ufw"}, Out: WayOpen}},
		"ufw, shut":         {root: with("etc/ufw/ufw.conf", "ENABLED=yes\n", "etc/default/ufw", "DEFAULT_OUTPUT_POLICY=\"REJECT\"\n"), want: Firewall{State: FirewallActive, Names: []string{"ufw"}, Out: WayClosed}},
		"ufw, off":          {root: tree("proc/1/cmdline", init, "proc/modules", modules, "etc/ufw/ufw.conf", "ENABLED=no\n"), want: Firewall{State: FirewallNone}},
		"ufw, hidden":       {root: with("etc/ufw/other", ""), want: Firewall{State: FirewallUnknown, Why: UnknownFiles}},
		"firewalld":         {root: with("proc/8/cmdline", cmdline("/usr/bin/python3", "-s", "/usr/sbin/firewalld", "--nofork")), want: Firewall{State: FirewallActive, Names: []string{"firewalld"}}},
		"firewalld, ended":  {root: with("etc/systemd/system/multi-user.target.wants/firewalld.service", ""), want: Firewall{State: FirewallPerhaps}},
		"firewalld, edited": {root: with("proc/8/cmdline", cmdline("vim", "/usr/sbin/firewalld")), want: Firewall{State: FirewallPerhaps}},
		"nftables":          {root: with("etc/systemd/system/sysinit.target.wants/nftables.service", ""), want: Firewall{State: FirewallActive, Names: []string{"nftables"}}},
		"iptables, OpenRC":  {root: with("etc/runlevels/default/iptables", ""), want: Firewall{State: FirewallActive, Names: []string{"iptables"}}},
		"two":               {root: with("etc/ufw/ufw.conf", "ENABLED=yes\n", "etc/systemd/system/multi-user.target.wants/netfilter-persistent.service", ""), want: Firewall{State: FirewallActive, Names: []string{"ufw", "iptables"}}},
		"no modules":        {root: tree("proc/1/cmdline", init), want: Firewall{State: FirewallUnknown, Why: UnknownFiles}},
		"container":         {root: all, container: true, want: Firewall{State: FirewallUnknown, Why: UnknownContainer}},
		"windows":           {root: all, goos: "windows", want: Firewall{State: FirewallUnknown, Why: UnknownSystem}},
	} {
		goos := c.goos
		if goos == "" {
			goos = "linux"
		}
		f := Stand(c.root, nil).Shields(c.root, goos, c.container)
		if f.State != c.want.State || !slices.Equal(f.Names, c.want.Names) || f.Out != c.want.Out || f.Why != c.want.Why {
			t.Errorf("%s: got %+v, want %+v", name, f, c.want)
		}
	}
}

// FuzzStand: whatever the files say, nothing breaks and nothing is made up.
func FuzzStand(f *testing.F) {
	f.Add(tableHead+socket("0.0.0.0:443", "0A"), cmdline("docker-proxy", "-host-ip", "::", "-host-port", "443"))
	f.Add(":::::", "\x00\x00")
	f.Fuzz(func(t *testing.T, table, args string) {
		root := tree("proc/net/tcp", table, "proc/net/tcp6", table, "proc/1/cmdline", args)
		s := Stand(root, nil)
		for _, l := range s.Listeners {
			if !l.Addr.IsValid() {
				t.Errorf("a listener without address: %+v", l)
			}
		}
		for _, d := range s.Docker.Published {
			if !d.Addr.IsValid() || d.Port == 0 {
				t.Errorf("published nowhere: %+v", d)
			}
		}
	})
}
