package wizard

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// labelled is a site with every row of the manual.
func labelled(c rules.Case) Site {
	s := Site{Version: 1, Case: c, Outbound: OutboundOpen, Server: Server{Domain: "sops.example.com", LANIP: netip.MustParseAddr("192.168.50.10")}}
	for _, k := range rules.AllSources() {
		s.Sources = append(s.Sources, DataSource{Kind: k})
	}
	return s
}

func result(j check.Job, st check.Status, code check.Code) check.Result {
	return check.Result{Job: j, Status: st, Code: code, At: testNow, Took: 31 * time.Millisecond}
}

// passed is a board whose jobs all passed.
func passed(d Deps, site Site, from rules.Place) *Board {
	b := NewBoard(d.Book, d.Words, site, from)
	for _, j := range b.Jobs(true) {
		b.Apply(result(j, check.Pass, ""))
	}
	return b
}

// TestReportRowByRow holds what check --format json says of each row of the
// manual, from each place, when all is well.
func TestReportRowByRow(t *testing.T) {
	const manual = `
1.1 server-out-ota/ota-update tcp/up.sync-sign.com/443 server
1.1 server-out-ota/ota-update tcp/up.sync-sign.com/8433 server
1.2 server-out-ota/ota-firmware tcp/github.com/22 server
1.2 server-out-ota/ota-firmware tcp/github.com/443 server
1.3 server-out-ota/ota-images tcp/registry.hub.docker.com/443 server
1.3 server-out-ota/ota-images tcp/docker.io/443 server
2.1 server-out-basic/ntp udp/pool.ntp.org/123 server
2.1 server-out-basic/ntp udp/europe.pool.ntp.org/123 server
2.1 server-out-basic/ntp udp/time.google.com/123 server
3.1 server-out-sources/google-api tcp/www.googleapis.com/443 server
3.2 server-out-sources/microsoft-graph tcp/graph.microsoft.com/443 server
4.1 server-in-hubs/in-mqtt-tls tcp/sops.example.com/8883 internet
4.1 server-in-hubs/in-mqtt-tls tcp/sops.example.com/8443 internet
4.2 server-in-hubs/in-mqtt-plain tcp/sops.example.com/1883 internet
4.2 server-in-hubs/in-mqtt-plain tcp/sops.example.com/8888 internet
4.3 server-in-hubs/in-api tcp/sops.example.com/80 internet
4.3 server-in-hubs/in-api tcp/sops.example.com/443 internet
5.1 server-in-sources/webhook tcp/sops.example.com/80 internet
5.1 server-in-sources/webhook tcp/sops.example.com/443 internet
6.1 hubs-out/hub-mqtt-tls tcp/sops.example.com/8883 hub
6.1 hubs-out/hub-mqtt-tls tcp/sops.example.com/8443 hub
6.2 hubs-out/hub-mqtt-plain tcp/sops.example.com/1883 hub
6.2 hubs-out/hub-mqtt-plain tcp/sops.example.com/8888 hub
6.3 hubs-out/hub-api tcp/sops.example.com/80 hub
6.3 hubs-out/hub-api tcp/sops.example.com/443 hub
6.4 hubs-out/hub-health tcp/sync.sync-sign.com/443 hub
6.5 hubs-out/hub-update tcp/update.sync-sign.com/443 hub
6.6 hubs-out/hub-firmware tcp/file.sync-sign.com/443 hub
6.7 hubs-out/hub-time tcp/pub.sync-sign.com/80 hub
`
	d := testDeps(t)
	for _, from := range places {
		rep := passed(d, labelled(rules.CaseInternet), from).Report(testNow, 250*time.Millisecond)
		var got strings.Builder
		got.WriteByte('\n')
		sum := map[string]int{"pass": 0, "note": 0, "fail": 0, "unproven": 0, "waiting": 0, "skipped": 0, "not-needed": 0}
		for _, r := range rep.Results {
			sum[r.Status]++
			if r.Flow != fmt.Sprintf("%s/%s/%d", r.Proto, r.Host, r.Port) {
				t.Errorf("%s %s: flow does not match %s, %s, %d", r.Code, r.Flow, r.Proto, r.Host, r.Port)
			}
			tab := d.Book.Table(r.Table)
			if tab.Origin == rules.Ours {
				continue
			}
			fmt.Fprintf(&got, "%s %s/%s %s %s\n", r.Code, r.Table, r.Rule, r.Flow, tab.From)
			want, reason := "waiting", "not-here"
			if tab.From == from {
				want, reason = "pass", ""
			}
			if r.Status != want || r.Reason != reason || r.Importance != "required" || r.From != string(tab.From) || r.Said == "" {
				t.Errorf("from %s, %s %s: %+v, want %s %s", from, r.Code, r.Flow, r, want, reason)
			}
		}
		if got.String() != manual {
			t.Errorf("rows from %s:\n%s", from, got.String())
		}
		if rep.Schema != 1 || rep.From != string(from) || rep.TookMS != 250 || fmt.Sprint(rep.Summary) != fmt.Sprint(sum) {
			t.Errorf("head from %s: %+v, want %v", from, rep, sum)
		}
	}
}

// TestReportKeys holds the names of design section 6: they are only ever added to.
func TestReportKeys(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromServer)
	for _, j := range b.Jobs(true) {
		r := result(j, check.Fail, check.DNSSilent)
		r.Layers = []check.Layer{{Name: "dns", Family: 4, Status: check.Fail, Code: check.DNSSilent, Took: time.Millisecond, Address: "192.0.2.53"}}
		b.Apply(r)
	}
	data, err := b.Report(testNow, time.Second).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	has := func(where string, v any, keys ...string) map[string]any {
		m, _ := v.(map[string]any)
		for _, k := range keys {
			if _, ok := m[k]; !ok {
				t.Errorf("%s has no %q: %v", where, k, v)
			}
		}
		return m
	}
	first := func(m map[string]any, key string) any {
		list, _ := m[key].([]any)
		if len(list) == 0 {
			t.Fatalf("%s is empty", key)
		}
		return list[0]
	}
	has("report", doc, "schema", "from", "started", "took_ms", "summary", "causes", "results")
	has("cause", first(doc, "causes"), "reason", "status", "said", "todo", "explains")
	r := has("result", first(doc, "results"), "code", "table", "rule", "flow", "host", "port", "proto", "importance", "status", "reason", "layers", "said", "todo")
	has("layer", first(r, "layers"), "layer", "family", "status", "reason", "ms", "address")
	if doc["started"] != "2026-11-24T09:12:00Z" {
		t.Errorf("started %v", doc["started"])
	}
}

func TestBoardExit(t *testing.T) {
	d := testDeps(t)
	lan := labelled(rules.CaseLAN)
	lan.Sources = []DataSource{{Kind: rules.SourceExchange}}
	for name, c := range map[string]struct {
		site Site
		bad  map[string]check.Result // by code of the row
		want int
	}{
		"all well in a LAN":          {lan, nil, 0},
		"another place must look":    {labelled(rules.CaseInternet), nil, 4},
		"a required row fails":       {lan, map[string]check.Result{"1.1": {Status: check.Fail, Code: check.TCPSilent}}, 3},
		"a companion fails":          {lan, map[string]check.Result{"7.1": {Status: check.Fail, Code: check.TCPSilent}}, 0},
		"a required row is unproven": {lan, map[string]check.Result{"1.2": {Status: check.Unproven, Code: check.CheckTimeout}}, 4},
		"odd but works":              {lan, map[string]check.Result{"1.2": {Status: check.Note, Code: check.TLSIntercepted}}, 0},
		"explained by dead DNS":      {lan, map[string]check.Result{"0.3": {Status: check.Fail, Code: check.DNSSilent}, "1.1": {Status: check.Fail, Code: check.DNSSilent}}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBoard(d.Book, d.Words, c.site, rules.FromServer)
			if got := b.Exit(); got != 4 {
				t.Errorf("before any check: exit %d, want 4: what was not run is not green", got)
			}
			for _, j := range b.Jobs(true) {
				r := result(j, check.Pass, "")
				id := strings.Split(j.Key, "/")[1]
				_, row := d.Book.Row(id)
				if row == nil {
					continue // where the server's name leads: no row
				}
				if x, ok := c.bad[row.Code]; ok {
					r.Status, r.Code = x.Status, x.Code
				}
				b.Apply(r)
			}
			if got := b.Exit(); got != c.want {
				t.Errorf("exit %d, want %d", got, c.want)
			}
		})
	}
}

// TestBasicsNameWhatWasAsked: the host of a basic row is a word of ours and no
// name that can be mistyped.
func TestBasicsNameWhatWasAsked(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseLAN), rules.FromServer)
	for _, j := range b.Jobs(true, Basics) {
		r := result(j, check.Fail, check.DNSNXDomain)
		if j.Kind == "portal" {
			r.Facts = check.Facts{"host": "pub.sync-sign.com"}
		}
		b.Apply(r)
	}
	for _, r := range b.Report(testNow, 0, Basics).Results {
		want := "The name server says that there is no such name."
		if r.Host == "portal" {
			want = "The name server says of pub.sync-sign.com that there is no such name."
		}
		if !strings.HasPrefix(r.Said, want) {
			t.Errorf("%s: %q, want %q", r.Code, r.Said, want)
		}
	}
	text := b.Report(testNow, 0, Basics).Text(d.Words)
	if !strings.Contains(text, "configured name servers") || strings.Contains(text, " dns ") {
		t.Errorf("the list names no destination:\n%s", text)
	}
}

func TestReportText(t *testing.T) {
	d := testDeps(t)
	b := passed(d, labelled(rules.CaseInternet), rules.FromServer)
	text := b.Report(testNow, 1200*time.Millisecond).Text(d.Words)
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); len([]rune(line)) > 80 || strings.HasSuffix(line, " ") {
			t.Errorf("%d columns, or a blank at the end: %q", len([]rune(line)), line)
		}
	}
	if n := strings.Count(text, "check --from hub"); n != 1 {
		t.Errorf("what to run in the hubs' network stands %d times, want once below its rows:\n%s", n, text)
	}
	for _, want := range []string{"[ ok ] 1.1   up.sync-sign.com", "[wait] 4.1", "TCP 8433", "Seen from: server. Took 1.2 s."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestJUnit(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromServer)
	jobs := b.Jobs(true)
	for i, j := range jobs {
		switch i {
		case 7:
			r := result(j, check.Fail, check.TLSUntrusted)
			r.Facts = check.Facts{"issuer": "<b>&\x1b[31m]]>\u202e"}
			b.Apply(r)
		case 8: // not run
		default:
			b.Apply(result(j, check.Pass, ""))
		}
	}
	data, err := b.Report(testNow, time.Second).JUnit()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(data, &s); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	green := len(slices.DeleteFunc(slices.Clone(s.Cases), func(c struct {
		Name    string    `xml:"name,attr"`
		Failure *struct{} `xml:"failure"`
		Skipped *struct{} `xml:"skipped"`
	},
	) bool {
		return c.Failure != nil || c.Skipped != nil
	}))
	if s.Tests != len(s.Cases) || s.Failures != 1 || green+s.Failures+s.Skipped != s.Tests || green != len(jobs)-3-waitingLocal(b) { // one asks where the name leads
		t.Errorf("%d tests, %d failures, %d skipped, %d green of %d jobs", s.Tests, s.Failures, s.Skipped, green, len(jobs))
	}
	if strings.ContainsAny(string(data), "\x1b\u202e") {
		t.Errorf("hostile text came through:\n%s", data)
	}
}

// waitingLocal are the jobs that look at the server's own listeners: they prove nothing.
func waitingLocal(b *Board) int {
	n := 0
	for _, f := range b.flows {
		if b.local(f) && !checkable(f, b.from) {
			n++
		}
	}
	return n
}

// TestReportMarkdownIsText: what a stranger's server says cannot become markup.
func TestReportMarkdownIsText(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseLAN)
	b := NewBoard(d.Book, d.Words, site, rules.FromServer)
	for _, j := range b.Jobs(true) {
		r := result(j, check.Note, check.TLSIntercepted)
		r.Facts = check.Facts{"issuer": "<img src=x onerror=alert(1)> | `a` [x](javascript:b)"}
		b.Apply(r)
	}
	page, err := ReportMarkdown(d.Words, site, b, b.Report(testNow, time.Second), nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page, "<img") || strings.Contains(page, "[x](") || !strings.Contains(page, `&lt;img`) {
		t.Errorf("markup came through:\n%s", page)
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "| 1.1") && strings.Count(line, "|")-strings.Count(line, `\|`) != 7 {
			t.Errorf("the table is torn: %s", line)
		}
	}
}

// TestProxyIsNamed: the environment's proxy is a second way, and the finding
// says what became of it.
func TestProxyIsNamed(t *testing.T) {
	d := testDeps(t)
	for name, c := range map[string]struct {
		st    check.Status
		code  check.Code
		layer check.Layer
		want  string
	}{
		"both work":       {check.Pass, "", check.Layer{Name: "proxy", Status: check.Pass}, "Through the proxy proxy.example:3128 of this computer's settings it works too."},
		"direct only":     {check.Pass, "", check.Layer{Name: "proxy", Status: check.Note, Code: check.ProxyRefused}, "settings it does not work (proxy says no)."},
		"neither":         {check.Fail, check.DNSNXDomain, check.Layer{Name: "proxy", Status: check.Fail, Code: check.ProxyDown}, "settings it does not work (proxy down)."},
		"proxy only":      {check.Note, check.ProxyOnly, check.Layer{Name: "proxy", Status: check.Pass}, "it works through the proxy proxy.example:3128."},
		"no proxy at all": {check.Fail, check.TCPSilent, check.Layer{Name: "tcp", Status: check.Fail}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBoard(d.Book, d.Words, labelled(rules.CaseLAN), rules.FromServer)
			j := b.Jobs(true, "server-out-ota")[0]
			r := result(j, c.st, c.code)
			r.Layers, r.Facts = []check.Layer{c.layer}, check.Facts{"proxy": "proxy.example:3128"}
			b.Apply(r)
			said := b.Report(testNow, 0, "server-out-ota").Results[0].Said
			if c.want == "" && strings.Contains(said, "proxy") || !strings.Contains(said, c.want) || strings.Count(said, "3128") > 1 {
				t.Errorf("%q, want %q", said, c.want)
			}
		})
	}
}

// TestSkippedTellsCause: a row that a cause explains has that cause's words in
// every form of the report; its own remedy would lead astray.
func TestSkippedTellsCause(t *testing.T) {
	d := realDeps(t)
	site := planSite(rules.CaseLAN, OutboundUnknown)
	b := NewBoard(d.Book, d.Words, site, rules.FromServer)
	for _, j := range b.Jobs(true) {
		if j.Kind == "route" {
			b.Apply(result(j, check.Fail, check.RouteNone))
		} else {
			b.Apply(result(j, check.Unproven, check.DNSSilent))
		}
	}
	const own, cause = "TCP 53", "This computer has no default route."
	skipped := 0
	for _, r := range b.Report(testNow, time.Second).Results {
		if r.Status != "skipped" {
			continue
		}
		skipped++
		if r.Reason != "route.none" || !strings.HasPrefix(r.Said, cause) || strings.Contains(r.Todo, own) {
			t.Errorf("%s: %s, %q, %q", r.Flow, r.Reason, r.Said, r.Todo)
		}
	}
	if skipped < 10 {
		t.Fatalf("only %d rows are skipped", skipped)
	}
	md, err := ReportMarkdown(d.Words, site, b, b.Report(testNow, time.Second), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(md, "| See above: "+cause+" |"); n != skipped || strings.Contains(md, own) {
		t.Errorf("%d of %d rows name the cause:\n%s", n, skipped, md)
	}
}
