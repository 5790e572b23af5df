package router

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"text/template"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Render writes the guide. Bad inputs come back together, joined.
func (v *Variant) Render(r Request) (Guide, error) {
	g := Guide{
		Router: v.Router, Variant: v.Generation, Name: v.Said(r.Lang, v.Name) + ", " + v.Said(r.Lang, v.Label), Side: r.Side,
		Proof: v.Proof, Source: v.Source, Checked: v.Checked,
	}
	if !slices.Contains(v.Sides, r.Side) {
		return g, check.Say("problems.router.side", "router", v.Name, "side", string(r.Side))
	}
	d, gaps, err := v.data(r)
	if err != nil {
		return g, err
	}
	g.Gaps = gaps
	g.Nothing = len(d.Inbound)+len(d.Outbound)+len(d.HubsOut) == 0
	if g.Nothing || slices.ContainsFunc(gaps, func(x Gap) bool { return x.Code == "" }) {
		return g, nil // nothing to enter, or a value without which every line would be wrong
	}
	for _, name := range blocks {
		b, err := v.block(name, r.Lang, d)
		if err != nil {
			return g, fmt.Errorf("router %s/%s, block %s: %w", v.Router, v.Generation, name, err)
		}
		if b.Text != "" {
			g.Blocks = append(g.Blocks, b)
		}
	}
	return g, nil
}

// data sorts the wishes of a request into what a template sees.
func (v *Variant) data(r Request) (Data, []Gap, error) {
	inputs, err := v.inputs(r)
	d := Data{Side: r.Side, Site: r.Site, In: inputs}
	if v.can.IPv4 {
		d.Site.Hubs = slices.DeleteFunc(slices.Clone(d.Site.Hubs), func(p netip.Prefix) bool { return !p.Addr().Is4() })
	}
	if err != nil {
		return d, nil, err
	}
	var in, out []Want
	for _, w := range r.Wants {
		if w.Inbound {
			if v.can.Rows && len(w.Row) > 0 && len(w.Ports) > 0 {
				w.Ports = w.Row // a rule for less would write over the rule for all
			}
			in = append(in, w)
		} else {
			out = append(out, w)
		}
	}
	way := v.can // of rules that leave: a page's reader is told ports and names in one line
	switch {
	case v.can.AnyHost:
		way.List, way.Names = 1, false
	case v.Kind == Web || v.Kind == None:
		way.List, way.Names = 15, true
	}
	if r.Side == SideHubs {
		d.HubsOut = plan(way, "hub", out)
	} else {
		d.Inbound, d.Outbound = plan(v.can, "in", in), plan(way, "out", out)
	}
	return d, v.gaps(r, d), nil
}

// gaps are values without which the guide would be wrong.
func (v *Variant) gaps(r Request, d Data) []Gap {
	var gaps []Gap
	forwards := v.Kind == Paste || v.Kind == Web
	if forwards && len(d.Inbound)+len(d.Outbound) > 0 && !r.Site.LANIP.IsValid() {
		gaps = append(gaps, Gap{Key: "lan-ip"})
	}
	four := v.can.IPv4 || v.Kind == Web // pages tie a fixed address to IPv4
	if forwards && (len(d.Inbound) > 0 || four && len(d.Outbound) > 0) && r.Site.LANIP.IsValid() && !r.Site.LANIP.Is4() {
		gaps = append(gaps, Gap{Key: "lan-ip4"})
	}
	if v.Kind == Paste && len(d.HubsOut) > 0 && len(r.Site.Hubs) == 0 {
		gaps = append(gaps, Gap{Key: "hubs"})
	}
	if len(d.HubsOut) > 0 && len(r.Site.Hubs) > 0 && len(d.Site.Hubs) == 0 {
		gaps = append(gaps, Gap{Key: "hubs4"})
	}
	return gaps
}

// block renders one block; commands are never translated, words and letters may be.
func (v *Variant) block(name, lang string, d Data) (Block, error) {
	t, err := v.body.compile()
	if err != nil {
		return Block{}, err
	}
	if l, err := v.in(lang); err != nil {
		return Block{}, err
	} else if l != nil && translatable(name, v.said, v.dialect) {
		words, err := l.compile()
		if err != nil {
			return Block{}, err
		}
		if words.Lookup(name) != nil {
			t = words
		}
	}
	b := Block{Part: partOf(name), Kind: Code, Lang: v.fence}
	if words(name, v.said) {
		b.Kind, b.Lang = Steps, ""
	}
	sub := t.Lookup(name)
	if sub == nil {
		return b, nil
	}
	text, err := run(sub, d)
	if err != nil {
		return b, err
	}
	b.Text = tidy(text, b.Kind)
	return b, nil
}

func run(t *template.Template, d Data) (string, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return "", err
	}
	return b.String(), nil
}

func partOf(block string) Part {
	if block == "paste" || block == "steps" {
		return Apply
	}
	return Part(block)
}

// tidy takes blank lines from both ends and numbers the steps: every line that
// begins with "1. " is one.
func tidy(s string, k BlockKind) string {
	s = strings.Trim(s, "\n")
	if k == Code {
		if s == "" {
			return ""
		}
		return s + "\n"
	}
	n := 0
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, " ")
		if rest, ok := numbered(l); ok {
			n++
			l = fmt.Sprintf("%d. %s", n, rest)
		}
		lines[i] = l
	}
	if n == 0 && strings.TrimSpace(s) == "" {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// numbered parts the number from a step.
func numbered(l string) (rest string, ok bool) {
	num, rest, ok := strings.Cut(l, ". ")
	return rest, ok && num != "" && strings.Trim(num, "0123456789") == ""
}
