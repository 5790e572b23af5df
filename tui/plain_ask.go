package tui

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/wizard"
)

// shortList is how many options are read out whole.
const shortList = 12

// here tells what was found out about this computer.
func (p *teller) here() {
	h := p.d.session.Here()
	parts := []string{}
	for _, s := range []string{p.d.computer(h.Host), h.OS, h.CloudName, h.Container} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if h.Main.Prefix.IsValid() {
		parts = append(parts, p.text("here.address", "address", h.Main.Prefix.String(), "interface", h.Main.Name))
	}
	if len(parts) > 0 {
		p.tell("here.computer", "what", p.d.show(strings.Join(parts, ", ")))
	}
	if h.Gateway.IsValid() || h.Gateway6.IsValid() {
		p.tell("here.router", "what", p.d.show(strings.Join(slices.DeleteFunc([]string{valid(h.Gateway), valid(h.Gateway6), h.RouterWhy}, func(s string) bool { return s == "" }), ", ")))
	}
	if f := p.d.session.NAT(); f.Seen != "" {
		p.say(p.d.show(f.Seen + " " + f.Do))
	}
	for _, s := range p.d.session.Stands() {
		p.say(p.d.t("here.line", "what", p.d.t("here.what."+s.What), "text", p.d.show(s.Text)))
	}
	if n := len(p.checks.running); n > 0 {
		p.say(p.d.n("plain.here.background", n))
	}
}

func valid(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// choice asks for one option by its number or key.
func (p *teller) choice(q wizard.Question) {
	def := slices.IndexFunc(q.Options, func(o wizard.Option) bool { return slices.Contains(q.Selected, o.ID) })
	if def < 0 {
		def = slices.IndexFunc(q.Options, func(o wizard.Option) bool { return o.Because != "" })
	}
	if def < 0 && q.Kind == wizard.Start && len(q.Options) > 0 {
		def = 0
	}
	p.options(q, def)
	for {
		i := def
		e := p.prompt(p.choiceLine(q, def), q.Help, false)
		switch {
		case e.kind == isBack:
			p.back()
			return
		case e.kind != isText:
			return
		case len(q.Options) == 0:
			if wrong := p.answer(wizard.Answer{}); wrong == nil {
				return
			}
		case e.text == "*":
			p.read(q.Options, nil)
			continue
		case e.text != "":
			if i = p.pick(q, e.text); i < 0 {
				if m := matches(q.Options, strings.TrimPrefix(e.text, "/")); len(m) == 1 {
					def = m[0]
				}
				continue
			}
		}
		if i < 0 {
			p.tell("number", "max", itoa(len(q.Options)))
			continue
		}
		wrong := p.answer(wizard.Answer{Choice: q.Options[i].ID})
		if wrong == nil {
			p.tell("chosen", "what", trimDot(p.d.show(q.Options[i].Label)))
			return
		}
		p.refused(wrong.Say)
	}
}

func (p *teller) choiceLine(q wizard.Question, def int) string {
	n, key := len(q.Options), "choose.many"
	switch {
	case n == 0:
		key = "choose.none"
	case n == 1:
		key = "choose.one"
	case n > shortList:
		key = "choose.find"
	}
	line := p.text(key, "max", itoa(n))
	if def < 0 {
		return strings.TrimSuffix(line, ".") + ": "
	}
	return line + p.enter(itoa(def+1))
}

// options reads the options; of a long list only what is proposed and the first
// of the others, which stands for what is not known.
func (p *teller) options(q wizard.Question, def int) {
	if len(q.Options) <= shortList {
		p.read(q.Options, nil)
		return
	}
	var some []int
	other := slices.IndexFunc(q.Options, func(o wizard.Option) bool { return o.Because == "" })
	for i, o := range q.Options {
		if i == def || o.Because != "" || i == other {
			some = append(some, i)
		}
	}
	p.tell("among", "n", itoa(len(q.Options)))
	p.read(q.Options, some)
}

// read reads the options with their numbers; only nil means all.
func (p *teller) read(opts []wizard.Option, only []int) {
	for i, o := range opts {
		if only != nil && !slices.Contains(only, i) {
			continue
		}
		line := fmt.Sprintf("%d. %s", i+1, trimDot(p.d.show(o.Label)))
		if o.Detail != "" {
			line += ": " + p.d.show(o.Detail)
		}
		line = sentence(line)
		if o.Because != "" {
			line += " " + p.text("proposed", "why", sentence(p.d.show(o.Because)))
		}
		p.say(line)
	}
}

// pick finds the option meant by s, by number, key or ID; -1 after saying what
// would be right.
func (p *teller) pick(q wizard.Question, s string) int {
	if i, ok := number(s, len(q.Options)); ok {
		return i
	}
	if i := slices.IndexFunc(q.Options, func(o wizard.Option) bool {
		return strings.EqualFold(o.ID, s) || strings.EqualFold(o.Key, s) && strings.Trim(s, "0123456789") != ""
	}); i >= 0 {
		return i
	}
	if i := p.yesOrNo(s, len(q.Options), func(i int) string { return q.Options[i].Label }); i >= 0 {
		return i
	}
	s, search := strings.CutPrefix(s, "/")
	found := matches(q.Options, s)
	switch {
	case !search && (len(q.Options) <= shortList || strings.Trim(s, "0123456789.") == ""):
		p.tell("no-choice", "typed", p.d.show(quoted(s)), "max", itoa(len(q.Options)))
	case len(found) == 0:
		p.tell("no-name", "typed", p.d.show(quoted(s)))
	default:
		p.read(q.Options, found)
	}
	return -1
}

func matches(opts []wizard.Option, s string) []int {
	var found []int
	for i, o := range opts {
		if strings.Contains(strings.ToLower(o.Label+" "+o.Detail+" "+o.ID), strings.ToLower(s)) {
			found = append(found, i)
		}
	}
	return found
}

// many asks for any number of options.
func (p *teller) many(q wizard.Question) {
	p.read(q.Options, nil)
	chosen := slices.Clone(q.Selected)
	for {
		e := p.prompt(p.text("choose.several")+p.enter(numbers(q.Options, chosen)), q.Help, false)
		switch e.kind {
		case isBack:
			p.back()
			return
		case isMoved, isGone:
			return
		case isText:
		}
		if e.text != "" {
			ids, say := p.several(q.Options, e.text)
			if say != "" {
				p.say(p.d.show(say))
				continue
			}
			chosen = ids
		}
		wrong := p.answer(wizard.Answer{Many: chosen})
		if wrong == nil {
			p.tell("chosen", "what", p.d.show(p.labels(q.Options, chosen)))
			return
		}
		p.refused(wrong.Say)
	}
}

// several reads "1 3, 4" as option IDs in the question's order.
func (p *teller) several(opts []wizard.Option, s string) (ids []string, say string) {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	if len(words) == 1 && words[0] == "0" {
		return nil, ""
	}
	picked := map[int]bool{}
	for _, w := range words {
		i, ok := number(w, len(opts))
		if !ok {
			return nil, p.text("no-choices", "typed", quoted(w), "max", itoa(len(opts)))
		}
		picked[i] = true
	}
	for i, o := range opts {
		if picked[i] {
			ids = append(ids, o.ID)
		}
	}
	if len(ids) == 0 {
		return nil, p.text("numbers")
	}
	return ids, ""
}

func numbers(opts []wizard.Option, ids []string) string {
	var out []string
	for i, o := range opts {
		if slices.Contains(ids, o.ID) {
			out = append(out, itoa(i+1))
		}
	}
	if out == nil {
		return "0"
	}
	return strings.Join(out, " ")
}

func (p *teller) labels(opts []wizard.Option, ids []string) string {
	var out []string
	for _, o := range opts {
		if slices.Contains(ids, o.ID) {
			out = append(out, trimDot(o.Label))
		}
	}
	if out == nil {
		return p.text("none")
	}
	return strings.Join(out, "; ")
}

// form asks for the fields one by one, then gives all to the session.
func (p *teller) form(q wizard.Question) {
	values := map[string]string{}
	for _, f := range q.Fields {
		values[f.ID] = f.Value
	}
	for at := 0; ; {
		if at < len(q.Fields) {
			switch e := p.field(q, q.Fields[at], values); e {
			case isText:
				at++
			case isBack:
				if at--; at < 0 {
					p.back()
					return
				}
			case isMoved, isGone:
				return
			}
			continue
		}
		wrong := p.answer(wizard.Answer{Fields: values})
		if wrong == nil {
			return
		}
		p.refused(wrong.Say)
		if at = slices.IndexFunc(q.Fields, func(f wizard.Field) bool { return f.ID == wrong.Field }); at < 0 {
			at = 0
		}
		if len(q.Fields) == 0 {
			if e := p.prompt(p.text("choose.retry")+": ", q.Help, false); e.kind == isBack {
				p.back()
				return
			} else if e.kind != isText {
				return
			}
		}
	}
}

// field asks for one value until the session takes it.
func (p *teller) field(q wizard.Question, f wizard.Field, values map[string]string) entryKind {
	for i, c := range f.Choices {
		p.say(itoa(i+1) + ". " + p.d.choice(c))
	}
	help := f.Help
	if help == "" {
		help = q.Help
	}
	for {
		e := p.prompt(p.fieldLine(f, values[f.ID]), help, true)
		if e.kind != isText {
			return e.kind
		}
		v := values[f.ID]
		switch {
		case e.text == "-":
			v = ""
		case e.text != "":
			v = e.text
		}
		if i, ok := number(v, len(f.Choices)); ok && !slices.Contains(f.Choices, v) {
			v = f.Choices[i]
		} else if i := p.yesOrNo(v, len(f.Choices), func(i int) string { return p.d.choice(f.Choices[i]) }); i >= 0 {
			v = f.Choices[i]
		}
		if v == "" {
			if f.Optional {
				values[f.ID] = ""
				return isText
			}
			p.tell("needed", "example", p.d.show(trimDot(f.Hint)))
			continue
		}
		got, err := p.d.session.Try(f.ID, v)
		var wrong *wizard.Problem
		switch {
		case errors.As(err, &wrong):
			p.refused(wrong.Say)
			continue
		case err != nil:
			p.refused(err.Error())
			continue
		}
		values[f.ID] = v // as typed: a pasted web address may name a port too
		if got.Say != "" {
			line := got.Say
			if name := firstOf(got.Normal, v); !strings.Contains(line, name) {
				line = name + ": " + line
			}
			p.say(sentence(capital(p.d.show(line))))
		}
		return isText
	}
}

func (p *teller) fieldLine(f wizard.Field, value string) string {
	key, hint, n := "field", "", ""
	if f.Optional {
		key = "field-optional"
	}
	if value == "" || value != f.Value {
		hint = trimDot(f.Hint)
	}
	if len(f.Choices) > 0 {
		n = itoa(len(f.Choices))
	}
	line := p.d.show(p.text(key, "label", f.Label, "example", hint, "max", n))
	if value != "" {
		from := ""
		if f.From != "" && value == f.Value {
			from = ", " + f.From
		}
		line += " [" + p.d.show(value+from) + "]"
	}
	return line + ": "
}

func trimDot(s string) string { return strings.TrimRight(s, ". ") }

// sentence is s with a capital letter left as it is and a full stop at its end.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(".!?:", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}

func quoted(s string) string { return `"` + shorten(s, 40) + `"` }
