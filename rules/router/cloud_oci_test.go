package router_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

const ociID = "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.aaaabbbbccccdddd1234"

// ociCommands is after docs.oracle.com/en-us/iaas/tools/oci-cli/latest/oci_cli_docs/cmdref/network/nsg/rules.
var ociCommands = map[string]grammar{
	"network nsg rules list":   {"!--nsg-id": ociID, "--all": "", "--direction": "INGRESS|EGRESS", "--query": ".*", "--output": "json|table"},
	"network nsg rules add":    {"!--nsg-id": ociID, "!--security-rules": `\[.*\]`, "--query": `data\."security-rules"\[\]\.description`},
	"network nsg rules remove": {"!--nsg-id": ociID, "!--security-rule-ids": `(?s)\[.*\]`},
}

// ociRule is AddSecurityRuleDetails of the public API reference.
type ociRule struct {
	id              string
	Direction       string      `json:"direction"`
	Protocol        string      `json:"protocol"`
	Stateless       bool        `json:"isStateless"`
	SourceType      string      `json:"sourceType"`
	Source          string      `json:"source"`
	DestinationType string      `json:"destinationType"`
	Destination     string      `json:"destination"`
	Description     string      `json:"description"`
	TCP             *ociOptions `json:"tcpOptions"`
	UDP             *ociOptions `json:"udpOptions"`
}

type ociOptions struct {
	Range struct{ Min, Max int } `json:"destinationPortRange"`
}

// oci is one network security group; it takes a rule a second time.
type oci struct {
	rules []ociRule
	next  int
}

var ociByName = regexp.MustCompile("^data\\[\\?description==`([^`]+)` \\|\\| description==`([^`]+)`\\]\\.id$")

func (o *oci) command(args []string) (string, error) {
	name, opts, err := under(ociCommands, args)
	if err != nil {
		return "", err
	}
	switch name {
	case "network nsg rules add":
		return "", o.add(opts["--security-rules"][0])
	case "network nsg rules remove":
		var ids []string
		if err := json.Unmarshal([]byte(opts["--security-rule-ids"][0]), &ids); err != nil || len(ids) == 0 {
			return "", &grammarError{fmt.Sprintf("no list of ids: %q", opts["--security-rule-ids"])}
		}
		o.rules = slices.DeleteFunc(o.rules, func(r ociRule) bool { return slices.Contains(ids, r.id) })
		return "", nil
	}
	list := []string{}
	query := opts["--query"][0]
	m := ociByName.FindStringSubmatch(query)
	for _, r := range o.rules {
		switch {
		case query == "data[].description" && r.Description != "":
			list = append(list, r.Description)
		case m != nil && slices.Contains(m[1:], r.Description):
			list = append(list, r.id)
		case strings.HasPrefix(query, "data[].{"):
			list = append(list, r.line())
		case m == nil && query != "data[].description":
			return "", &grammarError{"unknown query " + query}
		}
	}
	if len(list) == 0 {
		return "Query returned empty result, no output to show.\n", nil
	}
	b, err := json.MarshalIndent(list, "", "  ")
	return string(b) + "\n", err
}

func (o *oci) add(words string) error {
	var rules []ociRule
	dec := json.NewDecoder(strings.NewReader(words))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&rules); err != nil {
		return &grammarError{err.Error()}
	}
	for i := range rules {
		r := &rules[i]
		inward := r.Direction == "INGRESS"
		if inward != (r.SourceType == "CIDR_BLOCK" && r.Source != "") || inward == (r.DestinationType == "CIDR_BLOCK" && r.Destination != "") ||
			(r.Protocol == "6") != (r.TCP != nil) || (r.Protocol == "17") != (r.UDP != nil) || len(r.Description) > 255 || r.Stateless {
			return &grammarError{fmt.Sprintf("a rule as %+v is refused", *r)}
		}
		o.next++
		r.id = fmt.Sprintf("%04X", o.next)
	}
	o.rules = append(o.rules, rules...)
	return nil
}

func (r ociRule) line() string {
	port := r.TCP
	if port == nil {
		port = r.UDP
	}
	return fmt.Sprintf("%s %s %d-%d %s (%s)", r.Direction, r.Protocol, port.Range.Min, port.Range.Max, r.Source+r.Destination, r.Description)
}

func (o *oci) openings() []string {
	var out []string
	for _, r := range o.rules {
		out = append(out, r.line())
	}
	return out
}

func TestOCI(t *testing.T) {
	o := &oci{}
	if err := o.add(`[{"direction":"INGRESS","protocol":"6","sourceType":"CIDR_BLOCK","source":"0.0.0.0/0","description":"web","tcpOptions":{"destinationPortRange":{"min":443,"max":443}}},
		{"direction":"INGRESS","protocol":"6","sourceType":"CIDR_BLOCK","source":"198.51.100.0/24","tcpOptions":{"destinationPortRange":{"min":22,"max":22}}}]`); err != nil {
		t.Fatal(err)
	}
	l := newCloudLab(t, "oci", o)
	rule := func(way, proto, port, words string) []string {
		r := way + " " + proto + " " + port + "-" + port + " "
		return []string{r + "0.0.0.0/0 (" + words + " " + port + ")", r + "::/0 (" + words + " " + port + " v6)"}
	}
	one := slices.Concat(rule("INGRESS", "6", "8443", "SOPS in"), rule("INGRESS", "6", "8883", "SOPS in"))
	want := slices.Concat(one, rule("EGRESS", "6", "443", "SOPS out"), rule("EGRESS", "6", "8433", "SOPS out"), rule("EGRESS", "17", "123", "SOPS out"))
	for _, p := range []string{"80", "443", "1883", "8888"} {
		want = append(want, rule("INGRESS", "6", p, "SOPS in")...)
	}
	testCloud(t, cloudCase{id: "oci", generation: "cli", in: map[string]string{"nsg": ociID, "ipv6": "yes"}, want: want, one: one}, l.sh, o.openings)
}

// TestOCITerraform: protocol, peer and port stand where the direction wants them.
func TestOCITerraform(t *testing.T) {
	g := cloudGuide(t, "oci", "terraform", map[string]string{"nsg": ociID, "ipv6": "yes"}, "closed", append(inboundWants()[:1], outboundWants()...)...)
	var got []string
	for _, b := range readTerraform(t, text(g, router.Apply)) {
		a := b.args
		ports := map[string]string{"6": "tcp", "17": "udp"}[a["protocol"]] + "_options.destination_port_range."
		if a["network_security_group_id"] != ociID || a["stateless"] != "false" || a[ports+"min"] != a[ports+"max"] || a["source_type"]+a["destination_type"] != "CIDR_BLOCK" {
			t.Errorf("%s: %v", b.name, a)
		}
		got = append(got, strings.Join([]string{a["direction"], a["protocol"], a[ports+"min"], "from", a["source"], "to", a["destination"], a["description"]}, " "))
	}
	var want []string
	for _, cidr := range []string{"0.0.0.0/0", "::/0"} {
		want = append(want, "INGRESS 6 8443 from "+cidr+" to  SOPS in 8443", "INGRESS 6 8883 from "+cidr+" to  SOPS in 8883",
			"EGRESS 6 443 from  to "+cidr+" SOPS out 443", "EGRESS 6 8433 from  to "+cidr+" SOPS out 8433", "EGRESS 17 123 from  to "+cidr+" SOPS out 123")
	}
	sameOpenings(t, got, want)
}
