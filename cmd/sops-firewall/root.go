package main

import (
	"github.com/spf13/cobra"
)

func (a *app) root() *cobra.Command {
	var plain, accessible, mask bool
	var saved []string
	c := &cobra.Command{
		Use:           "sops-firewall",
		Args:          noArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.wizard(cmd.Context(), plain || accessible, mask, saved)
		},
	}
	c.SuggestionsMinimumDistance = 2
	c.SetFlagErrorFunc(flagError)
	c.SetIn(a.in)
	c.SetOut(a.out)
	c.SetErr(a.errw)
	c.PersistentFlags().StringVar(&a.siteFile, "site", "", "")
	c.PersistentFlags().StringVar(&a.rulesDir, "rules", "", "")
	c.PersistentFlags().BoolVar(&a.noLook, "no-look", false, "")
	c.PersistentFlags().Var(&a.patience, "patience", "")
	c.PersistentFlags().Var(&a.lang, "lang", "")
	c.PersistentFlags().BoolVar(&a.ascii, "ascii", a.ascii, "")
	c.PersistentFlags().Lookup("lang").DefValue = "" // what choose found is no default
	c.PersistentFlags().Lookup("ascii").DefValue = "false"
	c.Flags().BoolVar(&plain, "plain", false, "")
	c.Flags().BoolVar(&accessible, "accessible", false, "")
	c.Flags().BoolVar(&mask, "mask", false, "")
	offer(c, "lang", languages)
	savedFlag(c, &saved)
	c.AddCommand(a.checkCmd(), a.listenCmd(), a.rulesCmd(), a.guideCmd(), a.routersCmd(), a.detectCmd(), a.reportCmd(), a.explainCmd(), versionCmd(a))
	c.SetHelpCommand(helpCmd())
	c.InitDefaultCompletionCmd()
	a.translated(c)
	return c
}
