package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// noArgs refuses arguments; of the program itself they are mistyped commands.
func noArgs(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case c.HasParent():
		return check.Say("problems.command.no-argument", "command", c.Name(), "value", strconv.Quote(args[0]))
	}
	return unknownCommand(c, args[0])
}

// flagError says which command's help tells the flags.
func flagError(c *cobra.Command, err error) error {
	return badInput(check.Say("problems.command.see", "command", c.CommandPath()).For(flagWrong(err)))
}

// patience is the value of --patience: a number from 0.5 to 10.
type patience float64

func (p *patience) String() string { return strconv.FormatFloat(float64(*p), 'g', -1, 64) }

func (p *patience) Type() string { return "number" }

func (p *patience) Set(s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0.5 && f <= 10) { // what is no number is outside too
		return check.Say("problems.command.patience")
	}
	*p = patience(f)
	return nil
}

func maxArgs(n int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return check.Say("problems.command.arguments", "command", c.Name(), "n", strconv.Itoa(n), "value", strconv.Quote(args[n]))
		}
		return nil
	}
}

func unknownCommand(root *cobra.Command, name string) error {
	like := root.SuggestionsFor(name)
	return check.Say("problems.command.unknown", "command", strconv.Quote(name), "like", strings.Join(like, ", "))
}

// helpCmd is cobra's, but an unknown command is wrong use.
func helpCmd() *cobra.Command {
	return &cobra.Command{
		Use:  "help [COMMAND]",
		Args: maxArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			if len(args) == 0 {
				return root.Help()
			}
			sub, _, err := root.Find(args)
			if err != nil || sub == root {
				return unknownCommand(root, args[0])
			}
			sub.InitDefaultHelpFlag()
			return sub.Help()
		},
	}
}

// known offers the values of a flag to the shell.
func known(c *cobra.Command, flag string, values ...string) {
	offer(c, flag, func() []string { return values })
}

func offer(c *cobra.Command, flag string, values func() []string) {
	err := c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag's name is a constant and wrong
	}
}

func (a *app) knownTables(c *cobra.Command) {
	offer(c, "table", func() []string {
		b, err := a.book()
		if err != nil {
			return nil
		}
		return tableNames(b)
	})
}

func (a *app) knownRouters(c *cobra.Command) {
	offer(c, "router", func() []string {
		cat, err := a.catalogue()
		if err != nil {
			return nil
		}
		var ids []string
		for _, r := range cat.Routers {
			ids = append(ids, r.ID)
		}
		return ids
	})
}

func tableNames(b *rules.Book) []string {
	var out []string
	for _, t := range b.Tables {
		out = append(out, t.ID)
	}
	return out
}
