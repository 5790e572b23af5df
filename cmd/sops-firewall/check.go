package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

var errPatience = errors.New("--patience takes a number from 0.5 to 10")

// watchPause is the time between two looks of --watch: long enough that a
// small router does not see a flood, short enough to see a change being made.
const watchPause = 5 * time.Second

type checkFlags struct {
	from, format, save string
	tables             []string
	watch              bool
}

func (a *app) checkCmd() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Checks every row that can be checked from here",
		Long: `Checks every row of the tables that can be checked from here, without a question.
Exit code: 0 all required rows work, 3 a required row fails, 4 something could not
be proven from here, 2 wrong use, 1 the tool failed.`,
		Example: `  sops-firewall check
  sops-firewall check --from hub --site acme.yaml
  sops-firewall check --table server-out-ota --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.from, "from", "", "where this computer is: server, hub or internet (default: as the site says, else server)")
	c.Flags().StringSliceVar(&f.tables, "table", nil, "only these tables, by id or code (see: sops-firewall rules)")
	c.Flags().StringVar(&f.format, "format", "text", "text, json or junit")
	c.Flags().BoolVar(&f.watch, "watch", false, "keep checking and tell what changes, until Ctrl-C")
	c.Flags().StringVar(&f.save, "save", "", "also save the result as JSON in this file")
	return c
}

func (a *app) check(ctx context.Context, f checkFlags) error {
	if err := oneOf("--format", f.format, "text", "json", "junit"); err != nil {
		return err
	}
	if err := oneOf("--from", f.from, "", "server", "hub", "internet"); err != nil {
		return err
	}
	l, err := a.load()
	if err != nil {
		return err
	}
	if l.path == "" {
		a.say("No site yet: only what every site needs is checked. Run sops-firewall to answer the questions.")
	}
	from := l.from(f.from)
	tables, err := tableIDs(l.book, f.tables)
	if err != nil {
		return err
	}
	board := wizard.NewBoard(l.book, l.words, l.site, from)
	started := a.now()
	a.runJobs(ctx, board, board.Jobs(true, tables...))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	rep := board.Report(started, a.now().Sub(started), tables...)
	if err := a.showReport(rep, f); err != nil {
		return err
	}
	if f.watch {
		return a.watch(ctx, board, tables)
	}
	return exitWith(board.Exit(tables...))
}

// from is the vantage point: the flag, what the site says, or the server.
func (l *loaded) from(flag string) rules.Place {
	switch {
	case flag != "":
		return rules.Place(flag)
	case l.site.From != "":
		return l.site.From
	}
	return rules.FromServer
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
			_, _ = fmt.Fprintf(a.errw, "\r%d of %d checked", done, len(jobs))
		}
	}
	if live && len(jobs) > 0 {
		_, _ = fmt.Fprint(a.errw, "\r                              \r")
	}
}

func (a *app) showReport(rep wizard.Report, f checkFlags) error {
	var out string
	switch f.format {
	case "json":
		data, err := rep.JSON()
		if err != nil {
			return failed(err)
		}
		out = string(data)
	case "junit":
		data, err := rep.JUnit()
		if err != nil {
			return failed(err)
		}
		out = string(data)
	default:
		out = rep.Text()
	}
	if err := a.print(out); err != nil {
		return err
	}
	if f.save == "" {
		return nil
	}
	data, err := rep.JSON()
	if err != nil {
		return failed(err)
	}
	if err := os.WriteFile(f.save, data, 0o600); err != nil {
		return failed(fmt.Errorf("the result could not be saved: %w; give --save another place", err))
	}
	a.say("Saved: %s", f.save)
	return nil
}

// watch looks again and again and prints one line per changed verdict.
func (a *app) watch(ctx context.Context, board *wizard.Board, tables []string) error {
	a.say("Watching. Every %d seconds all rows are checked again; Ctrl-C ends.", int(watchPause.Seconds()))
	last := verdicts(board)
	tick := time.NewTicker(watchPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		a.runJobs(ctx, board, board.Jobs(true, tables...))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		now := verdicts(board)
		for _, v := range board.Views(false) {
			for _, row := range v.Rows {
				for _, fl := range row.Flows {
					k := fl.Flow.Key
					if last[k] == now[k] {
						continue
					}
					line := fmt.Sprintf("%s  %s %s  %s  was %s, now %s\n", a.now().Format(time.TimeOnly), row.Row.Code, fl.Flow.Host, portName(fl.Flow), last[k], now[k])
					if err := a.print(line); err != nil {
						return err
					}
				}
			}
		}
		last = now
	}
}

func verdicts(b *wizard.Board) map[string]check.Status {
	m := map[string]check.Status{}
	for _, v := range b.Views(false) {
		for _, row := range v.Rows {
			for _, fl := range row.Flows {
				m[fl.Flow.Key] = fl.Status
			}
		}
	}
	return m
}

func portName(f rules.Flow) string {
	if f.Port.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s %d", strings.ToUpper(f.Row.Proto), f.Port.Number)
}

// tableIDs turns ids or codes into ids.
func tableIDs(b *rules.Book, names []string) ([]string, error) {
	var ids, known []string
	for _, t := range b.Tables {
		known = append(known, t.ID)
	}
	for _, n := range names {
		i := slices.IndexFunc(b.Tables, func(t rules.Table) bool { return t.ID == n || t.Code == n })
		if i < 0 {
			return nil, badInput(fmt.Errorf("--table %q: no such table; there are %s", n, strings.Join(known, ", ")))
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
	return badInput(fmt.Errorf("%s %q: want one of %s", flag, value, strings.Join(shown, ", ")))
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
