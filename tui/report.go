package tui

import (
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// report is the site's answers, findings and guides as one Markdown page.
func report(w *wizard.Words, s *wizard.Session, b *wizard.Board, now time.Time) []byte {
	page, err := wizard.ReportMarkdown(w, s.Site(), b, b.Report(now, 0), s.Guides(b, false))
	if err != nil { // the findings are worth keeping without the answers
		page = "# " + w.Say("screens.report.title") + "\n\n" + w.Say("screens.report.failed", "error", w.Error(err)) + "\n\n" + b.Report(now, 0).Text(w)
	}
	return []byte(page)
}
