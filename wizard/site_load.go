package wizard

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// Bounds of a site file.
const (
	maxSite     = 64 << 10 // bytes; the answers of a large site are about 4 KiB
	maxSources  = 32
	maxMistakes = 50 // reported at once
)

// Mistake is one thing wrong in a site file.
type Mistake struct {
	Line int // 0: the whole file
	Say  string
}

func (m *Mistake) Error() string {
	if m.Line == 0 {
		return m.Say
	}
	return fmt.Sprintf("line %d: %s", m.Line, m.Say)
}

// ParseSite reads a site file strictly: unknown keys, bad values and impossible
// combinations are refused together, each a *Mistake with its line and what
// would be right. A file of a newer version is a *NewerError. A file with a
// "step" is unfinished and may lack what is asked later.
func ParseSite(data []byte, book *rules.Book, cat *router.Catalogue) (Site, error) {
	_ = book // the kinds of source are rules' own; a book adds none
	l := &siteLoader{cat: cat}
	root, ok := l.parse(data)
	if !ok {
		return Site{}, l.err()
	}
	if v, newer := versionOf(root); newer {
		return Site{}, &NewerError{v}
	}
	s := l.site(root)
	if err := l.err(); err != nil {
		return Site{}, err
	}
	return s, nil
}

// siteLoader collects mistakes while it reads.
type siteLoader struct {
	cat  *router.Catalogue
	errs []error
	more int // mistakes beyond maxMistakes
}

func (l *siteLoader) say(line int, format string, args ...any) {
	if len(l.errs) >= maxMistakes {
		l.more++
		return
	}
	l.errs = append(l.errs, &Mistake{line, fmt.Sprintf(format, args...)})
}

func (l *siteLoader) err() error {
	slices.SortStableFunc(l.errs, func(a, b error) int { return lineOf(a) - lineOf(b) })
	if l.more > 0 {
		l.errs = append(l.errs, &Mistake{0, fmt.Sprintf("and %d more", l.more)})
	}
	return errors.Join(l.errs...)
}

func lineOf(err error) int {
	var m *Mistake
	if errors.As(err, &m) {
		return m.Line
	}
	return 0
}

// parse reads one YAML document and says what is wrong with it as such.
func (l *siteLoader) parse(data []byte) (*yaml.Node, bool) {
	switch {
	case len(data) > maxSite:
		l.say(0, "larger than 64 KiB: a site file holds a few lines")
		return nil, false
	case !utf8.Valid(data):
		l.say(0, "not UTF-8 text: save the file as UTF-8")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			l.say(0, "empty: write at least version: 1 and case: lan or internet")
		} else {
			l.say(0, "no valid YAML: %s; indent with spaces, close every bracket and quote", clip(strings.Map(visible, strings.TrimPrefix(err.Error(), "yaml: "))))
		}
		return nil, false
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		l.say(0, "more than one document: one file holds one site, without a line ---")
		return nil, false
	}
	if len(doc.Content) != 1 {
		l.say(0, "empty: write at least version: 1 and case: lan or internet")
		return nil, false
	}
	return doc.Content[0], true
}

func visible(r rune) rune {
	if hidden(r) || r == '\n' || r == '\t' {
		return ' '
	}
	return r
}

// versionOf is the version of a file, looked at before all else: a newer file
// may have keys that this program does not know.
func versionOf(n *yaml.Node) (v int, newer bool) {
	if n.Kind != yaml.MappingNode {
		return 0, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "version" {
			v, err := strconv.Atoi(n.Content[i+1].Value)
			return v, err == nil && v > siteVersion
		}
	}
	return 0, false
}

// mapping returns the values by key, after saying which keys are unknown or
// doubled; nil when n is no mapping.
func (l *siteLoader) mapping(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		l.say(n.Line, "%s must be written as key: value", what)
		return nil
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || !slices.Contains(known, k.Value):
			l.say(k.Line, "unknown key %q in %s: known are %s", shown(k.Value), what, strings.Join(known, ", "))
		case out[k.Value] != nil:
			l.say(k.Line, "key %q is twice in %s: keep one", k.Value, what)
		default:
			out[k.Value] = v
		}
	}
	return out
}

// list are the entries of a list; a single one may stand without brackets.
func (l *siteLoader) list(n *yaml.Node, what string, limit int) []*yaml.Node {
	switch {
	case n == nil || n.Tag == "!!null":
		return nil
	case n.Kind != yaml.SequenceNode:
		l.say(n.Line, "%s must be a list: [one, two]", what)
		return nil
	case len(n.Content) > limit:
		l.say(n.Line, "%s has %d entries: %d at most", what, len(n.Content), limit)
		return nil
	}
	return n.Content
}

// text is a one-line value; ok is false when there is none or it is wrong,
// which has been said then.
func (l *siteLoader) text(n *yaml.Node, key string) (s string, ok bool) {
	if n == nil {
		return "", false
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		l.say(n.Line, "%s is empty or no single value: write one, or leave the line out", key)
		return "", false
	}
	if len(n.Value) > maxTyped || strings.ContainsFunc(n.Value, hidden) || strings.ContainsAny(n.Value, "\n\t") {
		l.say(n.Line, "%s is too long or holds characters that cannot be seen: write it anew", key)
		return "", false
	}
	return strings.TrimSpace(n.Value), true
}

// shown is a piece of the file inside a sentence.
func shown(s string) string { return clip(strings.Map(visible, s)) }

// oneOf reads one of a few words.
func oneOf[T ~string](l *siteLoader, n *yaml.Node, key string, known ...T) T {
	s, ok := l.text(n, key)
	if !ok || slices.Contains(known, T(s)) {
		return T(s)
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	l.say(n.Line, "%s %q: want one of %s", key, shown(s), strings.Join(words, ", "))
	return ""
}
