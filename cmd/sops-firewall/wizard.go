package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/tui"
	"github.com/syncsign/sops-firewall/wizard"
)

// wizard runs the session: full screen where there is a terminal for it, else
// line by line.
func (a *app) wizard(ctx context.Context, plain, mask bool, saved []string) error {
	d, err := a.session(mask, saved)
	if err != nil {
		return err
	}
	if !plain && !isTerminal(a.in) && !isTerminal(a.out) {
		a.say("root.no-terminal")
	}
	defer d.Session.Close()
	var end tui.Outcome
	if plain || !a.screen() {
		end, err = tui.Plain(ctx, d, a.in, a.spoken())
	} else {
		end, err = tui.Run(ctx, d, a.in, bare(a.out))
	}
	for _, line := range end.Lines {
		a.tell(line)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx) // run turns it into 128 and the signal
	}
	if err != nil {
		return failed(err)
	}
	return exitWith(end.Exit)
}

// me is who runs the program, for others who open the same site.
func (a *app) me(here wizard.Here) wizard.Owner {
	from, _, _ := strings.Cut(a.env("SSH_CONNECTION"), " ")
	return wizard.Owner{
		User: cmp.Or(a.env("USER"), a.env("LOGNAME"), a.env("USERNAME")), Host: here.Host, From: from, PID: os.Getpid(), Since: a.now(),
	}
}

// screen tells whether the terminal can hold the full-screen wizard.
func (a *app) screen() bool {
	t := a.env("TERM")
	acc := strings.ToLower(a.env("ACCESSIBLE"))
	return isTerminal(a.in) && isTerminal(a.out) && (t != "" && t != "dumb" || os.PathSeparator == '\\') &&
		(acc == "" || acc == "0" || acc == "false")
}

// session puts the wizard's parts together.
func (a *app) session(mask bool, saved []string) (tui.Deps, error) {
	store, site, err := a.siteToOpen()
	if err != nil {
		return tui.Deps{}, err
	}
	var book *rules.Book
	var cat *router.Catalogue
	var words *wizard.Words
	var here wizard.Here
	var errs [3]error
	var wg sync.WaitGroup // the first frame waits for all of it
	wg.Go(func() { cat, errs[0] = a.catalogue() })
	wg.Go(func() { book, errs[1] = a.book() })
	wg.Go(func() { words, errs[2] = a.words() })
	wg.Go(func() { here = a.here() })
	wg.Wait()
	for _, err := range errs { // the first is enough: it says how the program ends
		if err != nil {
			return tui.Deps{}, err
		}
	}
	if a.ascii {
		words.ASCII()
	}
	book = words.Book(book)
	look, err := a.looker(here)
	if err != nil {
		return tui.Deps{}, err
	}
	s := wizard.NewSession(wizard.Deps{Book: book, Routers: cat, Words: words, Here: here, Store: store, Now: a.now, Me: a.me(here)}, site)
	from := site.From
	if from == "" {
		from = rules.FromServer
	}
	board := wizard.NewBoard(book, words, s.Site(), from)
	if slices.Contains(saved, "-") { // the questions need the input
		return tui.Deps{}, badInput(check.Say("problems.command.saved-wizard"))
	}
	board.Placed(func(site wizard.Site, from rules.Place) string { return wizard.PlaceLabel(here, site, from) }, a.now)
	if err := a.remember(board, saved, ""); err != nil {
		return tui.Deps{}, err
	}
	return tui.Deps{
		Session: s, Board: board, Look: look,
		// Made anew each time: the network may have changed since the start.
		Check: func(ctx context.Context, jobs []check.Job) <-chan check.Result { return a.runner().Run(ctx, jobs) },
		Listen: func(ctx context.Context, site wizard.Site) (wizard.Listening, error) {
			x, err := a.listening(ctx, wizard.NewBoard(book, words, site, rules.FromServer).Inbound(), site, a.here(), words)
			return x, words.Spoken(err)
		},
		Files: files{s}, Env: a.env, Now: a.now, ASCII: a.ascii, Mask: mask, Version: versionText(words),
	}, nil
}

// siteToOpen is the site of --site, which may be new; without --site the
// session offers the saved ones itself.
func (a *app) siteToOpen() (*wizard.Store, wizard.Site, error) {
	store := a.store()
	if a.siteFile == "" {
		return store, wizard.Site{}, nil
	}
	path, err := filepath.Abs(a.siteFile)
	if err != nil {
		return nil, wizard.Site{}, badInput(check.Say("problems.command.site", "path", a.siteFile).For(err))
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // answers are saved where the link leads, and the link stays
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return &wizard.Store{File: path}, wizard.Site{}, nil
	}
	l, err := a.load()
	if err != nil {
		return nil, wizard.Site{}, err
	}
	return &wizard.Store{File: path}, l.site, nil
}
