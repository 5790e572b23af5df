package wizard

import (
	"fmt"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
)

// GuideJSON is a guide in `guide --format json` and `report --format json`.
type GuideJSON struct {
	Side     string      `json:"side"`
	Title    string      `json:"title"`
	Router   string      `json:"router"`
	Variant  string      `json:"generation"`
	Name     string      `json:"name"`
	Proof    string      `json:"proof"`
	Source   string      `json:"source"`
	Checked  string      `json:"checked"`
	Nothing  bool        `json:"nothing_to_do"`
	Blocks   []BlockJSON `json:"blocks"`
	Gaps     []string    `json:"gaps"`
	Problems string      `json:"problem,omitempty"`
}

// BlockJSON is one block of a guide.
type BlockJSON struct {
	Part string `json:"part"`
	Kind string `json:"kind"`
	Lang string `json:"lang,omitempty"`
	Text string `json:"text"`
}

// GuidesJSON is the form of guides for other programs.
func GuidesJSON(guides []SideGuide) []GuideJSON {
	out := []GuideJSON{}
	for _, g := range guides {
		j := GuideJSON{
			Side: string(g.Side), Title: g.Title, Router: g.Guide.Router, Variant: g.Guide.Variant, Name: g.Guide.Name,
			Proof: string(g.Guide.Proof), Source: g.Guide.Source, Checked: g.Guide.Checked, Nothing: g.Guide.Nothing,
			Blocks: []BlockJSON{}, Gaps: []string{},
		}
		if g.Err != nil {
			j.Problems = g.Err.Error()
		}
		for _, b := range g.Guide.Blocks {
			j.Blocks = append(j.Blocks, BlockJSON{string(b.Part), string(b.Kind), b.Lang, b.Text})
		}
		for _, gap := range g.Guide.Gaps {
			j.Gaps = append(j.Gaps, gap.Say)
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
	return SiteReport{Schema: 1, Site: string(text), Check: rep, Guides: GuidesJSON(guides)}, nil
}

// ReportMarkdown is answers, findings and guides on one page.
func ReportMarkdown(site Site, board *Board, rep Report, guides []SideGuide) (string, error) {
	text, err := MarshalSite(site)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format, args...) }
	say("# SOPS firewall report\n\nSeen from: %s, %s.\n\n## Answers\n\n```yaml\n%s```\n", rep.From, rep.Started.Format("2006-01-02 15:04 MST"), text)
	for _, c := range rep.Causes {
		say("\n**%s** %s Do: %s\n", wordOf(c.Status), c.Said, c.Todo)
	}
	for _, t := range board.Views(false) {
		say("\n## %s %s (%s)\n\n| row | to | port | state | seen | to do |\n| --- | --- | --- | --- | --- | --- |\n", t.Table.Code, t.Table.Title, t.Table.Origin)
		for _, r := range t.Rows {
			for _, f := range r.Flows {
				todo := f.Finding.Do
				if f.Status == check.Pass {
					todo = ""
				}
				say("| %s | %s | %s | %s | %s | %s |\n", r.Row.Code, f.Flow.Host, portText(f.Flow), f.Status, cell(said(f.Finding)), cell(todo))
			}
		}
	}
	for _, g := range guides {
		say("\n%s", GuideMarkdown(g, ""))
	}
	return b.String(), nil
}

// cell keeps a sentence inside a cell of a Markdown table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
