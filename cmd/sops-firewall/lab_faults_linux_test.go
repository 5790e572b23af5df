package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
	"github.com/syncsign/sops-firewall/wizard"
)

// fault is one thing that is broken, and what the program must say about it.
type fault struct {
	from     string                // server, hub, internet, or lan: a hub in the server's own LAN
	office   bool                  // rules are those of the hubs' office, not of the server's router
	rules    routerRules           // {name} is a server of the lab, see stage
	forwards string                // in place of the port forwards; "none" takes them away
	line     netlab.Trouble        // of the line to the Internet
	set      func(c *customer)     // anything else that breaks it …
	undo     func(c *customer)     // … and mends it
	env      []string              // of the program
	trust    func(labCerts) string // file of authorities to trust in place of the lab's

	// Lines of row code, target, status and reason ("-" for none); the target may
	// hold *. The first line that fits a row counts. All rows without a line must
	// stay as they are without the fault.
	want   string
	causes string // reasons of the causes, in order
	says   string // a piece of what every failing row must say: what was seen or what to do
}

// place is where the check runs, and as what it is called.
func (f fault) place(c *customer, outside string) (ns, from string) {
	switch f.from {
	case "hub":
		return c.hub, "hub"
	case "lan":
		return c.device, "hub"
	case "internet":
		return outside, "internet"
	}
	return c.server, "server"
}

// site is the customer's site.yaml.
func (c *customer) site() string {
	if c.own != "" {
		return c.file(fmt.Sprintf("own%d.yaml", c.n), c.own)
	}
	return c.file(fmt.Sprintf("site%d.yaml", c.n), `version: 1
case: internet
sources: [google, microsoft365, {kind: exchange, host: 192.168.50.20, port: 443}, {kind: caldav, host: `+sixOnly+`, port: 443}]
server: {domain: `+c.domain+`, lan_ip: 192.168.50.10, public_ip: `+c.public+`}
hubs: {subnets: [192.168.60.0/24]}
outbound: open
firewalls:
  - {side: server, router: mikrotik, inputs: {}}
  - {side: hubs, router: openwrt, inputs: {}}
`)
}

// verdict is what a row of JSON must say.
type verdict struct{ status, reason string }

// observed is one run of the check.
type observed struct {
	rep  wizard.Report
	rows map[string]verdict // by code and target, such as "1.1 github.com:22" or "0.4 clock"
	exit int
}

// observe runs the check in a namespace.
func (c *customer) observe(ns, from string, env ...string) observed {
	c.t.Helper()
	out, exit := c.runWith(env, ns, "check", "--from", from, "--site", c.site(), "--format", "json")
	o := observed{rows: map[string]verdict{}, exit: exit}
	if err := json.Unmarshal([]byte(out), &o.rep); err != nil {
		c.t.Fatalf("check --format json: %v\n%s", err, out)
	}
	for _, r := range o.rep.Results {
		o.rows[c.row(r)] = verdict{r.Status, r.Reason}
	}
	return o
}

// row names a result in the same way for all customers.
func (c *customer) row(r wizard.ReportResult) string {
	if r.Port == 0 {
		return r.Code + " " + r.Rule
	}
	host := r.Host
	if host == c.domain {
		host = "sops.example.com"
	}
	return fmt.Sprintf("%s %s:%d", r.Code, host, r.Port)
}

// wanted is the first line of the table that fits the row.
func (f fault) wanted(t testing.TB, row string) (verdict, string, bool) {
	t.Helper()
	code, target, _ := strings.Cut(row, " ")
	for line := range strings.Lines(f.want) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		if len(w) != 4 {
			t.Fatalf("want four words: %q", line)
		}
		a, errA := path.Match(w[0], code)
		b, errB := path.Match(w[1], target)
		if errA != nil || errB != nil {
			t.Fatalf("%q: %v %v", line, errA, errB)
		}
		if a && b {
			return verdict{w[2], strings.TrimPrefix(w[3], "-")}, line, true
		}
	}
	return verdict{}, "", false
}

// newLabPool builds the lab for tests that run side by side, each with a
// customer of its own: most of their time is waiting for what does not come.
func newLabPool(t *testing.T) (*lab, chan *customer) {
	t.Helper()
	l := newLabFor(t, 4)
	free := make(chan *customer, len(l.customers))
	for _, c := range l.customers {
		free <- c
	}
	return l, free
}

// TestLabFaults breaks one thing at a time: the rows it touches must say so with
// the right reason, and all other rows must stay as they were. One fault alone:
// go test ./cmd/sops-firewall -run 'TestLabFaults/silent_port'.
func TestLabFaults(t *testing.T) {
	l, free := newLabPool(t)
	s := newStage(l)
	healthy := map[string]observed{}
	for _, from := range []string{"server", "hub", "internet", "lan"} {
		ns, as := fault{from: from}.place(l.customer, l.outside)
		healthy[from] = l.observe(ns, as)
		l.allWell(healthy[from], from)
	}
	for _, list := range []map[string]fault{pathFaults, nameFaults, secureFaults, serviceFaults, wayInFaults} {
		for _, name := range slices.Sorted(maps.Keys(list)) {
			f := list[name]
			t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
				t.Parallel()
				c := <-free
				defer func() { free <- c }()
				c.as(t).suffer(f, s, l, healthy)
			})
		}
	}
}

// allWell wants no row that is not well where nothing is broken.
func (c *customer) allWell(o observed, from string) {
	c.t.Helper()
	for row, v := range o.rows {
		switch {
		case from == "lan" && strings.HasPrefix(row, "6."): // see the faults with hairpin
		case v.status != "pass" && v.status != "waiting":
			c.t.Errorf("from %s, nothing broken: %s is %v", from, row, v)
		}
	}
	if len(o.rep.Causes) > 0 {
		c.t.Errorf("from %s, nothing broken: causes %+v", from, o.rep.Causes)
	}
}

// suffer breaks one thing of the customer, looks, and mends it.
func (c *customer) suffer(f fault, s *stage, l *lab, healthy map[string]observed) {
	c.t.Helper()
	forwards := portForwards
	if f.forwards != "" {
		forwards = strings.TrimPrefix(f.forwards, "none")
	}
	r := routerRules{
		pre:  strings.ReplaceAll(s.fill(f.rules.pre), "{public}", c.public),
		post: f.rules.post, input: f.rules.input, through: s.fill(f.rules.through),
	}
	at := c.office
	if !f.office {
		at, r.pre = c.router, r.pre+s.fill(forwards)
	}
	c.rules(at, r)
	c.line.Set(f.line)
	defer func() {
		c.line.Set(netlab.Trouble{})
		c.rules(c.router, routerRules{pre: portForwards})
		c.rules(c.office, routerRules{})
		if f.undo != nil {
			f.undo(c)
		}
	}()
	if f.set != nil {
		f.set(c)
	}
	env := []string{}
	for _, e := range f.env {
		env = append(env, s.fill(e))
	}
	if f.trust != nil {
		env = append(env, "SSL_CERT_FILE="+f.trust(l.certs))
	}
	ns, from := f.place(c, l.outside)
	o := c.observe(ns, from, env...)
	if f.from == "" {
		f.from = "server"
	}
	c.compare(f, o, healthy[f.from])
	if testing.Verbose() {
		c.t.Logf("took %d ms", o.rep.TookMS)
	}
}

// compare holds what was seen against what the fault must look like.
func (c *customer) compare(f fault, o, healthy observed) {
	t := c.t
	t.Helper()
	used := map[string]bool{}
	for _, row := range slices.Sorted(maps.Keys(o.rows)) {
		want, line, touched := f.wanted(t, row)
		if used[line] = true; !touched {
			want = healthy.rows[row]
		}
		if o.rows[row] != want {
			t.Errorf("%s: got %s %s, want %s %s", row, o.rows[row].status, o.rows[row].reason, want.status, want.reason)
		}
	}
	if len(o.rows) != len(healthy.rows) {
		t.Errorf("%d rows, want %d", len(o.rows), len(healthy.rows))
	}
	for line := range strings.Lines(f.want) {
		if strings.TrimSpace(line) != "" && !used[line] {
			t.Errorf("no row fits %q", line)
		}
	}
	var causes []string
	for _, k := range o.rep.Causes {
		causes = append(causes, k.Reason)
		t.Logf("cause %s\n%s\nDo: %s", k.Reason, k.Said, k.Todo) // -v: to be read as a stranger reads it
		c.plain(k.Said, k.Todo)
		if !strings.Contains(k.Said+" "+k.Todo, f.says) {
			t.Errorf("cause %s does not say %q: %q, %q", k.Reason, f.says, k.Said, k.Todo)
		}
		if k.Said == "" || k.Todo == "" {
			t.Errorf("cause %s does not say what was seen and what to do: %+v", k.Reason, k)
		}
	}
	if got := strings.Join(causes, " "); got != f.causes {
		t.Errorf("causes: got %q, want %q", got, f.causes)
	}
	for _, r := range o.rep.Results {
		c.plain(r.Said, r.Todo, r.Reason)
		for _, y := range r.Layers {
			c.plain(y.Address, y.Reason)
		}
		if r.Status != "fail" {
			continue
		}
		t.Logf("%s %s\n%s\nDo: %s", c.row(r), r.Reason, r.Said, r.Todo)
		if r.Importance == "required" && o.exit != 3 {
			t.Errorf("%s fails and the exit code is %d", c.row(r), o.exit)
		}
		if r.Said == "" || r.Todo == "" || strings.ContainsAny(r.Said+r.Todo, "{}~") {
			t.Errorf("%s fails without saying what was seen and what to do: %q, %q", c.row(r), r.Said, r.Todo)
		}
		if !strings.Contains(r.Said+" "+r.Todo, f.says) {
			t.Errorf("%s does not say %q: %q, %q", c.row(r), f.says, r.Said, r.Todo)
		}
	}
}

// plain wants text that any terminal can be given.
func (c *customer) plain(texts ...string) {
	c.t.Helper()
	for _, s := range texts {
		if i := strings.IndexFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) }); i >= 0 {
			c.t.Errorf("a control character at %d of %q", i, s)
		}
	}
}

// TestLabHealthy checks a healthy network from each place: what can be proven
// there is proven, what cannot waits.
func TestLabHealthy(t *testing.T) {
	l := newLab(t)
	for from, proven := range map[string][]string{
		"server": {"1", "2", "3", "7", "8"}, "hub": {"6"}, "internet": {"4", "5"},
	} {
		t.Run(from, func(t *testing.T) {
			c := l.as(t)
			ns, as := fault{from: from}.place(c, l.outside)
			o := c.observe(ns, as)
			c.allWell(o, from)
			if o.exit != 4 {
				t.Errorf("exit code %d, want 4: some rows wait", o.exit)
			}
			seen := map[string]bool{}
			for row, v := range o.rows {
				table, _, _ := strings.Cut(row, ".")
				seen[table] = true
				want := "waiting"
				if table == "0" || slices.Contains(proven, table) {
					want = "pass"
				}
				if v.status != want {
					t.Errorf("%s: %v, want %s", row, v, want)
				}
			}
			for _, table := range proven {
				if !seen[table] {
					t.Errorf("no row of table %s was reported", table)
				}
			}
		})
	}
	t.Run("text", func(t *testing.T) {
		c := l.as(t)
		out, _ := c.run(c.server, "check", "--site", c.site(), "--save", filepath.Join(c.dir, "saved.json"))
		if !strings.Contains(out, "up.sync-sign.com") {
			t.Errorf("the rows are not in the text:\n%s", out)
		}
	})
}
