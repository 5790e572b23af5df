package wizard

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/host"
	"github.com/syncsign/sops-firewall/rules/router"
)

// TestStandLines reads a server's files: ufw at work, one service for itself.
func TestStandLines(t *testing.T) {
	d := testDeps(t)
	files := map[string]string{
		"proc/1/cmdline": "/sbin/init\x00", "run/docker.sock": "", "etc/ufw/ufw.conf": "ENABLED=yes\n",
		"proc/net/tcp": "  sl  local_address rem_address   st\n" +
			"   0: 00000000:0050 00000000:0000 0A\n   1: 00000000:01BB 00000000:0000 0A\n", // 0.0.0.0 in any byte order
		"proc/net/tcp6": "  sl  local_address rem_address   st\n   0: 00000000000000000000000000000000:22B3 00000000000000000000000000000000:0000 0A\n",
	}
	h := Detect(System{GOOS: "linux", Root: machineFS(files), Only6: []uint16{8883}})
	var got []string
	for _, l := range h.StandLines(d.Book, d.Words) {
		got = append(got, l.Status.String()+" "+l.What+": "+l.Text)
	}
	want := []string{
		"note firewall: active: ufw; its rules are seen by root only",
		"note ports: 8883 over IPv6 only; 80, 443 on all IPv4 addresses",
		"unproven docker: runs; what it publishes is seen by root only (docker ps)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for goos, want := range map[string]string{"windows": "unproven unknown; only an administrator sees it", "darwin": "unproven unknown; only an administrator sees it", "linux": "unproven unknown; only an administrator sees it"} {
		l := Detect(System{GOOS: goos}).StandLines(d.Book, d.Words)
		if len(l) != 1 || l[0].Status.String()+" "+l[0].Text != want {
			t.Errorf("%s without files: %+v", goos, l)
		}
	}
	files["run/.containerenv"] = ""
	if h := Detect(System{GOOS: "linux", Root: machineFS(files)}); h.Stands.Docker.State != host.DockerUnknown || h.Shield.Why != host.UnknownContainer {
		t.Errorf("inside a container: %+v %+v", h.Stands.Docker, h.Shield)
	}
}

// TestHostFirewallIsProposed: on a server with a firewall at work its guide is
// chosen beforehand, and its brand too.
func TestHostFirewallIsProposed(t *testing.T) {
	d := testDeps(t)
	d.Here.Shield = host.Firewall{State: host.FirewallActive, Names: []string{"hostwall", "iptables"}}
	site := Site{Case: rules.CaseLAN, From: rules.FromServer, Step: "firewalls"}
	q := NewSession(d, site).Ask()
	last := q.Options[len(q.Options)-1]
	if q.ID != "firewalls" || !slices.Equal(q.Selected, []string{"site", "host"}) || last.Because != "hostwall, iptables is at work on this computer." {
		t.Errorf("%s proposes %v, because %q", q.ID, q.Selected, last.Because)
	}
	site.Firewalls, site.Step = []Firewall{{Side: router.SideHost}}, "brand:host"
	if q := NewSession(d, site).Ask(); q.ID != "brand:host" || !slices.Equal(q.Selected, []string{"hostwall"}) {
		t.Errorf("%s proposes %v", q.ID, q.Selected)
	}
	site.From, site.Firewalls, site.Step = rules.FromHub, nil, "firewalls"
	if q := NewSession(d, site).Ask(); slices.Contains(q.Selected, "host") {
		t.Errorf("from a hub's network: %v", q.Selected)
	}
}

// TestLocalRows: what a look at the server's own listeners makes of a row.
func TestLocalRows(t *testing.T) {
	d := testDeps(t)
	for code, want := range map[check.Code][2]string{
		"":                   {"waiting", "not-here"},
		check.InLoopbackOnly: {"fail", "in.loopback-only"},
		check.InOneAddress:   {"waiting", "in.one-address"},
		check.InIPv6Only:     {"waiting", "in.ipv6-only"},
		check.InHostBlocked:  {"waiting", "in.host-blocked"},
		check.InServiceDown:  {"waiting", "in.service-down"},
		check.TCPRefused:     {"waiting", "in.service-down"},
		check.NotHere:        {"waiting", "not-here"},
	} {
		b := NewBoard(d.Book, d.Words, planSite(rules.CaseInternet, OutboundOpen), rules.FromServer)
		j, ok := b.JobFor("server-in-hubs/in-api/tcp/sops.example.com/443")
		if !ok || j.Kind != check.Local || j.To.Host != "192.168.50.10" {
			t.Fatalf("job %+v", j)
		}
		r := check.Result{Job: j, Status: check.Fail, Code: code, At: testNow, Facts: check.Facts{"listens": "all", "at": "::"}}
		if code == "" {
			r.Status = check.Pass
		}
		b.Apply(r)
		v, _ := b.Flow(j.Key)
		if got := [2]string{v.Status.String(), string(v.Result.Code)}; got != want {
			t.Errorf("%q: got %v, want %v", code, got, want)
		}
		if code == "" && !strings.HasPrefix(v.Finding.Seen, "The service listens here, on all addresses. This row") {
			t.Errorf("seen: %q", v.Finding.Seen)
		}
	}
}
