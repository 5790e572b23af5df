package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// report is the site's findings as Markdown.
func report(s *wizard.Session, b *wizard.Board, now time.Time) []byte {
	var t strings.Builder
	fmt.Fprintf(&t, "# SOPS firewall report\n\n%s. %s.\n", now.Format("2 Jan 2006 15:04"), sumWords(b.Summary()))
	t.WriteString("\n## Answers\n\n")
	for _, l := range s.Summary() {
		fmt.Fprintf(&t, "- %s %s\n", l.Title, l.Value)
	}
	for _, v := range b.Views(false) {
		fmt.Fprintf(&t, "\n## %s %s\n\n", v.Table.Code, v.Table.Title)
		for _, r := range v.Rows {
			for _, f := range r.Flows {
				word, _ := stateWord(f.Status)
				fmt.Fprintf(&t, "- `%s` %s %s %s %s\n", word, r.Row.Code, f.Flow.Host, portWord(r, f), f.Short)
				if f.Finding.Do != "" {
					fmt.Fprintf(&t, "  - %s\n  - %s\n", f.Finding.Means, f.Finding.Do)
				}
			}
		}
	}
	return []byte(t.String())
}
