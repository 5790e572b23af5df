package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) listenCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:  "listen",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listen(cmd.Context(), format) },
	}
	c.Flags().StringVar(&format, "format", "text", "")
	return c
}

func (a *app) listen(ctx context.Context, format string) error {
	if err := oneOf("--format", format, "text", "json"); err != nil {
		return err
	}
	l, err := a.load()
	if err != nil {
		return err
	}
	if l.path == "" {
		return badInput(check.Say("problems.command.no-site"))
	}
	board := wizard.NewBoard(l.book, l.words, l.site, rules.FromServer)
	h := a.here()
	board.Surround(h)
	router, err := a.routerBeside(ctx, h, l.words)
	if err != nil {
		return err
	}
	met := &surroundings{board: board, words: l.words, router: router}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	x, err := a.listening(ctx, board.Inbound(), l.site, h, l.words)
	if err != nil {
		return err
	}
	started := a.now()
	talk := a.print
	if format == "json" { // stdout is for the result alone
		talk = func(s string) error {
			a.tell(strings.TrimSuffix(s, "\n"))
			return nil
		}
	}
	if err := talk(announcement(x, l.words)); err != nil {
		return err
	}
	var ended error
	if x.Ours() {
		if x.Told() {
			a.tell(l.words.Text("inbound.held-some", nil))
		}
		ended = a.hear(ctx, stop, x, board, met, l.words, talk)
	} else {
		a.tell(l.words.Text("inbound.held", nil))
	}
	board.Unheard()
	if err := met.last(talk); err != nil {
		return err
	}
	tables := []string{}
	for _, f := range board.Inbound() {
		tables = append(tables, f.Table.ID)
	}
	if format == "json" {
		data, err := board.Report(started, a.now().Sub(started), tables...).JSON()
		if err != nil {
			return failed(err)
		}
		if err := a.printData(string(data), false); err != nil {
			return err
		}
	}
	if ended != nil {
		return ended
	}
	return exitWith(board.Exit(tables...))
}

// announcement tells what to do at the other end.
func announcement(x wizard.Listening, w *wizard.Words) string {
	var b strings.Builder
	for _, p := range x.Posts {
		_, _ = fmt.Fprintf(&b, "%-13s %-9s %s\n", w.Say("commands.listen.row", "codes", p.Codes), p.Label(), w.PostText(p))
	}
	_, _ = fmt.Fprintf(&b, "\n%s\n\n  %s\n\n", w.Text("inbound.intro", nil), x.Command)
	if x.URL != "" {
		_, _ = fmt.Fprintf(&b, "%s\n\n  %s\n\n", w.Text("inbound.phone", nil), x.URL)
	}
	return b.String()
}

// hear waits until every port of ours was reached from outside, or the session ends.
func (a *app) hear(ctx context.Context, stop func(), x wizard.Listening, board *wizard.Board, met *surroundings, w *wizard.Words, talk func(string) error) error {
	left := map[string]bool{}
	for _, p := range x.Posts {
		if p.State == "ours" {
			left[p.Label()] = true
		}
	}
	a.say("listen.waiting", "n", strconv.Itoa(len(left)), "at", x.Until.Format("15:04"))
	for {
		var h wizard.Arrival
		var open bool
		select {
		case here := <-met.router:
			if err := met.learns(here, talk); err != nil {
				return err
			}
			continue
		case h, open = <-x.Arrivals:
		}
		if !open {
			break
		}
		for _, f := range board.Arrived(h) {
			if err := talk(arrivalLine(board, f, h, w)); err != nil {
				return err
			}
		}
		if h.Seen != check.SeenInside {
			delete(left, wizard.Post{Proto: h.Proto, Port: h.Port}.Label())
		}
		if len(left) == 0 {
			stop()
		}
	}
	switch err := x.Ended(); {
	case len(left) == 0:
		a.say("listen.all")
		return nil
	case errors.Is(err, proof.ErrOver), errors.Is(err, proof.ErrGuessed):
		a.tell(a.sentence(err) + ".")
		return nil
	default:
		return context.Cause(ctx)
	}
}

func arrivalLine(board *wizard.Board, f rules.Flow, h wizard.Arrival, w *wizard.Words) string {
	v, ok := board.Flow(f.Key)
	if !ok {
		return ""
	}
	row := w.Say("commands.listen.row", "codes", f.Row.Code)
	return fmt.Sprintf("%s  %-8s %s  %s %s\n", h.At.Format(time.TimeOnly), row, portName(f), w.State(v.Status), w.Say("commands.listen.from", "what", v.Short, "source", h.Source.String()))
}
