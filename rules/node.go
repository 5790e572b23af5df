package rules

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parse reads one YAML document and says what is wrong with it as such.
func (l *loader) parse(data []byte) (*yaml.Node, bool) {
	if !utf8.Valid(data) {
		l.say(0, "not UTF-8 text: save the file as UTF-8")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			l.say(0, "empty: write one table (id, code, title, …) or delete the file")
		} else {
			l.say(0, "no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		}
		return nil, false
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		l.say(0, "more than one document: one file holds one table, without a line ---")
		return nil, false
	}
	if len(doc.Content) != 1 {
		l.say(0, "empty: write one table (id, code, title, …) or delete the file")
		return nil, false
	}
	return doc.Content[0], true
}

// mapping returns the values by key, after saying which keys are unknown,
// doubled or missing. The result is nil when n is no mapping.
func (l *loader) mapping(n *yaml.Node, what string, must, may []string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		l.say(n.Line, "%s must be lines of the form key: value", what)
		return nil
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || !slices.Contains(must, k.Value) && !slices.Contains(may, k.Value):
			known := slices.Concat(must, may)
			l.say(k.Line, "unknown key %q in %s: known are %s", clip(k.Value), what, strings.Join(known, ", "))
		case out[k.Value] != nil:
			l.say(k.Line, "key %q is twice in %s: keep one", k.Value, what)
		default:
			out[k.Value] = v
		}
	}
	for _, k := range must {
		if out[k] == nil {
			l.say(n.Line, "%s has no %q: add it", what, k)
		}
	}
	return out
}

// text is a one-line string without control characters; "" when there is none
// or it is wrong, which has been said then.
func (l *loader) text(n *yaml.Node, key string, limit int) string {
	if n == nil {
		return ""
	}
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		l.say(n.Line, "%s must be one text", key)
	case strings.TrimSpace(n.Value) == "":
		l.say(n.Line, "%s is empty: write a text or leave the line out", key)
	case len(n.Value) > limit:
		l.say(n.Line, "%s is longer than %d bytes: shorten it", key, limit)
	case strings.ContainsFunc(n.Value, unprintable):
		l.say(n.Line, "%s has a line break, control or text-direction character: take it out", key)
	default:
		return n.Value
	}
	return ""
}

// word is a text that must be one of known.
func (l *loader) word(n *yaml.Node, key string, known ...string) string {
	s := l.text(n, key, maxText)
	if s != "" && !slices.Contains(known, s) {
		l.say(n.Line, "%s %q: want one of %s", key, clip(s), strings.Join(known, ", "))
		return ""
	}
	return s
}

func (l *loader) yes(n *yaml.Node, key string) bool {
	if n == nil {
		return false
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		l.say(n.Line, "%s must be true or false", key)
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// list returns the elements of a non-empty list.
func (l *loader) list(n *yaml.Node, key string, limit int) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.SequenceNode:
		l.say(n.Line, "%s must be a list, such as [a, b]", key)
	case len(n.Content) == 0:
		l.say(n.Line, "%s is empty: write at least one", key)
	case len(n.Content) > limit:
		l.say(n.Line, "%s has %d entries: %d at most", key, len(n.Content), limit)
	default:
		return n.Content
	}
	return nil
}

// words is a list of known words without repetition.
func (l *loader) words(n *yaml.Node, key string, known ...string) []string {
	var out []string
	for _, e := range l.list(n, key, 2*len(known)) {
		s := l.word(e, key, known...)
		switch {
		case s == "":
		case slices.Contains(out, s):
			l.say(e.Line, "%s %q is twice: keep one", key, s)
		default:
			out = append(out, s)
		}
	}
	return out
}

// unprintable are characters that must not reach a terminal or a command.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// clip shortens what is quoted in a mistake.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
