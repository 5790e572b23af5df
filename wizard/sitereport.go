package wizard

import (
	"fmt"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// GuideJSON is a guide in `guide --format json` and `report --format json`.
type GuideJSON struct {
	Side     string      `json:"side"`
	Front    bool        `json:"front"` // of the provider box in front of this side's own router
	Title    string      `json:"title"`
	Lead     string      `json:"lead,omitempty"` // what to know before all else
	Router   string      `json:"router"`
	Variant  string      `json:"generation"`
	Name     string      `json:"name"`
	Proof    string      `json:"proof"`
	Source   string      `json:"source"`
	Checked  string      `json:"checked"`
	Nothing  bool        `json:"nothing_to_do"` // as far as is known
	Idle     string      `json:"why_nothing,omitempty"`
	Blocks   []BlockJSON `json:"blocks"`
	Gaps     []string    `json:"gaps"`
	Notes    []string    `json:"notes"`
	Problems string      `json:"problem,omitempty"`
}

// BlockJSON is one block of a guide.
type BlockJSON struct {
	Part string `json:"part"`
	Kind string `json:"kind"`
	Lang string `json:"lang,omitempty"`
	Text string `json:"text"`
}

// GuidesJSON is the form of guides for other programs. An empty part means all.
func GuidesJSON(guides []SideGuide, part router.Part) []GuideJSON {
	out := []GuideJSON{}
	for _, g := range guides {
		j := GuideJSON{
			Side: string(g.Side), Front: g.Front, Title: g.Title, Lead: g.Lead, Router: g.Guide.Router, Variant: g.Guide.Variant, Name: g.Guide.Name,
			Proof: string(g.Guide.Proof), Source: g.Guide.Source, Checked: g.Guide.Checked, Nothing: g.Why.Done(), Idle: g.Idle,
			Blocks: []BlockJSON{}, Gaps: []string{}, Notes: append([]string{}, g.Notes...),
		}
		if g.Err != nil {
			j.Problems = g.Err.Error() // in words: see Spoken
		}
		for _, b := range g.Guide.Blocks {
			if part != "" && b.Part != part {
				continue
			}
			j.Blocks = append(j.Blocks, BlockJSON{string(b.Part), string(b.Kind), b.Lang, b.Text})
		}
		for _, gap := range g.Guide.Gaps {
			j.Gaps = append(j.Gaps, strings.TrimSpace(gap.Code+" "+gap.Say))
		}
		out = append(out, j)
	}
	return out
}

// SiteReport is `report --format json` (schema 1).
type SiteReport struct {
	Schema int         `json:"schema"`
	Site   string      `json:"site"` // site.yaml as text
	Check  Report      `json:"check"`
	Guides []GuideJSON `json:"guides"`
}

// SiteReportJSON joins answers, findings and guides.
func SiteReportJSON(site Site, rep Report, guides []SideGuide) (SiteReport, error) {
	text, err := MarshalSite(site)
	if err != nil {
		return SiteReport{}, err
	}
	return SiteReport{Schema: 1, Site: string(text), Check: rep, Guides: GuidesJSON(guides, "")}, nil
}

// ReportMarkdown is answers, findings and guides on one page.
func ReportMarkdown(w *Words, site Site, board *Board, rep Report, guides []SideGuide) (string, error) {
	text, err := MarshalSite(site)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format, args...) }
	say("# %s\n\n%s\n\n## %s\n\n```yaml\n%s```\n", w.Say("report.title"),
		w.Say("report.when", "from", w.Place(rep.From), "at", rep.Started.Format("2006-01-02 15:04 MST")), w.Say("report.answers"), text)
	for _, c := range rep.Causes {
		say("\n**%s** %s %s\n", w.stateOf(c.Status), cell(c.Said), cell(w.Say("report.do", "todo", c.Todo)))
	}
	causes := board.Causes()
	for _, t := range board.Views(false) {
		say("\n## %s %s (%s)\n\n%s", t.Table.Code, cell(t.Table.Title), w.Say("rows.origins."+string(t.Table.Origin)), tableHead(w, "row", "to", "port", "state", "seen", "todo"))
		for _, r := range t.Rows {
			for _, f := range r.Flows {
				seen, todo := board.said(f), f.Finding.Do
				if c := f.Cause(causes); c != nil {
					seen, todo = w.Say("report.above", "seen", c.Finding.Seen), ""
				}
				if f.Status == check.Pass {
					todo = ""
				}
				to := f.Flow.Host
				if r.Row.Proto == "ip" {
					to = r.Row.Destination
				}
				say("| %s | %s | %s | %s | %s | %s |\n", r.Row.Code, cell(to), portText(f.Flow), w.Verdict(f.Sure()), cell(strings.TrimSpace(f.Finding.Where+" "+seen)), cell(todo))
			}
		}
	}
	for _, g := range guides {
		say("\n%s", GuideMarkdown(w, g, ""))
	}
	return b.String(), nil
}

// cell is a text inside Markdown: what a server on the way said stays a text
// there, also in a cell of a table and where the page is turned into HTML.
func cell(s string) string { return mark.Replace(s) }

var mark = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`, "[", `\[`, "]", `\]`, "\n", " ",
)
