package rules

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check"
)

// oracle is design section 2 in other words than apply.go: per row, the reason
// when it applies, or "!" and the reason when it does not.
func oracle(c Case, chosen map[Source]bool) map[string]string {
	want := map[string]string{}
	put := func(reason string, codes ...string) {
		for _, code := range codes {
			want[code] = reason
		}
	}
	put("always", "1.1", "1.2", "1.3", "2.1")
	put("always-ours", "0.1", "0.2", "0.3", "0.4", "0.5", "7.1", "7.2", "7.3")

	google := "!no-source-google"
	switch {
	case chosen["google"]:
		google = "source-google"
	case chosen["google-sheets"]:
		google = "source-google-sheets"
	}
	put(google, "3.1", "7.4")
	put(pick(chosen["google-sheets"], "source-google-sheets", "!no-source-google-sheets"), "7.5")
	put(pick(chosen["microsoft365"], "source-microsoft365", "!no-source-microsoft365"), "3.2", "7.6")
	put(pick(chosen["google"] || chosen["microsoft365"], "source-notifies", "!no-source-notifies"), "5.1")

	inbound := []string{"4.1", "4.2", "4.3"}
	hubs := []string{"6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.7"}
	switch c {
	case "internet":
		put("case-internet", append(inbound, hubs...)...)
	case "lan":
		put("!case-lan-no-inbound", inbound...)
		put("!case-lan-hubs-inside", hubs...)
	default:
		put("!case-not-chosen", append(inbound, hubs...)...)
	}
	return want
}

func pick(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

func TestAppliesInEveryCombination(t *testing.T) {
	b := shipped(t)
	all := []Source{"google", "microsoft365", "exchange", "database", "lan-service", "caldav", "csv-url", "google-sheets"}
	keys := BecauseKeys()
	n := 0
	for _, c := range []Case{"lan", "internet", ""} {
		for set := range 1 << len(all) {
			f := Facts{Case: c, Domain: "sops.example.com"}
			chosen := map[Source]bool{}
			for i, s := range all {
				if set>>i&1 == 1 {
					chosen[s] = true
					f.Sources = append([]Source{s}, f.Sources...) // order must not matter
				}
			}
			want, got := oracle(c, chosen), map[string]string{}
			flows := map[string]bool{}
			for _, fl := range b.Flows(f, false) {
				flows[fl.Row.Code] = true
			}
			for i := range b.Tables {
				for j := range b.Tables[i].Rows {
					r := &b.Tables[i].Rows[j]
					ok, because := b.Tables[i].Applies(r, f)
					got[r.Code] = pick(ok, "", "!") + because
					if !slices.Contains(keys, because) {
						t.Fatalf("%q is not in BecauseKeys", because)
					}
					if flows[r.Code] != ok {
						t.Errorf("%s %v: row %s applies: %v, has flows: %v", c, f.Sources, r.Code, ok, flows[r.Code])
					}
				}
			}
			if !maps.Equal(got, want) {
				t.Fatalf("case %q, sources %v:\n got %v\nwant %v", c, f.Sources, got, want)
			}
			n++
		}
	}
	if n != 3*256 {
		t.Errorf("%d combinations walked, want %d", n, 3*256)
	}
}

func TestAppliesOfAnotherBook(t *testing.T) {
	tests := map[string]struct {
		table   Table
		row     Row
		facts   Facts
		ok      bool
		because string
	}{
		"both cases are any case":   {Table{Origin: Manual}, Row{Cases: []Case{CaseLAN, CaseInternet}}, Facts{}, true, BecauseAlways},
		"lan row in lan":            {Table{From: FromServer}, Row{Cases: []Case{CaseLAN}}, Facts{Case: CaseLAN}, true, BecauseLAN},
		"lan row on the internet":   {Table{From: FromServer}, Row{Cases: []Case{CaseLAN}}, Facts{Case: CaseInternet}, false, BecauseOnlyLAN},
		"outbound internet row":     {Table{From: FromServer}, Row{Cases: []Case{CaseInternet}}, Facts{Case: CaseLAN}, false, BecauseOnlyInternet},
		"case before source":        {Table{From: FromHub}, Row{Cases: []Case{CaseInternet}, Sources: []Source{SourceGoogle}}, Facts{Case: CaseLAN}, false, BecauseHubsInside},
		"notifying and a source":    {Table{}, Row{Notifies: true, Sources: []Source{SourceMicrosoft}}, Facts{Sources: []Source{SourceGoogle}}, false, BecauseNoSource(SourceMicrosoft)},
		"polled source, no webhook": {Table{}, Row{Notifies: true, Sources: []Source{SourceCalDAV}}, Facts{Sources: []Source{SourceCalDAV}}, false, BecauseNothingNotifies},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ok, because := tt.table.Applies(&tt.row, tt.facts)
			if ok != tt.ok || because != tt.because {
				t.Errorf("got %v, %q, want %v, %q", ok, because, tt.ok, tt.because)
			}
		})
	}
}

func TestFlowsInOrder(t *testing.T) {
	b := shipped(t)
	var got []string
	for _, f := range b.Flows(Facts{Case: CaseLAN, Sources: []Source{SourceMicrosoft}, Domain: "sops.example.com"}, false) {
		got = append(got, f.Key)
		if f.Key != f.Table.ID+"/"+f.Row.ID+"/"+f.Short() {
			t.Errorf("%s is short for %s", f.Short(), f.Key)
		}
	}
	want := []string{
		"basics/default-route/ip/default/0", "basics/gateway/ip/gateway/0", "basics/name-servers/ip/dns/0",
		"basics/clock/ip/clock/0", "basics/sign-in-page/ip/portal/0",
		"server-out-ota/ota-update/tcp/up.sync-sign.com/443", "server-out-ota/ota-update/tcp/up.sync-sign.com/8433",
		"server-out-ota/ota-firmware/tcp/github.com/22", "server-out-ota/ota-firmware/tcp/github.com/443",
		"server-out-ota/ota-images/tcp/registry.hub.docker.com/443", "server-out-ota/ota-images/tcp/docker.io/443",
		"server-out-basic/ntp/udp/pool.ntp.org/123", "server-out-basic/ntp/udp/europe.pool.ntp.org/123",
		"server-out-basic/ntp/udp/time.google.com/123",
		"server-out-sources/microsoft-graph/tcp/graph.microsoft.com/443",
		"server-in-sources/webhook/tcp/sops.example.com/80", "server-in-sources/webhook/tcp/sops.example.com/443",
		"companions/docker-registry/tcp/auth.docker.io/443", "companions/docker-registry/tcp/registry-1.docker.io/443",
		"companions/docker-blobs/tcp/production.cloudflare.docker.com/443",
		"companions/docker-blobs/tcp/production.cloudfront.docker.com/443",
		"companions/docker-blobs/tcp/docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com/443",
		"companions/github-downloads/tcp/codeload.github.com/443",
		"companions/github-downloads/tcp/objects.githubusercontent.com/443",
		"companions/github-downloads/tcp/release-assets.githubusercontent.com/443",
		"companions/microsoft-signin/tcp/login.microsoftonline.com/443",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAllFlowsHaveTheirOwnKey(t *testing.T) {
	b := shipped(t)
	seen := map[string]bool{}
	for _, f := range b.Flows(Facts{}, true) {
		if seen[f.Key] {
			t.Errorf("%s is there twice", f.Key)
		}
		seen[f.Key] = true
		if f.Table.Inbound() && f.Host != DomainToken {
			t.Errorf("%s: host %q without a site, want %q", f.Key, f.Host, DomainToken)
		}
	}
	if len(seen) != 46 {
		t.Errorf("%d flows, want 46", len(seen))
	}
}

func TestJob(t *testing.T) {
	b := shipped(t)
	jobs := map[string]check.Job{}
	for _, f := range b.Flows(Facts{Case: CaseInternet, Domain: "sops.example.com"}, false) {
		jobs[f.Key] = f.Job()
	}
	tests := map[string]check.Job{
		"server-out-ota/ota-update/tcp/up.sync-sign.com/8433": {Kind: "tls", To: check.Target{Host: "up.sync-sign.com", Port: 8433, Proto: "tcp"}},
		"server-out-basic/ntp/udp/pool.ntp.org/123":           {Kind: "ntp", To: check.Target{Host: "pool.ntp.org", Port: 123, Proto: "udp"}},
		"server-in-hubs/in-mqtt-tls/tcp/sops.example.com/8443": {
			Kind: "wss", To: check.Target{Host: "sops.example.com", Port: 8443, Proto: "tcp"},
		},
		"basics/gateway/ip/gateway/0": {Kind: "gateway", To: check.Target{Host: "gateway", Proto: "ip"}},
	}
	for key, want := range tests {
		want.Key = key
		got := jobs[key]
		if got.Key != want.Key || got.Kind != want.Kind || got.To.Host != want.To.Host || got.To.Port != want.To.Port || got.To.Proto != want.To.Proto {
			t.Errorf("%s: got %+v, want %+v", key, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	b := shipped(t)
	for _, id := range []string{"ota-firmware", "1.2"} {
		tab, r := b.Row(id)
		if tab == nil || tab.ID != "server-out-ota" || r.ID != "ota-firmware" {
			t.Errorf("Row(%q) = %v, %v", id, tab, r)
		}
	}
	if tab, r := b.Row("9.9"); tab != nil || r != nil || b.Table("none") != nil {
		t.Errorf("found what is not there: %v, %v", tab, r)
	}
}

func TestSources(t *testing.T) {
	for _, s := range AllSources() {
		if !s.Valid() || s.Notifies() && s.InLAN() {
			t.Errorf("%s: valid %v, notifies %v, in the LAN %v", s, s.Valid(), s.Notifies(), s.InLAN())
		}
	}
	if Source("ical").Valid() || Source("").Valid() {
		t.Error("an unknown source is valid")
	}
}
