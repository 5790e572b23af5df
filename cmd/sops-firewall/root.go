package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) root() *cobra.Command {
	var plain, accessible, mask bool
	var saved []string
	c := &cobra.Command{
		Use:   "sops-firewall",
		Short: "Gets a SyncSign server (SOPS) through the firewall",
		Long: `sops-firewall asks a few questions, checks every port and name of the manual
from here, and ends with instructions for exactly your router, ready to copy.
It changes nothing on this computer, the router or the cloud, and needs no root.`,
		Example: `  sops-firewall                   the wizard
  sops-firewall --plain           the same, line by line, for screen readers
  sops-firewall check             the checks alone
  sops-firewall guide --router fritzbox --side site`,
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
	c.PersistentFlags().StringVar(&a.siteFile, "site", "", "the site's answers (default: the last one used)")
	c.PersistentFlags().StringVar(&a.rulesDir, "rules", "", "folder with another rule book (default: the manual's, built in)")
	c.PersistentFlags().BoolVar(&a.noLook, "no-look", false, "do not ask the router of this network what it is")
	c.PersistentFlags().Var(&a.patience, "patience", "wait this many times longer for answers, for slow lines (0.5 to 10)")
	c.PersistentFlags().Var(&a.lang, "lang", "the language of all texts: "+strings.Join(languages(), " or ")+" (default: that of this computer's settings)")
	c.Flags().BoolVar(&plain, "plain", false, "line by line, for screen readers and odd terminals")
	c.Flags().BoolVar(&accessible, "accessible", false, "the same as --plain")
	c.Flags().BoolVar(&mask, "mask", false, "hide public addresses and names on the screen")
	offer(c, "lang", languages)
	savedFlag(c, &saved)
	c.AddCommand(a.checkCmd(), a.listenCmd(), a.rulesCmd(), a.guideCmd(), a.routersCmd(), a.detectCmd(), a.reportCmd(), a.explainCmd(), versionCmd(a))
	c.SetHelpCommand(helpCmd())
	completionExample(c)
	return c
}
