package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// watch looks again and again: as text it prints a line for each changed
// verdict, as JSON the whole report on one line whenever a verdict changed. When
// it ends it compares before and after, on stderr.
func (a *app) watch(ctx context.Context, board *wizard.Board, tables []string, f checkFlags) error {
	a.say("check.watching", "n", seconds(wizard.WatchClosed), "open", seconds(wizard.WatchOpen))
	views := func() []wizard.TableView {
		return slices.DeleteFunc(board.Views(false), func(t wizard.TableView) bool {
			return len(tables) > 0 && !slices.Contains(tables, t.Table.ID)
		})
	}
	w := wizard.NewWatch(views(), a.now())
	defer func() { a.compared(board.Words(), w) }()
	tick := time.NewTicker(wizard.WatchClosed)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		started := a.now()
		var jobs []check.Job
		for _, key := range w.Due(views(), started) {
			if j, ok := board.JobFor(key); ok {
				jobs = append(jobs, j)
			}
		}
		a.runJobs(ctx, board, jobs)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		turns := w.See(views())
		if len(turns) == 0 {
			continue
		}
		took := a.now().Sub(started)
		if f.format == "json" {
			rep := board.Report(started, took, tables...)
			w.Mark(&rep)
			if err := a.showReport(rep, f); err != nil {
				return err
			}
		} else if err := a.print(a.turned(board.Words(), turns)); err != nil {
			return err
		}
		if err := a.saveReport(board.Report(started, took), f.save); err != nil {
			return err
		}
	}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

// turned are the rows that have turned, one line each.
func (a *app) turned(w *wizard.Words, turns []wizard.Turn) string {
	var b strings.Builder
	for _, t := range turns {
		mark := ""
		switch {
		case t.Opened():
			mark = "  " + w.Say("watch.now-open")
		case t.Closed():
			mark = "  " + w.Say("watch.now-closed")
		}
		_, _ = fmt.Fprintf(&b, "%s  %s %s  %s%s\n", a.now().Format(time.TimeOnly), t.Flow.Row.Code, target(t.Flow), changed(w, t), mark)
	}
	return b.String()
}

func changed(w *wizard.Words, t wizard.Turn) string {
	return w.Say("commands.check.change", "was", w.Verdict(t.Was), "now", w.Verdict(t.Now))
}

// target is where a row leads, with its port.
func target(f rules.Flow) string {
	to := f.Host
	if f.Row.Proto == "ip" {
		to = f.Row.Destination
	}
	if p := portName(f); p != "" {
		to += "  " + p
	}
	return to
}

// compared says what is another now than when a watch began.
func (a *app) compared(words *wizard.Words, w *wizard.Watch) {
	from, to := w.Since.Format(time.TimeOnly), a.now().Format(time.TimeOnly)
	turns := w.Turns()
	if len(turns) == 0 {
		a.say("check.unchanged", "from", from, "to", to)
		return
	}
	a.say("check.compared", "from", from, "to", to)
	for _, t := range turns {
		_, _ = fmt.Fprintf(a.errw, "  %s %s  %s\n", t.Flow.Row.Code, target(t.Flow), changed(words, t))
	}
}
