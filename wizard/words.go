package wizard

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules/check"
)

// maxWords bounds a language file, in bytes.
const maxWords = 1 << 20

// Words are all texts of one language, from <lang>.yaml.
type Words struct {
	lang    string
	flat    map[string]string // "questions.case.title" -> text
	reasons map[string]reason
	book    map[string]string // of the rule book: its words -> those of this language

	usedOnce sync.Once
	used     map[string]bool // see Uses
}

// Lang is the language, such as "en" or "de".
func (w *Words) Lang() string { return w.lang }

// reason is the text of one reason code.
type reason struct {
	Short string `yaml:"short"`
	Seen  string `yaml:"seen"`
	Means string `yaml:"means"`
	Do    string `yaml:"do"`
	// Instead of these for rows that arrive at the server: the checks ran outside.
	SeenIn  string `yaml:"seen_in"`
	MeansIn string `yaml:"means_in"`
	DoIn    string `yaml:"do_in"`
}

// LoadWords reads <lang>.yaml strictly: nested maps of text, and the section
// reasons with short, seen, means and do, and seen_in, means_in and do_in for
// rows that arrive at the server; and book with the rule book's words, in
// languages other than its own. A code's variants stand below
// it, as "tcp.silent.router", with only what differs. What another language
// lacks is English.
func LoadWords(fsys fs.FS, lang string) (*Words, error) {
	if lang == English {
		return loadWords(fsys, English)
	}
	var en, w *Words
	var bad [2]error
	var both sync.WaitGroup // the first picture waits for them
	both.Go(func() { w, bad[0] = loadWords(fsys, lang) })
	both.Go(func() { en, bad[1] = loadWords(fsys, English) })
	both.Wait()
	if err := errors.Join(bad[:]...); err != nil {
		return nil, err
	}
	w.over(en)
	return w, nil
}

func loadWords(fsys fs.FS, lang string) (*Words, error) {
	name := lang + ".yaml"
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxWords+1))
	if err != nil {
		return nil, fmt.Errorf("words %s: %w", name, err)
	}
	if len(data) > maxWords {
		return nil, fmt.Errorf("words %s: larger than %d bytes", name, maxWords)
	}
	var doc struct {
		Reasons map[string]reason    `yaml:"reasons"`
		Book    map[string]string    `yaml:"book"`
		Rest    map[string]yaml.Node `yaml:",inline"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("words %s: %w", name, err)
	}
	w := &Words{lang: lang, flat: map[string]string{}, reasons: doc.Reasons, book: doc.Book}
	var errs []error
	for key, n := range doc.Rest {
		errs = append(errs, w.flatten(key, &n))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("words %s: %w", name, err)
	}
	return w, nil
}

func (w *Words) flatten(key string, n *yaml.Node) error {
	switch n.Kind {
	case yaml.ScalarNode:
		w.flat[key] = strings.TrimRight(n.Value, "\n")
		return nil
	case yaml.MappingNode:
		var errs []error
		for i := 0; i+1 < len(n.Content); i += 2 {
			errs = append(errs, w.flatten(key+"."+n.Content[i].Value, n.Content[i+1]))
		}
		return errors.Join(errs...)
	default:
		return fmt.Errorf("line %d: %s: want a text or a map of texts", n.Line, key)
	}
}

// Finding is the text of a result for one flow. Facts of the result and of the
// caller fill the placeholders; an unknown code is shown as it is.
func (w *Words) Finding(r check.Result, facts map[string]string) Finding {
	code := string(r.Code)
	if r.Code == "" {
		code = "pass." + r.Job.Kind
		if _, ok := w.reasons[code]; !ok {
			code = "pass"
		}
	}
	if _, ok := w.reasons[code]; !ok {
		return Finding{Seen: clean(code)}
	}
	t := w.reason(code, r.Facts["variant"])
	all := merged(r.Facts, facts)
	w.evidence(all)
	if all["enough"] != "" {
		t.Means, t.Do, t.DoIn = w.reasons["enough"].Means, w.reasons["enough"].Do, ""
	}
	do := t.Do
	if all["direction"] == "in" {
		t.Seen, t.Means, do = cmp.Or(t.SeenIn, t.Seen), cmp.Or(t.MeansIn, t.Means), cmp.Or(t.DoIn, t.Do)
	}
	means := fill(t.Means, all)
	if proxy := w.proxy(r); proxy != "" && !strings.Contains(t.Seen+t.Means, "{proxy}") {
		means = strings.TrimSpace(means + " " + proxy)
	}
	return Finding{Seen: fill(t.Seen, all), Means: means, Do: fill(do, all)}
}

// proxy is what became of the way through the environment's proxy, beside the
// direct one; empty where there is none.
func (w *Words) proxy(r check.Result) string {
	i := slices.IndexFunc(r.Layers, func(l check.Layer) bool { return l.Name == "proxy" })
	if i < 0 || r.Facts["proxy"] == "" {
		return ""
	}
	key := "text.proxy-too"
	if r.Layers[i].Status != check.Pass {
		key = "text.proxy-neither"
	}
	return w.Text(key, map[string]string{"proxy": r.Facts["proxy"], "why": w.reasons[string(r.Layers[i].Code)].Short})
}

// Short is the few words beside a state: the time of a pass, else the reason.
func (w *Words) Short(r check.Result) string {
	if r.Code == "" {
		if r.Status == check.Pass && r.Took > 0 {
			return fmt.Sprintf("%d ms", max(1, r.Took.Milliseconds()))
		}
		return ""
	}
	return fill(w.reason(string(r.Code), r.Facts["variant"]).Short, r.Facts)
}

// reason is the text of a code. A variant of it, such as "tcp.silent.router",
// has only what differs.
func (w *Words) reason(code, variant string) reason {
	t := w.reasons[code]
	v, ok := w.reasons[code+"."+variant]
	if !ok {
		return t
	}
	return v.or(t)
}

// Text is any other text by its dotted key, with {name} replaced from facts. A
// missing key gives the key itself, so that a hole is seen.
func (w *Words) Text(key string, facts map[string]string) string {
	t, ok := w.flat[key]
	if !ok {
		return key
	}
	return fill(t, facts)
}

// Say is the text of a key with {name} replaced from pairs of name and value.
// Unlike facts, which come from the network, these are the caller's own and stand
// there whole; control characters are still taken out.
func (w *Words) Say(key string, list ...string) string {
	t, ok := w.flat[key]
	if !ok {
		return key
	}
	return fillWith(t, pairs(list), func(s string) string { return check.Clean(s, sayMax) })
}

// pairs are names and values as a map.
func pairs(list []string) map[string]string {
	facts := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		facts[list[i]] = list[i+1]
	}
	return facts
}

// Raw is the text of a key as it is written, with its lines.
func (w *Words) Raw(key string) string { return w.flat[key] }

// Count is Say for a number of things, {n}: the text of key.one, or of key.many.
func (w *Words) Count(key string, n int, pairs ...string) string {
	form := ".many"
	if n == 1 {
		form = ".one"
	}
	return w.Say(key+form, append([]string{"n", strconv.Itoa(n)}, pairs...)...)
}

// Has tells whether there is such a text.
func (w *Words) Has(key string) bool {
	_, ok := w.flat[key]
	return ok
}

// Keys are all keys of texts, sorted.
func (w *Words) Keys() []string {
	keys := make([]string, 0, len(w.flat))
	for k := range w.flat {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func merged(a check.Facts, b map[string]string) map[string]string {
	out := make(map[string]string, len(a)+len(b))
	for k, v := range a {
		out[k] = v
	}
	for k, v := range b {
		if v != "" {
			out[k] = v
		}
	}
	return out
}

// factMax bounds a fact in a sentence, sayMax a value of our own, in runes.
const (
	factMax = 120
	sayMax  = 4000
)

func clean(s string) string { return check.Clean(s, factMax) }

// fill replaces {name} by its cleaned value. A part in ~...~ is dropped when a
// placeholder in it has no value, so that a missing fact leaves no hole.
func fill(t string, facts map[string]string) string { return fillWith(t, facts, clean) }

func fillWith(t string, facts map[string]string, clean func(string) string) string {
	var b strings.Builder
	for i, part := range strings.Split(t, "~") {
		text, whole := replace(part, facts, clean)
		if i%2 == 0 || whole {
			b.WriteString(text)
		}
	}
	return b.String()
}

// replace fills one part; whole is false when a value was missing.
func replace(t string, facts map[string]string, clean func(string) string) (text string, whole bool) {
	var b strings.Builder
	whole = true
	for {
		before, rest, ok := strings.Cut(t, "{")
		b.WriteString(before)
		if !ok {
			return b.String(), whole
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			b.WriteString("{" + rest)
			return b.String(), whole
		}
		v := clean(facts[name])
		if v == "" {
			whole = false
		}
		b.WriteString(v)
		t = after
	}
}

// State is the state as a word, six columns wide, readable without colour.
func (w *Words) State(s check.Status) string { return w.Say("states." + s.String()) }
