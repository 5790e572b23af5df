package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

type guideFlags struct {
	side, router, generation, part, only, format string
	inputs, saved                                []string
	front                                        bool
}

var (
	sideWords    = []string{"site", "server", "hubs", "host"}
	partWords    = []string{"all", "prepare", "apply", "verify", "undo"}
	onlyWords    = []string{"all", "missing"}
	guideFormats = []string{"text", "md", "json"}
)

func (a *app) guideCmd() *cobra.Command {
	var f guideFlags
	c := &cobra.Command{
		Use:  "guide",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.guide(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.side, "side", "", "")
	c.Flags().StringVar(&f.router, "router", "", "")
	c.Flags().StringVar(&f.generation, "generation", "", "")
	c.Flags().BoolVar(&f.front, "front", false, "")
	c.Flags().StringArrayVar(&f.inputs, "in", nil, "")
	c.Flags().StringVar(&f.part, "part", "all", "")
	c.Flags().StringVar(&f.only, "only", "all", "")
	c.Flags().StringVar(&f.format, "format", "text", "")
	savedFlag(c, &f.saved)
	known(c, "side", sideWords...)
	known(c, "part", partWords...)
	known(c, "only", onlyWords...)
	known(c, "format", guideFormats...)
	a.knownRouters(c)
	return c
}

func (a *app) guide(ctx context.Context, f guideFlags) error {
	for _, err := range []error{
		oneOf("--side", f.side, append(sideWords, "")...),
		oneOf("--part", f.part, partWords...),
		oneOf("--only", f.only, onlyWords...),
		oneOf("--format", f.format, guideFormats...),
	} {
		if err != nil {
			return err
		}
	}
	l, err := a.load()
	if err != nil {
		return err
	}
	if l.path == "" {
		return badInput(check.Say("problems.command.no-site"))
	}
	site, err := l.withRouter(f)
	if err != nil {
		return err
	}
	from, err := l.place("")
	if err != nil {
		return err
	}
	board := wizard.NewBoard(l.book, l.words, site, from)
	if err := a.remember(board, f.saved, ""); err != nil {
		return err
	}
	if f.only == "missing" {
		if err := a.runAll(ctx, board, board.Jobs(true)); err != nil {
			return err
		}
	}
	guides := wizard.SiteGuides(wizard.GuideDeps{Book: l.book, Routers: l.cat, Words: l.words}, site, board, f.only == "missing")
	guides = slices.DeleteFunc(guides, func(g wizard.SideGuide) bool {
		return f.side != "" && g.Side != router.Side(f.side) || f.front && !g.Front || f.router != "" && g.Front
	})
	if len(guides) == 0 && f.front {
		return badInput(check.Say("problems.command.no-front"))
	}
	if len(guides) == 0 {
		return badInput(check.Say("problems.command.no-firewall"))
	}
	return a.printGuides(l.words, guides, f)
}

// withRouter puts the router of the flags into the answers.
func (l *loaded) withRouter(f guideFlags) (wizard.Site, error) {
	site := l.site
	if f.router == "" {
		if f.generation != "" || len(f.inputs) > 0 {
			return site, badInput(check.Say("problems.command.no-router"))
		}
		return site, nil
	}
	if f.side == "" {
		return site, badInput(check.Say("problems.command.no-side"))
	}
	if f.front {
		return site, badInput(check.Say("problems.command.front-router"))
	}
	_, v, err := l.cat.Find(f.router, f.generation)
	if err != nil {
		return site, badInput(check.Say("problems.command.flag", "flag", "--router").For(err))
	}
	inputs := map[string]string{}
	for _, in := range f.inputs {
		k, v, ok := strings.Cut(in, "=")
		if !ok {
			return site, badInput(check.Say("problems.command.in", "value", strconv.Quote(in)))
		}
		inputs[k] = v
	}
	fw := wizard.Firewall{Side: router.Side(f.side), Router: f.router, Generation: f.generation, Inputs: inputs}
	site.Firewalls = slices.DeleteFunc(slices.Clone(site.Firewalls), func(x wizard.Firewall) bool {
		return x.Side == fw.Side && (!x.Front || v.Kind == router.Cloud) // a box in front stays in the path
	})
	site.Firewalls = append(site.Firewalls, fw)
	return site, nil
}

func (a *app) printGuides(w *wizard.Words, guides []wizard.SideGuide, f guideFlags) error {
	var errs []error
	for _, g := range guides {
		if g.Err != nil {
			errs = append(errs, check.Say("problems.command.guide", "title", g.Title).For(g.Err))
		}
	}
	if len(errs) > 0 {
		return badInput(errors.Join(errs...))
	}
	if f.format == "json" {
		data, err := json.MarshalIndent(wizard.GuidesJSON(guides, partName(f.part)), "", "  ")
		if err != nil {
			return failed(err)
		}
		if err := a.printData(string(data)+"\n", false); err != nil {
			return err
		}
		return a.lacking(w, guides, f)
	}
	written := 0
	for _, g := range guides {
		text := wizard.GuideText(w, g, partName(f.part))
		if f.format == "md" {
			text = wizard.GuideMarkdown(w, g, partName(f.part))
		}
		if text == "" {
			continue
		}
		if written++; written > 1 {
			text = "\n" + text
		}
		if err := a.print(text); err != nil {
			return err
		}
	}
	return a.lacking(w, guides, f)
}

// lacking says on stderr what a single part leaves unsaid; a guide that could
// not be written is bad input, whatever was printed.
func (a *app) lacking(w *wizard.Words, guides []wizard.SideGuide, f guideFlags) error {
	var errs []error
	for _, g := range guides {
		if why := g.Lacks(); why != "" {
			errs = append(errs, check.Say("problems.command.guide", "title", g.Title, "why", why))
			continue
		}
		if f.part == "all" {
			continue
		}
		if g.Front && len(guides) > 1 {
			a.say("guide.front-too", "title", g.Title)
		}
		for _, line := range g.Beside(w, router.Part(f.part)) {
			a.say("guide.beside", "title", g.Title, "line", line)
		}
	}
	if len(errs) > 0 {
		return badInput(errors.Join(errs...))
	}
	return nil
}

// partName is the router package's name of --part; "" stands for all.
func partName(flag string) router.Part {
	if flag == "all" {
		return ""
	}
	return router.Part(flag)
}
