package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// usagePage is what --help shows below a command's description. {name} is a text
// below commands.usage.
const usagePage = `{usage}{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

{examples}
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

{commands}{{range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

{flags}
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

{global}
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

{more}{{end}}
`

// translated makes the commands speak when they are asked for help, or when a
// shell completes them: reading the words is not free.
func (a *app) translated(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		a.describe(root)
		help(c, args)
	})
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		if c.Name() == cobra.ShellCompRequestCmd {
			a.describe(root)
		}
	}
}

// describe puts the texts of this language into all commands and flags.
func (a *app) describe(root *cobra.Command) {
	w, err := a.words()
	if err != nil {
		return
	}
	page := usagePage
	for _, name := range []string{"usage", "examples", "commands", "flags", "global", "more"} {
		page = strings.ReplaceAll(page, "{"+name+"}", w.Say("commands.usage."+name, "command", "{{.CommandPath}}"))
	}
	root.SetUsageTemplate(page)
	describe(root, w, "root")
}

// describe is for one command and those below it; key is its name in the words.
func describe(c *cobra.Command, w *wizard.Words, key string) {
	at := "commands." + key
	if w.Has(at + ".short") {
		c.Short, c.Long = w.Say(at+".short"), ""
		if w.Has(at + ".long") {
			c.Long = w.Raw(at + ".long")
		}
	}
	if w.Has(at + ".example") {
		c.Example = "  " + strings.ReplaceAll(w.Raw(at+".example"), "\n", "\n  ")
	}
	c.InitDefaultHelpFlag()
	flags := func(f *pflag.Flag) {
		name := at + ".flags." + f.Name
		if !w.Has(name) {
			name = "commands.flags." + f.Name
		}
		if w.Has(name) {
			f.Usage = w.Say(name, "command", c.Name(), "languages", w.Or(languages()))
		}
	}
	c.LocalFlags().VisitAll(flags)
	for _, sub := range c.Commands() {
		if c.Name() == "completion" {
			sub.Short = w.Say("commands.completion.shell", "shell", sub.Name())
			sub.Example = "  sops-firewall completion " + sub.Name()
			continue
		}
		describe(sub, w, sub.Name())
	}
}

// flagWrong is what pflag says about a flag, to be said in any language.
func flagWrong(err error) error {
	var (
		none   *pflag.NotExistError
		empty  *pflag.ValueRequiredError
		value  *pflag.InvalidValueError
		syntax *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &none) && none.GetSpecifiedShortnames() == "":
		return check.Say("problems.flag.unknown", "flag", "--"+none.GetSpecifiedName())
	case errors.As(err, &none):
		return check.Say("problems.flag.unknown", "flag", "-"+none.GetSpecifiedName())
	case errors.As(err, &empty):
		return check.Say("problems.flag.empty", "flag", "--"+empty.GetFlag().Name)
	case errors.As(err, &value):
		return check.Say("problems.flag.value", "flag", strconv.Quote("--"+value.GetFlag().Name), "value", strconv.Quote(value.GetValue())).For(value.Unwrap())
	case errors.As(err, &syntax):
		return check.Say("problems.flag.syntax", "flag", syntax.GetSpecifiedFlag())
	}
	return err
}
