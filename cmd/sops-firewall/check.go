package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

var (
	fromWords    = []string{"server", "hub", "internet"}
	checkFormats = []string{"text", "json", "junit"}
)

type checkFlags struct {
	from, format, save string
	tables, saved      []string
	code, to           string
	watch, hairpin     bool
	transfer           bool
	label              string
}

func (a *app) checkCmd() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:  "check",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.from, "from", "", "")
	c.Flags().StringVar(&f.code, "code", "", "")
	c.Flags().StringVar(&f.to, "to", "", "")
	c.Flags().StringSliceVar(&f.tables, "table", nil, "")
	c.Flags().StringVar(&f.format, "format", "text", "")
	c.Flags().BoolVar(&f.hairpin, "hairpin", false, "")
	c.Flags().BoolVar(&f.watch, "watch", false, "")
	c.Flags().StringVar(&f.save, "save", "", "")
	c.Flags().StringVar(&f.label, "label", "", "")
	c.Flags().BoolVar(&f.transfer, "transfer", false, "")
	savedFlag(c, &f.saved)
	known(c, "from", fromWords...)
	known(c, "format", checkFormats...)
	a.knownTables(c)
	return c
}

func (a *app) check(ctx context.Context, f checkFlags) error {
	if err := oneOf("--format", f.format, checkFormats...); err != nil {
		return err
	}
	if err := oneOf("--from", f.from, append(fromWords, "")...); err != nil {
		return err
	}
	if f.watch && f.format == "junit" {
		return badInput(check.Say("problems.command.watch-format"))
	}
	if f.transfer && (f.format != "text" || f.watch) {
		return badInput(check.Say("problems.command.transfer-format"))
	}
	if f.label != "" {
		if _, err := wizard.ValidLabel(f.label); err != nil {
			return badInput(check.Say("problems.command.label").For(err))
		}
	}
	l, err := a.load()
	if err != nil {
		return err
	}
	if err := a.outside(l, &f); err != nil {
		return err
	}
	from, err := l.place(f.from)
	if err != nil {
		return err
	}
	tables, err := tableIDs(l.book, f.tables)
	if err != nil {
		return err
	}
	board := wizard.NewBoard(l.book, l.words, l.site, from)
	a.placed(board, f.label)
	if err := a.remember(board, f.saved, f.save); err != nil {
		return err
	}
	if l.path == "" && f.code == "" {
		a.say("check.no-site")
	}
	jobs := board.Jobs(true, tables...)
	if f.hairpin {
		inside, err := insideJobs(board, from, tables)
		if err != nil {
			return err
		}
		jobs = append(jobs, inside...)
	}
	started := a.now()
	if err := a.runAll(ctx, board, jobs); err != nil {
		return err
	}
	took := a.now().Sub(started)
	if err := a.showReport(board.Report(started, took, tables...), f); err != nil {
		return err
	}
	if err := a.saveReport(board.Report(started, took), f.save); err != nil {
		return err
	}
	if f.transfer {
		if err := a.transfer(board, started); err != nil {
			return err
		}
	}
	if f.watch {
		return a.watch(ctx, board, tables, f)
	}
	return exitWith(board.Exit(tables...))
}

// place is the vantage point: the flag, what the site says, or the server. Away
// from the server every row but the basics depends on the site.
func (l *loaded) place(flag string) (rules.Place, error) {
	switch {
	case flag == "":
	case l.path == "" && l.site.Server.Domain == "" && flag != string(rules.FromServer):
		return "", badInput(check.Say("problems.command.from-needs-site", "from", flag))
	default:
		return rules.Place(flag), nil
	}
	if l.site.From != "" {
		return l.site.From, nil
	}
	return rules.FromServer, nil
}

// runJobs runs jobs and brings the results to the board. On a terminal it says
// how far it is.
func (a *app) runJobs(ctx context.Context, board *wizard.Board, jobs []check.Job) {
	board.Start(jobs, a.now())
	live := isTerminal(a.errw)
	done := 0
	for r := range a.runner().Run(ctx, jobs) {
		board.Apply(r)
		if r.Provisional {
			continue
		}
		done++
		if live {
			_, _ = fmt.Fprint(a.errw, "\r"+progress(board.Words(), done, len(jobs)))
		}
	}
	if live && len(jobs) > 0 {
		_, _ = fmt.Fprint(a.errw, "\r                              \r")
	}
}

func progress(w *wizard.Words, done, all int) string {
	return w.Say("commands.check.progress", "n", strconv.Itoa(done), "all", strconv.Itoa(all))
}

// showReport prints the report.
func (a *app) showReport(rep wizard.Report, f checkFlags) error {
	w, err := a.words()
	if err != nil {
		return err
	}
	var data []byte
	switch {
	case f.format == "json" && f.watch:
		data, err = rep.Line()
	case f.format == "json":
		data, err = rep.JSON()
	case f.format == "junit":
		data, err = rep.JUnit()
	default:
		return a.print(rep.Text(w))
	}
	if err != nil {
		return failed(err)
	}
	return a.printData(string(data), f.format == "junit")
}

func portName(f rules.Flow) string {
	if f.Port.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s %d", strings.ToUpper(f.Row.Proto), f.Port.Number)
}

// tableIDs turns ids or codes into ids.
func tableIDs(b *rules.Book, names []string) ([]string, error) {
	var ids []string
	for _, n := range names {
		i := slices.IndexFunc(b.Tables, func(t rules.Table) bool { return t.ID == n || t.Code == n })
		if i < 0 {
			return nil, badInput(check.Say("problems.command.table", "table", strconv.Quote(n), "known", strings.Join(tableNames(b), ", ")))
		}
		ids = append(ids, b.Tables[i].ID)
	}
	return ids, nil
}

func oneOf(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	shown := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })
	return badInput(check.Say("problems.command.one-of", "flag", flag, "value", strconv.Quote(value), "known", strings.Join(shown, ", ")))
}

func isTerminal(w any) bool {
	if a, ok := w.(*asciiWriter); ok {
		w = a.to
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
