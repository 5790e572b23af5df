package router

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules/router/quote"
)

// front is the head of a router file.
type front struct {
	Name    string `yaml:"name"`
	Label   string `yaml:"label"`
	Kind    Kind   `yaml:"kind"`
	Sides   []Side `yaml:"sides"`
	Dialect string `yaml:"dialect"`
	Fence   string `yaml:"fence"` // language of the code blocks; default: the dialect's
	Source  string `yaml:"source"`
	Checked string `yaml:"checked"`
	Proof   Proof  `yaml:"proof"`
	Can     Can    `yaml:"can"`
	Asks    []Ask  `yaml:"asks"`
	Order   int    `yaml:"order"` // place among the generations of its brand, smallest first
}

// blocks are the parts a file may define, in the order of a guide.
var blocks = []string{"prepare", "paste", "steps", "verify", "undo", "notes"}

// words tells whether a block is steps for a person, not code for a device; said
// is how verify and undo are told.
func words(block string, said bool) bool {
	switch block {
	case "prepare", "steps", "notes":
		return true
	case "paste":
		return false
	default:
		return said
	}
}

// saidOf tells whether verify and undo are steps: on a page there is nothing to
// paste, and a Terraform file is checked and taken back by other means.
func saidOf(k Kind, dialect string) bool {
	return k == Web || k == None || dialect == "web" || dialect == "hcl"
}

// translatable tells whether a block may be written in another language: all
// words, and the letter that a guide of kind none has in place of a paste.
func translatable(block string, said bool, d quote.Dialect) bool {
	letter, _ := quote.Get("letter")
	return words(block, said) || d == letter
}

// funcs are the functions of templates; emitCode and emitWords are put behind
// every pipeline by rewrite and cannot be written by hand.
func funcs(d quote.Dialect) template.FuncMap {
	chips, _ := quote.Get("web")
	return template.FuncMap{
		"inc":       func(i int) int { return i + 1 },
		"cat":       cat,
		"join":      join,
		"mask":      mask,
		"wild":      wild,
		"emitCode":  func(v any) (string, error) { return emitCode(d, v) },
		"emitWords": func(v any) (string, error) { return emit(chips, v) },
	}
}

var writable = []string{"inc", "cat", "join", "mask", "wild", "eq", "ne", "and", "or", "not", "len", "index"}

// emitCode writes a number bare: every reader takes digits, and some tell 443
// from "443".
func emitCode(d quote.Dialect, v any) (string, error) {
	switch v.(type) {
	case int, uint16:
		return text(v)
	}
	return emit(d, v)
}

func emit(d quote.Dialect, v any) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	return d.Quote(s)
}

// text is a value as it is written. Only the types of Data can be written.
func text(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int, uint16:
		return fmt.Sprint(v), nil
	case fmt.Stringer:
		if s, ok := v.(interface{ IsValid() bool }); ok && !s.IsValid() {
			return "", errMissing
		}
		return v.String(), nil
	}
	return "", fmt.Errorf("a %T cannot be written into a guide", v)
}

// errMissing is an address that is not known.
var errMissing = errors.New("an address is not known yet")

func cat(parts ...any) (string, error) {
	var b strings.Builder
	for _, p := range parts {
		s, err := text(p)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func join(list any, sep string) (string, error) {
	var parts []string
	switch l := list.(type) {
	case []uint16:
		for _, p := range l {
			parts = append(parts, fmt.Sprint(p))
		}
	case []string:
		parts = l
	default:
		return "", fmt.Errorf("join wants a list of ports or hosts, not a %T", list)
	}
	return strings.Join(parts, sep), nil
}

// mask is the netmask of an IPv4 network, 255.255.255.0.
func mask(p netip.Prefix) (netip.Addr, error) { return bits(p, 0) }

// wild is the wildcard of an IPv4 network, 0.0.0.255.
func wild(p netip.Prefix) (netip.Addr, error) { return bits(p, 0xffffffff) }

func bits(p netip.Prefix, flip uint32) (netip.Addr, error) {
	if !p.Addr().Is4() {
		return netip.Addr{}, fmt.Errorf("%s has no IPv4 mask", p)
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(0xffffffff<<(32-p.Bits()))^flip)
	return netip.AddrFrom4(b), nil
}

// parseFile reads one router file; file names it in mistakes.
func parseFile(file string, data []byte) (*Variant, error) {
	head, text, line, err := split(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var f front
	dec := yaml.NewDecoder(bytes.NewReader(head))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: head: %w", file, err)
	}
	errs := f.check()
	d, ok := quote.Get(f.Dialect)
	if !ok {
		errs = append(errs, fmt.Errorf("dialect %q: want one of %s", f.Dialect, strings.Join(quote.Names(), ", ")))
		return nil, wrapAll(file, errs)
	}
	v := &Variant{
		Name: f.Name, Label: f.Label, Kind: f.Kind, Sides: f.Sides, Proof: f.Proof, Source: f.Source,
		Checked: f.Checked, Asks: f.Asks, can: f.Can, order: f.Order, fence: f.Fence,
	}
	if v.fence == "" {
		v.fence = map[string]string{"posix": "sh"}[f.Dialect]
	}
	if v.fence == "" {
		v.fence = f.Dialect
	}
	v.dialect, v.said = d, saidOf(f.Kind, f.Dialect)
	v.body = newBody(file, string(text), line, d, v.said, false)
	return v, wrapAll(file, errs)
}

func wrapAll(file string, errs []error) error {
	for i, err := range errs {
		if !strings.HasPrefix(err.Error(), file) {
			errs[i] = fmt.Errorf("%s: %w", file, err)
		}
	}
	return errors.Join(errs...)
}

// split parts the head between two lines of --- from the body, whose first line
// number is returned.
func split(data []byte) (head, body []byte, line int, err error) {
	const mark = "---\n"
	rest, ok := bytes.CutPrefix(data, []byte(mark))
	if !ok {
		return nil, nil, 0, errors.New("line 1: want --- and the head")
	}
	head, body, ok = bytes.Cut(rest, []byte("\n"+mark))
	if !ok {
		return nil, nil, 0, errors.New("the head has no end: want a line ---")
	}
	return head, body, bytes.Count(head, []byte("\n")) + 4, nil
}

func (f front) check() []error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("head: "+format, args...))
		}
	}
	need(f.Name != "", "name is missing: the brand as users know it")
	need(f.Label != "", "label is missing: which generation this is")
	need(slices.Contains([]Kind{Paste, Web, Cloud, Host, None}, f.Kind), "kind %q: want paste, web, cloud, host or none", f.Kind)
	need(len(f.Sides) > 0, "sides is missing: some of site, server, hubs, host")
	for _, s := range f.Sides {
		need(slices.Contains([]Side{SideSite, SideServer, SideHubs, SideHost}, s), "side %q: want site, server, hubs or host", s)
	}
	need(strings.HasPrefix(f.Source, "https://"), "source %q: want the https address that was read", f.Source)
	need(len(f.Checked) == 10, "checked %q: want the day somebody last read the source, as 2026-11-20", f.Checked)
	need((f.Kind == None) == (f.Dialect == "letter"), "dialect %q with kind %q: kind none has the dialect letter, and no other", f.Dialect, f.Kind)
	need(slices.Contains([]Proof{ProofDocs, ProofParser, ProofEmulator, ProofDevice}, f.Proof), "proof %q: want docs, parser, emulator or device", f.Proof)
	seen := map[string]bool{}
	for _, a := range f.Asks {
		need(forms["word"].MatchString(a.ID) && !seen[a.ID], "asks: id %q is missing, twice, or no word", a.ID)
		seen[a.ID] = true
		need(slices.Contains(askKinds, a.Kind), "asks: %s: kind %q: want one of %s", a.ID, a.Kind, strings.Join(askKinds, ", "))
		need((a.Kind == "choice") == (len(a.Choices) > 0), "asks: %s: choices go with kind choice", a.ID)
		need(a.From == "" || a.From == "public_ip" && a.Kind == "ip", "asks: %s: from %q: want public_ip, of kind ip", a.ID, a.From)
		for _, side := range a.Sides {
			need(slices.Contains(f.Sides, side), "asks: %s: side %q is none of the router's", a.ID, side)
		}
		if a.Default != "" {
			_, err := a.CheckInput(a.Default)
			need(err == nil, "asks: default: %v", err)
		}
	}
	return errs
}

// compile parses the body and makes every pipeline print through the dialect. A
// translation has words only: commands are never translated.
func compile(file, body string, line int, d quote.Dialect, said, translated bool) (*template.Template, error) {
	t, err := template.New(file).Option("missingkey=error").Funcs(funcs(d)).Parse(strings.Repeat("\n", line-1) + body)
	if err != nil {
		return nil, err
	}
	var errs []error
	have := map[string]bool{}
	for _, sub := range t.Templates() {
		name := sub.Name()
		if name == file {
			if strings.TrimSpace(sub.Root.String()) != "" {
				errs = append(errs, fmt.Errorf("%s: text outside of the blocks: %.40q", file, strings.TrimSpace(sub.Root.String())))
			}
			continue
		}
		if !slices.Contains(blocks, name) {
			errs = append(errs, fmt.Errorf("%s: unknown block %q: want some of %s", file, name, strings.Join(blocks, ", ")))
			continue
		}
		have[name] = true
		if translated && !translatable(name, said, d) {
			errs = append(errs, fmt.Errorf("%s: block %q holds commands: they are not translated", file, name))
		}
		r := rewriter{file: file, emit: "emitCode", tree: sub.Tree}
		if words(name, said) {
			r.emit = "emitWords"
		}
		r.list(sub.Root)
		errs = append(errs, r.errs...)
	}
	for _, b := range []string{"verify", "undo"} {
		if !have[b] && !translated {
			errs = append(errs, fmt.Errorf("%s: block %s is missing: every guide has one", file, b))
		}
	}
	if !have["paste"] && !have["steps"] && !translated {
		errs = append(errs, fmt.Errorf("%s: blocks paste and steps are both missing: one of them is the guide", file))
	}
	return t, errors.Join(errs...)
}

// rewriter walks a parse tree.
type rewriter struct {
	file, emit string
	tree       *parse.Tree
	errs       []error
}

func (r *rewriter) bad(n parse.Node, format string, args ...any) {
	where, _ := r.tree.ErrorContext(n)
	r.errs = append(r.errs, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

func (r *rewriter) list(l *parse.ListNode) {
	if l == nil {
		return
	}
	for i, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			r.action(l, i, n)
		case *parse.IfNode:
			r.branch(&n.BranchNode)
		case *parse.RangeNode:
			r.branch(&n.BranchNode)
		case *parse.WithNode:
			r.branch(&n.BranchNode)
		default:
			r.bad(n, "only values, if, range and with may be used here, not %s", n)
		}
	}
}

func (r *rewriter) branch(b *parse.BranchNode) {
	r.calls(b.Pipe)
	r.list(b.List)
	r.list(b.ElseList)
}

// action puts the emitter behind a pipeline, and refuses quotes around it: a
// second pair would cancel the dialect's and set the value free.
func (r *rewriter) action(l *parse.ListNode, i int, n *parse.ActionNode) {
	r.calls(n.Pipe)
	if len(n.Pipe.Decl) > 0 {
		r.bad(n, "a variable of its own is not needed: write the value where it goes")
		return
	}
	if touches(l.Nodes, i) {
		r.bad(n, "quotes around a value: leave them out, the value is quoted already")
		return
	}
	n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: n.Pos,
		Args: []parse.Node{parse.NewIdentifier(r.emit).SetPos(n.Pos).SetTree(r.tree)},
	})
}

// touches tells whether a quote stands directly before and behind node i.
func touches(nodes []parse.Node, i int) bool {
	var before, behind byte
	if i > 0 {
		if t, ok := nodes[i-1].(*parse.TextNode); ok && len(t.Text) > 0 {
			before = t.Text[len(t.Text)-1]
		}
	}
	if i+1 < len(nodes) {
		if t, ok := nodes[i+1].(*parse.TextNode); ok && len(t.Text) > 0 {
			behind = t.Text[0]
		}
	}
	return strings.IndexByte("'\"`", before) >= 0 && before != 0 || strings.IndexByte("'\"`", behind) >= 0 && behind != 0
}

// calls refuses functions that are not meant for templates.
func (r *rewriter) calls(p *parse.PipeNode) {
	for _, c := range p.Cmds {
		for _, a := range c.Args {
			switch a := a.(type) {
			case *parse.IdentifierNode:
				if !slices.Contains(writable, a.Ident) {
					r.bad(a, "function %s may not be used: want one of %s", a.Ident, strings.Join(writable, ", "))
				}
			case *parse.PipeNode:
				r.calls(a)
			}
		}
	}
}
