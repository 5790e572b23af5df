package router_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// azCommands is after learn.microsoft.com/en-us/cli/azure/network/nsg/rule and
// the limits of learn.microsoft.com/en-us/azure/virtual-network/network-security-groups-overview.
var azCommands = map[string]grammar{
	"network nsg rule create": {
		"!-g": "sops-rg", "!--nsg-name": "sops_nsg.1", "!-n": `[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?`,
		"!--priority": `\d{3,4}`, "!--direction": "Inbound|Outbound", "!--access": "Allow|Deny", "!--protocol": `Tcp|Udp|Icmp|Ah|Esp|\*`,
		"--description": ".{0,140}", "--source-address-prefixes": `+ \*|Internet|[0-9a-f.:/]+`, "--destination-address-prefixes": `+ \*|Internet|[0-9a-f.:/]+`,
		"--source-port-ranges": `+ \*|\d+(-\d+)?`, "!--destination-port-ranges": `+ \*|\d+(-\d+)?`,
		"--only-show-errors": "", "-o": "none|table|json|tsv",
	},
	"network nsg rule delete": {"!-g": "sops-rg", "!--nsg-name": "sops_nsg.1", "!-n": `[A-Za-z0-9_.-]+`, "--only-show-errors": ""},
	"network nsg rule list":   {"!-g": "sops-rg", "!--nsg-name": "sops_nsg.1", "-o": "none|table|json|tsv"},
}

// azure is one network security group: rules by name, as PUT writes them.
type azure map[string]map[string][]string

func (a azure) command(args []string) (string, error) {
	name, o, err := under(azCommands, args)
	if err != nil {
		return "", err
	}
	switch name {
	case "network nsg rule create":
		n := o["-n"][0]
		if p, _ := strconv.Atoi(o["--priority"][0]); p < 100 || p > 4096 {
			return "", &grammarError{"priorities are 100 to 4096"}
		}
		for other, r := range a {
			if other != n && r["--priority"][0] == o["--priority"][0] && r["--direction"][0] == o["--direction"][0] {
				return "", fmt.Errorf("(SecurityRuleConflict) Security rule %s conflicts with rule %s", n, other)
			}
		}
		a[n] = o
	case "network nsg rule delete":
		delete(a, o["-n"][0])
	default:
		return strings.Join(a.openings(), "\n") + "\n", nil
	}
	return "", nil
}

func (a azure) openings() []string {
	var out []string
	for _, n := range slices.Sorted(maps.Keys(a)) {
		r := a[n]
		way, peer := "in", r["--source-address-prefixes"]
		if r["--direction"][0] == "Outbound" {
			way, peer = "out", r["--destination-address-prefixes"]
		}
		out = append(out, fmt.Sprintf("%s %s %s %s %s %s (%s)", way, r["--access"][0], r["--protocol"][0], strings.Join(r["--destination-port-ranges"], ","), strings.Join(peer, ","), n, strings.Join(r["--description"], "")))
	}
	return out
}

func TestAzure(t *testing.T) {
	a := azure{"ssh": {"--priority": {"300"}, "--direction": {"Inbound"}, "--access": {"Allow"}, "--protocol": {"Tcp"}, "--destination-port-ranges": {"22"}, "--source-address-prefixes": {"*"}}}
	l := newCloudLab(t, "az", a)
	one := []string{"in Allow Tcp 8443,8883 * SOPS-in-8443-8883 (SOPS in 8443 8883)"}
	testCloud(t, cloudCase{
		id: "azure", generation: "cli", in: map[string]string{"resource_group": "sops-rg", "nsg": "sops_nsg.1", "hundreds": "3"},
		want: append([]string{
			"in Allow Tcp 1883,8888 * SOPS-in-1883-8888 (SOPS in 1883 8888)", "in Allow Tcp 80,443 * SOPS-in-80-443 (SOPS in 80 443)",
			"out Allow Tcp 443,8433 Internet SOPS-out-tcp-443-8433 (SOPS out 443 8433)", "out Allow Udp 123 Internet SOPS-out-udp-123 (SOPS out 123)",
		}, one...), one: one,
	}, l.sh, a.openings)
}

// TestAzurePriorities: a number that is taken is refused, and nothing else is lost.
func TestAzurePriorities(t *testing.T) {
	a := azure{"deny": {"--priority": {"341"}, "--direction": {"Inbound"}, "--access": {"Deny"}, "--protocol": {"Tcp"}, "--destination-port-ranges": {"8883"}, "--source-address-prefixes": {"*"}}}
	l := newCloudLab(t, "az", a)
	g := cloudGuide(t, "azure", "cli", map[string]string{"resource_group": "sops-rg", "nsg": "sops_nsg.1"}, "open", inboundWants()...)
	_, talk := l.sh(text(g, router.Apply))
	if !strings.Contains(talk, "SecurityRuleConflict") || len(a) != 3 || a["deny"] == nil {
		t.Errorf("says %q, rules %q", talk, a.openings())
	}
	if n := text(g, router.Notes); !strings.Contains(n, "SecurityRuleConflict") {
		t.Errorf("no word of it in the notes:\n%s", n)
	}
}

// TestAzureTerraform: the same rules as by command line.
func TestAzureTerraform(t *testing.T) {
	in := map[string]string{"resource_group": "sops-rg", "nsg": "sops_nsg.1", "hundreds": "2"}
	g := cloudGuide(t, "azure", "terraform", in, "closed", append(inboundWants(), outboundWants()...)...)
	var got []string
	for _, b := range readTerraform(t, text(g, router.Apply)) {
		a := b.args
		if a["resource_group_name"] != "sops-rg" || a["network_security_group_name"] != "sops_nsg.1" || a["source_port_range"] != "*" || a["source_address_prefix"] != "*" {
			t.Errorf("%s: %v", b.name, a)
		}
		if !strings.Contains(text(g, router.Undo), "`"+b.name+"`") {
			t.Errorf("undo does not name %s", b.name)
		}
		got = append(got, strings.Join([]string{a["priority"], a["direction"], a["access"], a["protocol"], a["destination_port_ranges"], a["destination_address_prefix"], a["name"], a["description"]}, " "))
	}
	sameOpenings(t, got, []string{
		"241 Inbound Allow Tcp 8443,8883 * SOPS-in-8443-8883 SOPS in 8443 8883", "242 Inbound Allow Tcp 1883,8888 * SOPS-in-1883-8888 SOPS in 1883 8888",
		"243 Inbound Allow Tcp 80,443 * SOPS-in-80-443 SOPS in 80 443", "211 Outbound Allow Tcp 443,8433 Internet SOPS-out-tcp-443-8433 SOPS out 443 8433",
		"221 Outbound Allow Udp 123 Internet SOPS-out-udp-123 SOPS out 123",
	})
}
