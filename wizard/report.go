package wizard

import (
	"encoding/json"
	"encoding/xml"
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
	Started time.Time      `json:"started"`
	TookMS  int64          `json:"took_ms"`
	Summary map[string]int `json:"summary"`
	Causes  []ReportCause  `json:"causes"`
	Results []ReportResult `json:"results"`
}

// ReportCause is one root cause.
type ReportCause struct {
	Reason   string   `json:"reason"`
	Status   string   `json:"status"`
	Said     string   `json:"said"`
	Todo     string   `json:"todo"`
	Explains []string `json:"explains"` // flow keys
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
	rep := Report{
		Schema: 1, From: string(b.from), Started: started.UTC().Truncate(time.Second), TookMS: took.Milliseconds(),
		Summary: map[string]int{"pass": 0, "note": 0, "fail": 0, "unproven": 0, "waiting": 0, "skipped": 0, "not-needed": 0},
		Causes:  []ReportCause{}, Results: []ReportResult{},
	}
	for _, c := range b.Causes() {
		rep.Causes = append(rep.Causes, ReportCause{
			Reason: string(c.Cause.Code), Status: c.Cause.Status.String(), Said: said(c.Finding), Todo: c.Finding.Do,
			Explains: append([]string{}, c.Cause.Explains...),
		})
	}
	for _, v := range b.chosen(tables) {
		rep.Summary[settled(v.Status).String()]++
		rep.Results = append(rep.Results, reportResult(v))
	}
	return rep
}

// chosen are the flows of the named tables, in order.
func (b *Board) chosen(tables []string) []FlowView {
	var out []FlowView
	for _, t := range b.Views(false) {
		if len(tables) > 0 && !slices.Contains(tables, t.Table.ID) {
			continue
		}
		for _, r := range t.Rows {
			out = append(out, r.Flows...)
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

func reportResult(v FlowView) ReportResult {
	f := v.Flow
	r := ReportResult{
		Code: f.Row.Code, Table: f.Table.ID, Rule: f.Row.ID, Flow: f.Short(), Host: f.Host, Port: f.Port.Number,
		Proto: f.Row.Proto, Importance: string(f.Row.Importance), Status: settled(v.Status).String(),
		Reason: string(v.Result.Code), Layers: []ReportLayer{}, Said: said(v.Finding), Todo: v.Finding.Do,
	}
	if v.Status == check.Skipped && v.Result.Cause != "" {
		r.Reason = string(v.Result.Cause)
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

func said(f Finding) string { return strings.TrimSpace(f.Seen + " " + f.Means) }

// Exit is the exit code of `check` for what the board holds of the named tables
// (none: all): 3 when a required row fails or a failing cause explains it, 4
// when something is not proven or waits, else 0.
func (b *Board) Exit(tables ...string) int {
	code := 0
	failing := map[check.Code]bool{}
	for _, c := range b.causes {
		failing[c.Code] = c.Status == check.Fail
	}
	for _, v := range b.chosen(tables) {
		if v.Flow.Row.Importance != rules.Required {
			continue
		}
		switch settled(v.Status) {
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

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Failure *junitText `xml:"failure,omitempty"`
	Skipped *junitText `xml:"skipped,omitempty"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit is the report in the XML that build servers read. What is not proven
// counts as skipped, never as passed.
func (r Report) JUnit() ([]byte, error) {
	s := junitSuite{Name: "sops-firewall", Tests: len(r.Results), Time: fmt.Sprintf("%.3f", float64(r.TookMS)/1000)}
	for _, x := range r.Results {
		c := junitCase{Class: x.Table, Name: x.Code + " " + x.Flow}
		text := &junitText{Message: x.Reason, Text: strings.TrimSpace(x.Said + "\n" + x.Todo)}
		switch x.Status {
		case "pass", "note":
		case "fail":
			c.Failure = text
			s.Failures++
		default:
			c.Skipped = text
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	data, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(data, '\n')...), nil
}

// Text is the report for a person: one line a flow, then what is wrong and what
// to do, in at most 80 columns.
func (r Report) Text() string {
	var b strings.Builder
	for _, c := range r.Causes {
		_, _ = fmt.Fprintf(&b, "%s %s\n", wordOf(c.Status), wrapText(c.Said, 7))
		if c.Todo != "" {
			_, _ = fmt.Fprintf(&b, "       Do: %s\n", wrapText(c.Todo, 11))
		}
		_, _ = fmt.Fprintf(&b, "       This explains %d rows below.\n\n", len(c.Explains))
	}
	last := ""
	for _, x := range r.Results {
		if x.Table != last {
			if last != "" {
				b.WriteByte('\n')
			}
			last = x.Table
		}
		port := ""
		if x.Port != 0 {
			port = fmt.Sprintf("%s %d", strings.ToUpper(x.Proto), x.Port)
		}
		_, _ = fmt.Fprintf(&b, "%s %-5s %-42s %-9s %s\n", wordOf(x.Status), x.Code, shorten(x.Host, 42), port, x.Reason)
		if x.Status == "fail" || x.Status == "note" && x.Reason != "" || x.Status == "unproven" && x.Said != "" {
			_, _ = fmt.Fprintf(&b, "             %s\n", wrapText(x.Said, 13))
			if x.Todo != "" {
				_, _ = fmt.Fprintf(&b, "             Do: %s\n", wrapText(x.Todo, 17))
			}
		}
	}
	var parts []string
	for _, st := range []string{"pass", "note", "fail", "unproven", "waiting", "skipped", "not-needed"} {
		if n := r.Summary[st]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, st))
		}
	}
	_, _ = fmt.Fprintf(&b, "\n%s. Seen from: %s. Took %.1f s.\n", strings.Join(parts, ", "), r.From, float64(r.TookMS)/1000)
	return b.String()
}

func wordOf(status string) string {
	for s, w := range statusWords {
		if s.String() == status {
			return w
		}
	}
	return "[ ?  ]"
}

func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n-2] + ".."
}

// wrapText breaks s into lines of at most 80 columns, the later ones indented.
func wrapText(s string, indent int) string {
	var lines []string
	line := ""
	for w := range strings.FieldsSeq(s) {
		if line != "" && indent+len(line)+1+len(w) > 80 {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	lines = append(lines, line)
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}
