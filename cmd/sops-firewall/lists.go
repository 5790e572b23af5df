package main

import (
	"encoding/json"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) rulesCmd() *cobra.Command {
	var all bool
	var format string
	c := &cobra.Command{
		Use:  "rules",
		Args: noArgs,
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
				return a.print(list.Markdown(l.words))
			}
			return a.print(list.Text(l.words))
		},
	}
	c.Flags().BoolVar(&all, "all", false, "")
	c.Flags().StringVar(&format, "format", "text", "")
	known(c, "format", "text", "json", "md")
	return c
}

func (a *app) routersCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:  "routers [FILTER]",
		Args: maxArgs(1),
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
			w, err := a.words()
			if err != nil {
				return err
			}
			lang := w.Lang()
			if format == "json" {
				lang = wizard.English // read by programs
			}
			list := wizard.ListRouters(cat, filter, lang)
			if format == "json" {
				return a.printJSON(list)
			}
			if len(list) == 0 {
				a.say("routers.none", "filter", strconv.Quote(filter))
				return nil
			}
			return a.print(wizard.RoutersText(w, list))
		},
	}
	c.Flags().StringVar(&format, "format", "text", "")
	known(c, "format", "text", "json")
	return c
}

func (a *app) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return failed(err)
	}
	return a.printData(string(data)+"\n", false)
}
