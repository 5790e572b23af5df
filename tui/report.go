package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// report is a site's answers, findings and guides as one Markdown page.
func report(s *wizard.Session, b *wizard.Board, now time.Time) []byte {
	return reportPage(s.Summary(), b.Views(false), b.Causes(), b.Summary(), s.Guides(b, false), now)
}

func reportPage(answers []wizard.SummaryLine, tables []wizard.TableView, causes []wizard.CauseView, sum wizard.Summary, guides []wizard.SideGuide, now time.Time) []byte {
	var t strings.Builder
	_, say := verdict(sum)
	fmt.Fprintf(&t, "# SOPS firewall report\n\n%s. %s %s.\n\n## Answers\n\n", now.Format("2 January 2006, 15:04"), say, sumWords(sum))
	for _, l := range answers {
		fmt.Fprintf(&t, "- %s **%s**\n", cell(l.Title), cell(l.Value))
	}
	for i, c := range causes {
		if i == 0 {
			t.WriteString("\n## What stands in the way\n\n")
		}
		fmt.Fprintf(&t, "- %s %s\n", cell(firstOf(c.Finding.Means, c.Finding.Seen)), cell(c.Finding.Do))
	}
	for _, v := range tables {
		fmt.Fprintf(&t, "\n## %s %s\n\n| row | to | port | state | what was seen and what to do |\n|---|---|---|---|---|\n", v.Table.Code, cell(v.Table.Title))
		for _, r := range v.Rows {
			for _, f := range r.Flows {
				word, _ := stateWord(f.Status)
				say := strings.TrimSpace(f.Finding.Seen + " " + f.Finding.Means + " " + f.Finding.Do)
				fmt.Fprintf(&t, "| %s | %s | %s | %s | %s |\n", r.Row.Code, cell(f.Flow.Host), portWord(r, f), strings.Trim(word, "[] "), cell(say))
			}
		}
	}
	for _, g := range guides {
		t.WriteString("\n")
		if g.Err != nil {
			fmt.Fprintf(&t, "# %s\n\nThere is no guide yet: %s\n", cell(g.Title), cell(g.Err.Error()))
			continue
		}
		t.Write(guideMarkdown(g))
	}
	return []byte(t.String())
}

// cell is text that cannot break a Markdown line or table.
func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "<", "&lt;", "`", "'", "*", "\\*").Replace(clean(s))
}
