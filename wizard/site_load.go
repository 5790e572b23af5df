package wizard

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
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
	Err  error
}

func (m *Mistake) Error() string { return strconv.Itoa(m.Line) + ": " + m.Err.Error() }

// Unwrap is what is wrong there.
func (m *Mistake) Unwrap() error { return m.Err }

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

// say notes a mistake by its key below "problems" in the words.
func (l *siteLoader) say(line int, key string, pairs ...string) { l.because(line, nil, key, pairs...) }

// because is say with the error that tells why.
func (l *siteLoader) because(line int, err error, key string, pairs ...string) {
	if len(l.errs) >= maxMistakes {
		l.more++
		return
	}
	l.errs = append(l.errs, &Mistake{line, check.Say("problems."+key, pairs...).For(err)})
}

func (l *siteLoader) err() error {
	slices.SortStableFunc(l.errs, func(a, b error) int { return lineOf(a) - lineOf(b) })
	if l.more > 0 {
		l.errs = append(l.errs, &Mistake{0, check.Say("problems.site-file.more", "n", strconv.Itoa(l.more))})
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
		l.say(0, "site-file.large")
		return nil, false
	case !utf8.Valid(data):
		l.say(0, "site-file.utf8")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			l.say(0, "site-file.empty")
		} else {
			l.say(0, "site-file.yaml", "error", clip(strings.Map(visible, strings.TrimPrefix(err.Error(), "yaml: "))))
		}
		return nil, false
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		l.say(0, "site-file.documents")
		return nil, false
	}
	if len(doc.Content) != 1 {
		l.say(0, "site-file.empty")
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
// what is the last part of the keys of its sentences.
func (l *siteLoader) mapping(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		l.say(n.Line, "site-file.not-a-map."+what)
		return nil
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || !slices.Contains(known, k.Value):
			l.say(k.Line, "site-file.unknown-key."+what, "key", strconv.Quote(shown(k.Value)), "known", strings.Join(known, ", "))
		case out[k.Value] != nil:
			l.say(k.Line, "site-file.key-twice."+what, "key", strconv.Quote(k.Value))
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
		l.say(n.Line, "site-file.not-a-list", "key", what)
		return nil
	case len(n.Content) > limit:
		l.say(n.Line, "site-file.entries", "key", what, "n", strconv.Itoa(len(n.Content)), "max", strconv.Itoa(limit))
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
		l.say(n.Line, "site-file.no-value", "key", key)
		return "", false
	}
	if len(n.Value) > maxTyped || strings.ContainsFunc(n.Value, hidden) || strings.ContainsAny(n.Value, "\n\t") {
		l.say(n.Line, "site-file.hidden", "key", key)
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
	l.say(n.Line, "site-file.one-of", "key", key, "value", strconv.Quote(shown(s)), "known", strings.Join(words, ", "))
	return ""
}
