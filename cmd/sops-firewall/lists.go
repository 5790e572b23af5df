package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) rulesCmd() *cobra.Command {
	var all bool
	var format string
	c := &cobra.Command{
		Use:     "rules",
		Short:   "Lists the rows that apply to the site, with their codes",
		Example: "  sops-firewall rules\n  sops-firewall rules --all --format md",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("--format", format, "text", "json", "md"); err != nil {
				return err
			}
			l, err := a.load()
			if err != nil {
				return err
			}
			list := wizard.ListRules(l.book, l.words, l.site, all || l.path == "")
			switch format {
			case "json":
				return a.printJSON(list)
			case "md":
				return a.print(list.Markdown())
			}
			return a.print(list.Text())
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also rows that do not apply, with the reason")
	c.Flags().StringVar(&format, "format", "text", "text, json or md")
	known(c, "format", "text", "json", "md")
	return c
}

func (a *app) routersCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:     "routers [FILTER]",
		Short:   "Lists the routers and firewalls there are instructions for",
		Example: "  sops-firewall routers\n  sops-firewall routers fritz",
		Args:    maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			cat, err := a.catalogue()
			if err != nil {
				return err
			}
			filter := ""
			if len(args) == 1 {
				filter = args[0]
			}
			list := wizard.ListRouters(cat, filter)
			if format == "json" {
				return a.printJSON(list)
			}
			if len(list) == 0 {
				a.say("No router matches %q. Without a filter all are listed; \"generic\" fits any router.", filter)
				return nil
			}
			return a.print(wizard.RoutersText(list))
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	known(c, "format", "text", "json")
	return c
}

func (a *app) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return failed(err)
	}
	return a.print(string(data) + "\n")
}
