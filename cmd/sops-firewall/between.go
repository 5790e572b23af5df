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

// runAll runs jobs with what is known of this computer, and asks the router for
// its address on the Internet where that would explain what was seen. The error
// is the end of ctx, or a mistake of ours.
func (a *app) runAll(ctx context.Context, board *wizard.Board, jobs []check.Job) error {
	h := a.here()
	board.Surround(h)
	a.runJobs(ctx, board, jobs)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !board.WantsRouter() {
		return nil
	}
	look, err := a.looker(h)
	if err != nil || look == nil {
		return err
	}
	board.Surround(h.Looked(look(ctx), board.Words()))
	return nil
}

// routerBeside asks the router while something else goes on. The channel brings
// what is known then, once; nil where nobody is asked. A look ends within three
// seconds, and with ctx.
func (a *app) routerBeside(ctx context.Context, h wizard.Here, w *wizard.Words) (<-chan wizard.Here, error) {
	look, err := a.looker(h)
	if err != nil || look == nil {
		return nil, err
	}
	found := make(chan wizard.Here, 1)
	go func() { found <- h.Looked(look(ctx), w) }()
	return found, nil
}

// surroundings tells what the network in between means for what is heard, as
// soon as it is known, and each thing once.
type surroundings struct {
	board  *wizard.Board
	words  *wizard.Words
	router <-chan wizard.Here // nil when it is known, or nobody asks
	told   map[string]bool
}

func (s *surroundings) learns(h wizard.Here, talk func(string) error) error {
	s.router = nil
	s.board.Surround(h)
	return s.tell(talk)
}

// last waits for the router's word and tells what is left.
func (s *surroundings) last(talk func(string) error) error {
	if s.router != nil {
		return s.learns(<-s.router, talk)
	}
	return s.tell(talk)
}

func (s *surroundings) tell(talk func(string) error) error {
	for _, c := range s.board.Causes() {
		f := c.Finding
		line := s.words.State(c.Cause.Status) + " " + f.Seen + " " + f.Means + " " + f.Do + "\n"
		if s.told[line] {
			continue
		}
		if s.told == nil {
			s.told = map[string]bool{}
		}
		s.told[line] = true
		if err := talk(line); err != nil {
			return err
		}
	}
	return nil
}
