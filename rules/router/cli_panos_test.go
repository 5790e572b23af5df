package router_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	panNAT      = "https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-networking-admin/nat/nat-configuration-examples/destination-nat-exampleone-to-one-mapping"
	panSecurity = "https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-web-interface-help/policies/policies-security"
	panObjects  = "https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-web-interface-help/objects/objects-services"
)

// panForms are the set lines of our text.
var panForms = []setForm{
	{"service <name> protocol tcp port <ports>", panObjects},
	{"service <name> protocol udp port <ports>", panObjects},
	{"address <name> fqdn <host>", "https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-web-interface-help/objects/objects-addresses"},
	{"rulebase nat rules <name> from [zone]", panNAT},
	{"rulebase nat rules <name> to [zone]", panNAT},
	{"rulebase nat rules <name> source [source]", panNAT},
	{"rulebase nat rules <name> destination [source]", panNAT},
	{"rulebase nat rules <name> service <name>", panNAT},
	{"rulebase nat rules <name> destination-translation translated-address <source>", panNAT},
	{"rulebase security rules <name> from [zone]", panSecurity},
	{"rulebase security rules <name> to [zone]", panSecurity},
	{"rulebase security rules <name> source [source]", panSecurity},
	{"rulebase security rules <name> source-user [any]", panSecurity},
	{"rulebase security rules <name> destination [source]", panSecurity},
	{"rulebase security rules <name> category [any]", panSecurity},
	{"rulebase security rules <name> application [any]", panSecurity},
	{"rulebase security rules <name> service [name]", panSecurity},
	{"rulebase security rules <name> action <action>", panSecurity},
}

var panKinds = map[string]string{
	"name": `SOPS-[A-Za-z0-9-]{1,58}`, "ports": `\d+(,\d+)*`, "host": `[a-z0-9.-]+`, "zone": `[A-Za-z0-9_-]+`,
	"source": `any|[0-9.]+(/\d+)?|SOPS-[A-Za-z0-9-]+`, "any": "any", "action": "allow|deny",
}

var panMove = regexp.MustCompile(`^move (rulebase (?:nat|security) rules SOPS-[A-Za-z0-9-]+) top$`)

// panStore is a small PAN-OS in configure mode.
type panStore struct{ setStore }

func newPAN() device {
	return &panStore{setStore{
		forms: panForms, kinds: panKinds, values: map[string][]string{},
		ours: func(w []string) bool {
			return slices.ContainsFunc(w[:min(4, len(w))], func(s string) bool { return strings.HasPrefix(s, "SOPS-") })
		},
		used: func(values map[string][]string, path string) bool {
			kind, name, _ := strings.Cut(path, " ")
			return (kind == "service" || kind == "address") && slices.ContainsFunc(slices.Collect(maps.Keys(values)), func(k string) bool {
				return strings.HasPrefix(k, "rulebase ") && slices.Contains(values[k], name)
			})
		},
	}}
}

func (p *panStore) run(t *testing.T, code string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(code), "\n")
	if lines[len(lines)-1] != "commit" {
		t.Error("the last line is no commit")
	}
	for _, l := range lines[:len(lines)-1] {
		if m := panMove.FindStringSubmatch(l); m != nil {
			if len(p.under(m[1])) == 0 {
				t.Errorf("moves a rule that is not there: %s", l)
			}
			continue
		}
		if !p.line(t, l) {
			t.Fatalf("unknown command: %s", l)
		}
	}
}

// openings follows each security rule; what arrives must be translated by the
// NAT rule of the same address and ports.
func (p *panStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for _, rule := range p.under("rulebase security rules") {
		base := "rulebase security rules " + rule + " "
		if p.one(t, base+"action") != "allow" || p.one(t, base+"application") != "any" {
			t.Errorf("%s: not allowed by its ports", rule)
		}
		service := p.one(t, base+"service")
		for _, proto := range p.under("service " + service + " protocol") {
			for port := range strings.SplitSeq(p.one(t, "service "+service+" protocol "+proto+" port"), ",") {
				switch from, to := p.one(t, base+"from"), p.one(t, base+"to"); {
				case from == "untrust" && to == "trust" && p.one(t, base+"source") == "any":
					out = append(out, "in "+proto+" "+p.forward(t, p.one(t, base+"destination"), service)+" "+port)
				case from == "trust" && to == "untrust":
					for _, src := range p.values[base+"source"] {
						for _, dst := range p.values[base+"destination"] {
							if dst != "any" {
								dst = p.one(t, "address "+dst+" fqdn")
							}
							out = append(out, "out "+proto+" "+src+" to "+dst+" "+port)
						}
					}
				default:
					t.Errorf("%s: neither in nor out: from %s to %s", rule, from, to)
				}
			}
		}
	}
	for _, rule := range p.under("rulebase nat rules") {
		if len(p.values["rulebase security rules "+rule+" action"]) == 0 {
			t.Errorf("%s is translated and not let in", rule)
		}
	}
	slices.Sort(out)
	return out
}

// forward is the address that a NAT rule gives: both its zones are those before
// the translation.
func (p *panStore) forward(t *testing.T, public, service string) string {
	t.Helper()
	for _, rule := range p.under("rulebase nat rules") {
		base := "rulebase nat rules " + rule + " "
		if p.one(t, base+"destination") == public && p.one(t, base+"service") == service &&
			p.one(t, base+"from") == "untrust" && p.one(t, base+"to") == "untrust" && p.one(t, base+"source") == "any" {
			return p.one(t, base+"destination-translation translated-address")
		}
	}
	t.Errorf("%s to %s is let in and not translated", service, public)
	return ""
}

func TestPaloAltoPaste(t *testing.T) {
	testPaste(t, pasteTest{id: "paloalto", fresh: newPAN, want: namedOpenings(t)})
}
