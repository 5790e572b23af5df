package host

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Firewall is the firewall on this computer itself, as far as files tell that
// every user may read. Its rules are not among them.
type Firewall struct {
	State FirewallState
	Names []string // "ufw", "firewalld", "nftables", "iptables"; those at work, in that order
	Out   Way      // what its settings say of the way out
	Why   Unknown  // why the state is not known
}

// FirewallState is a word of JSON and keys the texts.
type FirewallState string

// The states of a firewall.
const (
	FirewallUnknown FirewallState = "unknown" // the system does not tell without rights
	FirewallActive  FirewallState = "active"  // one is switched on; its rules are unknown
	FirewallPerhaps FirewallState = "perhaps" // the kernel's filter is loaded, and nobody tells who fills it
	FirewallNone    FirewallState = "none"    // no sign of any
)

// Way is what a firewall does with connections that no rule names.
type Way string

// The ways; the zero value is unknown.
const (
	WayUnknown Way = ""
	WayOpen    Way = "open"
	WayClosed  Way = "closed"
)

// Unknown is why nothing is known.
type Unknown string

// The reasons of not knowing.
const (
	UnknownSystem    Unknown = "system"    // Windows, macOS: an administrator sees it
	UnknownContainer Unknown = "container" // the computer around this container has its own
	UnknownFiles     Unknown = "files"     // the files that would tell may not be read
)

// Firewalls of services that put rules in place at the start.
var services = map[string]string{
	"nftables": "nftables", "iptables": "iptables", "ip6tables": "iptables", "netfilter-persistent": "iptables", "firewalld": "firewalld",
}

// order is in which order several are named: the one that owns the rules first.
var order = []string{"ufw", "firewalld", "nftables", "iptables"}

// Shields tells which firewall of this computer is at work. root is nil where a
// system has no files to read; container says that root is one's.
func (s Standing) Shields(root fs.FS, goos string, container bool) Firewall {
	switch {
	case goos != "linux" || root == nil:
		return Firewall{State: FirewallUnknown, Why: UnknownSystem}
	case container:
		return Firewall{State: FirewallUnknown, Why: UnknownContainer}
	}
	f := Firewall{}
	on := map[string]bool{}
	hidden := false
	switch data, ok := read(root, "etc/ufw/ufw.conf", maxSmall); {
	case ok && setting(data, "ENABLED") == "yes":
		on["ufw"] = true
		f.Out = ufwOut(root)
	case !ok && exists(root, "etc/ufw"):
		hidden = true
	}
	for _, unit := range started(root) {
		if name := services[unit]; name != "" {
			on[name] = true
		}
	}
	if s.seen {
		// Enabled is not running: this one is a program that can be seen.
		on["firewalld"] = slices.ContainsFunc(s.programs, isFirewalld)
	}
	for _, name := range order {
		if on[name] {
			f.Names = append(f.Names, name)
		}
	}
	modules, known := filters(root)
	switch {
	case len(f.Names) > 0:
		f.State = FirewallActive
	case hidden, !known:
		f.State, f.Why = FirewallUnknown, UnknownFiles
	case modules:
		f.State = FirewallPerhaps
	default:
		f.State = FirewallNone
	}
	return f
}

// isFirewalld tells whether a command line is that of firewalld, a Python program.
func isFirewalld(args []string) bool {
	if strings.HasPrefix(path.Base(args[0]), "python") {
		args = slices.DeleteFunc(slices.Clone(args[1:]), func(a string) bool { return strings.HasPrefix(a, "-") })
	}
	return len(args) > 0 && path.Base(args[0]) == "firewalld"
}

// setting is a value of a file of NAME=value lines, in lower case.
func setting(data []byte, name string) string {
	for line := range strings.Lines(string(data)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.TrimSpace(k) == name {
			return strings.ToLower(strings.Trim(strings.TrimSpace(v), `"'`))
		}
	}
	return ""
}

func ufwOut(root fs.FS) Way {
	data, ok := read(root, "etc/default/ufw", maxSmall)
	if !ok {
		return WayUnknown
	}
	switch setting(data, "DEFAULT_OUTPUT_POLICY") {
	case "drop", "reject":
		return WayClosed
	case "accept":
		return WayOpen
	}
	return WayUnknown
}

// started are the services that systemd or OpenRC starts, without what is behind
// the dot.
func started(root fs.FS) []string {
	var out []string
	add := func(dir string) {
		entries, err := fs.ReadDir(root, dir)
		if err != nil {
			return
		}
		for _, e := range entries {
			out = append(out, strings.TrimSuffix(e.Name(), ".service"))
		}
	}
	entries, err := fs.ReadDir(root, "etc/systemd/system")
	if err == nil {
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".wants") {
				add("etc/systemd/system/" + e.Name())
			}
		}
	}
	add("etc/runlevels/boot")
	add("etc/runlevels/default")
	return out
}

// filters tells whether a packet filter of the kernel is loaded. Docker loads
// one too, and one that is built in is not in the list.
func filters(root fs.FS) (loaded, known bool) {
	known = lines(root, "proc/modules", maxTable, func(line string) {
		name, _, _ := strings.Cut(line, " ")
		loaded = loaded || slices.Contains([]string{"nf_tables", "iptable_filter", "ip6table_filter"}, name)
	})
	return loaded, known
}
