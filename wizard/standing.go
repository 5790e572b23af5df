package wizard

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/host"
)

// HereLine is one thing that was found out about this computer.
type HereLine struct {
	What   string // a key below "here.what" in the words: firewall, ports, docker
	Status check.Status
	Text   string
}

// Stands are the lines on what stands on this computer: its own firewall, what
// listens on the ports of the inbound rows, what Docker publishes.
func (s *Session) Stands() []HereLine { return s.deps.Here.StandLines(s.deps.Book, s.deps.Words) }

// StandLines are those of Session.Stands. Ports are left out where nothing
// listens on any: this is not the server then.
func (h Here) StandLines(book *rules.Book, w *Words) []HereLine {
	out := []HereLine{{What: "firewall", Status: shieldStatus(h.Shield), Text: w.shield(h.Shield)}}
	if line, ok := h.portsLine(book, w); ok {
		out = append(out, line)
	}
	if h.Stands.Docker.State == host.DockerHidden {
		out = append(out, HereLine{What: "docker", Status: check.Unproven, Text: w.Say("here.docker.hidden")})
	}
	return out
}

func shieldStatus(f host.Firewall) check.Status {
	switch f.State {
	case host.FirewallActive:
		return check.Note
	case host.FirewallNone:
		return check.Pass
	case host.FirewallPerhaps, host.FirewallUnknown:
	}
	return check.Unproven
}

// shield says which firewall of this computer is at work.
func (w *Words) shield(f host.Firewall) string {
	switch f.State {
	case host.FirewallActive:
		key := "here.firewall.active"
		if f.Out == host.WayClosed {
			key = "here.firewall.closed"
		}
		return w.Say(key, "names", strings.Join(f.Names, ", "))
	case host.FirewallPerhaps, host.FirewallNone:
		return w.Say("here.firewall." + string(f.State))
	case host.FirewallUnknown:
	}
	return w.Say("here.firewall.unknown-" + string(cmp.Or(f.Why, host.UnknownSystem)))
}

// InboundPorts are the ports of the book's inbound rows, sorted.
func InboundPorts(book *rules.Book) []uint16 {
	var out []uint16
	for _, t := range book.Tables {
		if !t.Inbound() {
			continue
		}
		for _, r := range t.Rows {
			out = append(out, numbers(r.Ports)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// portsLine says what listens, ports of the same reach together.
func (h Here) portsLine(book *rules.Book, w *Words) (line HereLine, ok bool) {
	if !h.Stands.Listed {
		return line, false
	}
	ports := map[host.Reach][]string{}
	for _, n := range InboundPorts(book) {
		p := h.Stands.At(n)
		ports[p.Reach] = append(ports[p.Reach], strconv.Itoa(int(n)))
	}
	var parts []string
	line = HereLine{What: "ports", Status: check.Pass}
	for _, r := range []host.Reach{host.ReachLoopback, host.ReachIPv6, host.ReachSome, host.ReachIPv4, host.ReachAll} {
		if len(ports[r]) == 0 {
			continue
		}
		parts = append(parts, w.Say("here.ports."+string(r), "ports", strings.Join(ports[r], ", ")))
		if r == host.ReachLoopback || r == host.ReachIPv6 {
			line.Status = check.Note
		}
	}
	line.Text = strings.Join(parts, "; ")
	return line, len(parts) > 0
}

// StandsJSON is the part of `detect --format json` on what stands here.
type StandsJSON struct {
	Firewall ShieldJSON `json:"host_firewall"`
	Docker   string     `json:"docker"` // none, shown, hidden, unknown
	Ports    []PortJSON `json:"ports"`  // of the inbound rows
}

// ShieldJSON is the firewall of this computer itself.
type ShieldJSON struct {
	State    string   `json:"state"` // active, perhaps, none, unknown
	Names    []string `json:"names"`
	Outbound string   `json:"outbound"` // open, closed; empty where its settings do not tell
	Because  string   `json:"because"`  // of unknown: system, container, files
}

// PortJSON is what listens on one port.
type PortJSON struct {
	Port    uint16   `json:"port"`
	Listens string   `json:"listens"` // all, ipv4, ipv6, some, loopback, none, unknown
	At      []string `json:"at"`
	Docker  []string `json:"docker"` // where Docker publishes it
}

// StandsJSON is what stands here, for other programs.
func (h Here) StandsJSON(book *rules.Book) StandsJSON {
	text := func(list []netip.Addr) []string {
		out := []string{}
		for _, a := range list {
			out = append(out, a.String())
		}
		return out
	}
	j := StandsJSON{
		Firewall: ShieldJSON{string(h.Shield.State), append([]string{}, h.Shield.Names...), string(h.Shield.Out), string(h.Shield.Why)},
		Docker:   string(h.Stands.Docker.State), Ports: []PortJSON{},
	}
	for _, n := range InboundPorts(book) {
		p := h.Stands.At(n)
		j.Ports = append(j.Ports, PortJSON{n, string(p.Reach), text(p.Addrs), text(p.Docker)})
	}
	return j
}
