package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) explainCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:  "explain CODE",
		Args: cobra.ArbitraryArgs, // a code may be typed with blanks in it
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			return a.explain(strings.Join(args, ""), format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "")
	known(c, "format", "text", "json")
	return c
}

// explain prints the table that a support code holds. It asks nobody.
func (a *app) explain(code, format string) error {
	words, err := a.words()
	if err != nil {
		return err
	}
	if code == "" {
		return badInput(check.Say("problems.command.no-code"))
	}
	book, err := a.book()
	if err != nil {
		return err
	}
	x, err := wizard.ExplainCode(words.Book(book), words, code, a.now())
	if err != nil {
		return badInput(err)
	}
	if format == "json" {
		return a.printJSON(x.Report)
	}
	return a.print(x.Text(words))
}
