package main

import (
	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/wizard"
)

var reportFormats = []string{"md", "json"}

func (a *app) reportCmd() *cobra.Command {
	var format, from string
	var saved []string
	c := &cobra.Command{
		Use:   "report",
		Short: "Checks once and prints answers, findings and guides as one page",
		Example: `  sops-firewall report > sops-report.md
  sops-firewall report --format json --site acme.yaml
  sops-firewall report --saved acme-hub.json --saved acme-internet.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, reportFormats...); err != nil {
				return err
			}
			if err := oneOf("--from", from, append(fromWords, "")...); err != nil {
				return err
			}
			l, err := a.load()
			if err != nil {
				return err
			}
			place, err := l.place(from)
			if err != nil {
				return err
			}
			if l.path == "" {
				a.say("No site yet: the report holds only what every site needs. Run sops-firewall to answer the questions.")
			}
			ctx := cmd.Context()
			board := wizard.NewBoard(l.book, l.words, l.site, place)
			if err := a.remember(board, saved, ""); err != nil {
				return err
			}
			started := a.now()
			a.runJobs(ctx, board, board.Jobs(true))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			rep := board.Report(started, a.now().Sub(started))
			guides := wizard.SiteGuides(wizard.GuideDeps{Book: l.book, Routers: l.cat, Words: l.words}, l.site, board, false)
			if format == "json" {
				all, err := wizard.SiteReportJSON(l.site, rep, guides)
				if err != nil {
					return failed(err)
				}
				return a.printJSON(all)
			}
			page, err := wizard.ReportMarkdown(l.site, board, rep, guides)
			if err != nil {
				return failed(err)
			}
			return a.print(page)
		},
	}
	c.Flags().StringVar(&format, "format", "md", "md or json")
	c.Flags().StringVar(&from, "from", "", "where this computer is: server, hub or internet (default: as the site says, else server)")
	savedFlag(c, &saved)
	known(c, "from", fromWords...)
	known(c, "format", reportFormats...)
	return c
}
