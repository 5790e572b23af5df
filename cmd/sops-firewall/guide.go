package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
		Use:   "guide",
		Short: "Prints the instructions for a router or firewall of the site",
		Long: `Prints the instructions for the firewalls of the site: prepare, apply, verify, undo.
--part apply prints nothing but what is to be pasted, or clicked where nothing can
be pasted. With a provider box in front of a router both are printed; --front prints
the box's alone, --router that router's alone. --only missing checks first and leaves out what already works.`,
		Example: `  sops-firewall guide
  sops-firewall guide --side server --part apply
  sops-firewall guide --side site --router mikrotik --in wan=WAN
  sops-firewall guide --side server --only missing --saved acme-internet.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.guide(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.side, "side", "", "site (the office router), server, hubs or host (default: all of the site)")
	c.Flags().StringVar(&f.router, "router", "", "another router than the site's, by id (see: sops-firewall routers)")
	c.Flags().StringVar(&f.generation, "generation", "", "generation of its menus or syntax, or the way to reach it")
	c.Flags().BoolVar(&f.front, "front", false, "the provider box in front, nothing else")
	c.Flags().StringArrayVar(&f.inputs, "in", nil, "an input of the router as name=value; may be given again")
	c.Flags().StringVar(&f.part, "part", "all", "all, prepare, apply, verify or undo")
	c.Flags().StringVar(&f.only, "only", "all", "missing or all")
	c.Flags().StringVar(&f.format, "format", "text", "text, md or json")
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
		return badInput(errors.New("there is no site yet: run sops-firewall first, or give --site FILE"))
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
		a.runJobs(ctx, board, board.Jobs(true))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	guides := wizard.SiteGuides(wizard.GuideDeps{Book: l.book, Routers: l.cat, Words: l.words}, site, board, f.only == "missing")
	guides = slices.DeleteFunc(guides, func(g wizard.SideGuide) bool {
		return f.side != "" && g.Side != router.Side(f.side) || f.front && !g.Front || f.router != "" && g.Front
	})
	if len(guides) == 0 && f.front {
		return badInput(errors.New("the site has no provider box in front of that router: leave --front out"))
	}
	if len(guides) == 0 {
		return badInput(errors.New("the site has no firewall for that side: choose one with --side and --router, or run sops-firewall"))
	}
	return a.printGuides(guides, f)
}

// withRouter puts the router of the flags into the answers.
func (l *loaded) withRouter(f guideFlags) (wizard.Site, error) {
	site := l.site
	if f.router == "" {
		if f.generation != "" || len(f.inputs) > 0 {
			return site, badInput(errors.New("--generation and --in go with --router"))
		}
		return site, nil
	}
	if f.side == "" {
		return site, badInput(errors.New("--router needs --side: say which firewall it is (site, server, hubs or host)"))
	}
	if f.front {
		return site, badInput(errors.New("--front is for the site's own box: leave --router out"))
	}
	_, v, err := l.cat.Find(f.router, f.generation)
	if err != nil {
		return site, badInput(fmt.Errorf("--router: %w", err))
	}
	inputs := map[string]string{}
	for _, in := range f.inputs {
		k, v, ok := strings.Cut(in, "=")
		if !ok {
			return site, badInput(fmt.Errorf("--in %q: write it as name=value", in))
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

func (a *app) printGuides(guides []wizard.SideGuide, f guideFlags) error {
	var errs []error
	for _, g := range guides {
		if g.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", g.Title, g.Err))
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
		if err := a.print(string(data) + "\n"); err != nil {
			return err
		}
		return a.lacking(guides, f)
	}
	written := 0
	for _, g := range guides {
		text := wizard.GuideText(g, partName(f.part))
		if f.format == "md" {
			text = wizard.GuideMarkdown(g, partName(f.part))
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
	return a.lacking(guides, f)
}

// lacking says on stderr what a single part leaves unsaid; a guide that could
// not be written is bad input, whatever was printed.
func (a *app) lacking(guides []wizard.SideGuide, f guideFlags) error {
	var errs []error
	for _, g := range guides {
		if w := g.Lacks(); w != "" {
			errs = append(errs, fmt.Errorf("%s: %s", g.Title, w))
			continue
		}
		if f.part == "all" {
			continue
		}
		if g.Front && len(guides) > 1 {
			a.say("%s: its part is among what is printed; --front prints it alone.", g.Title)
		}
		for _, line := range g.Beside(router.Part(f.part)) {
			a.say("%s: %s", g.Title, line)
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
