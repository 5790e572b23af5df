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
		Use:  "report",
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
				a.say("report.no-site")
			}
			ctx := cmd.Context()
			board := wizard.NewBoard(l.book, l.words, l.site, place)
			if err := a.remember(board, saved, ""); err != nil {
				return err
			}
			started := a.now()
			if err := a.runAll(ctx, board, board.Jobs(true)); err != nil {
				return err
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
			page, err := wizard.ReportMarkdown(l.words, l.site, board, rep, guides)
			if err != nil {
				return failed(err)
			}
			return a.print(page)
		},
	}
	c.Flags().StringVar(&format, "format", "md", "")
	c.Flags().StringVar(&from, "from", "", "")
	savedFlag(c, &saved)
	known(c, "from", fromWords...)
	known(c, "format", reportFormats...)
	return c
}
