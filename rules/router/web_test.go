package router_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// webSite is a site with all its addresses known.
func webSite() router.Site {
	return router.Site{
		Domain:   "sops.example.com",
		LANIP:    netip.MustParseAddr("192.168.178.20"),
		PublicIP: netip.MustParseAddr("203.0.113.5"),
		Hubs:     []netip.Prefix{netip.MustParsePrefix("192.168.60.0/24")},
		LAN:      netip.MustParsePrefix("192.168.178.0/24"),
		Outbound: "open",
		Case:     rules.CaseInternet,
	}
}

// inboundWants are the rows of table 4.
func inboundWants() []router.Want {
	return []router.Want{
		{Code: "4.1", RowID: "in-mqtt-tls", Inbound: true, Proto: "tcp", Ports: []uint16{8883, 8443}, Function: "mqtts/wss"},
		{Code: "4.2", RowID: "in-mqtt-plain", Inbound: true, Proto: "tcp", Ports: []uint16{1883, 8888}, Function: "mqtt/ws"},
		{Code: "4.3", RowID: "in-api", Inbound: true, Proto: "tcp", Ports: []uint16{80, 443}, Function: "API, admin portal"},
	}
}

// outboundWants are rows of tables 1 and 2.
func outboundWants() []router.Want {
	return []router.Want{
		{Code: "1.1", RowID: "ota-update", Proto: "tcp", Ports: []uint16{443, 8433}, Hosts: []string{"up.sync-sign.com"}, Function: "OTA update"},
		{Code: "2.1", RowID: "ntp", Proto: "udp", Ports: []uint16{123}, Hosts: []string{"pool.ntp.org"}, Function: "time"},
	}
}

// shipped is the catalogue of the program, loaded once for all tests.
var shipped = sync.OnceValues(func() (*router.Catalogue, error) { return router.Load(assets.FS) })

// render renders a shipped guide as the program does.
func render(t *testing.T, id string, r router.Request) router.Guide {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	_, v, err := c.Find(id, "")
	if err != nil {
		t.Fatal(err)
	}
	g, err := v.Render(r)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// webhookWants are the ports of a webhook, row 5.1.
func webhookWants() []router.Want {
	return []router.Want{
		{Code: "5.1", RowID: "webhook", Inbound: true, Proto: "tcp", Ports: []uint16{80, 443}, Hosts: []string{"sops.example.com"}, Function: "webhook"},
	}
}

// hubWants are rows of table 6.
func hubWants() []router.Want {
	return []router.Want{
		{Code: "6.1", RowID: "hub-mqtt-tls", Proto: "tcp", Ports: []uint16{8883, 8443}, Hosts: []string{"sops.example.com"}, Function: "mqtts/wss"},
		{Code: "6.7", RowID: "hub-time", Proto: "tcp", Ports: []uint16{80}, Hosts: []string{"pub.sync-sign.com"}, Function: "time"},
	}
}

// text is all blocks of a part, as shown.
func text(g router.Guide, p router.Part) string {
	var s strings.Builder
	for _, b := range g.Blocks {
		if b.Part == p {
			s.WriteString(b.Text + "\n")
		}
	}
	return s.String()
}

// inOrder fails at the first of the pieces that does not stand behind the one before it.
func inOrder(t *testing.T, text string, pieces ...string) {
	t.Helper()
	rest := text
	for _, p := range pieces {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			t.Fatalf("%q is missing, or not in its place, in\n%s", p, text)
		}
		rest = after
	}
}

var (
	portChip = regexp.MustCompile("`(\\d{2,5}(?:, ?\\d{2,5})*)`") // one port, or a list
	nameChip = regexp.MustCompile("`(SOPS[^`]*)`")
	numbered = regexp.MustCompile(`^\d+\. `)
)

// rulesOf cuts the part apply at the words a rule begins with.
func rulesOf(text, begin string) []string {
	var out []string
	for _, p := range strings.Split(text, "\n") {
		switch {
		case numbered.MatchString(p) && strings.Contains(p, begin):
			out = append(out, p)
		case numbered.MatchString(p) && len(out) > 0:
			out = append(out, "") // behind the last rule
		case len(out) > 0:
			out[len(out)-1] += "\n" + p
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return !portChip.MatchString(s) })
}
