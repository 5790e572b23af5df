package wizard

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// office is what a hub's office saved at a time.
func office(t *testing.T, d Deps, label string, at time.Time, fail ...string) Report {
	t.Helper()
	rep := elsewhere(t, d, labelled(rules.CaseInternet), rules.FromHub, fail...)
	rep.Label = label
	for i := range rep.Results {
		rep.Results[i].At = at
	}
	return rep
}

const hubTime = "hubs-out/hub-time/tcp/pub.sync-sign.com/80"

// TestOfficesDiffer: two offices saw one row differently. Both are named, the
// worst counts, and it stays so when saved and read again.
func TestOfficesDiffer(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	b := passed(d, site, rules.FromServer)
	b.Placed(func(s Site, from rules.Place) string { return PlaceLabel(d.Here, s, from) }, d.Now)
	b.Remember(office(t, d, "Office 1", testNow.Add(-20*time.Minute)))
	b.Remember(office(t, d, "Office 2", testNow.Add(-49*time.Hour), "hub-time"))
	want := "Not the same at all places. Office 2: FAILS, 2 days ago, more than a day old. Office 1: works, 20 min ago."
	for _, again := range []string{"first", "saved and read"} {
		v, _ := b.Flow(hubTime)
		if v.Status != check.Fail || v.Short != "2 places" || v.Finding.Where != want || !strings.HasPrefix(v.Finding.Seen, "Nothing comes back") {
			t.Errorf("%s: %v %q\n%s\n%s", again, v.Status, v.Short, v.Finding.Where, v.Finding.Seen)
		}
		if v, _ := b.Flow("hubs-out/hub-api/tcp/sops.example.com/443"); v.Status != check.Pass || !strings.HasPrefix(v.Finding.Where, "Seen alike at several places. Office 1: works, 20 min ago.") {
			t.Errorf("%s: %v %s", again, v.Status, v.Finding.Where)
		}
		if code := b.Exit("hubs-out"); code != 3 {
			t.Errorf("%s: exit %d, want 3", again, code)
		}
		data, err := b.Report(testNow, 0).JSON()
		if err != nil {
			t.Fatal(err)
		}
		rep, err := ParseReport(data)
		if err != nil {
			t.Fatal(err)
		}
		text := b.Report(testNow, 0).Text(d.Words)
		if !strings.Contains(text, "(seen from 2 places)") || !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("%s: the report does not tell:\n%s", again, text)
		}
		b = passed(d, site, rules.FromServer)
		b.Placed(func(Site, rules.Place) string { return "" }, d.Now)
		b.Remember(rep)
	}
	// A later look from the same office takes the earlier one's place.
	b.Remember(office(t, d, "Office 2", testNow))
	if v, _ := b.Flow(hubTime); v.Status != check.Pass || len(v.Sightings) != 2 {
		t.Errorf("after the repair: %v %s", v.Status, v.Finding.Where)
	}
}

// TestOwnOffice: what is seen in this office stands beside another's, and takes
// the place of what this one saved earlier.
func TestOwnOffice(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	b := passed(d, site, rules.FromHub)
	b.Placed(func(Site, rules.Place) string { return "Office 1" }, d.Now)
	b.Remember(office(t, d, "Office 1", testNow.Add(-time.Hour), "hub-time"))
	if v, _ := b.Flow(hubTime); v.Status != check.Pass || v.Finding.Where != "" {
		t.Errorf("an old look of this office hides the fresh one: %v %s", v.Status, v.Finding.Where)
	}
	b.Remember(office(t, d, "Office 2", testNow.Add(-time.Hour), "hub-time"))
	v, _ := b.Flow(hubTime)
	if v.Status != check.Fail || !strings.Contains(v.Finding.Where, "Office 2: FAILS, 1 h ago. Office 1: works, just now.") {
		t.Errorf("%v %s", v.Status, v.Finding.Where)
	}
}

func TestAges(t *testing.T) {
	d := testDeps(t)
	for at, want := range map[time.Duration]string{
		-3 * time.Hour:          "Seen from a computer in the hubs' network (Office 1), 3 h ago.",
		-24 * time.Hour:         "Seen from a computer in the hubs' network (Office 1), 24 h ago.",
		-24*time.Hour - 1:       "Seen from a computer in the hubs' network (Office 1), 24 h ago. That is more than a day old: check there again.",
		-30 * time.Second:       "Seen from a computer in the hubs' network (Office 1), just now.",
		time.Hour:               "Seen from a computer in the hubs' network (Office 1), its clock is ahead.",
		-80 * 24 * time.Hour:    "Seen from a computer in the hubs' network (Office 1), 80 days ago. That is more than a day old: check there again.",
		-59 * time.Minute:       "Seen from a computer in the hubs' network (Office 1), 59 min ago.",
		-47*time.Hour - 59*60e9: "Seen from a computer in the hubs' network (Office 1), 47 h ago. That is more than a day old: check there again.",
	} {
		b := passed(d, labelled(rules.CaseInternet), rules.FromServer)
		b.Placed(func(Site, rules.Place) string { return "" }, d.Now)
		b.Remember(office(t, d, "Office 1", testNow.Add(at)))
		if v, _ := b.Flow(hubTime); v.Finding.Where != want {
			t.Errorf("%v: got %q, want %q", at, v.Finding.Where, want)
		}
	}
}

func TestLabels(t *testing.T) {
	for _, bad := range []string{"", " ", "a\tb", "a\x1b[31m", strings.Repeat("x", 33), "a  b", "a\u202eb"} {
		if l, err := ValidLabel(bad); err == nil {
			t.Errorf("%q is taken as %q", bad, l)
		}
	}
	for _, good := range []string{"Office 2", "Büro", "192.168.60.0/24", strings.Repeat("x", 32)} {
		if _, err := ValidLabel(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	d := testDeps(t)
	d.Here.Host = "laptop"
	site := labelled(rules.CaseInternet)
	site.Hubs.Subnets = []netip.Prefix{prefix("192.168.60.0/24")}
	for main, want := range map[string]string{"192.168.60.7/24": "192.168.60.0/24", "10.0.0.1/8": "laptop"} {
		d.Here.Main.Prefix = prefix(main)
		if got := PlaceLabel(d.Here, site, rules.FromHub); got != want {
			t.Errorf("%s is called %q, want %q", main, got, want)
		}
	}
}

// TestPastedIsKept: what another place saw is there again at the next start, and
// does not move over to another site.
func TestPastedIsKept(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	b := passed(d, site, rules.FromServer)
	b.Placed(func(Site, rules.Place) string { return "" }, d.Now)
	b.Remember(office(t, d, "Office 2", testNow, "hub-time"))
	data, err := b.ToKeep(testNow).JSON()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := ParseReport(data)
	if err != nil {
		t.Fatal(err)
	}
	next := NewBoard(d.Book, d.Words, site, rules.FromServer)
	next.Recall(kept)
	if v, _ := next.Flow(hubTime); v.Status != check.Fail || v.Sightings[0].Label != "Office 2" || !v.Before.IsZero() {
		t.Errorf("at the next start: %v %+v", v.Status, v.Sightings)
	}
	if v, _ := next.Flow(watchedOpen); v.Before.IsZero() {
		t.Errorf("what was seen here is taken for another place's: %+v", v)
	}
	next.Recall(Report{From: "server"})
	if v, _ := next.Flow(hubTime); v.Status != check.Waiting {
		t.Errorf("another site has it too: %v", v.Status)
	}
}
