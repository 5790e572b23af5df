package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// watchPause is the time between two looks of --watch: long enough that a
// small router does not see a flood, short enough to see a change being made.
const watchPause = 5 * time.Second

// watch looks again and again: as text it prints a line for each changed
// verdict, as JSON the whole report on one line whenever a verdict changed.
func (a *app) watch(ctx context.Context, board *wizard.Board, tables []string, f checkFlags) error {
	a.say("check.watching", "n", strconv.Itoa(int(watchPause.Seconds())))
	last := verdicts(board)
	tick := time.NewTicker(watchPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		started := a.now()
		a.runJobs(ctx, board, board.Jobs(true, tables...))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		now := verdicts(board)
		lines := a.changes(board, last, now)
		if last = now; len(lines) == 0 {
			continue
		}
		took := a.now().Sub(started)
		if f.format == "json" {
			if err := a.showReport(board.Report(started, took, tables...), f); err != nil {
				return err
			}
		} else if err := a.print(strings.Join(lines, "")); err != nil {
			return err
		}
		if err := a.saveReport(board.Report(started, took), f.save); err != nil {
			return err
		}
	}
}

// changes are the verdicts that differ, one line each.
func (a *app) changes(board *wizard.Board, last, now map[string]check.Status) []string {
	var out []string
	w := board.Words()
	for _, v := range board.Views(false) {
		for _, row := range v.Rows {
			for _, fl := range row.Flows {
				k := fl.Flow.Key
				if last[k] == now[k] {
					continue
				}
				to := fl.Flow.Host
				if fl.Flow.Row.Proto == "ip" {
					to = fl.Flow.Row.Destination
				}
				if p := portName(fl.Flow); p != "" {
					to += "  " + p
				}
				out = append(out, fmt.Sprintf("%s  %s %s  %s\n", a.now().Format(time.TimeOnly), row.Row.Code, to, w.Say("commands.check.change", "was", w.Verdict(last[k]), "now", w.Verdict(now[k]))))
			}
		}
	}
	return out
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
