package wizard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Report is `check --format json` (schema 1); fields are only ever added.
type Report struct {
	Schema  int            `json:"schema"`
	From    string         `json:"from"`
	Label   string         `json:"label,omitempty"` // of this place, among several of its kind
	Started time.Time      `json:"started"`
	TookMS  int64          `json:"took_ms"`
	Summary map[string]int `json:"summary"`
	Causes  []ReportCause  `json:"causes"`
	Results []ReportResult `json:"results"`
	Support string         `json:"support_code,omitempty"` // see SupportCode; of the whole board
}

// ReportCause is one root cause.
type ReportCause struct {
	Reason   string   `json:"reason"`
	Status   string   `json:"status"`
	Said     string   `json:"said"`
	Todo     string   `json:"todo"`
	Explains []string `json:"explains"` // flow keys
	From     string   `json:"from"`     // where it was found

	about bool // the rows stay as they are, see CauseView
}

// ReportResult is one flow.
type ReportResult struct {
	Code       string        `json:"code"`
	Table      string        `json:"table"`
	Rule       string        `json:"rule"`
	Flow       string        `json:"flow"`
	Host       string        `json:"host"`
	Port       uint16        `json:"port"`
	Proto      string        `json:"proto"`
	Importance string        `json:"importance"`
	Status     string        `json:"status"`
	Reason     string        `json:"reason"`
	Layers     []ReportLayer `json:"layers"`
	Said       string        `json:"said"`
	Todo       string        `json:"todo"`
	From       string        `json:"from"` // where it was seen, or is to be seen
	At         time.Time     `json:"at"`   // when it was seen; of the report when nothing was

	Label string           `json:"label,omitempty"` // of the place, among several of its kind
	Stale bool             `json:"stale,omitempty"` // seen elsewhere, more than a day ago
	Seen  []ReportSighting `json:"seen,omitempty"`  // where several places saw it: what each saw, the worst first

	Opened    bool     `json:"opened,omitempty"`     // closed when --watch began, and open now
	Listens   string   `json:"listens,omitempty"`    // what listens on the port at the server: all, ipv4, ipv6, some, loopback, none
	ListensAt []string `json:"listens_at,omitempty"` // and where

	to    string // the destination for a person: the host, or what a row without one looks at
	age   string // how long ago it was seen elsewhere, for a person
	where string // at which places it was seen, and when, for a person
	mark  uint32 // of the flow, in place of its name; see Transfer
}

// ReportSighting is what one of several places saw of a flow.
type ReportSighting struct {
	From   string    `json:"from"`
	Label  string    `json:"label,omitempty"`
	At     time.Time `json:"at"`
	Stale  bool      `json:"stale,omitempty"`
	Status string    `json:"status"`
	Reason string    `json:"reason"`
	Said   string    `json:"said"`
	Todo   string    `json:"todo"`
}

// ReportLayer is one layer of a flow.
type ReportLayer struct {
	Layer   string `json:"layer"`
	Family  string `json:"family,omitempty"`
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"`
	MS      int64  `json:"ms"`
	Address string `json:"address,omitempty"`
}

// Report makes the JSON form of what the board holds, of the named tables
// (none: all that apply).
func (b *Board) Report(started time.Time, took time.Duration, tables ...string) Report {
	rep := b.all(started, took, tables...)
	for i, v := range b.chosen(tables) {
		rep.Results[i].Status, rep.Results[i].Said = settled(v.Sure()).String(), b.said(v)
	}
	return rep
}

// all is the report with what was seen before this start as if it were new.
func (b *Board) all(started time.Time, took time.Duration, tables ...string) Report {
	rep := Report{
		Schema: 1, From: string(b.from), Label: b.label, Started: started.UTC().Truncate(time.Second), TookMS: took.Milliseconds(),
		Summary: map[string]int{"pass": 0, "note": 0, "fail": 0, "unproven": 0, "waiting": 0, "skipped": 0, "not-needed": 0},
		Causes:  []ReportCause{}, Results: []ReportResult{},
	}
	for _, c := range b.Causes() {
		rep.Causes = append(rep.Causes, ReportCause{
			Reason: string(c.Cause.Code), Status: c.Cause.Status.String(), Said: said(c.Finding), Todo: c.Finding.Do,
			Explains: append([]string{}, c.Cause.Explains...), From: string(c.From), about: c.About,
		})
	}
	for _, v := range b.chosen(tables) {
		rep.Summary[settled(v.Sure()).String()]++
		rep.Results = append(rep.Results, b.reportResult(v, rep.Started))
	}
	if code, err := b.SupportCode(); err == nil {
		rep.Support = code
	}
	return rep
}

// chosen are the flows of the named tables, in order; a skipped one tells its
// cause.
func (b *Board) chosen(tables []string) []FlowView {
	var out []FlowView
	causes := b.Causes()
	for _, t := range b.Views(false) {
		if len(tables) > 0 && !slices.Contains(tables, t.Table.ID) {
			continue
		}
		for _, r := range t.Rows {
			for _, v := range r.Flows {
				if c := v.Cause(causes); c != nil {
					where := v.Finding.Where
					v.Finding = c.Finding
					v.Finding.Where = where
				}
				out = append(out, v)
			}
		}
	}
	return out
}

// settled is a status for a report: what still runs has proven nothing.
func settled(s check.Status) check.Status {
	if s == check.Running {
		return check.Unproven
	}
	return s
}

func (b *Board) reportResult(v FlowView, at time.Time) ReportResult {
	f := v.Flow
	if !v.Result.At.IsZero() {
		at = v.Result.At.UTC().Truncate(time.Second)
	}
	from := firstText(string(v.From), string(f.Table.From))
	switch {
	case v.Status == check.Waiting:
		from = string(f.Table.From)
	case checkable(f, b.from):
		from = string(b.from)
	}
	r := ReportResult{
		Code: f.Row.Code, Table: f.Table.ID, Rule: f.Row.ID, Flow: f.Short(), Host: f.Host, Port: f.Port.Number,
		Proto: f.Row.Proto, Importance: string(f.Row.Importance), Status: settled(v.Status).String(),
		Reason: string(v.Result.Code), Layers: []ReportLayer{}, Said: said(v.Finding), Todo: v.Finding.Do,
		From: from, At: at, to: f.Host,
	}
	if f.Row.Proto == "ip" {
		r.to = f.Row.Destination
	}
	if v.Status == check.Skipped && v.Result.Cause != "" {
		r.Reason = string(v.Result.Cause)
	}
	b.sighted(&r, v)
	r.Listens = v.Result.Facts["listens"]
	if at := v.Result.Facts["at"]; at != "" {
		r.ListensAt = strings.Split(at, ", ")
	}
	for _, l := range v.Result.Layers {
		family := ""
		if l.Family != 0 {
			family = fmt.Sprint(int(l.Family))
		}
		r.Layers = append(r.Layers, ReportLayer{
			Layer: l.Name, Family: family, Status: l.Status.String(), Reason: string(l.Code), MS: l.Took.Milliseconds(), Address: l.Address,
		})
	}
	return r
}

// sighted adds who saw a flow.
func (b *Board) sighted(r *ReportResult, v FlowView) {
	if len(v.Sightings) == 0 {
		return
	}
	now := time.Time{}
	if b.now != nil {
		now = b.now()
	}
	r.From, r.Label, r.Stale = string(v.Sightings[0].From), v.Sightings[0].Label, v.Sightings[0].Stale(now)
	r.where, r.age = v.Finding.Where, b.age("seen.age", v.Sightings[0].At)
	for _, p := range v.parts {
		s := p.Sightings[0]
		reason := p.Result.Code
		if p.Status == check.Skipped && p.Result.Cause != "" {
			reason = p.Result.Cause
		}
		r.Seen = append(r.Seen, ReportSighting{
			From: string(s.From), Label: s.Label, At: s.At.UTC().Truncate(time.Second), Stale: s.Stale(now),
			Status: s.Status.String(), Reason: string(reason), Said: said(p.Finding), Todo: p.Finding.Do,
		})
	}
}

// said is what was seen of a flow; when, if that was before this start.
func (b *Board) said(v FlowView) string {
	if !v.Old() {
		return said(v.Finding)
	}
	return b.words.Text("text.before", map[string]string{"status": b.words.State(v.Status), "at": v.Before.Format("2006-01-02 15:04"), "said": said(v.Finding)})
}

func said(f Finding) string { return strings.TrimSpace(f.Seen + " " + f.Means) }

// Exit is the exit code of `check` for what the board holds of the named tables
// (none: all): 3 when a required row fails or a failing cause explains it, 4
// when something is not proven or waits, else 0.
func (b *Board) Exit(tables ...string) int {
	code := 0
	failing := map[check.Code]bool{}
	for _, c := range b.Causes() {
		failing[c.Cause.Code] = failing[c.Cause.Code] || c.Cause.Status == check.Fail
	}
	for _, v := range b.chosen(tables) {
		if v.Flow.Row.Importance != rules.Required {
			continue
		}
		switch settled(v.Sure()) {
		case check.Fail:
			return 3
		case check.Skipped:
			if failing[v.Result.Cause] {
				return 3
			}
			code = 4
		case check.Unproven, check.Waiting:
			code = 4
		default:
		}
	}
	return code
}

// JSON is the report as it is printed and saved.
func (r Report) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// Line is the report as one line, for programs that read a stream of them.
func (r Report) Line() ([]byte, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}
