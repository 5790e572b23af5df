package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	vyosNAT    = "https://github.com/vyos/vyos-1x/blob/sagitta/interface-definitions/include/nat-rule.xml.i"
	vyosFilter = "https://github.com/vyos/vyos-1x/blob/sagitta/interface-definitions/include/firewall/common-rule-ipv4.xml.i"
	vyosGroup  = "https://github.com/vyos/vyos-1x/blob/sagitta/interface-definitions/firewall.xml.in"
	vyattaNAT  = "https://github.com/vyos/vyatta-nat"
	vyattaFire = "https://github.com/vyos/vyatta-cfg-firewall"
	vyosOldNAT = "https://github.com/vyos/vyos-1x/blob/equuleus/interface-definitions/nat.xml.in"
	edgeIPSet  = "https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html"
)

// vyatta is one generation of the family: where its forwards and filters stand.
type vyatta struct {
	nat, to, iface string // the forward, and the words before its address and interface
	in, out        string // the filters
	names          string // the group of names that a rule points to, "" for none
	forms          []setForm
}

// filterForms are the lines of a filter rule under base.
func filterForms(base, source string, more ...string) []setForm {
	var out []setForm
	for _, l := range append([]string{
		"description <label>", "action <accept>", "protocol <proto>", "source address <ip>", "source group network-group <net>",
		"destination address <ip>", "destination port <ports>",
	}, more...) {
		out = append(out, setForm{base + " rule <num> " + l, source})
	}
	return out
}

func vyattas() map[string]vyatta {
	const named = "destination group domain-group <group>"
	nets := setForm{"firewall group network-group <net> network [prefix]", vyattaFire}
	v14 := vyatta{nat: "nat destination rule", to: "translation address", iface: "inbound-interface name", in: "firewall ipv4 forward filter", out: "firewall ipv4 forward filter", names: "domain-group"}
	v14.forms = slices.Concat([]setForm{
		{"nat destination rule <num> description <label>", vyosNAT},
		{"nat destination rule <num> inbound-interface name <iface>", vyosNAT},
		{"nat destination rule <num> protocol <proto>", vyosNAT},
		{"nat destination rule <num> destination port <ports>", vyosNAT},
		{"nat destination rule <num> translation address <ip>", vyosNAT},
		{"firewall group domain-group <group> address [host]", vyosGroup},
		nets,
	}, filterForms("firewall ipv4 forward filter", vyosFilter, named, "connection-status nat <nat>"),
		filterForms("firewall ipv4 name <rules>", vyosFilter, named, "connection-status nat <nat>"))
	zones := v14
	zones.in, zones.out = "firewall ipv4 name WAN-LAN", "firewall ipv4 name LAN-WAN"
	v13 := vyatta{nat: "nat destination rule", to: "translation address", iface: "inbound-interface", in: "firewall name WAN-LAN", out: "firewall name LAN-WAN"}
	v13.forms = slices.Concat([]setForm{
		{"nat destination rule <num> description <label>", vyosOldNAT},
		{"nat destination rule <num> inbound-interface <iface>", vyosOldNAT},
		{"nat destination rule <num> protocol <proto>", vyosOldNAT},
		{"nat destination rule <num> destination port <ports>", vyosOldNAT},
		{"nat destination rule <num> translation address <ip>", vyosOldNAT},
		nets,
	}, filterForms("firewall name <rules>", vyattaFire))
	edge := vyatta{nat: "service nat rule", to: "inside-address address", iface: "inbound-interface", in: "firewall name WAN_IN", out: "firewall name LAN_IN", names: "address-group"}
	edge.forms = slices.Concat([]setForm{
		{"service nat rule <num> type <nat>", vyattaNAT},
		{"service nat rule <num> description <label>", vyattaNAT},
		{"service nat rule <num> inbound-interface <iface>", vyattaNAT},
		{"service nat rule <num> protocol <proto>", vyattaNAT},
		{"service nat rule <num> destination port <ports>", vyattaNAT},
		{"service nat rule <num> inside-address address <ip>", vyattaNAT},
		{"firewall group address-group <group> description <label>", vyattaFire},
		{"service dns forwarding options [ipset]", edgeIPSet},
		nets,
	}, filterForms("firewall name <rules>", vyattaFire, "destination group address-group <group>"))
	return map[string]vyatta{"1.4": v14, "1.4, zones": zones, "1.3": v13, "EdgeOS": edge}
}

var vyattaKinds = map[string]string{
	"num": `[1-9]\d{0,3}`, "label": `SOPS (in|out|hub) .{1,240}`, "iface": "eth0", "proto": "tcp|udp", "ip": `[0-9.]+`, "ports": `\d+(,\d+)*`,
	"accept": "accept", "net": `SOPS_net_\d+`, "group": `SOPS_(out|hub)_\d+`, "prefix": `[0-9.]+/\d+`, "host": `[a-z0-9.-]+`,
	"rules": `[A-Z_-]{1,28}`, "nat": "destination", "ipset": `ipset=(/[a-z0-9.-]+)+/SOPS_(out|hub)_\d+`,
}

// vyattaStore is a small router of the family in configuration mode.
type vyattaStore struct {
	setStore
	vyatta
}

var vyattaOurs = regexp.MustCompile(`(^| )(rule [1-7][1-9]( |$)|\S*SOPS_)`)

func newVyatta(v vyatta) *vyattaStore {
	return &vyattaStore{setStore{forms: v.forms, kinds: vyattaKinds, values: map[string][]string{}, ours: func(w []string) bool {
		return vyattaOurs.MatchString(strings.Join(w, " "))
	}}, v}
}

func (s *vyattaStore) run(t *testing.T, code string) {
	t.Helper()
	code, _, _ = strings.Cut(code, "\n1. ") // the steps behind the paste
	lines := strings.Split(strings.TrimSpace(code), "\n")
	for i, l := range lines {
		switch {
		case l == "commit-confirm 5" && i == len(lines)-1, l == "commit" && i == len(lines)-2, l == "save" && i == len(lines)-1:
		case !s.line(t, l):
			t.Fatalf("unknown command: %s", l)
		}
	}
}

// hosts are the names of the group that a rule points to; "any" without one.
func (s *vyattaStore) hosts(t *testing.T, rule string) []string {
	t.Helper()
	group := s.values[rule+" destination group "+s.names]
	if len(group) == 0 {
		return []string{"any"}
	}
	if s.names == "domain-group" {
		return s.values["firewall group domain-group "+group[0]+" address"]
	}
	for _, o := range s.values["service dns forwarding options"] {
		if names, ok := strings.CutSuffix(strings.TrimPrefix(o, "ipset=/"), "/"+group[0]); ok {
			return strings.Split(names, "/")
		}
	}
	t.Errorf("%s: nothing fills the group %s", rule, group)
	return nil
}

// openings follows the rules of both filters; what arrives must be forwarded by
// the rule of the same number.
func (s *vyattaStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for _, n := range slices.Concat(s.under(s.in+" rule"), s.under(s.out+" rule")) {
		for _, base := range []string{s.in, s.out} {
			rule := base + " rule " + n
			if len(s.values[rule+" action"]) == 0 {
				continue
			}
			proto := s.one(t, rule+" protocol")
			for port := range strings.SplitSeq(s.one(t, rule+" destination port"), ",") {
				if to := s.values[rule+" destination address"]; len(to) == 1 {
					if !s.forwards(t, n, proto, port, to[0]) {
						t.Errorf("%s lets %s %s in and does not forward it", rule, proto, port)
					}
					out = append(out, "in "+proto+" "+to[0]+" "+port)
					continue
				}
				from := s.values[rule+" source address"]
				if g := s.values[rule+" source group network-group"]; len(g) == 1 {
					from = s.values["firewall group network-group "+g[0]+" network"]
				}
				if len(from) == 0 {
					t.Errorf("%s is open for everybody", rule)
				}
				for _, f := range from {
					for _, h := range s.hosts(t, rule) {
						out = append(out, "out "+proto+" "+f+" to "+h+" "+port)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *vyattaStore) forwards(t *testing.T, n, proto, port, to string) bool {
	t.Helper()
	rule := s.nat + " " + n + " "
	if kind := s.values[rule+"type"]; len(kind) > 0 && kind[0] != "destination" {
		return false
	}
	return s.one(t, rule+s.iface) == "eth0" && s.one(t, rule+"protocol") == proto && s.one(t, rule+s.to) == to &&
		slices.Contains(strings.Split(s.one(t, rule+"destination port"), ","), port)
}

func TestVyattaPaste(t *testing.T) {
	rulesets := map[string]string{"in_rules": "WAN-LAN", "out_rules": "LAN-WAN"}
	for name, c := range map[string]struct {
		id     string
		inputs map[string]string
		want   map[string][]opening
	}{
		"1.4":        {"vyos/vyos14", nil, namedOpenings(t)},
		"1.4, zones": {"vyos/vyos14", rulesets, namedOpenings(t)},
		"1.3":        {"vyos/vyos13", rulesets, portOpenings(t)},
		"EdgeOS":     {"edgeos", map[string]string{"out_rules": "LAN_IN"}, namedOpenings(t)},
	} {
		t.Run(name, func(t *testing.T) {
			testPaste(t, pasteTest{id: c.id, inputs: c.inputs, want: c.want, fresh: func() device { return newVyatta(vyattas()[name]) }})
		})
	}
}

// TestVyattaUnfiltered: what no ruleset holds back is told in words, and nothing
// is said about a commit that is not made.
func TestVyattaUnfiltered(t *testing.T) {
	for _, id := range []string{"vyos/vyos13", "edgeos"} {
		p := pasteTest{id: id}
		apply := text(p.guide(t, pasteCases()["hubs, outbound closed"]), "apply")
		inOrder(t, apply, "on the screen of the inputs", "from the hubs: **TCP** `8443, 8883` to `sops.example.com`")
		if strings.Contains(apply, "commit") || strings.Contains(apply, "confirm") {
			t.Errorf("%s: a commit of nothing:\n%s", id, apply)
		}
	}
}
