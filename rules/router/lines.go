package router

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Keep in place of a translation says that the line stays as it is.
const Keep = "="

// Line is a line of words in a router file, as it stands there: without its
// blanks, the number of a step or the hyphen of a list, with its {{…}}.
type Line struct {
	Place string // name, label, asks, or the block
	Text  string
	Words bool // has words to translate: not only values, commands and names on a page
}

// tongues are the lines of guides in other languages: routers/<brand>/<lang>.yaml,
// and routers/<lang>.yaml for lines of several brands and for all heads. A file is read when a guide
// in its language is first asked for.
type tongues struct {
	fsys  fs.FS
	mu    sync.Mutex
	read  map[string]map[string]string // by file
	ready map[string]map[string]string // by brand and language, with those of all brands
}

var langForm = regexp.MustCompile(`^[a-z]{2}$`)

// of are the lines of a brand. Where there are no files there are none: the guide
// stays English.
func (t *tongues) of(brand, lang string) (map[string]string, error) {
	if t == nil || !langForm.MatchString(lang) {
		return nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if m, ok := t.ready[brand+lang]; ok {
		return m, nil
	}
	all := map[string]string{}
	for _, name := range []string{sharedLines(lang), path.Join("routers", brand, lang+".yaml")} {
		m, err := t.file(name)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, m)
	}
	if t.ready == nil {
		t.ready = map[string]map[string]string{}
	}
	t.ready[brand+lang] = all
	return all, nil
}

func sharedLines(lang string) string { return "routers/" + lang + ".yaml" }

// file is called with the lock held.
func (t *tongues) file(name string) (map[string]string, error) {
	if m, ok := t.read[name]; ok {
		return m, nil
	}
	list, err := readLines(t.fsys, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m := make(map[string]string, len(list))
	for _, l := range list {
		if l.other != "" && l.other != Keep {
			m[l.en] = l.other
		}
	}
	if t.read == nil {
		t.read = map[string]map[string]string{}
	}
	t.read[name] = m
	return m, nil
}

// pair is one entry of a file of lines.
type pair struct {
	en, other string
	at        int // line number of the file
}

// readLines reads a file of lines strictly: one map of texts, no key twice.
func readLines(fsys fs.FS, name string) ([]pair, error) {
	data, err := read(fsys, name)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	m := doc.Content[0]
	if m.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: want a map from the English line to the translated one", name, m.Line)
	}
	var out []pair
	var errs []error
	seen := map[string]int{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		k, v := m.Content[i], m.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || v.Kind != yaml.ScalarNode:
			errs = append(errs, fmt.Errorf("%s:%d: want a text for a text", name, k.Line))
			continue
		case seen[k.Value] > 0:
			errs = append(errs, fmt.Errorf("%s:%d: this line is in line %d already: %.60q", name, k.Line, seen[k.Value], k.Value))
		}
		seen[k.Value] = k.Line
		p := pair{en: k.Value, other: v.Value, at: k.Line}
		if v.Tag == "!!null" {
			p.other = ""
		}
		out = append(out, p)
	}
	return out, errors.Join(errs...)
}

var (
	defines = regexp.MustCompile(`^\{\{-?\s*define\s+"(\w+)"`)
	marker  = regexp.MustCompile(`^[ \t]*(?:(?:[0-9]+\.|-) +)?`)
	token   = regexp.MustCompile(`\{\{.*?\}\}`)
	chip    = regexp.MustCompile("`[^`]*`|\\*\\*.*?\\*\\*")
	word    = regexp.MustCompile(`[A-Za-z]{2,}`)
	small   = regexp.MustCompile(`\b[a-z]{2,}`)
)

// Heads are the texts of the head that a user sees: the name, the label, and
// labels and hows of the asks.
func (v *Variant) Heads() []Line {
	out := []Line{lineOf("name", v.Name, small), lineOf("label", v.Label, small)}
	for _, a := range v.Asks {
		out = append(out, lineOf("asks", a.Label, small), lineOf("asks", a.How, small))
	}
	return slices.DeleteFunc(out, func(l Line) bool { return l.Text == "" })
}

// Lines are the lines of the blocks of words, in their order, some of them
// twice. A variant whose blocks have a file of their own in the language has
// none.
func (v *Variant) Lines(lang string) []Line {
	var out []Line
	if v.languages[lang] == nil {
		v.words(func(block, text string) string {
			if strings.TrimSpace(token.ReplaceAllString(text, "")) != "" {
				out = append(out, lineOf(block, text, word))
			}
			return text
		})
	}
	return out
}

// lineOf tells words from what stays: values, commands, names on a page.
func lineOf(place, text string, words *regexp.Regexp) Line {
	bare := chip.ReplaceAllString(token.ReplaceAllString(text, ""), "")
	return Line{place, text, words.MatchString(bare)}
}

// words is the source of the blocks of words, each line of which has gone
// through say. The lines of the other blocks are empty, so that mistakes are
// told with their place.
func (v *Variant) words(say func(block, text string) string) string {
	var b strings.Builder
	block := ""
	for line := range strings.SplitAfterSeq(v.body.text, "\n") {
		m := defines.FindStringSubmatch(line)
		if m != nil {
			block = m[1]
		}
		end := line[len(strings.TrimRight(line, "\n")):]
		switch {
		case block == "" || !translatable(block, v.said, v.dialect):
			line = end
		case m == nil:
			line = strings.TrimRight(line, " \t\n")
			lead := marker.FindString(line)
			line = lead + say(block, line[len(lead):]) + end
		}
		b.WriteString(line)
	}
	return b.String()
}

// in is the body in a language: a file of its own, or the English one with the
// lines there are. It is nil where there is neither.
func (v *Variant) in(lang string) (*body, error) {
	if b := v.languages[lang]; b != nil {
		return b, nil
	}
	lines, err := v.tongues.of(v.Router, lang)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if b := v.made[lang]; b != nil {
		return b, nil
	}
	text := v.words(func(_, text string) string {
		if other := lines[text]; other != "" {
			return other
		}
		return text
	})
	b := newBody(v.body.file+" in "+lang, text, v.body.line, v.dialect, v.said, true)
	if v.made == nil {
		v.made = map[string]*body{}
	}
	v.made[lang] = b
	return b, nil
}

// Said is a text of the head in another language, or as it is. All of them are
// in the file of lines that brands share: a list of brands reads one file.
func (v *Variant) Said(lang, text string) string {
	if v.tongues == nil || !langForm.MatchString(lang) {
		return text
	}
	v.tongues.mu.Lock()
	defer v.tongues.mu.Unlock()
	shared, err := v.tongues.file(sharedLines(lang))
	if other := shared[text]; err == nil && other != "" {
		return other
	}
	return text
}

// Languages are those that the brand is translated to, sorted; English is the
// guide itself.
func (v *Variant) Languages() []string {
	var out []string
	for lang := range v.languages {
		out = append(out, lang)
	}
	if v.tongues != nil {
		files, _ := fs.Glob(v.tongues.fsys, path.Join("routers", v.Router, "??.yaml"))
		for _, f := range files {
			if lang := strings.TrimSuffix(path.Base(f), ".yaml"); v.languages[lang] == nil {
				out = append(out, lang)
			}
		}
	}
	slices.Sort(out)
	return out
}

// languages are all that any guide is translated to.
func (c *Catalogue) languages(fsys fs.FS) []string {
	var out []string
	for _, r := range c.Routers {
		for _, v := range r.Variants {
			for lang := range v.languages {
				out = append(out, lang)
			}
		}
	}
	for _, in := range []string{"routers/??.yaml", "routers/*/??.yaml"} {
		files, _ := fs.Glob(fsys, in)
		for _, f := range files {
			out = append(out, strings.TrimSuffix(path.Base(f), ".yaml"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
