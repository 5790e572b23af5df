package router_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// linodeCommands is after techdocs.akamai.com/linode-api/reference/put-firewall-rules
// and the firewall tests of github.com/linode/linode-cli: both lists are replaced,
// and the page does not say that a list that is not named stays.
var linodeCommands = map[string]grammar{
	"firewalls rules-list":   {"!": "12345", "--json": "", "--pretty": ""},
	"firewalls rules-update": {"!": "12345", "--inbound": `\[.*\]`, "--outbound": `\[.*\]`, "--inbound_policy": "ACCEPT|DROP", "--outbound_policy": "ACCEPT|DROP"},
}

type linodeRule struct {
	Label       string              `json:"label"`
	Description string              `json:"description,omitempty"`
	Action      string              `json:"action"`
	Protocol    string              `json:"protocol"`
	Ports       string              `json:"ports,omitempty"`
	Addresses   map[string][]string `json:"addresses"`
}

// linode is one firewall.
type linode struct {
	Inbound        []linodeRule `json:"inbound"`
	InboundPolicy  string       `json:"inbound_policy"`
	Outbound       []linodeRule `json:"outbound"`
	OutboundPolicy string       `json:"outbound_policy"`
}

var (
	linodeLabel = regexp.MustCompile(`^[A-Za-z0-9](?:[-_.]?[A-Za-z0-9]){2,31}$`)
	linodePorts = regexp.MustCompile(`^\d+(-\d+)?(, ?\d+(-\d+)?){0,14}$`)
)

func (l *linode) command(args []string) (string, error) {
	name, o, err := under(linodeCommands, args)
	if err != nil {
		return "", err
	}
	if name == "firewalls rules-list" {
		b, err := json.Marshal([]*linode{l})
		return string(b) + "\n", err
	}
	for list, words := range map[*[]linodeRule][]string{&l.Inbound: o["--inbound"], &l.Outbound: o["--outbound"]} {
		if len(words) == 0 {
			*list = []linodeRule{}
			continue
		}
		rules := []linodeRule{}
		dec := json.NewDecoder(strings.NewReader(words[0]))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&rules); err != nil {
			return "", &grammarError{err.Error()}
		}
		for _, r := range rules {
			if !linodeLabel.MatchString(r.Label) || len(r.Label) > 32 || len(r.Description) > 100 || !linodePorts.MatchString(r.Ports) || len(r.Addresses) == 0 {
				return "", &grammarError{fmt.Sprintf("a rule as %+v is refused", r)}
			}
		}
		*list = rules
	}
	if len(l.Inbound)+len(l.Outbound) > 25 {
		return "", &grammarError{"more than 25 rules"}
	}
	return "", nil
}

// openings keeps the order: the first rule that fits wins.
func (l *linode) openings() []string {
	out := []string{"policies " + l.InboundPolicy + " " + l.OutboundPolicy}
	for way, list := range map[string][]linodeRule{"in": l.Inbound, "out": l.Outbound} {
		dropped := ""
		for _, r := range list {
			out = append(out, fmt.Sprintf("%s %s %s %s %v %s (%s)%s", way, r.Action, r.Protocol, r.Ports, r.Addresses, r.Label, r.Description, dropped))
			if r.Action == "DROP" {
				dropped = " behind " + r.Label
			}
		}
	}
	return out
}

// TestLinode: whole lists are written, and the owner's rules come back as they
// were, with ours in front of what drops.
func TestLinode(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		if os.Getenv("SOPS_LAB") == "must" {
			t.Fatal(err)
		}
		t.Skip("linode-cli is a Python program, and the text uses its python3")
	}
	l := &linode{InboundPolicy: "DROP", OutboundPolicy: "DROP", Outbound: []linodeRule{}, Inbound: []linodeRule{
		{Label: "ssh", Action: "ACCEPT", Protocol: "TCP", Ports: "22", Addresses: map[string][]string{"ipv4": {"0.0.0.0/0"}}, Description: `one \n "two"`},
		{Label: "no-more", Action: "DROP", Protocol: "TCP", Ports: "1-65535", Addresses: map[string][]string{"ipv4": {"0.0.0.0/0"}}},
	}}
	lab := newCloudLab(t, "linode-cli", l)
	rule := func(way, proto, label, ports string) string {
		words := strings.ReplaceAll(strings.Replace(strings.Replace(label, "-tcp", "", 1), "-udp", "", 1), "-", " ")
		return way + " ACCEPT " + proto + " " + ports + " map[ipv4:[0.0.0.0/0] ipv6:[::/0]] " + label + " (" + words + ")"
	}
	one := []string{rule("in", "TCP", "SOPS-in-8443-8883", "8443,8883")}
	testCloud(t, cloudCase{
		id: "linode", generation: "cli", in: map[string]string{"firewall": "12345", "ipv6": "yes"},
		want: append([]string{
			rule("in", "TCP", "SOPS-in-1883-8888", "1883,8888"), rule("in", "TCP", "SOPS-in-80-443", "80,443"),
			rule("out", "TCP", "SOPS-out-tcp-443-8433", "443,8433"), rule("out", "UDP", "SOPS-out-udp-123", "123"),
		}, one...), one: one,
	}, lab.sh, l.openings)
}

// TestLinodeSilent: where the list cannot be read, nothing is written.
func TestLinodeSilent(t *testing.T) {
	lab := newCloudLab(t, "linode-cli", refusing{})
	g := cloudGuide(t, "linode", "cli", map[string]string{"firewall": "12345"}, "open", inboundWants()...)
	if _, talk := lab.sh(text(g, router.Apply)); !strings.Contains(talk, "Request failed: 401") || strings.Contains(talk, "rules-update") {
		t.Errorf("says %q", talk)
	}
}

// refusing is a provider whose token has run out.
type refusing struct{}

func (refusing) command(args []string) (string, error) {
	return "", fmt.Errorf("Request failed: 401 (%s)", args[1])
}

func (refusing) openings() []string { return nil }
