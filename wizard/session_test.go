package wizard

import (
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

var testNow = time.Date(2026, 11, 24, 9, 12, 0, 0, time.UTC)

func testDeps(t *testing.T) Deps {
	t.Helper()
	sub := func(dir string) fs.FS {
		f, err := fs.Sub(assets.FS, dir)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	book, err := rules.Load(sub("rules"))
	if err != nil {
		t.Fatal(err)
	}
	return Deps{
		Book: book, Words: english(t), Routers: testCatalogue(), Now: func() time.Time { return testNow },
		Here: Here{GOOS: "linux", Main: Iface{"eth0", netip.MustParsePrefix("192.168.50.10/24")}, Gateway: netip.MustParseAddr("192.168.50.1"), Router: "acme", RouterWhy: "its maker is Acme"},
	}
}

func testCatalogue() *router.Catalogue {
	all := []router.Side{router.SideSite, router.SideServer, router.SideHubs}
	one := func(id, name string, kind router.Kind, sides []router.Side, gens ...string) router.Router {
		r := router.Router{ID: id, Name: name, Kind: kind, Sides: sides}
		for _, g := range gens {
			r.Variants = append(r.Variants, &router.Variant{Router: id, Generation: g, Name: name, Label: g, Kind: kind, Sides: sides})
		}
		return r
	}
	return &router.Catalogue{Routers: []router.Router{
		one("acme", "Acme", router.Web, all, "v2", "v1"),
		one("cloudy", "Cloudy", router.Cloud, []router.Side{router.SideServer}, "cli"),
		one("generic", "Unknown router", router.Web, all, "any"),
		one("hostwall", "Hostwall", router.Host, []router.Side{router.SideHost}, "all"),
		one("zeta", "Zeta", router.Paste, all, "one"),
	}}
}

// reply answers a question the way a test site does.
func reply(q Question, c rules.Case, sources ...string) Answer {
	a := Answer{Fields: map[string]string{}}
	for _, f := range q.Fields {
		a.Fields[f.ID] = f.Value
	}
	switch name, _, _ := strings.Cut(q.ID, ":"); name {
	case "start":
		a.Choice = "new"
	case "case":
		a.Choice = string(c)
	case "sources":
		a.Many = sources
	case "addresses":
		a.Fields["domain"] = "sops.example.com"
	case "firewalls":
		a.Many = q.Selected
	case "brand":
		a.Choice = "zeta"
	case "front":
		a.Choice = "no"
	case "where":
		a.Choice = "server"
	case "outbound":
		a.Choice = "closed"
	case "finish":
		a.Choice = "report"
	}
	return a
}

// walk answers everything up to finish and returns the IDs asked.
func walk(t *testing.T, s *Session, c rules.Case, sources ...string) []string {
	t.Helper()
	var ids []string
	for range 40 {
		q := s.Ask()
		ids = append(ids, q.ID)
		complete(t, q)
		if q.ID == "finish" {
			return ids
		}
		if err := s.Answer(reply(q, c, sources...)); err != nil {
			t.Fatalf("%s: %v", q.ID, err)
		}
	}
	t.Fatalf("no end: %v", ids)
	return nil
}

// complete holds that every text of a question is there.
func complete(t *testing.T, q Question) {
	t.Helper()
	texts := []string{q.Title, q.Intro, q.Help}
	for _, o := range q.Options {
		texts = append(texts, o.Label, o.Detail, o.Because)
		if o.Label == "" {
			t.Errorf("%s: option %s has no label", q.ID, o.ID)
		}
		lines := strings.Split(o.Picture, "\n")
		if len(lines) > 12 || slices.ContainsFunc(lines, func(l string) bool { return len(l) > 76 }) {
			t.Errorf("%s: picture of %s is too large:\n%s", q.ID, o.ID, o.Picture)
		}
	}
	for _, f := range q.Fields {
		texts = append(texts, f.Label, f.From, f.Hint, f.Help)
	}
	for _, s := range texts {
		for _, bad := range []string{"questions.", "problems.", "remarks.", "{", "guides."} {
			if strings.Contains(s, bad) {
				t.Errorf("%s: hole in the words: %q", q.ID, s)
			}
		}
	}
	if q.Title == "" || q.Step < 1 || q.Step > Steps {
		t.Errorf("%s: title %q, step %d", q.ID, q.Title, q.Step)
	}
}

func TestAskedQuestions(t *testing.T) {
	for name, tc := range map[string]struct {
		c       rules.Case
		sources []string
		want    string
	}{
		"lan, google":        {rules.CaseLAN, []string{"google"}, "start case sources addresses where outbound firewalls brand:site front:site tables guides finish"},
		"lan, nothing":       {rules.CaseLAN, nil, "start case sources addresses where outbound firewalls brand:site front:site tables guides finish"},
		"lan, exchange":      {rules.CaseLAN, []string{"exchange"}, "start case sources source-hosts addresses where outbound firewalls brand:site front:site tables guides finish"},
		"internet, google":   {rules.CaseInternet, []string{"google", "microsoft365"}, "start case sources addresses where outbound firewalls brand:server front:server brand:hubs front:hubs tables guides finish"},
		"internet, database": {rules.CaseInternet, []string{"database", "caldav"}, "start case sources source-hosts addresses where outbound firewalls brand:server front:server brand:hubs front:hubs tables guides finish"},
		"internet, sheets":   {rules.CaseInternet, []string{"google-sheets"}, "start case sources addresses where outbound firewalls brand:server front:server brand:hubs front:hubs tables guides finish"},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSession(testDeps(t), Site{})
			if got := strings.Join(walk(t, s, tc.c, tc.sources...), " "); got != tc.want {
				t.Errorf("asked %s\nwant  %s", got, tc.want)
			}
			for _, l := range s.Summary() {
				if l.Title == "" || l.Value == "" || strings.Contains(l.Title+l.Value, "questions.") {
					t.Errorf("summary line %+v", l)
				}
			}
			for n := 0; s.Back(); n++ {
				if n > 40 {
					t.Fatal("Back has no end")
				}
			}
			if s.Ask().ID != "start" {
				t.Errorf("Back ends at %s", s.Ask().ID)
			}
		})
	}
}

// TestEverySourceCombination walks all 256 sets of sources in both cases.
func TestEverySourceCombination(t *testing.T) {
	d := testDeps(t)
	all := rules.AllSources()
	for _, c := range []rules.Case{rules.CaseLAN, rules.CaseInternet} {
		for set := range 1 << len(all) {
			var src []string
			hosts := false
			for i, x := range all {
				if set&(1<<i) != 0 {
					src = append(src, string(x))
					hosts = hosts || ownHost(x)
				}
			}
			ids := walk(t, NewSession(d, Site{}), c, src...)
			if got := slices.Contains(ids, "source-hosts"); got != hosts {
				t.Fatalf("%s %v: source-hosts asked %v, want %v", c, src, got, hosts)
			}
		}
	}
}

func TestDetectedValuesAreProposed(t *testing.T) {
	d := testDeps(t)
	s := NewSession(d, Site{})
	for s.Ask().ID != "case" {
		_ = s.Answer(reply(s.Ask(), ""))
	}
	if q := s.Ask(); !slices.Equal(q.Selected, []string{"lan"}) || q.Options[0].Because == "" {
		t.Errorf("case proposes %v, %q", q.Selected, q.Options[0].Because)
	}
	for s.Ask().ID != "addresses" {
		_ = s.Answer(reply(s.Ask(), rules.CaseLAN, "google"))
	}
	if f := s.Ask().Fields[1]; f.Value != "192.168.50.10" || f.From != "this computer" || f.Optional {
		t.Errorf("LAN address %+v", f)
	}
	for s.Ask().ID != "brand:site" {
		_ = s.Answer(reply(s.Ask(), rules.CaseLAN, "google"))
	}
	q := s.Ask()
	if q.Options[0].ID != "acme/v2" || q.Options[0].Because != "its maker is Acme" || !slices.Equal(q.Selected, []string{"acme/v2"}) {
		t.Errorf("brand proposes %+v, selected %v", q.Options[0], q.Selected)
	}
	if second := q.Options[1]; second.ID != "generic" || second.Because != "" {
		t.Errorf("second brand %+v", second)
	}
	d.Here.Cloud, d.Here.CloudName = "cloudy", "Cloudy"
	s = NewSession(d, Site{Case: rules.CaseInternet, From: rules.FromServer, Firewalls: []Firewall{{Side: router.SideServer}}, Step: "brand:server"})
	if q := s.Ask(); q.Options[0].ID != "cloudy" || q.Options[0].Because == "" {
		t.Errorf("at a cloud the list begins with %+v", q.Options[0])
	}
}

func TestChangeFromSummary(t *testing.T) {
	s := NewSession(testDeps(t), Site{})
	walk(t, s, rules.CaseLAN, "google")
	if !s.Goto("sources") {
		t.Fatal("no way to sources")
	}
	if err := s.Answer(Answer{Many: []string{"microsoft365"}}); err != nil || s.Ask().ID != "finish" {
		t.Fatalf("after a change that opens nothing: %s, %v", s.Ask().ID, err)
	}
	if s.Site().Firewall(router.SideSite).Router != "zeta" || s.Site().Server.Domain != "sops.example.com" {
		t.Errorf("answers got lost: %+v", s.Site())
	}
	s.Goto("sources")
	_ = s.Answer(Answer{Many: []string{"exchange"}})
	if s.Ask().ID != "source-hosts" {
		t.Fatalf("a new question is skipped: at %s", s.Ask().ID)
	}
	_ = s.Answer(Answer{Fields: map[string]string{"exchange-host": "mail.example.com", "exchange-port": "8443"}})
	if s.Ask().ID != "finish" || !slices.Equal(s.Site().Sources, []DataSource{{rules.SourceExchange, "mail.example.com", 8443}}) {
		t.Errorf("at %s with %+v", s.Ask().ID, s.Site().Sources)
	}
	s.Goto("case")
	_ = s.Answer(Answer{Choice: "internet"})
	if s.Ask().ID != "firewalls" {
		t.Fatalf("another case asks for %s", s.Ask().ID)
	}
	_ = s.Answer(Answer{Many: []string{"server", "hubs"}})
	_ = s.Answer(Answer{Choice: "cloudy"}) // no box stands in front of a cloud
	_ = s.Answer(Answer{Choice: "generic"})
	_ = s.Answer(Answer{Choice: "no"})
	if s.Ask().ID != "finish" || s.Site().Server.Domain != "sops.example.com" {
		t.Errorf("at %s with %+v", s.Ask().ID, s.Site())
	}
	if s.Goto("brand:site") || s.Goto("nonsense") {
		t.Error("went to a question of the other case")
	}
}

func TestWrongAnswersStay(t *testing.T) {
	s := NewSession(testDeps(t), Site{Case: rules.CaseLAN, Sources: []DataSource{{Kind: rules.SourceGoogle}}, Step: "addresses"})
	for name, f := range map[string]map[string]string{
		"domain": {"domain": "192.168.1.1", "lan_ip": "192.168.1.2"},
		"lan_ip": {"domain": "sops.example.com", "lan_ip": ""},
		"name":   {"domain": "sops.example.com", "lan_ip": "192.168.1.2", "name": "a\x1b[2Jb"},
	} {
		err := s.Answer(Answer{Fields: f})
		var p *Problem
		if !asProblem(err, &p) || p.Field != name || s.Ask().ID != "addresses" || p.Say == "" {
			t.Errorf("%s: %v, at %s", name, err, s.Ask().ID)
		}
	}
	s = NewSession(testDeps(t), Site{Case: rules.CaseLAN, Server: Server{Domain: "a.example.com", LANIP: netip.MustParseAddr("192.168.50.10")}, Step: "where"})
	if err := s.Answer(Answer{Choice: "hub"}); err == nil {
		t.Error("this computer is the server and not: taken")
	}
	if err := s.Answer(Answer{Choice: "moon"}); err == nil {
		t.Error("unknown place taken")
	}
}
