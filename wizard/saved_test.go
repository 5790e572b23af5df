package wizard

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// elsewhere is what a check from another place saved.
func elsewhere(t *testing.T, d Deps, site Site, from rules.Place, fail ...string) Report {
	t.Helper()
	b := NewBoard(d.Book, d.Words, site, from)
	for _, j := range b.Jobs(true) {
		r := result(j, check.Pass, "")
		for _, f := range fail {
			if strings.Contains(j.Key, f) {
				r.Status, r.Code = check.Fail, check.TCPSilent
			}
		}
		b.Apply(r)
	}
	data, err := b.Report(testNow, time.Second).JSON()
	if err != nil {
		t.Fatal(err)
	}
	rep, err := ParseReport(data)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// TestPlacesMerge joins what three places saw into one site: nothing waits then.
func TestPlacesMerge(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	b := passed(d, site, rules.FromServer)
	if b.Exit() != 4 {
		t.Fatalf("alone: exit %d, want 4", b.Exit())
	}
	if n := b.Remember(elsewhere(t, d, site, rules.FromHub)); n != 10 {
		t.Errorf("%d flows of the hubs' place, want 10", n)
	}
	if n := b.Remember(elsewhere(t, d, site, rules.FromInternet, "in-mqtt-plain/tcp/sops.example.com/1883")); n != 8 {
		t.Errorf("%d flows of the place outside, want 8", n)
	}
	rep := b.Report(testNow, time.Second)
	if rep.Summary["waiting"] != 0 || rep.Summary["fail"] != 1 || b.Exit() != 3 {
		t.Errorf("%v, exit %d; want one failure, nothing waiting, 3", rep.Summary, b.Exit())
	}
	for _, r := range rep.Results {
		if want := string(d.Book.Table(r.Table).From); r.From != want {
			t.Errorf("%s %s: seen from %s, want %s", r.Code, r.Flow, r.From, want)
		}
	}
	if text := rep.Text(d.Words); !strings.Contains(text, "tcp.silent (seen from internet)") {
		t.Errorf("the place is not told:\n%s", text)
	}
	// What is saved now holds all three places.
	data, err := rep.JSON()
	if err != nil {
		t.Fatal(err)
	}
	all, err := ParseReport(data)
	if err != nil {
		t.Fatal(err)
	}
	hub := passed(d, site, rules.FromHub)
	hub.Remember(all)
	if sum := hub.Report(testNow, time.Second).Summary; sum["waiting"] != 0 || sum["fail"] != 1 {
		t.Errorf("passed on to the hubs' place: %v", sum)
	}
	// Guides leave out what another place proved open.
	site.Firewalls = []Firewall{{Side: "server", Router: "mikrotik"}}
	shipped := realDeps(t)
	g := SiteGuides(GuideDeps{Book: d.Book, Routers: shipped.Routers, Words: d.Words}, site, b, true)
	if text := GuideText(d.Words, g[0], "apply"); !strings.Contains(text, "1883") || strings.Contains(text, "8883") {
		t.Errorf("only 1883 is missing:\n%s", text)
	}
}

// TestRememberBeforeTheAnswers: the wizard gets the files before it knows the site.
func TestRememberBeforeTheAnswers(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	b := NewBoard(d.Book, d.Words, Site{}, rules.FromServer)
	b.Remember(elsewhere(t, d, site, rules.FromHub))
	b.Lay(site, rules.FromServer)
	if n := b.Report(testNow, 0, "hubs-out").Summary["pass"]; n != 10 {
		t.Errorf("%d rows of the hubs known, want 10", n)
	}
	b.Lay(labelled(rules.CaseLAN), rules.FromServer)
	b.Lay(site, rules.FromServer)
	if n := b.Report(testNow, 0, "hubs-out").Summary["pass"]; n != 10 {
		t.Errorf("%d rows of the hubs known after a change and back, want 10", n)
	}
}

func TestRememberKeepsTheLatest(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	old, late := elsewhere(t, d, site, rules.FromHub, "hub-time"), elsewhere(t, d, site, rules.FromHub)
	for i := range late.Results {
		late.Results[i].At = late.Results[i].At.Add(time.Hour)
	}
	for name, order := range map[string][]Report{"late first": {late, old}, "late last": {old, late}} {
		b := passed(d, site, rules.FromServer)
		for _, r := range order {
			b.Remember(r)
		}
		if n := b.Report(testNow, 0).Summary["fail"]; n != 0 {
			t.Errorf("%s: %d failures, want 0", name, n)
		}
	}
	// A fresh look from the right place beats what was saved.
	b := passed(d, site, rules.FromHub)
	b.Remember(old)
	if n := b.Report(testNow, 0).Summary["fail"]; n != 0 {
		t.Errorf("an old failure hides the fresh look: %d failures", n)
	}
	// A place that cannot see a flow cannot vouch for it.
	lie := old
	lie.From = "internet"
	for i := range lie.Results {
		lie.Results[i].From, lie.Results[i].Status, lie.Results[i].Reason = "internet", "pass", ""
	}
	b = passed(d, site, rules.FromServer)
	b.Remember(lie)
	if n := b.Report(testNow, 0, "hubs-out").Summary["waiting"]; n != 10 {
		t.Errorf("hearsay was taken: %d rows of the hubs wait, want 10", n)
	}
}

// TestCausesTravel: rows that a cause explains bring it along.
func TestCausesTravel(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	hub := NewBoard(d.Book, d.Words, site, rules.FromHub)
	for _, j := range hub.Jobs(true) {
		hub.Apply(result(j, check.Fail, check.DNSSilent))
	}
	data, err := hub.Report(testNow, 0).JSON()
	if err != nil {
		t.Fatal(err)
	}
	rep, err := ParseReport(data)
	if err != nil {
		t.Fatal(err)
	}
	b := passed(d, site, rules.FromServer)
	b.Remember(rep)
	got := b.Report(testNow, 0)
	if len(got.Causes) != 1 || got.Causes[0].Reason != "dns.silent" || got.Causes[0].From != "hub" || len(got.Causes[0].Explains) != 10 {
		t.Errorf("causes: %+v", got.Causes)
	}
	if b.Exit() != 3 {
		t.Errorf("exit %d, want 3", b.Exit())
	}
}

func TestParseReportRefuses(t *testing.T) {
	d := testDeps(t)
	good, err := elsewhere(t, d, labelled(rules.CaseLAN), rules.FromServer).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ data, want string }{
		"nothing":      {"", "no result of a check"},
		"other JSON":   {`{"a":1}`, "no result of a check"},
		"a list":       {`[]`, "no result of a check"},
		"newer":        {strings.Replace(string(good), `"schema": 1`, `"schema": 2`, 1), "newer sops-firewall"},
		"other place":  {strings.Replace(string(good), `"from": "server"`, `"from": "moon"`, 1), "no result of a check"},
		"other status": {strings.Replace(string(good), `"status": "pass"`, `"status": "great"`, 1), `row 1: status "great" is not known`},
		"cut off":      {string(good[:len(good)-20]), "no result of a check"},
		"two":          {string(good) + string(good), "more than one"},
		"huge":         {strings.Repeat(" ", MaxReport+1), "larger than 16 MiB"},
	} {
		if _, err := ParseReport([]byte(c.data)); err == nil || !strings.Contains(d.Words.Error(err), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// A newer program may add keys.
	more := strings.Replace(string(good), `"schema": 1`, `"schema": 1, "colour": "red"`, 1)
	if _, err := ParseReport([]byte(more)); err != nil {
		t.Errorf("an added key: %v", err)
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add([]byte(`{"schema":1,"from":"hub","results":[{"table":"hubs-out","rule":"hub-time","flow":"tcp/pub.sync-sign.com/80","status":"fail","said":"\u001b[31m"}],"causes":[{"reason":"dns.silent","explains":["x"]}]}`))
	f.Add([]byte(`{"schema":1,"from":"server","started":"2026-11-24T09:12:00Z","results":[{"table":"\u202e","rule":"a","flow":"b","status":"pass","layers":[{"status":"pass","address":"\u009b2J"}]}]}`))
	words := english(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		rep, err := ParseReport(data)
		if err != nil {
			return
		}
		out, err := rep.JSON()
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal(out, &doc); err != nil {
			t.Fatal(err)
		}
		if text := rep.Text(words); strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && r != utf8.RuneError && hidden(r) }) {
			t.Fatalf("hidden characters in %q", text)
		}
		if _, err := ParseReport(out); err != nil {
			t.Fatalf("not read back: %v", err)
		}
	})
}
