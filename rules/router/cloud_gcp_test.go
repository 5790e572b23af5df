package router_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// gcloudCommands is after cloud.google.com/sdk/gcloud/reference/compute/
// firewall-rules and …/compute/instances, with the names that
// cloud.google.com/compute/docs/naming-resources allows.
var gcloudCommands = map[string]grammar{
	"compute firewall-rules create": {
		"!": gcpName, "!--project": "my-project", "!--network": "default", "!--direction": "INGRESS|EGRESS", "!--action": "ALLOW|DENY",
		"!--rules": `(tcp|udp):\d+(-\d+)?(,(tcp|udp):\d+(-\d+)?)*`, "--priority": `\d{1,5}`, "--source-ranges": gcpRange, "--destination-ranges": gcpRange,
		"!--target-tags": gcpName, "--description": ".*", "--quiet": "",
	},
	"compute firewall-rules delete": {"!": gcpName, "!--project": "my-project", "!--quiet": ""},
	"compute firewall-rules list":   {"!--project": "my-project", "--filter": ".*", "--format": `table\(.*\)`},
	"compute instances add-tags":    {"!": "sops-1", "!--project": "my-project", "!--zone": "europe-west1-b", "!--tags": gcpName + "(," + gcpName + ")*", "--quiet": ""},
	"compute instances remove-tags": {"!": "sops-1", "!--project": "my-project", "!--zone": "europe-west1-b", "!--tags": gcpName + "(," + gcpName + ")*", "--quiet": ""},
	"compute instances describe":    {"!": "sops-1", "!--project": "my-project", "!--zone": "europe-west1-b", "--format": `value\(.*\)`},
}

const (
	gcpName  = `[a-z]([-a-z0-9]{0,61}[a-z0-9])?`
	gcpRange = `(\d+\.\d+\.\d+\.\d+/\d+)(,\d+\.\d+\.\d+\.\d+/\d+)*|[0-9a-f:]+/\d+` // IPv4 or IPv6, not both
)

// gcp is a VPC network and one server with its tags.
type gcp struct {
	rules map[string]map[string][]string
	tags  []string
}

func (g *gcp) command(args []string) (string, error) {
	name, o, err := under(gcloudCommands, args)
	if err != nil {
		return "", err
	}
	tags := strings.Split(strings.Join(o["--tags"], ""), ",")
	switch name {
	case "compute firewall-rules create":
		n := o[""][0]
		if g.rules[n] != nil {
			return "", fmt.Errorf("the resource 'projects/my-project/global/firewalls/%s' already exists", n)
		}
		if (o["--direction"][0] == "INGRESS") != (o["--source-ranges"] != nil) || (o["--direction"][0] == "EGRESS") != (o["--destination-ranges"] != nil) {
			return "", &grammarError{"sources go with INGRESS, destinations with EGRESS"}
		}
		g.rules[n] = o
	case "compute firewall-rules delete":
		if g.rules[o[""][0]] == nil {
			return "", errors.New("was not found")
		}
		delete(g.rules, o[""][0])
	case "compute firewall-rules list":
		return strings.Join(g.openings(), "\n") + "\n", nil
	case "compute instances add-tags":
		for _, t := range tags {
			if !slices.Contains(g.tags, t) {
				g.tags = append(g.tags, t)
			}
		}
	case "compute instances remove-tags":
		g.tags = slices.DeleteFunc(g.tags, func(t string) bool { return slices.Contains(tags, t) })
	}
	return strings.Join(g.tags, ";") + "\n", nil
}

// openings are the rules that reach the server by its tags, and its tags.
func (g *gcp) openings() []string {
	out := []string{}
	for n, r := range g.rules {
		reach := "nobody"
		if slices.Contains(g.tags, r["--target-tags"][0]) {
			reach = "server"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s %s %s (%s)", r["--direction"][0], r["--action"][0], r["--rules"][0], strings.Join(append(r["--source-ranges"], r["--destination-ranges"]...), ","), n, reach, strings.Join(r["--description"], "")))
	}
	for _, t := range g.tags {
		out = append(out, "tag "+t)
	}
	return out
}

func TestGCP(t *testing.T) {
	g := &gcp{tags: []string{"http-server"}, rules: map[string]map[string][]string{
		"default-allow-ssh": {"--direction": {"INGRESS"}, "--action": {"ALLOW"}, "--rules": {"tcp:22"}, "--source-ranges": {"0.0.0.0/0"}, "--target-tags": {"all"}},
	}}
	l := newCloudLab(t, "gcloud", g)
	rule := func(way, rules, name, words string) []string {
		return []string{
			way + " ALLOW " + rules + " 0.0.0.0/0 " + name + " server (" + words + ")",
			way + " ALLOW " + rules + " ::/0 " + name + "-v6 server (" + words + ")", "tag " + name,
		}
	}
	one := rule("INGRESS", "tcp:8443,tcp:8883", "sops-in-tcp-8443-8883", "SOPS in 8443 8883")
	testCloud(t, cloudCase{
		id: "gcp", generation: "cli",
		in: map[string]string{"project": "my-project", "vm": "sops-1", "zone": "europe-west1-b", "ipv6": "yes"},
		want: slices.Concat(one, rule("INGRESS", "tcp:1883,tcp:8888", "sops-in-tcp-1883-8888", "SOPS in 1883 8888"),
			rule("INGRESS", "tcp:80,tcp:443", "sops-in-tcp-80-443", "SOPS in 80 443"),
			rule("EGRESS", "tcp:443,tcp:8433", "sops-out-tcp-443-8433", "SOPS out 443 8433"),
			rule("EGRESS", "udp:123", "sops-out-udp-123", "SOPS out 123")),
		one: one,
	}, l.sh, g.openings)
}

// TestGCPTerraform: rules for one tag alone, IPv4 and IPv6 apart.
func TestGCPTerraform(t *testing.T) {
	g := cloudGuide(t, "gcp", "terraform", map[string]string{"ipv6": "yes"}, "closed", append(inboundWants()[:1], outboundWants()...)...)
	var got []string
	for _, b := range readTerraform(t, text(g, router.Apply)) {
		a := b.args
		if a["target_tags"] != "sops-server" || a["network"] != "default" {
			t.Errorf("%s: %v", b.name, a)
		}
		got = append(got, strings.Join([]string{a["direction"], a["allow.protocol"], a["allow.ports"], a["source_ranges"] + a["destination_ranges"], a["name"], a["description"]}, " "))
	}
	var want []string
	for cidr, v := range map[string]string{"0.0.0.0/0": "", "::/0": "-v6"} {
		want = append(want, "INGRESS tcp 8443,8883 "+cidr+" sops-in-tcp-8443-8883"+v+" SOPS in 8443 8883",
			"EGRESS tcp 443,8433 "+cidr+" sops-out-tcp-443-8433"+v+" SOPS out 443 8433", "EGRESS udp 123 "+cidr+" sops-out-udp-123"+v+" SOPS out 123")
	}
	sameOpenings(t, got, want)
}
