package wizard

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// TableView is a table with the state of its rows.
type TableView struct {
	Table rules.Table
	Rows  []RowView
	Sum   Summary
}

// RowView is a row with the state of its flows.
type RowView struct {
	Row     rules.Row
	Applies bool
	Because string // why it does or does not apply, ready to show
	Flows   []FlowView
}

// FlowView is one line of a table screen.
type FlowView struct {
	Flow    rules.Flow
	Status  check.Status // Running while a check is under way
	Last    check.Status // while it runs: of Result
	Was     *FlowView    // while it runs: the view of before; nil where nothing final was known
	Result  check.Result // the last one; zero when never run
	Short   string       // a few words beside the state: "31 ms", "blocked", "re-signed"
	Finding Finding
	From    rules.Place // where it was seen; empty when nothing was
	Before  time.Time   // when it was seen, if that was before this start: see Sure

	// Sightings are what other places saw, the worst first, and then what was seen
	// here if there are several; empty for what was seen here alone.
	Sightings []Sighting
	parts     []FlowView // of several sightings, each as a view of its own
}

// Old tells whether all that is known was seen before this start.
func (v FlowView) Old() bool { return !v.Before.IsZero() && v.Status != check.Running }

// Sure is the status that counts: what was seen before this start proves nothing.
func (v FlowView) Sure() check.Status {
	if v.Old() {
		return check.Unproven
	}
	return v.Status
}

// Finding is what the user reads about a result. All text is clean.
type Finding struct {
	Where string // at which other places, and when; empty for what was seen here and now
	Seen  string // what was seen
	Means string // what that means
	Do    string // what to change
}

// Cause is what explains a skipped flow; nil where nothing does. What such a row
// saw itself only follows from it, and its own remedy would mislead.
func (v FlowView) Cause(causes []CauseView) *CauseView {
	if v.Status != check.Skipped {
		return nil
	}
	i := slices.IndexFunc(causes, func(c CauseView) bool { return c.Cause.Code == v.Result.Cause && c.From == v.From })
	if i < 0 {
		return nil
	}
	return &causes[i]
}

// CauseView is a cause and the flows it explains.
type CauseView struct {
	Cause   check.Cause
	Finding Finding
	From    rules.Place
	About   bool // the rows stay as they are: it is about them and does not explain them
}

// Change is a verdict that changed between the first and the last run.
type Change struct {
	Flow     rules.Flow
	Was, Now check.Status
}

// Summary counts flows by status.
type Summary struct {
	Pass, Note, Fail, Unproven, Waiting, Skipped, NotNeeded, Running int

	Before int // seen before this start, and not since
}

func (s *Summary) add(v FlowView) {
	if v.Old() {
		s.Before++
		return
	}
	switch v.Status {
	case check.Pass:
		s.Pass++
	case check.Note:
		s.Note++
	case check.Fail:
		s.Fail++
	case check.Waiting:
		s.Waiting++
	case check.Skipped:
		s.Skipped++
	case check.NotNeeded:
		s.NotNeeded++
	case check.Running:
		s.Running++
	default:
		s.Unproven++
	}
}

// Views are the tables that apply (all: every table), with states.
func (b *Board) Views(all bool) []TableView {
	facts := b.site.Facts()
	byRow := map[string][]FlowView{}
	every := (&rules.Book{Tables: b.tables}).Flows(facts, true)
	for _, f := range every {
		t, r := f.Table, f.Row
		applies, _ := t.Applies(r, facts)
		byRow[t.ID+"/"+r.ID] = append(byRow[t.ID+"/"+r.ID], b.view(f, applies))
	}
	var out []TableView
	for i := range b.tables {
		t := &b.tables[i]
		v := TableView{Table: *t}
		for j := range t.Rows {
			r := &t.Rows[j]
			ok, because := t.Applies(r, facts)
			if !ok && !all {
				continue
			}
			row := RowView{Row: *r, Applies: ok, Because: b.words.Text("because."+because, nil), Flows: byRow[t.ID+"/"+r.ID]}
			for _, fl := range row.Flows {
				v.Sum.add(fl)
			}
			v.Rows = append(v.Rows, row)
		}
		if len(v.Rows) > 0 {
			out = append(out, v)
		}
	}
	return out
}

// view is the state of one flow. One that was never run is never green.
func (b *Board) view(f rules.Flow, applies bool) FlowView {
	v := FlowView{Flow: f}
	if !applies {
		v.Status = check.NotNeeded
		return v
	}
	b.fold()
	r, ran := b.folded[f.Key]
	facts := b.facts(f, r)
	if ran && r.Code == check.NotHere && b.seenBefore(f) {
		ran = false // a way in that was proven before: what the server itself sees says nothing of it
	}
	others := b.elsewhere[f.Key]
	switch {
	case len(others) > 0 && !b.running[f.Key] && (!ran || !checkable(f, b.from)):
		v = b.savedViews(f, others)
	case ran:
		v.Result, v.Status, v.From = r, r.Status, b.from
		v.Finding, v.Short = b.words.Finding(r, facts), b.words.Short(r)
		if r.Status == check.Skipped && r.Cause != "" {
			v.Short = b.words.Text("text.see-above", facts)
		}
		if check.CertFault(r.Code) && b.local(f) {
			v.Finding.Means += " " + b.words.Text("text.cert-early", facts)
		}
	case b.seenBefore(f):
		v = b.beforeView(f, b.before[f.Key])
	case b.running[f.Key]:
	case f.Host == rules.DomainToken:
		v.Status = check.Unproven
		v.Finding = Finding{Seen: b.words.Text("text.no-domain-yet", facts), Do: b.words.Text("text.no-domain-do", facts)}
	case checkable(f, b.from) || b.local(f):
		v.Status = check.Unproven
		v.Finding = Finding{Seen: b.words.Text("text.not-run", facts), Do: b.words.Text("text.not-run-do", facts)}
	default:
		r := check.Result{Job: f.Job(), Status: check.Waiting, Code: check.NotHere}
		if f.Table.From == rules.FromHub && b.site.Server.Domain != "" {
			r.Facts = check.Facts{"variant": "hub"} // one name is enough there
		}
		v.Status, v.Result = check.Waiting, r
		v.Finding, v.Short = b.words.Finding(r, facts), b.words.Short(r)
	}
	if ran && !b.running[f.Key] && checkable(f, b.from) {
		v = b.beside(v, others)
	}
	if b.running[f.Key] {
		if v.Result.Job.Key != "" && !v.Result.Provisional {
			was := v
			b.explained(&was, f)
			b.fromInside(&was, f)
			v.Was = &was
		}
		v.Last, v.Status, v.Short = v.Status, check.Running, ""
		if r.Provisional {
			v.Short = b.words.Text("text.no-answer-so-far", facts)
		}
	}
	b.explained(&v, f)
	b.fromInside(&v, f)
	return v
}

// seenBefore tells whether a flow was seen before this start.
func (b *Board) seenBefore(f rules.Flow) bool {
	_, ok := b.before[f.Key]
	return ok
}

// facts are the values that the sentences about a flow may name.
func (b *Board) facts(f rules.Flow, r check.Result) map[string]string {
	m := map[string]string{
		"proto": strings.ToUpper(f.Row.Proto), "code": f.Row.Code,
		"place": b.words.Text("place."+string(f.Table.From), nil), "from": string(f.Table.From),
		"domain": b.site.Server.Domain, "direction": "out",
	}
	if f.Row.Proto != "ip" { // there the host is a word; what was asked is among the result's facts
		m["host"] = f.Host
	}
	if f.Port.Number != 0 {
		m["port"] = strconv.Itoa(int(f.Port.Number))
	}
	b.who(m, r.Facts["device"])
	if f.Table.Inbound() {
		m["direction"] = "in"
	}
	if b.site.Server.LANIP.IsValid() {
		m["server-ip"] = b.site.Server.LANIP.String()
	}
	if how := r.Facts["listens"]; how != "" {
		m["here"] = b.words.Text("listens."+how, r.Facts)
	}
	if r.Took > 0 {
		m["ms"] = strconv.FormatInt(max(1, r.Took.Milliseconds()), 10)
	}
	return m
}

// who adds the device that said no, as one begins a sentence with it ("who") and
// as one points to it ("there").
func (b *Board) who(m map[string]string, device string) {
	key := "a-device"
	switch _, err := netip.ParseAddr(device); {
	case device == "":
		key = "some-device"
	case err != nil: // the checks name this computer in words
		key = "this-computer"
	case b.isGateway(device):
		key = "your-router"
	}
	fact := map[string]string{"device": device}
	m["who"], m["there"] = b.words.Text("text."+key, fact), b.words.Text("text.on-"+key, fact)
}

// isGateway tells whether the checks found that address to be the default gateway.
func (b *Board) isGateway(device string) bool {
	for _, f := range b.flows {
		if f.Port.Kind == "gateway" && b.raw[f.Key].Facts["address"] == device {
			return true
		}
	}
	return false
}
