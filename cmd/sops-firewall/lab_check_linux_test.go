package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/wizard"
)

const labSite = `version: 1
case: internet
sources: [google]
server: {domain: sops.example.com, lan_ip: 192.168.50.10, public_ip: 203.0.113.5}
hubs: {subnets: [192.168.60.0/24]}
outbound: open
firewalls:
  - {side: server, router: mikrotik, inputs: {}}
  - {side: hubs, router: openwrt, inputs: {}}
`

// labCompanions are the names of our own tables, which the lab's Internet has too.
func labCompanions(t *testing.T) []string {
	t.Helper()
	b, err := rules.Load(sub("rules"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tab := range b.Tables {
		if tab.Origin != rules.Ours {
			continue
		}
		for _, r := range tab.Rows {
			for _, h := range r.Hosts {
				if strings.Contains(h, ".") {
					names = append(names, h)
				}
			}
		}
	}
	return names
}

// verdict is what a row of JSON must say.
type verdict struct{ status, reason string }

// checked runs `check --format json` in a namespace and returns it by table/flow.
func (l *lab) checked(ns, from, site string) (wizard.Report, map[string]verdict, int) {
	l.t.Helper()
	out, code := l.run(ns, "check", "--from", from, "--site", site, "--format", "json")
	var rep wizard.Report
	if err := json.Unmarshal([]byte(out), &rep); err != nil {
		l.t.Fatalf("check --format json: %v\n%s", err, out)
	}
	got := map[string]verdict{}
	for _, r := range rep.Results {
		got[r.Table+"/"+r.Flow] = verdict{r.Status, r.Reason}
	}
	return rep, got, code
}

// TestLabHealthy checks a healthy network from each vantage point, row by row.
func TestLabHealthy(t *testing.T) {
	l := newLab(t)
	site := l.file(filepath.Join(l.dir, "site.yaml"), labSite)
	for _, c := range []struct {
		from, ns string
		pass     []string // tables whose every flow must pass
		wait     []string // tables whose every flow must wait for another place
		code     int
	}{
		{"server", l.server, []string{"server-out-ota", "server-out-basic", "server-out-sources", "companions"}, []string{"server-in-hubs", "server-in-sources", "hubs-out"}, 4},
		{"hub", l.hub, []string{"hubs-out"}, []string{"server-out-ota", "server-in-hubs"}, 4},
		{"internet", l.hub, []string{"server-in-hubs", "server-in-sources"}, []string{"server-out-ota", "hubs-out"}, 4},
	} {
		t.Run(c.from, func(t *testing.T) {
			rep, got, code := l.checked(c.ns, c.from, site)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if len(rep.Causes) != 0 {
				t.Errorf("causes in a healthy network: %+v", rep.Causes)
			}
			for _, tab := range c.pass {
				n := 0
				for flow, v := range got {
					if !strings.HasPrefix(flow, tab+"/") {
						continue
					}
					n++
					if v.status != "pass" {
						t.Errorf("%s: %v, want pass", flow, v)
					}
				}
				if n == 0 {
					t.Errorf("no row of %s was reported", tab)
				}
			}
			for _, tab := range c.wait {
				for flow, v := range got {
					if strings.HasPrefix(flow, tab+"/") && v.status != "waiting" {
						t.Errorf("%s: %v, want waiting", flow, v)
					}
				}
			}
		})
	}
}

// TestLabFaults breaks one thing at a time: the rows it touches must say so with
// the right reason, and all other rows must stay as they were.
func TestLabFaults(t *testing.T) {
	l := newLab(t)
	site := l.file(filepath.Join(l.dir, "site.yaml"), labSite)
	for name, c := range map[string]struct {
		rules    string // of the router's forward chain
		closed   bool   // the port forwards are missing
		from, ns string
		want     map[string]verdict
		code     int
	}{
		"dropped port": {
			rules: "tcp dport 8433 drop;", from: "server", ns: l.server, code: 3,
			want: map[string]verdict{"server-out-ota/tcp/up.sync-sign.com/8433": {"fail", "tcp.silent"}},
		},
		"rejected by the router": {
			rules: "tcp dport 22 reject with icmp type admin-prohibited;", from: "server", ns: l.server, code: 3,
			want: map[string]verdict{"server-out-ota/tcp/github.com/22": {"fail", "tcp.blocked-by"}},
		},
		"reset by the router": {
			rules: "tcp dport 22 reject with tcp reset;", from: "server", ns: l.server, code: 3,
			want: map[string]verdict{"server-out-ota/tcp/github.com/22": {"fail", "tcp.refused"}},
		},
		"time servers out of reach": {
			rules: "udp dport 123 drop;", from: "server", ns: l.server, code: 4,
			want: map[string]verdict{
				"server-out-basic/udp/pool.ntp.org/123":        {"unproven", "ntp.silent"},
				"server-out-basic/udp/europe.pool.ntp.org/123": {"unproven", "ntp.silent"},
				"server-out-basic/udp/time.google.com/123":     {"unproven", "ntp.silent"},
			},
		},
		"no port forward": {
			closed: true, from: "internet", ns: l.hub, code: 3,
			want: map[string]verdict{
				"server-in-hubs/tcp/sops.example.com/8883":   {"fail", "tcp.refused"},
				"server-in-hubs/tcp/sops.example.com/8443":   {"fail", "tcp.refused"},
				"server-in-hubs/tcp/sops.example.com/1883":   {"fail", "tcp.refused"},
				"server-in-hubs/tcp/sops.example.com/8888":   {"fail", "tcp.refused"},
				"server-in-hubs/tcp/sops.example.com/80":     {"fail", "tcp.refused"},
				"server-in-hubs/tcp/sops.example.com/443":    {"fail", "tcp.refused"},
				"server-in-sources/tcp/sops.example.com/80":  {"fail", "tcp.refused"},
				"server-in-sources/tcp/sops.example.com/443": {"fail", "tcp.refused"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l.t = t
			l.nat("")
			l.forward(true)
			_, healthy, _ := l.checked(c.ns, c.from, site)
			l.nat(c.rules)
			l.forward(!c.closed)
			rep, got, code := l.checked(c.ns, c.from, site)
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			for flow, v := range healthy {
				if want, touched := c.want[flow]; touched {
					v = want
				}
				if strings.HasPrefix(flow, "basics/") && strings.Contains(name, "time") {
					continue // the clock row stands on the time servers too
				}
				if got[flow] != v {
					t.Errorf("%s: %v, want %v", flow, got[flow], v)
				}
			}
			for _, r := range rep.Results {
				if r.Status == "fail" && (r.Said == "" || r.Todo == "") {
					t.Errorf("%s %s fails without saying what was seen and what to do: %+v", r.Code, r.Flow, r)
				}
			}
		})
	}
}

// TestLabDeadDNS: a dead name server is one cause, with the rows folded under it.
func TestLabDeadDNS(t *testing.T) {
	l := newLab(t)
	site := l.file(filepath.Join(l.dir, "site.yaml"), labSite)
	l.nat("udp dport 53 drop; tcp dport 53 drop;")
	rep, got, code := l.checked(l.server, "server", site)
	if code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if len(rep.Causes) != 1 || rep.Causes[0].Reason != "dns.silent" {
		t.Fatalf("causes %+v, want dns.silent alone", rep.Causes)
	}
	if v := got["server-out-ota/tcp/up.sync-sign.com/443"]; v.status != "skipped" {
		t.Errorf("row 1.1: %v, want skipped under the cause", v)
	}
	for flow, v := range got {
		if v.status == "pass" && !strings.HasPrefix(flow, "basics/") {
			t.Errorf("%s is green without a name server", flow)
		}
	}
}
