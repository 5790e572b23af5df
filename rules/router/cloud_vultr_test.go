package router_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

const vultrID = "cb676a46-66fd-4dfb-b839-443f2e6c0b60"

// vultrCommands is after docs.vultr.com/reference/vultr-cli/firewall/rule
// (version 3: the group is the first word).
var vultrCommands = map[string]grammar{
	"firewall rule list": {"!": vultrID},
	"firewall rule create": {
		"!": vultrID, "!--ip-type": "v4|v6", "!--protocol": "tcp|udp|icmp|gre", "!--port": `\d+(:\d+)?`,
		"!--subnet": `\d+\.\d+\.\d+\.\d+|[0-9a-f:]+`, "!--size": `\d{1,3}`, "--notes": ".{0,255}",
	},
	"firewall rule delete": {"!": "+ " + vultrID + `|\d+`},
}

// vultr is one firewall group; it takes a rule a second time.
type vultr struct {
	rules map[int]map[string][]string
	next  int
}

func (v *vultr) command(args []string) (string, error) {
	name, o, err := under(vultrCommands, args)
	if err != nil {
		return "", err
	}
	switch name {
	case "firewall rule create":
		v.next++
		v.rules[v.next] = o
		return "ID\tACTION\tTYPE\tPROTOCOL\tPORT\tNETWORK\tSOURCE\tNOTES\n", nil
	case "firewall rule delete":
		n, err := strconv.Atoi(o[""][1])
		if err != nil || v.rules[n] == nil {
			return "", fmt.Errorf("no such rule: %q", o[""])
		}
		delete(v.rules, n)
		return "Firewall rule has been deleted\n", nil
	default:
		out := "ID\tACTION\tTYPE\tPROTOCOL\tPORT\tNETWORK\tSOURCE\tNOTES\n"
		for n, r := range v.rules {
			out += fmt.Sprintf("%d\taccept\t%s\t%s\t%s\t%s/%s\t\t%s\n", n, r["--ip-type"][0], r["--protocol"][0], r["--port"][0], r["--subnet"][0], r["--size"][0], strings.Join(r["--notes"], ""))
		}
		return out + "======================================\nTOTAL\tNEXT PAGE\tPREV PAGE\n" + strconv.Itoa(len(v.rules)) + "\n", nil
	}
}

func (v *vultr) openings() []string {
	var out []string
	for _, r := range v.rules {
		out = append(out, strings.Join(slices.Concat(r["--ip-type"], r["--protocol"], r["--port"], r["--subnet"], r["--size"], r["--notes"]), " "))
	}
	return out
}

// TestVultr: the owner's rules stay, also one whose note only begins like ours.
func TestVultr(t *testing.T) {
	v := &vultr{next: 2, rules: map[int]map[string][]string{
		1: {"--ip-type": {"v4"}, "--protocol": {"tcp"}, "--port": {"22"}, "--subnet": {"0.0.0.0"}, "--size": {"0"}, "--notes": {"SSH"}},
		2: {"--ip-type": {"v4"}, "--protocol": {"tcp"}, "--port": {"8888"}, "--subnet": {"198.51.100.0"}, "--size": {"24"}, "--notes": {"SOPS in 8888 of the office"}},
	}}
	l := newCloudLab(t, "vultr-cli", v)
	rule := func(port string) []string {
		return []string{"v4 tcp " + port + " 0.0.0.0 0 SOPS in " + port, "v6 tcp " + port + " :: 0 SOPS in " + port}
	}
	one := slices.Concat(rule("8443"), rule("8883"))
	testCloud(t, cloudCase{
		id: "vultr", generation: "cli", in: map[string]string{"group": vultrID, "ipv6": "yes"}, inbound: true,
		want: slices.Concat(one, rule("80"), rule("443"), rule("1883"), rule("8888")), one: one,
	}, l.sh, v.openings)
}

// TestVultrTerraform: one rule for each port and family.
func TestVultrTerraform(t *testing.T) {
	g := cloudGuide(t, "vultr", "terraform", map[string]string{"group": vultrID, "ipv6": "yes"}, "open", inboundWants()[0])
	var got []string
	for _, b := range readTerraform(t, text(g, router.Apply)) {
		a := b.args
		if a["firewall_group_id"] != vultrID {
			t.Errorf("%s: %v", b.name, a)
		}
		got = append(got, strings.Join([]string{a["ip_type"], a["protocol"], a["port"], a["subnet"], a["subnet_size"], a["notes"]}, " "))
	}
	sameOpenings(t, got, []string{"v4 tcp 8443 0.0.0.0 0 SOPS in 8443", "v6 tcp 8443 :: 0 SOPS in 8443", "v4 tcp 8883 0.0.0.0 0 SOPS in 8883", "v6 tcp 8883 :: 0 SOPS in 8883"})
}
