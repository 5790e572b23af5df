package router_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/router"
)

// cloudPages are what a person must find in the guides by a provider's pages.
func cloudPages() []page {
	const ip = "`203.0.113.5`"
	return []page{
		{
			ID: "aws", Generation: "console",
			Prepare: []string{"**Instances**", ip, "**Security**", "picture", "**Elastic IPs**"},
			Open:    []string{"**Inbound rules**", "**Edit inbound rules**"},
			Rule:    []string{"**Add rule**", "**Type**: **Custom TCP**", "**Port range**: `PORT`", "**Source**: **Anywhere-IPv4**", "**Description**: `NAME`"},
			Save:    []string{"AAAA", "**Anywhere-IPv6**", "**Save rules**"},
			Verify:  []string{"`NAME`", "`PORT`"}, Undo: []string{"**Inbound rules > Edit inbound rules**", "`NAME`", "**Save rules**"},
		},
		{
			ID: "lightsail", Generation: "console",
			Prepare: []string{ip, "**Networking**", "static IP", "**IPv4 Firewall**"},
			Open:    nil,
			Rule:    []string{"look for port", "`PORT`", "**Add rule**", "**Application**: **Custom**", "**Protocol**: **TCP**", "**Port or range**: `PORT`", "**Restrict to IP address**: no tick", "**Create**"},
			Save:    []string{"AAAA", "**IPv6 Firewall**"},
			Verify:  []string{"`PORT`"}, Undo: []string{"leave what you wrote down", "`PORT`"},
		},
		{
			ID: "azure", Generation: "portal",
			Prepare: []string{"**Virtual machines**", ip, "**Networking > Network settings**", "**Deny**", "`300`", "**Static**"},
			Rule: []string{
				"**Create port rule > Inbound port rule**", "**Source**: **Any**", "**Source port ranges**: `*`", "**Destination**: **Any**", "**Service**: **Custom**",
				"**Destination port ranges**: `PORT`", "**Protocol**: **TCP**", "**Action**: **Allow**", "**Priority**: `3", "**Name**: `NAME`", "**Add**",
			},
			Verify: []string{"`NAME`", "`PORT`", "**Allow**"}, Undo: []string{"`NAME`"},
		},
		{
			ID: "gcp", Generation: "console",
			Prepare: []string{"**Compute Engine > VM instances**", ip, "**Network**", "**Network tag** `sops-server`", "**Save**", "**Static**"},
			Open:    []string{"**VPC network > Firewall**"},
			Rule: []string{
				"**Create firewall rule**", "**Name**: `sops-in-tcp-", "**Description**: `NAME`", "**Direction of traffic**: **Ingress**", "**Action on match**: **Allow**",
				"**Specified target tags**, `sops-server`", "**Source IPv4 ranges**: `0.0.0.0/0`", "**TCP**, ports `PORT`", "**Create**",
			},
			Save:   []string{"AAAA", "**Source IPv6 ranges** `::/0`"},
			Verify: []string{"**sops-server**", "`PORT`"}, Undo: []string{"`sops-in-tcp-", "**sops-server**"},
		},
		{
			ID: "digitalocean", Generation: "panel",
			Prepare: []string{"**Networking > Firewalls**", ip, "open to everybody", "picture"},
			Open:    []string{"**Rules**"},
			Rule:    []string{"**Inbound Rules** look for port", "`PORT`", "**New rule > Custom**", "**Protocol**: **TCP**", "**Port Range**: `PORT`", "**Sources**: **All IPv4**", "**Save**"},
			Verify:  []string{"`PORT`"}, Undo: []string{"leave what is on your picture", "`PORT`"},
		},
		{
			ID: "hetzner", Generation: "console",
			Prepare: []string{"**Robot**", ip, "**Firewalls**", "open to everybody", "picture"},
			Rule:    []string{"Under **Inbound** click **Add rule**", "**Description**: `NAME`", "**IPs**: **Any IPv4**", "**Protocol**: **TCP**", "**Port**: `PORT`"},
			Save:    []string{"**Save changes**", "lost"},
			Verify:  []string{"`NAME`", "`PORT`"}, Undo: []string{"`NAME`", "**Save changes**"},
		},
		{
			ID: "vultr", Generation: "portal",
			Prepare: []string{ip, "**Settings > Firewall**", "open to everybody", "picture"},
			Rule:    []string{"**IPv4 Rules**", "**Custom**, **TCP**", "**Port**: `PORT`", "**Source**: **Anywhere**", "**Notes**: `NAME`", "**+**"},
			Save:    []string{"AAAA", "**IPv6 Rules**"},
			Verify:  []string{"`NAME`", "`PORT`"}, Undo: []string{"`NAME`"},
		},
		{
			ID: "linode", Generation: "manager",
			Prepare: []string{ip, "open to everybody", "**Rules**", "picture"},
			Rule:    []string{"**Add an Inbound Rule**", "**Label**: `NAME`", "**Protocol**: **TCP**", "**Ports**: **Custom**, `PORT`", "**Sources**: **All IPv4**", "**Action**: **Accept**", "**Add Rule**"},
			Save:    []string{"**Drop**", "**Save Changes**", "lost"},
			Verify:  []string{"`NAME`", "`PORT`"}, Undo: []string{"`NAME`", "**Save Changes**"},
		},
		{
			ID: "oci", Generation: "console",
			Prepare: []string{"**Compute > Instances**", ip, "**Network security groups**", "**Network Security Groups > Create**", "picture"},
			Open:    []string{"**Network Security Groups**", "**Add rules**"},
			Rule: []string{
				"Fill in one rule (**Another rule** gives the next", "**Stateless**: no tick", "**Direction**: **Ingress**", "**Source CIDR**: `0.0.0.0/0`", "**IP protocol**: **TCP**",
				"**Source port range**: leave empty", "**Destination port range**: `PORT`", "**Description**: `NAME`",
			},
			Save:   []string{"AAAA", "`::/0`", "**Add**"},
			Verify: []string{"`NAME`", "`PORT`"}, Undo: []string{"`NAME`"},
		},
		{
			ID: "vps-generic", Generation: "panel",
			Prepare: []string{ip, "lets everything through", "picture", "SSH", "**stateless**"},
			Rule: []string{
				"Add a rule (", "`NAME`", "**Direction**: **in**", "**Action**: **allow**", "**Protocol**: **TCP**", "**Destination port**: `PORT`", "**Source**: any (`0.0.0.0/0`)", "**Source port**: leave empty",
			},
			Save:   []string{"`::/0`", "priorities", "**Save**"},
			Verify: []string{"`NAME`", "`PORT`", "SSH"}, Undo: []string{"**Save**", "`NAME`"},
		},
	}
}

// TestCloudPages reads every guide by pages as one who clicks it, and each
// shipped one is in the table.
func TestCloudPages(t *testing.T) {
	c, err := router.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	pages := cloudPages()
	for _, r := range c.Routers {
		for _, v := range r.Variants {
			known := slices.ContainsFunc(pages, func(p page) bool { return p.ID == r.ID && p.Generation == v.Generation })
			if v.Kind == router.Cloud && v.Proof == router.ProofDocs && !known {
				t.Errorf("%s/%s: say here what its pages must say", r.ID, v.Generation)
			}
		}
	}
	for _, p := range pages {
		for ports, wants := range map[string][]router.Want{
			"80,443":                     webhookWants(),
			"80,443,1883,8443,8883,8888": append(inboundWants(), webhookWants()...),
		} {
			t.Run(p.ID+"/"+p.Generation+" "+ports, func(t *testing.T) {
				p.clicked(t, cloudGuide(t, p.ID, p.Generation, nil, "open", wants...), ports)
			})
		}
	}
}

// TestCloudOutbound: what leaves is entered where it is closed, port by port,
// with its destinations named; never everything.
func TestCloudOutbound(t *testing.T) {
	inOnly := []string{"lightsail", "vultr"} // their firewalls do not filter the way out
	for _, p := range cloudPages() {
		t.Run(p.ID, func(t *testing.T) {
			g := cloudGuide(t, p.ID, p.Generation, nil, "closed", append(inboundWants(), outboundWants()...)...)
			apply, notes := text(g, router.Apply), text(g, router.Notes)
			if slices.Contains(inOnly, p.ID) {
				if !strings.Contains(apply, "never shuts it") || strings.Contains(apply, "8433") {
					t.Errorf("says of the way out:\n%s", apply)
				}
				return
			}
			for _, w := range []string{"8433", "123", "UDP"} {
				if !strings.Contains(apply, w) {
					t.Errorf("apply lacks %s:\n%s", w, apply)
				}
			}
			for _, w := range []string{"up.sync-sign.com", "pool.ntp.org", "**any** destination"} {
				if !strings.Contains(notes, w) {
					t.Errorf("notes lack %s:\n%s", w, notes)
				}
			}
		})
	}
}
