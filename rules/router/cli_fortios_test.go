package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fortiTables are the tables with the settings of an entry that our text uses,
// as the vendor's CLI reference and its own Ansible modules list them.
var fortiTables = map[string]struct {
	source string
	sets   map[string]string // setting: form of its values
	once   string            // settings that an entry cannot do without
}{
	"firewall address": {
		"https://docs.ansible.com/ansible/latest/collections/fortinet/fortios/fortios_firewall_address_module.html",
		map[string]string{"subnet": `[0-9.]+ [0-9.]+`, "type": "fqdn", "fqdn": `[a-z0-9.-]+`},
		"",
	},
	"firewall vip": {
		"https://docs.ansible.com/ansible/latest/collections/fortinet/fortios/fortios_firewall_vip_module.html",
		map[string]string{
			"extintf": `\S+`, "extip": `[0-9.]+`, "mappedip": `[0-9.]+`, "portforward": "enable|disable",
			"protocol": "tcp|udp", "extport": `\d+`, "mappedport": `\d+`,
		},
		"extintf extip mappedip portforward protocol extport mappedport",
	},
	"firewall service custom": {
		"https://docs.ansible.com/ansible/latest/collections/fortinet/fortios/fortios_firewall_service_custom_module.html",
		map[string]string{"tcp-portrange": `\d+( \d+)*`, "udp-portrange": `\d+( \d+)*`},
		"",
	},
	"firewall policy": {
		"https://docs.fortinet.com/document/fortigate/6.4.3/cli-reference/311620",
		map[string]string{
			"name": `.{1,35}`, "srcintf": `\S+`, "dstintf": `\S+`, "srcaddr": `.+`, "dstaddr": `.+`,
			"action": "accept|deny", "schedule": "always", "service": `.+`, "nat": "enable|disable",
		},
		"name srcintf dstintf srcaddr dstaddr action schedule service",
	},
}

// fortiEntry is an entry of a table: setting and values.
type fortiEntry map[string][]string

// fortiStore is a small FortiGate: table and entry.
type fortiStore map[string]map[string]fortiEntry

var fortiWord = regexp.MustCompile(`^\s*("(?:[^"\\]|\\.)*"|[^\s"]+)`)

// words cuts a line into its words, without their quotes.
func fortiWords(t *testing.T, line string) []string {
	t.Helper()
	var out []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		m := fortiWord.FindString(line)
		if m == "" {
			t.Fatalf("cannot read: %s", line)
		}
		out = append(out, strings.Trim(m, `"`))
		line = line[len(m):]
	}
	return out
}

func (f fortiStore) run(t *testing.T, code string) {
	t.Helper()
	var table, key string
	var entry fortiEntry
	for line := range strings.Lines(strings.TrimSpace(code)) {
		w := fortiWords(t, line)
		rest := strings.Join(w[1:], " ")
		switch verb := w[0]; {
		case verb == "config" && table == "" && fortiTables[rest].source != "":
			table = rest
			if f[table] == nil {
				f[table] = map[string]fortiEntry{}
			}
		case verb == "end" && table != "" && entry == nil:
			table = ""
		case verb == "edit" && table != "" && entry == nil && len(w) == 2:
			key, entry = w[1], fortiEntry{}
			for k, v := range f[table][key] {
				entry[k] = v
			}
		case verb == "next" && entry != nil:
			f.next(t, table, key, entry)
			entry = nil
		case verb == "set" && entry != nil && len(w) > 2:
			form, known := fortiTables[table].sets[w[1]]
			if value := strings.Join(w[2:], " "); !known || !regexp.MustCompile(`^(?:`+form+`)$`).MatchString(value) {
				t.Fatalf("%s: cannot set %q to %q", table, w[1], value)
			}
			entry[w[1]] = w[2:]
		case verb == "delete" && table != "" && entry == nil && len(w) == 2:
			if !f.used(table, w[1]) {
				delete(f[table], w[1])
			}
		case verb == "move" && table == "firewall policy" && entry == nil && len(w) == 4 && w[2] == "before":
			if f[table][w[1]] == nil {
				t.Fatalf("moves a policy that is not there: %q", line)
			}
		default:
			t.Fatalf("unknown command in %q: %q", table, line)
		}
	}
	if table != "" {
		t.Fatalf("%s is not closed", table)
	}
}

// next stores an entry as the device does: complete, with a name of its own, and
// all that it names there already.
func (f fortiStore) next(t *testing.T, table, key string, e fortiEntry) {
	t.Helper()
	for _, need := range strings.Fields(fortiTables[table].once) {
		if len(e[need]) == 0 {
			t.Errorf("%s %s: %s is not set", table, key, need)
		}
	}
	if label := key + " " + strings.Join(e["name"], ""); !strings.Contains(label, "SOPS ") {
		t.Errorf("%s %s is not labelled SOPS", table, key)
	}
	if len(key) > 79 {
		t.Errorf("%s: name longer than 79: %s", table, key)
	}
	for other, o := range f[table] {
		if other != key && len(o["name"]) > 0 && slices.Equal(o["name"], e["name"]) {
			t.Errorf("%s %s: the name %q is taken by %s", table, key, e["name"], other)
		}
		if table == "firewall vip" && other != key && slices.Equal(o["extport"], e["extport"]) && slices.Equal(o["protocol"], e["protocol"]) {
			t.Errorf("%s %s: overlaps %s", table, key, other)
		}
	}
	for _, ref := range slices.Concat(e["srcaddr"], e["dstaddr"]) {
		if ref != "all" && f["firewall address"][ref] == nil && f["firewall vip"][ref] == nil {
			t.Errorf("%s %s: no address %q", table, key, ref)
		}
	}
	for _, ref := range e["service"] {
		if f["firewall service custom"][ref] == nil {
			t.Errorf("%s %s: no service %q", table, key, ref)
		}
	}
	f[table][key] = e
}

// used tells whether a policy names the object: then its deletion is refused.
func (f fortiStore) used(table, key string) bool {
	for _, p := range f["firewall policy"] {
		names := p["service"]
		if table != "firewall service custom" {
			names = slices.Concat(p["srcaddr"], p["dstaddr"])
		}
		if table != "firewall policy" && slices.Contains(names, key) {
			return true
		}
	}
	return false
}

// openings follows each policy: addresses, virtual IPs, ports.
func (f fortiStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for id, p := range f["firewall policy"] {
		one := func(k string) string { return strings.Join(p[k], " ") }
		if one("action") != "accept" {
			t.Errorf("policy %s does not accept", id)
		}
		service := f["firewall service custom"][one("service")]
		for proto, ports := range map[string][]string{"tcp": service["tcp-portrange"], "udp": service["udp-portrange"]} {
			for _, port := range ports {
				for _, dst := range p["dstaddr"] {
					for _, src := range p["srcaddr"] {
						out = append(out, f.open(t, one("srcintf"), one("dstintf"), proto, port, src, dst)...)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (f fortiStore) open(t *testing.T, from, to, proto, port, src, dst string) []opening {
	t.Helper()
	a, vip := f["firewall address"][dst], f["firewall vip"][dst]
	source := "any"
	if s := f["firewall address"][src]["subnet"]; len(s) == 2 {
		source = map[string]string{"255.255.255.255": s[0], "255.255.255.0": s[0] + "/24"}[s[1]]
	}
	switch {
	case from == "wan1" && to == "internal" && src == "all" && vip != nil:
		if vip["extport"][0] != port {
			return nil // the policy holds several virtual IPs, each its own port
		}
		return []opening{f.inbound(t, vip, proto, port)}
	case from == "wan1" && to == "internal" && src == "all" && a != nil: // central NAT
		for _, v := range f["firewall vip"] {
			if v["mappedport"][0] == port && v["mappedip"][0] == a["subnet"][0] {
				return []opening{f.inbound(t, v, proto, port)}
			}
		}
		t.Errorf("port %s is let in and not translated", port)
	case from == "internal" && to == "wan1" && dst == "all":
		return []opening{"out " + proto + " " + source + " to any " + port}
	case from == "internal" && to == "wan1" && len(a["fqdn"]) == 1:
		return []opening{"out " + proto + " " + source + " to " + a["fqdn"][0] + " " + port}
	default:
		t.Errorf("neither in nor out: from %s %s to %s %s", from, src, to, dst)
	}
	return nil
}

func (f fortiStore) inbound(t *testing.T, v fortiEntry, proto, port string) opening {
	t.Helper()
	if v["portforward"][0] != "enable" || v["protocol"][0] != proto || v["extport"][0] != v["mappedport"][0] || v["extintf"][0] != "wan1" || v["extip"][0] != "0.0.0.0" {
		t.Errorf("a virtual IP that is no forward of %s %s: %v", proto, port, v)
	}
	return "in " + proto + " " + v["mappedip"][0] + " " + port
}

func (f fortiStore) left() []string {
	var out []string
	for table, entries := range f {
		for key := range entries {
			out = append(out, table+" "+key)
		}
	}
	return out
}

func TestFortiGatePaste(t *testing.T) {
	for name, inputs := range map[string]map[string]string{
		"as delivered": nil, "central NAT, denying policies": {"central_nat": "enable", "deny_in": "7", "deny_out": "8"},
	} {
		t.Run(name, func(t *testing.T) {
			testPaste(t, pasteTest{id: "fortigate", inputs: inputs, fresh: func() device { return fortiStore{} }, want: namedOpenings(t)})
		})
	}
}
