package wizard

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Bounds of a saved report. A row takes about 700 bytes.
const (
	MaxReport   = 16 << 20 // bytes
	maxReported = 20000    // rows
	maxSaid     = 400      // runes of a sentence
	maxPlaces   = 64       // that saw one row
)

// savedRow is a flow as it was seen at another place.
type savedRow struct {
	from  rules.Place
	label string
	at    time.Time
	row   ReportResult
}

// savedCause is a cause that was found at another place.
type savedCause struct {
	from  rules.Place
	cause ReportCause
}

// reportSchema is the version of reports that this program writes.
const reportSchema = 1

// ParseReport reads what `check --save` wrote, perhaps on another computer. Keys
// that it does not know are of a newer program and do no harm; all text is
// cleaned, since the file may come from anywhere.
func ParseReport(data []byte) (Report, error) {
	var r Report
	if len(data) > MaxReport {
		return r, check.Say("problems.saved.large", "max", strconv.Itoa(MaxReport>>20))
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&r); err != nil {
		return Report{}, check.Say("problems.saved.none")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Report{}, check.Say("problems.saved.several")
	}
	switch {
	case r.Schema > reportSchema:
		return Report{}, check.Say("problems.saved.newer", "schema", strconv.Itoa(r.Schema), "reads", strconv.Itoa(reportSchema))
	case r.Schema != reportSchema || !slices.Contains(places, rules.Place(r.From)) || r.Results == nil:
		return Report{}, check.Say("problems.saved.none")
	case len(r.Results) > maxReported || len(r.Causes) > maxReported:
		return Report{}, check.Say("problems.saved.rows", "max", strconv.Itoa(maxReported))
	}
	for i := range r.Results {
		if err := r.Results[i].tidy(r); err != nil {
			return Report{}, check.Say("problems.saved.row", "n", strconv.Itoa(i+1)).For(err)
		}
	}
	for i := range r.Causes {
		c := &r.Causes[i]
		if !slices.Contains(places, rules.Place(c.From)) {
			c.From = r.From
		}
		c.Reason, c.Said, c.Todo = clean(c.Reason), check.Clean(c.Said, maxSaid), check.Clean(c.Todo, maxSaid)
	}
	return r, nil
}

// tidy cleans a row and says what is wrong with it.
func (r *ReportResult) tidy(rep Report) error {
	if _, known := statusOf(r.Status); !known {
		return check.Say("problems.saved.status", "value", strconv.Quote(clean(r.Status)))
	}
	if r.From == "" {
		r.From = rep.From
	}
	if !slices.Contains(places, rules.Place(r.From)) {
		return check.Say("problems.saved.from", "value", strconv.Quote(clean(r.From)))
	}
	if r.At.IsZero() {
		r.At = rep.Started
	}
	r.Label = check.Clean(r.Label, LabelMax)
	if len(r.Seen) > maxPlaces {
		return check.Say("problems.saved.places", "max", strconv.Itoa(maxPlaces))
	}
	for i := range r.Seen {
		if err := r.Seen[i].tidy(); err != nil {
			return err
		}
	}
	for _, s := range []*string{&r.Code, &r.Table, &r.Rule, &r.Flow, &r.Host, &r.Proto, &r.Importance, &r.Reason} {
		if *s = check.Clean(*s, maxSaid); *s == "" && (s == &r.Table || s == &r.Rule || s == &r.Flow) {
			return check.Say("problems.saved.empty")
		}
	}
	r.Listens = clean(r.Listens)
	for i := range r.ListensAt {
		r.ListensAt[i] = clean(r.ListensAt[i])
	}
	r.Said, r.Todo = check.Clean(r.Said, maxSaid), check.Clean(r.Todo, maxSaid)
	r.Layers = slices.DeleteFunc(r.Layers, func(l ReportLayer) bool {
		_, known := statusOf(l.Status)
		return !known
	})
	for i := range r.Layers {
		l := &r.Layers[i]
		l.Layer, l.Family, l.Reason, l.Address = clean(l.Layer), clean(l.Family), clean(l.Reason), clean(l.Address)
	}
	return nil
}

// tidy cleans what one place saw of a row.
func (s *ReportSighting) tidy() error {
	if _, known := statusOf(s.Status); !known {
		return check.Say("problems.saved.status", "value", quoted(clean(s.Status)))
	}
	if !slices.Contains(places, rules.Place(s.From)) {
		return check.Say("problems.saved.from", "value", quoted(clean(s.From)))
	}
	s.Label, s.Reason = check.Clean(s.Label, LabelMax), clean(s.Reason)
	s.Said, s.Todo = check.Clean(s.Said, maxSaid), check.Clean(s.Todo, maxSaid)
	return nil
}

// statusOf is the status of a word in JSON.
func statusOf(word string) (check.Status, bool) {
	for _, s := range supportStatuses {
		if s.String() == word {
			return s, true
		}
	}
	return check.Unproven, false
}

// Remember takes what was seen at other places, or earlier, for the flows that
// are not checked from here and now; the later look counts. It tells how many
// flows of this site the report has seen.
func (b *Board) Remember(rep Report) int {
	b.saved = append(b.saved, rep)
	return b.take(rep)
}

// Blank tells whether the site is not known yet.
func (b *Board) Blank() bool { return empty(b.site) }

// remind takes the saved reports anew, for a site that changed.
func (b *Board) remind() {
	clear(b.elsewhere)
	b.told = nil
	others := b.others
	others.Results = slices.DeleteFunc(others.sightings(), func(r ReportResult) bool {
		return savedRow{from: rules.Place(r.From), label: r.Label}.same(savedRow{from: b.from, label: b.label})
	})
	b.take(others)
	for _, rep := range b.saved {
		b.take(rep)
	}
}

func (b *Board) take(rep Report) int {
	flows, marks := map[string]rules.Flow{}, map[uint32]string{}
	for _, f := range b.flows {
		flows[f.Key], marks[flowMark(f.Key)] = f, f.Key
	}
	n := 0
	took := map[string]bool{}
	for _, r := range rep.sightings() {
		key := r.Table + "/" + r.Rule + "/" + r.Flow
		if r.mark != 0 {
			key = marks[r.mark]
		}
		f, known := flows[key]
		unseen := r.Status == check.Waiting.String() || r.Status == check.Unproven.String() && r.Reason == ""
		// What was seen elsewhere than where the flow starts is hearsay.
		if !known || unseen || rules.Place(r.From) != f.Table.From || f.Table.ID == Basics {
			continue
		}
		n++
		s := savedRow{rules.Place(r.From), r.Label, r.At, r}
		switch i := slices.IndexFunc(b.elsewhere[key], s.same); {
		case i < 0:
			b.elsewhere[key] = append(b.elsewhere[key], s)
		case !r.At.Before(b.elsewhere[key][i].at):
			b.elsewhere[key][i] = s
		default:
			continue
		}
		took[key] = true
	}
	for _, c := range rep.Causes {
		if slices.ContainsFunc(c.Explains, func(key string) bool { return took[key] }) {
			b.told = append(b.told, savedCause{rules.Place(c.From), c})
		}
	}
	return n
}

// same tells whether two were seen at one place: there is one server, and hubs and
// the outside are told apart by their labels.
func (s savedRow) same(o savedRow) bool {
	return s.from == o.from && (s.label == o.label || s.from == rules.FromServer)
}

// sightings are the results, one for each place that saw a flow.
func (r Report) sightings() []ReportResult {
	var out []ReportResult
	for _, x := range r.Results {
		if x.Label == "" && x.From == r.From {
			x.Label = r.Label
		}
		if len(x.Seen) == 0 {
			out = append(out, x)
			continue
		}
		for _, s := range x.Seen {
			y := x
			y.From, y.Label, y.At, y.Status, y.Reason, y.Said, y.Todo = s.From, s.Label, s.At, s.Status, s.Reason, s.Said, s.Todo
			y.Layers, y.Seen = nil, nil
			out = append(out, y)
		}
	}
	return out
}

// savedViews is a flow as other places saw it.
func (b *Board) savedViews(f rules.Flow, list []savedRow) FlowView {
	var views []FlowView
	for _, s := range list {
		views = append(views, b.savedView(f, s))
	}
	return b.joined(views)
}

// beside is a flow as it was seen here, together with what other places of the
// same kind saw. An earlier look from this very place counts no more.
func (b *Board) beside(v FlowView, list []savedRow) FlowView {
	here := savedRow{from: b.from, label: b.label}
	v.Sightings = []Sighting{{From: b.from, Label: b.label, At: v.Result.At, Status: v.Status}}
	views := []FlowView{v}
	for _, s := range list {
		if s.from == b.from && !s.same(here) {
			views = append(views, b.savedView(v.Flow, s))
		}
	}
	v = b.joined(views)
	if len(views) == 1 {
		v.Sightings = nil
	}
	return v
}

// savedView is a flow as another place saw it.
func (b *Board) savedView(f rules.Flow, s savedRow) FlowView {
	st, _ := statusOf(s.row.Status)
	r := check.Result{Job: f.Job(), Status: st, Code: check.Code(s.row.Reason), At: s.at}
	if st == check.Skipped {
		r.Cause = r.Code
	}
	for _, l := range s.row.Layers {
		lst, _ := statusOf(l.Status)
		family := check.Family(0)
		switch l.Family {
		case "4":
			family = 4
		case "6":
			family = 6
		}
		r.Layers = append(r.Layers, check.Layer{
			Name: l.Layer, Family: family, Status: lst, Code: check.Code(l.Reason), Took: time.Duration(l.MS) * time.Millisecond, Address: l.Address,
		})
	}
	v := FlowView{Flow: f, Status: st, Result: r, From: s.from, Finding: Finding{Seen: s.row.Said, Do: s.row.Todo}}
	if s.row.mark != 0 { // it travelled without sentences
		v.Finding = b.words.Finding(r, b.facts(f, r))
	}
	v.Sightings = []Sighting{{From: s.from, Label: s.label, At: s.at, Status: st}}
	v.Finding.Where, v.Short = b.where(v.Sightings[0]), b.shortly(v.Sightings)
	return v
}

// savedCauses are the causes that still explain a row shown.
func (b *Board) savedCauses() []CauseView {
	var out []CauseView
	for _, s := range b.told {
		var keys []string
		for _, k := range s.cause.Explains {
			explained := func(r savedRow) bool {
				return r.row.Status == check.Skipped.String() && r.row.Reason == s.cause.Reason
			}
			if slices.ContainsFunc(b.elsewhere[k], explained) && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		st, known := statusOf(s.cause.Status)
		if len(keys) == 0 || !known {
			continue
		}
		out = append(out, CauseView{
			Cause:   check.Cause{Code: check.Code(s.cause.Reason), Status: st, Explains: keys},
			Finding: Finding{Seen: s.cause.Said, Do: s.cause.Todo}, From: s.from,
		})
	}
	return out
}
