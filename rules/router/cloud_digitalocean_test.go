package router_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	doID   = "bb4b2611-3d72-467b-8602-280330ecd65c"
	doRule = `protocol:(tcp|udp|icmp)(,ports:(all|\d+(-\d+)?))?(,address:[0-9a-f.:/]+)+`
)

// doctlCommands is after docs.digitalocean.com/reference/doctl/reference/compute/firewall.
var doctlCommands = map[string]grammar{
	"compute firewall get":          {"!": doID, "--format": `[A-Za-z0-9,]+`, "--no-header": "", "-o": "json|text"},
	"compute firewall add-rules":    {"!": doID, "--inbound-rules": doRule, "--outbound-rules": doRule},
	"compute firewall remove-rules": {"!": doID, "--inbound-rules": doRule, "--outbound-rules": doRule},
}

// digitalocean is one firewall: its rules as doctl prints them, in and out. It
// takes a rule a second time, as nothing is known against it.
type digitalocean struct{ in, out []string }

func (d *digitalocean) command(args []string) (string, error) {
	name, o, err := under(doctlCommands, args)
	if err != nil {
		return "", err
	}
	switch name {
	case "compute firewall add-rules":
		d.in, d.out = append(d.in, o["--inbound-rules"]...), append(d.out, o["--outbound-rules"]...)
	case "compute firewall remove-rules":
		for list, gone := range map[*[]string][]string{&d.in: o["--inbound-rules"], &d.out: o["--outbound-rules"]} {
			n := len(*list)
			*list = slices.DeleteFunc(*list, func(r string) bool { return slices.Contains(gone, r) })
			if len(*list) != n-len(gone) {
				return "", fmt.Errorf("404 no such rule: %q", gone)
			}
		}
	default:
		columns := map[string]string{"InboundRules": strings.Join(d.in, " "), "OutboundRules": strings.Join(d.out, " "), "Name": "office", "Status": "succeeded"}
		var out []string
		for c := range strings.SplitSeq(o["--format"][0], ",") {
			out = append(out, columns[c])
		}
		return strings.Join(out, "    ") + "\n", nil
	}
	return "", nil
}

func (d *digitalocean) openings() []string {
	var out []string
	for _, r := range d.in {
		out = append(out, "in "+r)
	}
	for _, r := range d.out {
		out = append(out, "out "+r)
	}
	return out
}

// TestDigitalOcean: the owner's rule for 80 is neither doubled nor taken away.
func TestDigitalOcean(t *testing.T) {
	d := &digitalocean{
		in:  []string{"protocol:tcp,ports:22,address:0.0.0.0/0,address:::/0", "protocol:tcp,ports:80,address:198.51.100.0/24", "protocol:tcp,ports:8443-8450,address:198.51.100.0/24"},
		out: []string{"protocol:udp,ports:53,address:0.0.0.0/0"},
	}
	l := newCloudLab(t, "doctl", d)
	rule := func(way, proto, port string) string {
		return way + " protocol:" + proto + ",ports:" + port + ",address:0.0.0.0/0,address:::/0"
	}
	one := []string{rule("in", "tcp", "8443"), rule("in", "tcp", "8883")}
	testCloud(t, cloudCase{
		id: "digitalocean", generation: "cli", in: map[string]string{"firewall": doID, "ipv6": "yes"},
		want: append([]string{
			rule("in", "tcp", "443"), rule("in", "tcp", "1883"), rule("in", "tcp", "8888"),
			rule("out", "tcp", "443"), rule("out", "tcp", "8433"), rule("out", "udp", "123"),
		}, one...), one: one,
	}, l.sh, d.openings)
}
