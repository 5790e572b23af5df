package wizard

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
)

// TestRuleList holds rules --format json: its keys, which rows apply, and that
// each says why.
func TestRuleList(t *testing.T) {
	d := testDeps(t)
	lan := Site{Case: rules.CaseLAN, Sources: []DataSource{{Kind: rules.SourceExchange}}, Server: Server{Domain: "sops.example.com"}}
	for name, c := range map[string]struct {
		site    Site
		all     bool
		applies string // codes of the manual's rows that apply
		rows    int    // rows listed, of all tables
		domain  string
	}{
		"no site":            {Site{}, true, "1.1 1.2 1.3 2.1", 28, "{domain}"},
		"LAN, Exchange":      {lan, true, "1.1 1.2 1.3 2.1", 28, "sops.example.com"},
		"LAN, what applies":  {lan, false, "1.1 1.2 1.3 2.1", 12, ""},
		"LAN, Google":        {Site{Case: rules.CaseLAN, Sources: []DataSource{{Kind: rules.SourceGoogle}}}, false, "1.1 1.2 1.3 2.1 3.1 5.1", 15, "{domain}"},
		"Internet, Exchange": {Site{Case: rules.CaseInternet, Sources: lan.Sources}, false, "1.1 1.2 1.3 2.1 4.1 4.2 4.3 6.1 6.2 6.3 6.4 6.5 6.6 6.7", 22, "{domain}"},
		"Internet, all":      {labelled(rules.CaseInternet), false, "1.1 1.2 1.3 2.1 3.1 3.2 4.1 4.2 4.3 5.1 6.1 6.2 6.3 6.4 6.5 6.6 6.7", 0, "sops.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			list := ListRules(d.Book, d.Words, c.site, c.all)
			var applies []string
			rows := 0
			for _, tab := range list.Tables {
				rows += len(tab.Rows)
				for _, r := range tab.Rows {
					if r.Applies && tab.Origin == string(rules.Manual) {
						applies = append(applies, r.Code)
					}
					if r.Because == "" || strings.Contains(r.Because, "because.") {
						t.Errorf("%s says not why: %q", r.Code, r.Because)
					}
					if strings.HasPrefix(r.Code, "4.") && !slices.Equal(r.Hosts, []string{c.domain}) {
						t.Errorf("%s: hosts %v, want %s", r.Code, r.Hosts, c.domain)
					}
				}
			}
			if got := strings.Join(applies, " "); got != c.applies {
				t.Errorf("applies: %s, want %s", got, c.applies)
			}
			if c.rows > 0 && rows != c.rows {
				t.Errorf("%d rows, want %d", rows, c.rows)
			}
		})
	}
	data, err := json.Marshal(ListRules(d.Book, d.Words, lan, true).Tables[1])
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"server-out-ota","code":"1","title":"Services for OTA","origin":"manual","rows":[` +
		`{"id":"ota-update","code":"1.1","proto":"tcp","ports":[443,8433],"hosts":["up.sync-sign.com"],"function":"OTA Update Server","importance":"required","applies":true,"because":"needed at every site"},` +
		`{"id":"ota-firmware","code":"1.2","proto":"tcp","ports":[22,443],"hosts":["github.com"],"function":"OTA Firmware Server","importance":"required","applies":true,"because":"needed at every site"},` +
		`{"id":"ota-images","code":"1.3","proto":"tcp","ports":[443],"hosts":["registry.hub.docker.com","docker.io"],"function":"OTA Docker Image Server","importance":"required","applies":true,"because":"needed at every site"}]}`
	if string(data) != want {
		t.Errorf("got %s\nwant %s", data, want)
	}
	text := ListRules(d.Book, d.Words, lan, true).Text(d.Words)
	for _, w := range []string{"0.3  configured name servers", "TCP 443, 8433", "Left out: the hubs reach"} {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in the list:\n%s", w, text)
		}
	}
}

func TestRouterList(t *testing.T) {
	cat := testCatalogue()
	for filter, want := range map[string]string{"": "acme cloudy generic hostwall zeta", "ZET": "zeta", "unknown": "generic", "none of these": ""} {
		var ids []string
		for _, r := range ListRouters(cat, filter, English) {
			ids = append(ids, r.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q: %s, want %s", filter, got, want)
		}
	}
	words := testDeps(t).Words
	data, err := json.Marshal(ListRouters(cat, "zeta", English))
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"id":"zeta","name":"Zeta","generations":["one"],"labels":["one"],"kind":"paste","sides":[`; !strings.HasPrefix(string(data), want) || !strings.HasSuffix(string(data), `"proof":""}]`) {
		t.Errorf("got %s", data)
	}
	if empty, err := json.Marshal(ListRouters(cat, "none of these", English)); err != nil || string(empty) != "[]" {
		t.Errorf("no match: %s, %v", empty, err)
	}
	if text := RoutersText(words, ListRouters(cat, "", English)); strings.Count(text, "\n") != 6 {
		t.Errorf("want a head and five lines:\n%s", text)
	}
	few := RoutersText(words, []RouterItem{{ID: "long-id", Name: "Brand", Generations: []string{"a", "bcd"}, Labels: []string{"old page", "new page"}, Kind: "web", Proof: "docs"}})
	for _, want := range []string{"ID       NAME   KIND ", "long-id  Brand  web  ", "\n  long-id/a    old page\n", "\n  long-id/bcd  new page\n"} {
		if !strings.Contains(few, want) {
			t.Errorf("no %q in\n%s", want, few)
		}
	}
}
