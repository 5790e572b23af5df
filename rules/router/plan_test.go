package router_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/rules/router"
)

const planHead = `---
name: X
label: Y
kind: paste
sides: [server, hubs]
dialect: ios
source: https://example.com
checked: 2026-11-25
proof: docs
can: {list: 2, names: true, ipv4: true}
asks:
  - {id: wan_ip, kind: ip, from: public_ip, sides: [server]}
  - {id: line, kind: number, optional: true}
---
`

const planBody = `{{define "paste"}}
{{- range .Inbound}}{{.Num}} {{.Tag}} {{$.In.wan_ip}}
{{end}}
{{- range .Outbound}}{{.Num}} {{.Tag}}
{{end}}
{{- range .HubsOut}}{{.Num}} {{.Tag}}{{range $.Site.Hubs}}{{if .Addr.Is4}} {{.Addr}} {{mask .}} {{wild .}}{{end}}{{end}}
{{end}}
{{- end}}{{define "verify"}}x{{end}}{{define "undo"}}x{{end}}`

func planned(t *testing.T, file string) (*router.Variant, error) {
	t.Helper()
	c, err := router.Load(fstest.MapFS{"routers/x/y.tmpl": {Data: []byte(file)}})
	if err != nil {
		return nil, err
	}
	_, v, err := c.Find("x", "")
	return v, err
}

// TestPlanNames: names and numbers say what a rule is, and no two are the same.
func TestPlanNames(t *testing.T) {
	v, err := planned(t, planHead+planBody)
	if err != nil {
		t.Fatal(err)
	}
	s := webSite()
	s.Hubs = []netip.Prefix{netip.MustParsePrefix("10.9.0.0/20"), netip.MustParsePrefix("2001:db8::/64")}
	out := func(code string, ports ...uint16) router.Want {
		return router.Want{Code: code, Proto: "tcp", Ports: ports, Hosts: []string{"a.example.com"}}
	}
	for name, c := range map[string]struct {
		side  router.Side
		wants []router.Want
		want  string
	}{
		"shared row":       {router.SideServer, append(inboundWants(), webhookWants()...), "41 SOPS-in-8443-8883 203.0.113.5\n42 SOPS-in-1883-8888 203.0.113.5\n43 SOPS-in-80-443 203.0.113.5\n"},
		"row cut in two":   {router.SideServer, []router.Want{out("1.2", 22, 80, 443)}, "12 SOPS-out-1-2-22-80\n13 SOPS-out-1-2-443\n"},
		"number of a cut":  {router.SideServer, []router.Want{out("1.2", 22, 80, 443), {Code: "1.3", Proto: "tcp", Ports: []uint16{5}, Hosts: []string{"b.example.com"}}}, "12 SOPS-out-1-2-22-80\n13 SOPS-out-1-2-443\n14 SOPS-out-1-3-5\n"},
		"row with a ten":   {router.SideServer, []router.Want{out("7.10", 443)}, "710 SOPS-out-7-10-443\n"},
		"networks of hubs": {router.SideHubs, []router.Want{out("6.4", 443)}, "64 SOPS-hub-6-4-443 10.9.0.0 255.255.240.0 0.0.15.255\n"},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := v.Render(router.Request{Side: c.side, Site: s, Wants: c.wants, Lang: "en"})
			if err != nil || len(g.Gaps) > 0 {
				t.Fatal(err, g.Gaps)
			}
			if got := strings.TrimPrefix(text(g, router.Apply), "\n"); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestAsksOfASide: an input is asked where it is needed, and an answer of the
// site does for it.
func TestAsksOfASide(t *testing.T) {
	v, err := planned(t, planHead+planBody)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(side router.Side) (out []string) {
		for _, a := range v.AsksFor(side) {
			out = append(out, a.ID)
		}
		return out
	}
	if got := ids(router.SideHubs); !slices.Equal(got, []string{"line"}) {
		t.Errorf("hubs are asked %q", got)
	}
	if got := ids(router.SideServer); !slices.Equal(got, []string{"wan_ip", "line"}) {
		t.Errorf("the server is asked %q", got)
	}
	s := webSite()
	s.PublicIP = netip.Addr{}
	r := router.Request{Side: router.SideServer, Site: s, Wants: webhookWants()}
	if _, err := v.Render(r); err == nil || !strings.Contains(err.Error(), "problems.input.missing what=wan_ip") {
		t.Errorf("without an address: %v", err)
	}
	r.Inputs = map[string]string{"wan_ip": "192.0.2.7", "line": "12"}
	if g, err := v.Render(r); err != nil || !strings.Contains(text(g, router.Apply), "192.0.2.7") {
		t.Errorf("the input was not used: %v", err)
	}
	r.Inputs["line"] = "0x"
	if _, err := v.Render(r); err == nil || !strings.Contains(err.Error(), "problems.input.number what=line") {
		t.Errorf("a bad number: %v", err)
	}
	hubs := router.Request{Side: router.SideHubs, Site: s, Wants: hubWants()}
	if _, err := v.Render(hubs); err != nil {
		t.Errorf("hubs were asked for the server's address: %v", err)
	}
	hubs.Site.Hubs = []netip.Prefix{netip.MustParsePrefix("2001:db8::/64")}
	if g, err := v.Render(hubs); err != nil || len(g.Gaps) != 1 || len(g.Blocks) > 0 {
		t.Errorf("hubs without IPv4: %v, %+v", err, g.Gaps)
	}
}

// TestAskMistakes: what an ask cannot mean is refused with its reason.
func TestAskMistakes(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"side of nobody": {"sides: [server]}", "sides: [host]}", `side "host" is none of the router's`},
		"other answer":   {"from: public_ip", "from: domain", `from "domain": want public_ip`},
		"other kind":     {"kind: ip,", "kind: word,", `want public_ip, of kind ip`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := planned(t, strings.Replace(planHead, c.old, c.new, 1)+planBody); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestRowsWhole: where a rule goes by its row's number, a guide for one port of
// a row writes all of it, else it would close what an earlier guide opened.
func TestRowsWhole(t *testing.T) {
	half := router.Want{Code: "4.1", Inbound: true, Proto: "tcp", Ports: []uint16{8443}, Row: []uint16{8883, 8443}}
	for can, want := range map[string]string{"rows: true": "SOPS-in-8443-8883", "rows: false": "SOPS-in-8443 "} {
		v, err := planned(t, strings.Replace(planHead, "ipv4: true", "ipv4: true, "+can, 1)+planBody)
		if err != nil {
			t.Fatal(err)
		}
		s := webSite()
		s.PublicIP = netip.MustParseAddr("203.0.113.5")
		g, err := v.Render(router.Request{Side: router.SideServer, Site: s, Wants: []router.Want{half}})
		if err != nil || len(g.Blocks) == 0 || !strings.Contains(g.Blocks[0].Text, want) {
			t.Errorf("%s: %+v, %v", can, g.Blocks, err)
		}
	}
}
