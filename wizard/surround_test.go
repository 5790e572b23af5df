package wizard

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// boardCauses are the reasons of the causes with their states and how many rows
// they are about.
func boardCauses(b *Board) string {
	var out []string
	for _, c := range b.Causes() {
		word := string(c.Cause.Code) + " " + c.Cause.Status.String()
		if c.About {
			word += " about"
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

// inboundStates are the states of the rows that arrive, each once.
func inboundStates(b *Board) string {
	var out []string
	for _, f := range b.Inbound() {
		v, _ := b.Flow(f.Key)
		if s := strings.TrimSpace(v.Status.String() + " " + string(v.Result.Cause)); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func arrival(dialed string) Arrival {
	return Arrival{Proto: "tcp", Port: 443, Source: netip.MustParseAddr("198.51.100.7"), Dialed: netip.MustParseAddr(dialed), Seen: check.SeenOutside, At: testNow}
}

// TestBoardRouterAddress: suspicion, cause, remark; and what came back at another
// place is not forgotten when something arrives here.
func TestBoardRouterAddress(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	behind := Here{WAN: netip.MustParseAddr("100.64.7.2")}
	board := func() *Board {
		b := passed(d, site, rules.FromServer)
		b.Surround(behind)
		return b
	}
	b := board()
	if got := boardCauses(b) + "; " + inboundStates(b); got != "nat.cgnat unproven about; waiting" {
		t.Errorf("not tried: %s", got)
	}
	if b.WantsRouter() {
		t.Error("nothing was tried, and the router is to be asked for why")
	}

	// From outside all is silent.
	out := NewBoard(d.Book, d.Words, site, rules.FromInternet)
	for _, j := range out.Jobs(true) {
		r := result(j, check.Fail, check.InSilent)
		if strings.HasPrefix(j.Key, "basics/") {
			r.Status, r.Code = check.Pass, ""
		}
		out.Apply(r)
	}
	b = board()
	b.Remember(out.Report(testNow, 0))
	if got := boardCauses(b) + "; " + inboundStates(b); got != "nat.cgnat fail; skipped nat.cgnat" || b.Exit() != 3 {
		t.Errorf("closed: %s, exit %d", got, b.Exit())
	}
	if !b.WantsRouter() {
		t.Error("nothing arrives, and the router is not asked")
	}
	for _, r := range b.Report(testNow, 0).Results {
		if strings.HasPrefix(r.Table, "server-in") && (r.Status != "skipped" || r.Reason != "nat.cgnat") {
			t.Errorf("JSON has %+v", r)
		}
	}
	b.Surround(Here{})
	if got := boardCauses(b) + "; " + inboundStates(b); got != "; fail" {
		t.Errorf("the router tells nothing: %s", got)
	}

	// It arrives: from inside that means nothing.
	b = board()
	inside := arrival("203.0.113.5")
	inside.Seen = check.SeenInside
	b.Arrived(inside)
	if got := boardCauses(b); got != "nat.cgnat unproven about" {
		t.Errorf("from inside: %s", got)
	}
	b.Arrived(arrival("192.168.50.10"))
	if got := boardCauses(b); got != "nat.cgnat unproven about" {
		t.Errorf("by an address of the LAN: %s", got)
	}
	six := arrival("2001:db8:1::5")
	six.Missing = 4
	b.Arrived(six)
	if got := boardCauses(b) + "; " + inboundStates(b); got != "nat.cgnat note about; note, waiting" || !b.WantsRouter() {
		t.Errorf("over IPv6 alone: %s", got)
	}
	for _, c := range b.Causes() {
		if !strings.HasPrefix(c.Finding.Seen, "Over IPv4 nothing arrives") || !strings.Contains(c.Finding.Do, "public IPv4 address") || len(c.Cause.Explains) != 2 {
			t.Errorf("over IPv6 alone it says %+v of %v", c.Finding, c.Cause.Explains)
		}
	}
	elsewhere := board() // and as another computer saved it
	far := NewBoard(d.Book, d.Words, site, rules.FromInternet)
	for _, j := range far.Jobs(true, "server-in-hubs") {
		r := result(j, check.Note, check.TCPFamily)
		r.Layers = []check.Layer{
			{Name: "tcp", Family: 4, Status: check.Fail, Code: check.TCPSilent, Address: "203.0.113.5:443"},
			{Name: "tcp", Family: 6, Status: check.Pass, Address: "[2001:db8:1::5]:443"},
		}
		far.Apply(r)
	}
	elsewhere.Remember(far.Report(testNow, 0))
	if got := boardCauses(elsewhere); got != "nat.cgnat note about" {
		t.Errorf("over IPv6 alone, seen elsewhere: %s", got)
	}
	b.Arrived(arrival("203.0.113.5"))
	if got := boardCauses(b) + "; " + inboundStates(b); got != "nat.cgnat note about; pass, waiting" {
		t.Errorf("arrived: %s", got)
	}
	for _, c := range b.Causes() {
		if !slices.Equal(c.Cause.Explains, []string{"server-in-hubs/in-api/tcp/sops.example.com/443", "server-in-sources/webhook/tcp/sops.example.com/443"}) {
			t.Errorf("it is about %v", c.Cause.Explains)
		}
	}

	// Another name is another way in.
	site.Server.Domain = "new.example.com"
	b.Lay(site, rules.FromServer)
	if got := boardCauses(b); got != "nat.cgnat unproven about" {
		t.Errorf("another name: %s", got)
	}
}

// TestBoardName: where the name leads is asked once for each name, and explains
// rows that nothing is known of.
func TestBoardName(t *testing.T) {
	d := testDeps(t)
	site := labelled(rules.CaseInternet)
	site.Server.PublicIP = netip.MustParseAddr("203.0.113.5")
	b := passed(d, site, rules.FromServer)
	j, ok := b.JobFor(nameKey)
	if !ok || j.Kind != "name" || j.To.Host != "sops.example.com" {
		t.Fatalf("got %+v", j)
	}
	asked := func(fresh bool, tables ...string) bool {
		return slices.ContainsFunc(b.Jobs(fresh, tables...), func(j check.Job) bool { return j.Key == nameKey })
	}
	if asked(false) || !asked(true) || asked(true, "basics") || asked(true, "hubs-out") || !asked(true, "server-in-hubs") {
		t.Error("the name is asked for at the wrong time")
	}
	answers := func(addrs string) {
		r := result(j, check.Pass, "")
		r.Facts = check.Facts{"addresses": addrs}
		b.Start([]check.Job{j}, testNow)
		b.Apply(r)
	}
	for addrs, want := range map[string]string{
		"203.0.113.5":               "; waiting",
		"198.51.100.9":              "name.elsewhere fail; skipped name.elsewhere",
		"203.0.113.5, 198.51.100.9": "name.elsewhere note about; waiting",
		"192.168.50.10":             "name.split note about; waiting",
	} {
		answers(addrs)
		if got := boardCauses(b) + "; " + inboundStates(b); got != want {
			t.Errorf("%s: %s, want %s", addrs, got, want)
		}
	}
	answers("198.51.100.9")
	if b.Exit() != 3 {
		t.Errorf("exit %d", b.Exit())
	}
	cancelled := result(j, check.Skipped, check.Cancelled)
	b.Start([]check.Job{j}, testNow)
	b.Apply(cancelled)
	if got := boardCauses(b); got != "name.elsewhere fail" {
		t.Errorf("a stopped question forgets: %s", got)
	}
	// What arrives there shows that the address given was wrong.
	b.Arrived(arrival("198.51.100.9"))
	if got := boardCauses(b); got != "" {
		t.Errorf("it arrives there: %s", got)
	}
	for _, from := range []rules.Place{rules.FromInternet} {
		if _, ok := NewBoard(d.Book, d.Words, site, from).JobFor(nameKey); ok {
			t.Errorf("from %s the rows tell", from)
		}
	}
	site.Server.Domain = "203.0.113.5"
	if _, ok := NewBoard(d.Book, d.Words, site, rules.FromServer).JobFor(nameKey); ok {
		t.Error("an address is asked for")
	}
}

// TestBoardInside: a try from inside is a remark on what is proven, and never a proof.
func TestBoardInside(t *testing.T) {
	d := testDeps(t)
	b := passed(d, labelled(rules.CaseInternet), rules.FromServer)
	key := "server-in-hubs/in-api/tcp/sops.example.com/443"
	jobs := b.InsideJobs(key)
	if len(jobs) != 1 || jobs[0].Kind != "https" || jobs[0].To.Host != "sops.example.com" || len(jobs[0].To.Addrs) > 0 {
		t.Fatalf("got %+v", jobs)
	}
	if n := len(b.InsideJobs()); n != len(b.Inbound()) {
		t.Errorf("%d tries, %d rows", n, len(b.Inbound()))
	}
	tried := func(st check.Status, code check.Code, address string, layers ...check.Layer) FlowView {
		t.Helper()
		b.Start(jobs, testNow)
		if v, _ := b.Flow(key); v.Status != check.Running {
			t.Errorf("a try is under way, and the row is %v", v.Status)
		}
		r := result(jobs[0], st, code)
		r.Layers = layers
		if address != "" {
			r.Facts = check.Facts{"address": address}
		}
		b.Apply(r)
		v, _ := b.Flow(key)
		return v
	}
	open, shut := check.Layer{Name: "tcp", Status: check.Pass}, check.Layer{Name: "tcp", Status: check.Fail, Code: check.TCPSilent}
	for _, proven := range []bool{false, true} {
		status, code := check.Waiting, check.NotHere
		if proven {
			status, code = check.Pass, check.InProven
			b.Arrived(arrival("203.0.113.5"))
		}
		for name, tt := range map[string]struct {
			v     FlowView
			says  string
			layer check.Status
		}{
			"works":        {tried(check.Pass, "", "203.0.113.5:443", open), "under the public name too", check.Pass},
			"directly":     {tried(check.Pass, "", "192.168.50.10:443", open), "straight to 192.168.50.10", check.Pass},
			"another":      {tried(check.Fail, check.TLSWrongName, "203.0.113.5:443", open), "does not answer as it should", check.Unproven},
			"no such name": {tried(check.Fail, check.DNSNXDomain, ""), "leads nowhere", check.Unproven},
		} {
			l := tt.v.Result.Layers[len(tt.v.Result.Layers)-1]
			if tt.v.Status != status || tt.v.Result.Code != code || !strings.Contains(tt.v.Finding.Means, tt.says) || l.Name != "inside" || l.Status != tt.layer {
				t.Errorf("proven %v, %s: %v %s %q, layer %+v", proven, name, tt.v.Status, tt.v.Result.Code, tt.v.Finding.Means, l)
			}
		}
		v := tried(check.Fail, check.TCPSilent, "", shut)
		if proven {
			status, code = check.Note, check.NATHairpin
		}
		if v.Status != status || v.Result.Code != code {
			t.Errorf("proven %v, no connection: %v %s", proven, v.Status, v.Result.Code)
		}
		if proven == strings.Contains(v.Finding.Means, "says nothing about the way in") {
			t.Errorf("proven %v: %+v", proven, v.Finding)
		}
	}
	// The service went down meanwhile.
	local, _ := b.JobFor(key)
	down := result(local, check.Fail, check.TCPRefused)
	down.Layers = []check.Layer{{Name: "tcp", Status: check.Fail}}
	b.Apply(down)
	if v, _ := b.Flow(key); v.Status != check.Waiting || v.Result.Code != check.InServiceDown {
		t.Errorf("service down: %v %s", v.Status, v.Result.Code)
	}
	b.Arrived(arrival("203.0.113.5")) // to the listener of the test, which is gone now
	if v := tried(check.Fail, check.TCPRefused, "", shut); v.Status != check.Pass || !strings.Contains(v.Finding.Means, "may be down") {
		t.Errorf("nothing listens: %v %s %q", v.Status, v.Result.Code, v.Finding.Means)
	}
	if jobs := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromInternet).InsideJobs(); jobs != nil {
		t.Errorf("from outside: %v", jobs)
	}
}
