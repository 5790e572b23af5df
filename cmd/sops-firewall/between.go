package main

import (
	"context"
	"slices"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// insideJobs are the tries of rows that arrive, of the named tables (none: all),
// from inside under the server's public name.
func insideJobs(board *wizard.Board, from rules.Place, tables []string) ([]check.Job, error) {
	if from == rules.FromInternet {
		return nil, badInput(check.Say("problems.command.hairpin-outside"))
	}
	var keys []string
	for _, f := range board.Inbound() {
		if len(tables) == 0 || slices.Contains(tables, f.Table.ID) {
			keys = append(keys, f.Key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return board.InsideJobs(keys...), nil
}

// router asks the router what its address on the Internet is and tells the
// board, unless nobody is to ask it.
func (a *app) router(ctx context.Context, board *wizard.Board, h wizard.Here, w *wizard.Words) error {
	look, err := a.looker(h)
	if err != nil || look == nil {
		return err
	}
	board.Surround(h.Looked(look(ctx), w))
	return nil
}

// routerBeside is router, asked while something else goes on: take waits for it,
// but not when the user has had enough.
func (a *app) routerBeside(ctx context.Context, h wizard.Here, w *wizard.Words) (take func(*wizard.Board), err error) {
	look, err := a.looker(h)
	if err != nil || look == nil {
		return func(*wizard.Board) {}, err
	}
	found := make(chan wizard.Here, 1)
	go func() { found <- h.Looked(look(ctx), w) }()
	return func(b *wizard.Board) { b.Surround(<-found) }, nil // a look ends within three seconds, and with ctx
}

// causeLine is a finding of the network in between, for a person.
func causeLine(c wizard.CauseView, w *wizard.Words) string {
	f := c.Finding
	return w.State(c.Cause.Status) + " " + f.Seen + " " + f.Means + " " + f.Do + "\n"
}
