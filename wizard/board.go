package wizard

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Board is the live state of every flow of a site. It is plain data: the
// caller runs the jobs and brings the results. Not safe for concurrent use.
type Board struct {
	book  *rules.Book
	words *Words
	site  Site
	from  rules.Place

	tables  []rules.Table // the book's, and the site's own data sources
	flows   []rules.Flow  // those that apply, in order
	raw     map[string]check.Result
	folded  map[string]check.Result // see fold
	stale   bool                    // raw has changed since
	first   map[string]check.Status
	running map[string]bool
	causes  []check.Cause

	ours    map[string]bool         // ports that a test of this program holds, by label
	here    Here                    // see Surround
	dialed  []netip.Addr            // addresses of the Internet by which something arrived
	name    check.Result            // where the server's name leads, see nameJob
	down    map[string]bool         // flows whose service was not there at the last look at the server itself
	inside  map[string]check.Result // what became of tries from inside, by flow
	between []check.Cause           // what the network in between explains …
	blamed  map[string]check.Code   // … of these flows

	label  string // of this place, among several of its kind; may be empty
	labels func(Site, rules.Place) string
	now    func() time.Time // nil: nobody tells how old something is

	others    Report                // of other places, kept beside the answers
	saved     []Report              // of other places
	elsewhere map[string][]savedRow // of them, by flow: what was seen at other places
	told      []savedCause          // causes of those rows

	earlier *Report             // of the last start
	before  map[string]savedRow // of it, by flow
}

// NewBoard lays out the flows of site as seen from a vantage point.
func NewBoard(book *rules.Book, words *Words, site Site, from rules.Place) *Board {
	b := &Board{
		book: book, words: words,
		raw: map[string]check.Result{}, folded: map[string]check.Result{},
		first: map[string]check.Status{}, running: map[string]bool{}, elsewhere: map[string][]savedRow{},
		down: map[string]bool{}, inside: map[string]check.Result{}, blamed: map[string]check.Code{},
		before: map[string]savedRow{},
	}
	b.Lay(site, from)
	return b
}

// Words are the texts of the board's findings.
func (b *Board) Words() *Words { return b.words }

// Lay changes site and vantage; results of flows that stay are kept. A new
// vantage forgets them: the same flow is another way from another place.
func (b *Board) Lay(site Site, from rules.Place) {
	if from == "" {
		from = rules.FromServer
	}
	if b.from != from {
		clear(b.raw)
		clear(b.first)
		clear(b.running)
		clear(b.inside)
	}
	if b.site.Server.Domain != site.Server.Domain {
		b.dialed = nil
	}
	b.site, b.from = site, from
	if b.labels != nil {
		b.label = b.labels(site, from)
	}
	b.tables = slices.Clone(b.book.Tables)
	if own, ok := ownSources(b.words, site); ok {
		b.tables = append(b.tables, own)
	}
	b.flows = (&rules.Book{Tables: b.tables}).Flows(site.Facts(), false)
	keep := map[string]bool{}
	for _, f := range b.flows {
		keep[f.Key] = true
	}
	gone := func(k string) bool { return !keep[k] }
	maps.DeleteFunc(b.raw, func(k string, _ check.Result) bool { return gone(k) })
	maps.DeleteFunc(b.first, func(k string, _ check.Status) bool { return gone(k) })
	maps.DeleteFunc(b.inside, func(k string, _ check.Result) bool { return gone(k) })
	maps.DeleteFunc(b.running, func(k string, _ bool) bool { return gone(strings.TrimSuffix(k, insideMark)) && k != nameKey })
	b.remind()
	b.recalled()
	b.stale = true
}

// ownTable is the table of the site's own data sources.
const ownTable = "own-sources"

// ownSources is the table of data sources whose host the user gave.
func ownSources(w *Words, site Site) (rules.Table, bool) {
	t := rules.Table{ID: ownTable, Code: "8", Title: w.Say("text.own-sources"), Origin: rules.Ours, From: rules.FromServer}
	for i, s := range site.Sources {
		if s.Host == "" {
			continue
		}
		port := s.Port
		if port == 0 {
			port = 443
		}
		n := strconv.Itoa(len(t.Rows) + 1)
		t.Rows = append(t.Rows, rules.Row{
			ID: string(s.Kind) + "-" + strconv.Itoa(i+1), Code: "8." + n, Proto: "tcp",
			Ports: []rules.Port{{Number: port, Kind: "tcp"}}, Hosts: []string{s.Host}, Destination: s.Host,
			Function: w.Text("questions.sources.options."+string(s.Kind)+".label", nil), Importance: rules.Required,
		})
	}
	return t, len(t.Rows) > 0
}

// Basics is the table of what every other row stands on.
const Basics = "basics"

// checkable tells whether a flow can be checked from a place. The basics are
// needed everywhere.
func checkable(f rules.Flow, from rules.Place) bool {
	return f.Table.ID == Basics || f.Table.From == from
}

// Jobs are the checks that can run from here, of the named tables (none: all),
// without those that already have a final result when fresh is false.
func (b *Board) Jobs(fresh bool, tables ...string) []check.Job {
	var jobs []check.Job
	named := false
	for _, f := range b.flows {
		named = named || (len(tables) == 0 || slices.Contains(tables, f.Table.ID)) && b.showsName(f, len(tables) == 0)
		if len(tables) > 0 && !slices.Contains(tables, f.Table.ID) {
			continue
		}
		if r, done := b.raw[f.Key]; !fresh && (done && !r.Provisional || b.running[f.Key]) {
			continue
		}
		if j, ok := b.jobOf(f); ok {
			jobs = append(jobs, j)
		}
	}
	if j, ok := b.nameJob(); ok && named && (fresh || b.name.Job.To.Host != j.To.Host && !b.running[nameKey]) {
		jobs = append(jobs, j)
	}
	return jobs
}

// JobFor is the check of one flow; ok is false when it cannot run from here.
func (b *Board) JobFor(key string) (j check.Job, ok bool) {
	if key == nameKey {
		return b.nameJob()
	}
	for _, f := range b.flows {
		if f.Key == key {
			return b.jobOf(f)
		}
	}
	return check.Job{}, false
}

func (b *Board) jobOf(f rules.Flow) (check.Job, bool) {
	j := f.Job()
	switch {
	case j.To.Host == rules.DomainToken:
		return check.Job{}, false // no name to ask for yet
	case checkable(f, b.from):
		return j, true
	case b.local(f):
		return b.localJob(j), true
	}
	return check.Job{}, false
}

// Start marks jobs as running.
func (b *Board) Start(jobs []check.Job, _ time.Time) {
	for _, j := range jobs {
		b.running[j.Key] = true
	}
}

// Apply takes one result. Causes are folded anew over all final results.
func (b *Board) Apply(r check.Result) {
	switch {
	case b.tried(r):
		return
	case r.Job.Key == nameKey:
		b.named(r)
		return
	}
	i := slices.IndexFunc(b.flows, func(f rules.Flow) bool { return f.Key == r.Job.Key })
	if i < 0 {
		return // of a flow that no longer applies
	}
	if r.Code == check.Cancelled {
		delete(b.running, r.Job.Key)
		return // what was known before stays
	}
	if !checkable(b.flows[i], b.from) {
		ours := b.holds(b.flows[i])
		r = localResult(r)
		b.down[r.Job.Key] = ours || r.Code == check.InServiceDown // the test could take the port: nobody had it
		if ours && r.Code == check.NotHere {
			r = testListens(r)
		}
		if b.proven(r.Job.Key) && (r.Code == check.NotHere || ours && r.Code == check.InServiceDown || r.At.Before(b.raw[r.Job.Key].At)) {
			delete(b.running, r.Job.Key)
			return // something listens, or was looked at before something came in from outside
		}
	}
	if !r.Provisional {
		delete(b.running, r.Job.Key)
		if _, seen := b.first[r.Job.Key]; !seen {
			b.first[r.Job.Key] = r.Status
		}
	} else if old, ok := b.raw[r.Job.Key]; ok && !old.Provisional {
		return // the last final verdict stands until the next
	}
	b.raw[r.Job.Key] = r
	b.stale = true
}

// fold finds the causes over all final results anew if there are new ones. It
// is done when somebody looks: a run of thousands brings results one by one.
func (b *Board) fold() {
	if !b.stale {
		return
	}
	b.stale = false
	var final []check.Result
	clear(b.folded)
	for _, f := range b.flows {
		r, ok := b.raw[f.Key]
		if !ok {
			continue
		}
		b.folded[f.Key] = r
		if !r.Provisional {
			final = append(final, r)
		}
	}
	causes, out := check.Fold(final)
	b.causes = causes
	for _, r := range out {
		b.folded[r.Job.Key] = r
	}
	b.anyOne()
	b.surroundings()
}

// anyOne softens rows that need one good host of several, such as the time
// servers: when one works, the others' failures are remarks that say so.
func (b *Board) anyOne() {
	good := map[string]string{} // row -> the host that works
	id := func(f rules.Flow) string { return f.Table.ID + "/" + f.Row.ID }
	for _, f := range b.flows {
		if r, ok := b.folded[f.Key]; f.Row.Any && ok && r.Status == check.Pass && good[id(f)] == "" {
			good[id(f)] = f.Host
		}
	}
	for _, f := range b.flows {
		r, ok := b.folded[f.Key]
		host := good[id(f)]
		if !ok || host == "" || r.Provisional {
			continue
		}
		switch r.Status {
		case check.Fail, check.Unproven, check.Note:
			r.Status, r.Facts = check.Note, merged(r.Facts, map[string]string{"enough": host})
			b.folded[f.Key] = r
		default:
		}
	}
}

// Causes are the root causes found, worst first.
func (b *Board) Causes() []CauseView {
	b.fold()
	out := make([]CauseView, 0, len(b.causes)+len(b.between))
	for i, c := range slices.Concat(b.causes, b.between) {
		facts := map[string]string{"rows": strconv.Itoa(len(c.Explains))}
		b.who(facts, c.Facts["device"])
		r := check.Result{Status: c.Status, Code: c.Code, Facts: c.Facts}
		out = append(out, CauseView{Cause: c, Finding: b.words.Finding(r, facts), From: b.from, About: i >= len(b.causes) && !b.turned(c.Code)})
	}
	return append(out, b.savedCauses()...)
}

// Changes are the flows whose verdict differs from their first one.
func (b *Board) Changes() []Change {
	var out []Change
	for _, f := range b.flows {
		r, ok := b.raw[f.Key]
		was, seen := b.first[f.Key]
		if ok && seen && !r.Provisional && was != r.Status {
			out = append(out, Change{Flow: f, Was: was, Now: r.Status})
		}
	}
	return out
}

// Summary counts flows by status.
func (b *Board) Summary() Summary {
	var sum Summary
	for _, f := range b.flows {
		sum.add(b.view(f, true))
	}
	return sum
}

// portText is "TCP 443"; empty for rows without a port.
func portText(f rules.Flow) string {
	if f.Port.Number == 0 {
		return ""
	}
	return strings.ToUpper(f.Row.Proto) + " " + strconv.Itoa(int(f.Port.Number))
}
