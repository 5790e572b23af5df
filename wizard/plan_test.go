package wizard

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// wantLines are the wants as "in 4.3, 5.1 tcp 80,443" or "out 1.2 tcp 22,443 github.com".
func wantLines(w wants) []string {
	var out []string
	for _, x := range w.out {
		way := "out"
		if x.Inbound {
			way = "in"
		}
		var ports []string
		for _, p := range x.Ports {
			ports = append(ports, fmt.Sprint(p))
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", way, x.Code, x.Proto, strings.Join(ports, ","), strings.Join(x.Hosts, ","))))
	}
	return out
}

func planSite(c rules.Case, out Outbound, sources ...rules.Source) Site {
	s := Site{Case: c, Outbound: out, Server: Server{Domain: "sops.example.com", LANIP: netip.MustParseAddr("192.168.50.10")}}
	for _, x := range sources {
		s.Sources = append(s.Sources, DataSource{Kind: x})
	}
	return s
}

func TestWants(t *testing.T) {
	inbound := []string{"in 4.1 tcp 8883,8443", "in 4.2 tcp 1883,8888", "in 4.3, 5.1 tcp 80,443"}
	inHubs := []string{"in 4.1 tcp 8883,8443", "in 4.2 tcp 1883,8888", "in 4.3 tcp 80,443"}
	out := []string{
		"out 1.1 tcp 443,8433 up.sync-sign.com", "out 1.2 tcp 22,443 github.com", "out 1.3 tcp 443 registry.hub.docker.com,docker.io",
		"out 2.1 udp 123 pool.ntp.org,europe.pool.ntp.org,time.google.com",
	}
	exchange := planSite(rules.CaseLAN, OutboundClosed)
	exchange.Sources = []DataSource{{Kind: rules.SourceExchange, Host: "192.168.50.20"}}
	for name, tc := range map[string]struct {
		site Site
		side router.Side
		want []string // of tables 1 to 6
	}{
		"lan, no webhook":      {planSite(rules.CaseLAN, OutboundOpen, rules.SourceExchange), router.SideSite, nil},
		"lan, webhook":         {planSite(rules.CaseLAN, OutboundOpen, rules.SourceGoogle), router.SideSite, []string{"in 5.1 tcp 80,443"}},
		"lan, unknown":         {planSite(rules.CaseLAN, OutboundUnknown, rules.SourceGoogle), router.SideSite, []string{"in 5.1 tcp 80,443"}},
		"lan, host":            {planSite(rules.CaseLAN, OutboundOpen, rules.SourceExchange), router.SideHost, inHubs},
		"lan, host closed":     {exchange, router.SideHost, slices.Concat(out, inHubs, []string{"out 8.1 tcp 443 192.168.50.20"})},
		"lan, site closed":     {exchange, router.SideSite, out},
		"internet, server":     {planSite(rules.CaseInternet, OutboundOpen, rules.SourceGoogle), router.SideServer, inbound},
		"internet, no webhook": {planSite(rules.CaseInternet, OutboundOpen), router.SideServer, inHubs},
		"internet, host":       {planSite(rules.CaseInternet, OutboundUnknown, rules.SourceGoogle), router.SideHost, inbound},
		"internet, hubs open":  {planSite(rules.CaseInternet, OutboundOpen, rules.SourceGoogle), router.SideHubs, nil},
		"internet, hubs closed": {planSite(rules.CaseInternet, OutboundClosed, rules.SourceGoogle), router.SideHubs, []string{
			"out 6.1 tcp 8883,8443 sops.example.com", "out 6.2 tcp 1883,8888 sops.example.com", "out 6.3 tcp 80,443 sops.example.com",
			"out 6.4 tcp 443 sync.sync-sign.com", "out 6.5 tcp 443 update.sync-sign.com", "out 6.6 tcp 443 file.sync-sign.com", "out 6.7 tcp 80 pub.sync-sign.com",
		}},
		"lan, closed": {planSite(rules.CaseLAN, OutboundClosed, rules.SourceMicrosoft), router.SideSite, []string{
			"out 1.1 tcp 443,8433 up.sync-sign.com", "out 1.2 tcp 22,443 github.com", "out 1.3 tcp 443 registry.hub.docker.com,docker.io",
			"out 2.1 udp 123 pool.ntp.org,europe.pool.ntp.org,time.google.com", "out 3.2 tcp 443 graph.microsoft.com", "in 5.1 tcp 80,443",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			d := testDeps(t)
			w := GuideDeps{d.Book, d.Routers, d.Words, ""}.wants(tc.site, tc.side, nil, false)
			got := slices.DeleteFunc(wantLines(w), func(l string) bool { return strings.HasPrefix(l, "out 7.") })
			if !slices.Equal(got, tc.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
			seen := map[string]bool{}
			for _, x := range w.out {
				for _, p := range x.Ports {
					key := fmt.Sprint(x.Proto, p)
					if x.Inbound && seen[key] {
						t.Errorf("port %d is forwarded twice", p)
					}
					seen[key] = x.Inbound
				}
			}
		})
	}
}

// TestHostBlame: a row that the server's own firewall rejects is written for that
// one, and a row that stops behind it for the router.
func TestHostBlame(t *testing.T) {
	d := testDeps(t)
	gd := GuideDeps{d.Book, d.Routers, d.Words, ""}
	site := planSite(rules.CaseInternet, OutboundOpen)
	site.Firewalls = []Firewall{{Side: router.SideServer}, {Side: router.SideHost}}
	b := NewBoard(d.Book, d.Words, site, rules.FromServer)
	for key, facts := range map[string]check.Facts{
		"server-out-ota/ota-update/tcp/up.sync-sign.com/8433": {"variant": "self", "device": "this computer"},
		"server-out-ota/ota-firmware/tcp/github.com/22":       {"hop": "1", "reach": "192.168.50.1"},
		"server-out-ota/ota-images/tcp/docker.io/443":         {},
		"server-out-ota/ota-firmware/tcp/github.com/443":      nil, // works: the line is not dead
	} {
		j, ok := b.JobFor(key)
		if !ok {
			t.Fatalf("no job %s", key)
		}
		r := check.Result{Job: j, Status: check.Fail, Code: check.TCPSilent, Facts: facts, At: testNow}
		if facts == nil {
			r.Status, r.Code = check.Pass, ""
		}
		b.Apply(r)
	}
	either := "out 1.3 tcp 443 registry.hub.docker.com,docker.io"
	for side, want := range map[router.Side][]string{
		router.SideHost:   {"out 1.1 tcp 443,8433 up.sync-sign.com", either},
		router.SideServer: {"out 1.2 tcp 22,443 github.com", either},
	} {
		got := slices.DeleteFunc(wantLines(gd.wants(site, side, b, true)), func(l string) bool { return !strings.HasPrefix(l, "out") })
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", side, got, want)
		}
	}
	site.Firewalls = site.Firewalls[:1] // nobody else's guide has it then
	if got := wantLines(gd.wants(site, router.SideServer, b, true)); !slices.Contains(got, "out 1.1 tcp 443,8433 up.sync-sign.com") {
		t.Errorf("a row is lost: %q", got)
	}
}

// TestMissing: rows shown open are left out, rows shown closed are in even
// where the way out was said to be open, and unproven is not open.
func TestMissing(t *testing.T) {
	d := testDeps(t)
	gd := GuideDeps{d.Book, d.Routers, d.Words, ""}
	site := planSite(rules.CaseInternet, OutboundOpen, rules.SourceGoogle)
	b := NewBoard(d.Book, d.Words, site, rules.FromServer)
	res := func(key string, st check.Status, code check.Code) {
		j, ok := b.JobFor(key)
		if !ok {
			t.Fatalf("no job %s", key)
		}
		b.Apply(check.Result{Job: j, Status: st, Code: code, At: testNow})
	}
	res("server-out-ota/ota-update/tcp/up.sync-sign.com/443", check.Pass, "")
	res("server-out-ota/ota-update/tcp/up.sync-sign.com/8433", check.Fail, check.TCPSilent)
	res("server-out-ota/ota-firmware/tcp/github.com/443", check.Fail, check.TLSExpired)
	w := gd.wants(site, router.SideServer, b, true)
	want := []string{"out 1.1 tcp 443,8433 up.sync-sign.com", "in 4.1 tcp 8883,8443", "in 4.2 tcp 1883,8888", "in 4.3, 5.1 tcp 80,443"}
	if got := wantLines(w); !slices.Equal(got, want) || !w.unproven {
		t.Errorf("got %q, unproven %v", got, w.unproven)
	}

	ntp := "server-out-basic/ntp/udp/pool.ntp.org/123"
	res(ntp, check.Unproven, check.NTPSilent)
	if got := wantLines(gd.wants(site, router.SideServer, b, true)); slices.ContainsFunc(got, func(l string) bool { return strings.Contains(l, "ntp") }) {
		t.Errorf("a silent time server where all is open: %q", got)
	}
	site.Outbound = OutboundUnknown
	if got := wantLines(gd.wants(site, router.SideServer, b, true)); !slices.Contains(got, "out 2.1 udp 123 pool.ntp.org,europe.pool.ntp.org,time.google.com") {
		t.Errorf("a silent time server where nobody knows: %q", got)
	}

	site.Outbound = OutboundClosed
	b.Lay(site, rules.FromServer)
	got := wantLines(gd.wants(site, router.SideServer, b, true))
	if !slices.Contains(got, "out 1.2 tcp 22,443 github.com") || !slices.Contains(got, "out 1.1 tcp 443,8433 up.sync-sign.com") {
		t.Errorf("closed: %q", got)
	}

	in := NewBoard(d.Book, d.Words, site, rules.FromInternet)
	for _, j := range in.Jobs(true, "server-in-hubs", "server-in-sources") {
		in.Apply(check.Result{Job: j, Status: check.Pass, At: testNow})
	}
	w = gd.wants(planSite(rules.CaseInternet, OutboundOpen, rules.SourceGoogle), router.SideServer, in, true)
	if len(w.out) != 0 || w.unproven {
		t.Errorf("all is proven open, and still %q", wantLines(w))
	}
}

func TestWantsWithoutName(t *testing.T) {
	d := testDeps(t)
	site := planSite(rules.CaseInternet, OutboundClosed)
	site.Server.Domain = ""
	w := GuideDeps{d.Book, d.Routers, d.Words, ""}.wants(site, router.SideHubs, nil, false)
	if got := wantLines(w); len(got) != 4 || strings.Contains(strings.Join(got, " "), "{") || !w.noName {
		t.Errorf("got %q, %v", got, w.noName)
	}
}

func TestGuideText(t *testing.T) {
	words := english(t)
	g := SideGuide{Side: router.SideSite, Title: "Router of this office", Notes: []string{"A note."}, Guide: router.Guide{
		Router: "acme", Name: "Acme", Proof: router.ProofDocs, Source: "https://example.com", Checked: "2026-11-24",
		Gaps: []router.Gap{{Code: "4.1", Say: "no ranges."}},
		Blocks: []router.Block{
			{Part: router.Prepare, Kind: router.Steps, Text: "\n1. Open **Menu** > **Rules**\n1. Type `443`\n   and more\n"},
			{Part: router.Apply, Kind: router.Code, Lang: "sh", Text: "ufw allow '**x**'\n"},
			{Part: router.Undo, Kind: router.Code, Lang: "sh", Text: "ufw delete `x` ```\n"},
		},
	}}
	if got := GuideText(words, g, router.Apply); got != "ufw allow '**x**'\n" {
		t.Errorf("apply alone: %q", got)
	}
	if got := GuideText(words, g, router.Prepare); got != "1. Open Menu > Rules\n2. Type 443\n   and more\n" {
		t.Errorf("prepare: %q", got)
	}
	want := "Router of this office: Acme\nProof: docs, checked 2026-11-24, source https://example.com\nA note.\nNot covered: 4.1 no ranges.\n\n== Prepare ==\n\n1. Open Menu > Rules\n2. Type 443\n   and more\n\n== Enter ==\n\nufw allow '**x**'\n\n== Undo ==\n\nufw delete `x` ```\n"
	if got := GuideText(words, g, ""); got != want {
		t.Errorf("whole:\n%s", got)
	}
	md := GuideMarkdown(words, g, "")
	for _, part := range []string{"# Router of this office: Acme\n", "## Enter\n\n```sh\nufw allow '**x**'\n```\n", "````sh\nufw delete `x` ```\n````\n"} {
		if !strings.Contains(md, part) {
			t.Errorf("Markdown lacks %q:\n%s", part, md)
		}
	}
	if GuideFile(g, "txt") != "guide-site-acme.txt" {
		t.Error(GuideFile(g, "txt"))
	}
}
