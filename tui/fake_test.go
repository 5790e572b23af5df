package tui

import (
	"net/netip"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

var noon = time.Date(2026, 11, 24, 9, 21, 0, 0, time.UTC)

// fakeSession asks a fixed list of questions.
type fakeSession struct {
	stands  []wizard.HereLine
	nat     wizard.Finding
	qs      []wizard.Question
	at      int
	answers map[string]wizard.Answer
	site    wizard.Site
	saved   time.Time
	fail    error // what the next Answer returns
	names   []string
	here    wizard.Here
	kept    wizard.Kept      // of the last start
	keeps   chan wizard.Kept // what was written; nil: nothing is
}

func (s *fakeSession) Ask() wizard.Question { return s.qs[s.at] }

func (s *fakeSession) Answer(a wizard.Answer) error {
	if err := s.fail; err != nil {
		s.fail = nil
		return err
	}
	q := s.qs[s.at]
	for _, f := range q.Fields {
		if _, err := s.Try(f.ID, a.Fields[f.ID]); err != nil {
			return err
		}
	}
	s.answers[q.ID] = a
	s.saved = noon
	if s.at < len(s.qs)-1 {
		s.at++
	}
	return nil
}

func (s *fakeSession) Try(field, value string) (wizard.Tried, error) {
	if field == "hubs" {
		if _, err := netip.ParsePrefix(value); err != nil {
			return wizard.Tried{}, &wizard.Problem{Field: field, Say: "four numbers and a size: 192.168.60.0/24"}
		}
	}
	if field == "domain" && value != "" {
		return wizard.Tried{Normal: value, Say: "points to 203.0.113.7"}, nil
	}
	return wizard.Tried{Normal: value}, nil
}

func (s *fakeSession) Needs(picked []string) string {
	if s.qs[s.at].ID != "sources" {
		return ""
	}
	return "So far: " + itoa(5+len(picked)) + " rows out, 1 row in."
}

func (s *fakeSession) Names() []string { return s.names }

func (s *fakeSession) File() string { return "/home/user/sops/site.yaml" }

func (s *fakeSession) Back() bool {
	if s.at == 0 {
		return false
	}
	s.at--
	return true
}

func (s *fakeSession) Goto(id string) bool {
	for i, q := range s.qs {
		if q.ID == id {
			s.at = i
			return true
		}
	}
	return false
}

func (s *fakeSession) Summary() []wizard.SummaryLine {
	return []wizard.SummaryLine{
		{ID: "case", Title: "Where is the server?", Value: "In one network with the hubs"},
		{ID: "sources", Title: "Where do the bookings come from?", Value: "Google Calendar"},
		{ID: "addresses", Title: "Addresses", Value: "sops.example.com, 192.168.50.10"},
	}
}
func (s *fakeSession) Site() wizard.Site         { return s.site }
func (s *fakeSession) Here() wizard.Here         { return s.here }
func (s *fakeSession) NAT() wizard.Finding       { return s.nat }
func (s *fakeSession) Stands() []wizard.HereLine { return s.stands }
func (s *fakeSession) Looking()                  { s.here.Looking = true }
func (s *fakeSession) Looked(l wizard.Looked)    { s.here = s.here.Looked(l, &wizard.Words{}) }
func (s *fakeSession) Saved() time.Time          { return s.saved }

func newFakeSession() *fakeSession {
	brands := []wizard.Option{}
	for _, b := range strings.Fields("FRITZ!Box MikroTik OpenWrt TP-Link ASUS D-Link DrayTek EdgeOS FortiGate Huawei Keenetic Linksys Meraki Netgear OPNsense pfSense Sophos Speedport UniFi VyOS WatchGuard Zyxel") {
		brands = append(brands, wizard.Option{ID: strings.ToLower(b), Label: b, Detail: "web page, labels may differ"})
	}
	brands[0].Because = "its page says so"
	brands = append(brands, wizard.Option{ID: "generic", Label: "I don't know", Detail: "how to find out; then a general guide"})
	drawing := strings.Join([]string{
		"    Internet", "       |", "   [ router ]--- F[1] only for cloud calendars", "       |",
		" --+---+----------+--", "   |              |", "[ SOPS ]       [ hub ] ~~~ signs          data source inside",
	}, "\n")
	return &fakeSession{
		answers: map[string]wizard.Answer{},
		saved:   noon.Add(-7 * time.Minute),
		site:    wizard.Site{Name: "Acme Office", Server: wizard.Server{Domain: "sops.example.com", PublicIP: netip.MustParseAddr("203.0.113.7")}, From: rules.FromServer},
		stands: []wizard.HereLine{
			{What: "firewall", Status: check.Note, Text: "active: ufw; its rules are seen by root only"},
			{What: "ports", Status: check.Note, Text: "8883 only for this computer itself; 80, 443 on all addresses"},
		},
		here: wizard.Here{
			Host: "sops-1", OS: "Debian 12", Main: wizard.Iface{Name: "eth0", Prefix: netip.MustParsePrefix("192.168.50.10/24")},
			Gateway: netip.MustParseAddr("192.168.50.1"), RouterWhy: "looks like a FRITZ!Box 7590",
		},
		qs: []wizard.Question{
			{ID: "start", Step: 1, Kind: wizard.Start, Title: "Start", Help: "This program changes nothing.", Intro: "Gets your SyncSign server through the firewall. Nothing on this computer or on your router is changed: you get the text to enter there. About 10 minutes.", Options: []wizard.Option{
				{ID: "continue", Key: "1", Label: "Continue where I stopped", Detail: "Acme office, step 4 of 7"},
				{ID: "new", Key: "2", Label: "Start a new site", Detail: "the earlier one is kept"},
				{ID: "check", Key: "3", Label: "Only check, with the answers I have"},
			}},
			{ID: "case", Step: 2, Kind: wizard.Choice, Title: "Where is the server?", Help: "Look where the machine stands.", Options: []wizard.Option{
				{ID: "lan", Key: "A", Label: "Server and hubs in one network (LAN or VPN)", Because: "this computer has a private address and no cloud was found.", Picture: drawing},
				{ID: "internet", Key: "B", Label: "Server on the Internet (AWS, Azure, a VPS), hubs in offices", Picture: drawing},
			}},
			{ID: "sources", Step: 3, Kind: wizard.Many, Title: "Where do the bookings come from?", Selected: []string{"google"}, Options: []wizard.Option{
				{ID: "google", Key: "1", Label: "Google Calendar / Workspace", Detail: "sends changes: needs a way in on 80, 443"},
				{ID: "microsoft365", Key: "2", Label: "Microsoft 365", Detail: "sends changes: needs a way in on 80, 443"},
				{ID: "exchange", Key: "3", Label: "Microsoft Exchange (in house)", Detail: "inside the LAN: no rule on the router"},
				{ID: "database", Key: "4", Label: "Price database / other server in the LAN"},
				{ID: "caldav", Key: "5", Label: "CalDAV, Nextcloud, CSV by URL", Detail: "asked at intervals: only a way out"},
			}},
			{ID: "addresses", Step: 4, Kind: wizard.Form, Title: "Addresses", Help: "The server's name and addresses.", Fields: []wizard.Field{
				{ID: "domain", Label: "Server name", Value: "sops.example.com"},
				{ID: "lan_ip", Label: "Server in the LAN", Value: "192.168.50.10", From: "this computer"},
				{ID: "hubs", Label: "Hub network", Hint: "such as 192.168.60.0/24", Value: "192.168.60."},
				{ID: "mode", Label: "Mode", Choices: []string{"router", "bridge"}, Value: "router", Optional: true},
			}},
			{ID: "brand:site", Step: 5, Kind: wizard.Choice, Title: "Which router is it?", Intro: "The brand stands on the device or on its page.", Selected: []string{"fritz!box"}, Options: brands},
			{ID: "tables", Step: 6, Kind: wizard.Tables, Title: "Checks"},
			{ID: "guides", Step: 7, Kind: wizard.Guides, Title: "Instructions"},
			{ID: "finish", Step: 7, Kind: wizard.Finish, Title: "Finish", Options: []wizard.Option{
				{ID: "report", Key: "1", Label: "Save the report", Detail: "report-acme-office.md"},
				{ID: "code", Key: "2", Label: "Read me the support code"},
				{ID: "leave", Key: "3", Label: "Leave"},
			}},
		},
	}
}

// fakeBoard holds tables whose states the test sets.
type fakeBoard struct {
	views   []wizard.TableView
	causes  []wizard.CauseView
	changes []wizard.Change
	got     []wizard.Report // pasted
	words   *wizard.Words   // when set, findings are in its language

	recalled wizard.Report
	code     string // for support; empty: there is no room
}

func (b *fakeBoard) Remember(r wizard.Report) int {
	b.got = append(b.got, r)
	return len(r.Results)
}
func (b *fakeBoard) Lay(wizard.Site, rules.Place) {}
func (b *fakeBoard) InsideJobs(keys ...string) []check.Job {
	var jobs []check.Job
	for _, k := range keys {
		jobs = append(jobs, check.Job{Key: wizard.InsideKey(k), Kind: "tcp"})
	}
	return jobs
}
func (b *fakeBoard) Surround(wizard.Here) {}

func (b *fakeBoard) each(f func(t *wizard.TableView, v *wizard.FlowView)) {
	for i := range b.views {
		for j := range b.views[i].Rows {
			for k := range b.views[i].Rows[j].Flows {
				f(&b.views[i], &b.views[i].Rows[j].Flows[k])
			}
		}
	}
}

func (b *fakeBoard) Jobs(fresh bool, tables ...string) []check.Job {
	var jobs []check.Job
	b.each(func(t *wizard.TableView, v *wizard.FlowView) {
		wanted := len(tables) == 0
		for _, id := range tables {
			wanted = wanted || id == t.Table.ID
		}
		if j, ok := b.JobFor(v.Flow.Key); ok && wanted && (fresh || v.Result.At.IsZero()) {
			jobs = append(jobs, j)
		}
	})
	return jobs
}

func (b *fakeBoard) JobFor(key string) (j check.Job, ok bool) {
	b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Flow.Key == key && v.Flow.From == rules.FromServer {
			j, ok = check.Job{Key: key, Kind: v.Flow.Port.Kind, To: check.Target{Host: v.Flow.Host, Port: v.Flow.Port.Number}}, true
		}
	})
	return j, ok
}

func (b *fakeBoard) Start(jobs []check.Job, _ time.Time) {
	b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if hasJob(jobs, v.Flow.Key) {
			v.Was = nil
			if was := *v; !was.Result.At.IsZero() {
				v.Was = &was
			}
			v.Status = check.Running
		}
	})
}

func (b *fakeBoard) Apply(r check.Result) {
	b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Flow.Key != r.Job.Key {
			return
		}
		v.Result, v.Status, v.Was = r, r.Status, nil
		v.Short = "31 ms"
		if r.Status == check.Fail {
			v.Short = "blocked"
			v.Finding = wizard.Finding{
				Seen:  `your router 192.168.50.1 answers "not allowed" (ICMP 3/13), both tries.`,
				Means: "outgoing TCP 8433 is closed on the router. Updates will not arrive.",
				Do:    "nothing now: it is in the router's instructions (step 7). r asks again.",
			}
			if b.words != nil {
				r.Code, r.Facts = check.TCPBlockedBy, check.Facts{"variant": "router", "icmp": "ICMP 3/13", "device": "192.168.50.1"}
				v.Short = b.words.Short(r)
				v.Finding = b.words.Finding(r, map[string]string{"proto": "TCP", "port": "8433", "host": "up.sync-sign.com"})
			}
		}
	})
}

func (b *fakeBoard) Views(all bool) []wizard.TableView {
	var out []wizard.TableView
	for _, t := range b.views {
		t.Sum = wizard.Summary{}
		var rows []wizard.RowView
		for _, r := range t.Rows {
			if r.Applies || all {
				rows = append(rows, r)
			}
			for _, f := range r.Flows {
				count(&t.Sum, f.Status)
			}
		}
		t.Rows = rows
		out = append(out, t)
	}
	return out
}

func count(s *wizard.Summary, st check.Status) {
	switch st {
	case check.Pass:
		s.Pass++
	case check.Note:
		s.Note++
	case check.Fail:
		s.Fail++
	case check.Waiting:
		s.Waiting++
	case check.Running:
		s.Running++
	case check.Skipped:
		s.Skipped++
	case check.Unproven, check.NotNeeded:
		s.Unproven++
	}
}

func (b *fakeBoard) Listens([]wizard.Post) {}

func (b *fakeBoard) Arrived(a wizard.Arrival) []rules.Flow {
	b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Flow.Table.Inbound() && v.Flow.Port.Number == a.Port && a.Seen == check.SeenOutside {
			v.Status, v.Short = check.Pass, "proven"
		}
	})
	return nil
}

func (b *fakeBoard) Causes() []wizard.CauseView { return b.causes }
func (b *fakeBoard) Changes() []wizard.Change   { return b.changes }
func (b *fakeBoard) Exit() int                  { return 3 }
func (b *fakeBoard) Summary() wizard.Summary {
	var s wizard.Summary
	for _, t := range b.Views(false) {
		add(&s, t.Sum)
	}
	return s
}

func fakeTable(code, id, title string, from rules.Place, rows ...wizard.RowView) wizard.TableView {
	t := wizard.TableView{Table: rules.Table{ID: id, Code: code, Title: title, Origin: rules.Manual, From: from, Source: "https://example.com/manual#" + id}, Rows: rows}
	for i := range t.Rows {
		r := &t.Rows[i]
		for j := range r.Flows {
			r.Flows[j].Flow.Table, r.Flows[j].Flow.Row, r.Flows[j].Flow.From = &t.Table, &r.Row, from
		}
	}
	return t
}

func fakeRow(code, id, what string, hosts []string, ports ...uint16) wizard.RowView {
	r := wizard.RowView{Applies: true, Row: rules.Row{ID: id, Code: code, Proto: "tcp", Function: what, Hosts: hosts, Importance: rules.Required}}
	for _, h := range hosts {
		for _, p := range ports {
			r.Flows = append(r.Flows, wizard.FlowView{Flow: rules.Flow{Key: id + "/tcp/" + h + "/" + itoa(int(p)), Host: h, Port: rules.Port{Number: p, Kind: "https"}}})
		}
	}
	return r
}

func newFakeBoard() *fakeBoard {
	none := fakeRow("3.2", "microsoft-graph", "Microsoft Graph API", nil)
	none.Applies, none.Because = false, "Microsoft 365 is not among your sources."
	b := &fakeBoard{views: []wizard.TableView{
		fakeTable("0", "basics", "Basics", rules.FromServer, fakeRow("0.1", "dns", "Names", []string{"192.168.50.1"}, 53)),
		fakeTable("1", "server-out-ota", "From SOPS to Internet: Services for OTA", rules.FromServer,
			fakeRow("1.1", "ota-update", "OTA update", []string{"up.sync-sign.com"}, 443, 8433),
			fakeRow("1.2", "ota-firmware", "OTA firmware", []string{"github.com"}, 22, 443),
			fakeRow("1.3", "ota-images", "OTA images and everything that comes with them", []string{"registry.hub.docker.com", "docker.io", "a-very-long-name-of-a-blob-store.production.cloudflare.docker.com"}, 443)),
		fakeTable("3", "server-out-sources", "From SOPS to Internet: Services by Data Sources (optional)", rules.FromServer,
			fakeRow("3.1", "google-api", "Google API", []string{"www.googleapis.com"}, 443), none),
		fakeTable("5", "server-in-sources", "From Internet to SOPS (inbound, for data source)", rules.FromInternet,
			fakeRow("5.1", "webhook", "Change notifications", []string{"sops.example.com"}, 80, 443)),
	}}
	b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Flow.From == rules.FromInternet {
			v.Status, v.Result.Code = check.Waiting, check.NotHere
			v.Short = "from outside"
		}
	})
	return b
}

// settle gives every flow that can be asked a result.
func (b *fakeBoard) settle() {
	for _, j := range b.Jobs(true) {
		b.Apply(fakeResult(j))
	}
}

func fakeResult(j check.Job) check.Result {
	r := check.Result{Job: j, Status: check.Pass, At: noon, Layers: []check.Layer{
		{Name: "dns", Status: check.Pass, Took: 3 * time.Millisecond}, {Name: "tcp", Family: 4, Status: check.Pass, Took: 31 * time.Millisecond, Address: "198.51.100.9:443"},
	}}
	if j.To.Port == 8433 {
		r.Status, r.Code = check.Fail, "tcp.prohibited"
		r.Layers[1].Status = check.Fail
	}
	return r
}
