package router_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
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

// render renders a shipped guide as the program does.
func render(t *testing.T, id string, r router.Request) router.Guide {
	t.Helper()
	c, err := router.Load(assets.FS)
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

// page is what a person must find on a router's page, in the order of the clicks.
type page struct {
	id, generation, lang string
	prepare              []string
	open                 []string // the way to the page, before the first rule
	rule                 []string // one rule; PORT and NAME are replaced
	save                 []string // behind the last rule
	verify, undo         []string // behind it, once per rule
}

func pages() map[string]page {
	const ip = "`192.168.178.20`"
	return map[string]page{
		"FRITZ!Box": {
			id: "fritzbox", generation: "fritzos7", lang: "en",
			prepare: []string{"**IPv4 via DS-Lite**", "**System > Backup**", "**Home Network > Network**", ip, "**Always assign this network device the same IPv4 address**", "**Apply**", "**FRITZ!Box Services**", "443", "**Apply**"},
			open:    []string{"**Internet > Permit Access**", "**Port Sharing**", "**Internet > Freigaben**", "**Portfreigaben**", "**Add Device for Sharing**", "**Gerät für Freigaben hinzufügen**", "**Device**", ip, "**exposed host**"},
			rule:    []string{"**New Sharing**", "**Neue Freigabe**", "**Port sharing**", "**Other application**", "**Name**", "**Bezeichnung**", "`NAME`", "**Protocol**", "**TCP**", "**Port to device**", "`PORT`", "**through port**", "`PORT`", "**Port requested externally**", "**Port extern gewünscht**", "`PORT`", "**Enable sharing**", "**OK**"},
			save:    []string{"**OK**", "**Apply**", "**Übernehmen**"},
			verify:  []string{"`NAME`", "`PORT`"},
			undo:    []string{"`NAME`"},
		},
		"FRITZ!Box in German": {
			id: "fritzbox", generation: "fritzos7", lang: "de",
			open: []string{"**Internet > Freigaben**", "**Portfreigaben**", "**Internet > Permit Access**", "**Port Sharing**", "**Gerät für Freigaben hinzufügen**", "**Gerät**", ip, "**Exposed Host**"},
			rule: []string{"**Neue Freigabe**", "**Portfreigabe**", "**Andere Anwendung**", "**Bezeichnung**", "`NAME`", "**Protokoll**", "**TCP**", "**Port an Gerät**", "`PORT`", "**bis Port**", "`PORT`", "**Port extern gewünscht**", "`PORT`", "**Freigabe aktivieren**", "**OK**"},
			save: []string{"**OK**", "**Übernehmen**"},
		},
		"TP-Link, Port Forwarding": {
			id: "tplink", generation: "archer-new", lang: "en",
			prepare: []string{"look at the screen", "Backup & Restore**", "**Address Reservation**", ip, "**Save**", "**Remote Management**"},
			open:    []string{"**Advanced > NAT Forwarding > Port Forwarding**"},
			rule:    []string{"**Add**", "**Service Name**: `NAME`", "**Device IP Address**: " + ip, "**External Port**: `PORT`", "**Internal Port**: `PORT`", "**Protocol**: **TCP**", "**Enable This Entry**", "**Save**"},
			verify:  []string{"`NAME`", "`PORT`", ip},
			undo:    []string{"`NAME`", "`PORT`"},
		},
		"TP-Link, Virtual Servers": {
			id: "tplink", generation: "archer-blue", lang: "en",
			prepare: []string{"look at the screen", "Backup & Restore**", "**Address Reservation**", ip, "**Save**", "**Remote Management**"},
			open:    []string{"**Advanced > NAT Forwarding > Virtual Servers**"},
			rule:    []string{"**Add**", "**Service Type**: `NAME`", "**External Port**: `PORT`", "**Internal IP**: " + ip, "**Internal Port**: `PORT`", "**Protocol**: **TCP**", "**Enable This Entry**", "**Save**"},
			verify:  []string{"`NAME`", "`PORT`", ip},
			undo:    []string{"`NAME`", "`PORT`"},
		},
		"TP-Link, Forwarding": {
			id: "tplink", generation: "archer-green", lang: "en",
			prepare: []string{"look at the screen", "Backup & Restore**", "**DHCP > Address Reservation**", ip, "**Save**", "**Security > Remote Management**"},
			open:    []string{"**Forwarding > Virtual Servers**"},
			rule:    []string{"**Add New**", "**Service Port**: `PORT`", "**Internal Port**: `PORT`", "**IP Address**: " + ip, "**Protocol**: **TCP**", "**Status**: **Enabled**", "**Save**"},
			verify:  []string{"`PORT`", ip},
			undo:    []string{"`PORT`"},
		},
		"TP-Link Deco": {
			id: "tplink", generation: "deco", lang: "en",
			prepare: []string{"**Network Management**", "Address Reservation**", ip, "**Save**"},
			open:    []string{"**More > Advanced > NAT Forwarding > Port Forwarding**"},
			rule:    []string{"**+**", "**Service Type**: **Custom**", "**Service Name**: `NAME`", "**Internal IP**", ip, "**External Port**: `PORT`", "**Internal Port**: `PORT`", "**Protocol**: **TCP**", "**Save**"},
			verify:  []string{"`NAME`", "`PORT`", ip},
			undo:    []string{"`NAME`", "`PORT`"},
		},
		"unknown router": {
			id: "generic", generation: "any", lang: "en",
			prepare: []string{"`ip route show default`", "`ipconfig`", "**Backup**", "**DHCP reservation**", ip, "**Remote management**"},
			open:    []string{"**Port Forwarding**", "**Virtual Server**", "**Portfreigabe**", "**Port Triggering**", "**DMZ**"},
			rule:    []string{"**Add**", "**Name**", "`NAME`", "**Protocol**: **TCP**", "External port", "`PORT`", "Internal port", "`PORT`", "Target", ip, "Source", "**Save**"},
			save:    []string{"**Save**"},
			verify:  []string{"`NAME`", "`PORT`", ip},
			undo:    []string{"`NAME`"},
		},
	}
}

var (
	portChip = regexp.MustCompile("`(\\d{2,5})`")
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

// TestWebRules reads every web guide as one who clicks it: the way to the page,
// then for each port every field with its value, then what saves it.
func TestWebRules(t *testing.T) {
	for name, p := range pages() {
		for ports, wants := range map[string][]router.Want{
			"80,443":                     webhookWants(),
			"80,443,1883,8443,8883,8888": append(inboundWants(), webhookWants()...),
		} {
			t.Run(name+" "+ports, func(t *testing.T) {
				g := render(t, p.id+"/"+p.generation, router.Request{Side: router.SideServer, Site: webSite(), Wants: wants, Lang: p.lang})
				apply := text(g, router.Apply)
				inOrder(t, apply, append(slices.Clone(p.open), p.rule[0])...)
				var names []string
				want := map[string]bool{}
				for port := range strings.SplitSeq(ports, ",") {
					want[port] = true
				}
				rules := rulesOf(apply, p.rule[0])
				if len(rules) != len(want) {
					t.Fatalf("got %d rules, want one for each of %s:\n%s", len(rules), ports, apply)
				}
				for _, rule := range rules {
					port := portChip.FindStringSubmatch(rule)[1]
					if !want[port] {
						t.Errorf("port %s twice or not wanted:\n%s", port, rule)
					}
					delete(want, port)
					own := ""
					if m := nameChip.FindStringSubmatch(rule); m != nil {
						own = m[1]
					}
					fill := strings.NewReplacer("PORT", port, "NAME", own)
					var pieces, verify, undo []string
					for _, s := range p.rule {
						pieces = append(pieces, fill.Replace(s))
					}
					inOrder(t, rule, pieces...)
					if slices.Contains(names, own) && own != "" {
						t.Errorf("name %q is used twice", own)
					}
					names = append(names, own)
					for _, s := range p.verify {
						verify = append(verify, fill.Replace(s))
					}
					for _, s := range p.undo {
						undo = append(undo, fill.Replace(s))
					}
					inOrder(t, text(g, router.Verify), verify...)
					inOrder(t, text(g, router.Undo), undo...)
				}
				last := rules[len(rules)-1]
				_, behind, _ := strings.Cut(apply, last)
				inOrder(t, behind, p.save...)
				inOrder(t, text(g, router.Prepare), p.prepare...)
			})
		}
	}
}

// TestWebTraps: what bites later is said before it bites.
func TestWebTraps(t *testing.T) {
	tests := map[string]struct {
		id, lang string
		part     router.Part
		say      []string
	}{
		"FRITZ!Box, other external port":    {"fritzbox", "en", router.Verify, []string{"**Port assigned externally**", "Another number", "taken"}},
		"FRITZ!Box, 443 is its own":         {"fritzbox", "en", router.Prepare, []string{"**FRITZ!Box Services**", "HTTPS", "443", "`44343`"}},
		"FRITZ!Box, DS-Lite":                {"fritzbox", "en", router.Prepare, []string{"DS-Lite", "100.64 to 100.127", "stop"}},
		"FRITZ!Box, DS-Lite, what helps":    {"fritzbox", "en", router.Notes, []string{"DS-Lite", "public IPv4 address", "polling"}},
		"FRITZ!Box, DNS rebind":             {"fritzbox", "en", router.Notes, []string{"**DNS rebind protection**", "**DNS-Rebind-Schutz**", "`sops.example.com`", "**Apply**"}},
		"FRITZ!Box, Apply":                  {"fritzbox", "en", router.Apply, []string{"**Apply**", "everything is lost"}},
		"FRITZ!Box, Übernehmen":             {"fritzbox", "de", router.Apply, []string{"**Übernehmen**", "ist alles verloren"}},
		"TP-Link, remote management":        {"tplink/archer-new", "en", router.Prepare, []string{"**Remote Management**", "must be off", "`10443`"}},
		"TP-Link, access point":             {"tplink/archer-blue", "en", router.Notes, []string{"access point", "router in front"}},
		"TP-Link, carrier NAT":              {"tplink/archer-green", "en", router.Prepare, []string{"100.64 to 100.127", "stop"}},
		"TP-Link, look at the screen":       {"tplink/archer-blue", "en", router.Prepare, []string{"**Virtual Servers**", "**Port Forwarding**", "look at the screen, not at the model name"}},
		"Deco takes no typed address":       {"tplink/deco", "en", router.Notes, []string{"no typed address"}},
		"unknown router, two routers":       {"generic", "en", router.Notes, []string{"Several routers in a row"}},
		"unknown router, refused or silent": {"generic", "en", router.Notes, []string{"Silence", "Refused"}},
		"unknown router, AAAA":              {"generic", "en", router.Notes, []string{"AAAA"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := render(t, tt.id, router.Request{Side: router.SideSite, Site: webSite(), Wants: webhookWants(), Lang: tt.lang})
			inOrder(t, text(g, tt.part), tt.say...)
		})
	}
}

// TestWebHubs: at the hubs nothing is forwarded; closed rows are told with the
// filters to look at.
func TestWebHubs(t *testing.T) {
	site := webSite()
	site.Outbound = "closed"
	filters := map[string]string{
		"fritzbox": "**Parental Controls**", "tplink/archer-new": "**HomeShield**", "tplink/archer-blue": "**Advanced > Security > Access Control**",
		"tplink/archer-green": "**Access Control > Rule**", "tplink/deco": "**HomeShield**", "generic": "**Access Control**",
	}
	for id, filter := range filters {
		t.Run(id, func(t *testing.T) {
			g := render(t, id, router.Request{Side: router.SideHubs, Site: site, Wants: hubWants(), Lang: "en"})
			apply := text(g, router.Apply)
			inOrder(t, apply, "hubs", "TCP", "8443", "8883", "`sops.example.com`", "80", "`pub.sync-sign.com`", filter)
			for _, p := range []router.Part{router.Prepare, router.Apply, router.Verify, router.Undo} {
				for _, no := range []string{"192.168.178.20", "Port Sharing", "Virtual Server", "Port Forwarding"} {
					if strings.Contains(text(g, p), no) {
						t.Errorf("%s speaks of a forward (%q):\n%s", p, no, text(g, p))
					}
				}
			}
			for _, p := range []router.Part{router.Verify, router.Undo} {
				if strings.TrimSpace(text(g, p)) == "" {
					t.Errorf("part %s is empty", p)
				}
			}
		})
	}
}

// TestWebNothing: without a wish there is nothing to do, and no step says otherwise.
func TestWebNothing(t *testing.T) {
	for _, id := range []string{"fritzbox", "tplink/archer-new", "tplink/archer-blue", "tplink/archer-green", "tplink/deco", "generic"} {
		for _, side := range []router.Side{router.SideSite, router.SideServer, router.SideHubs} {
			g := render(t, id, router.Request{Side: side, Site: webSite(), Lang: "en"})
			if !g.Nothing {
				t.Errorf("%s, %s: Nothing is not set", id, side)
			}
			if s := text(g, router.Apply); strings.TrimSpace(s) != "" {
				t.Errorf("%s, %s: steps without a wish:\n%s", id, side, s)
			}
		}
	}
}
