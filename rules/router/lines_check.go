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
	"unicode"
)

// maxLine bounds a translated line, in bytes.
const maxLine = 2000

// checkLines reads all files of lines and tells all their mistakes at once.
func (c *Catalogue) checkLines(fsys fs.FS) error {
	shared, err := fs.Glob(fsys, "routers/*.yaml")
	if err != nil {
		return err
	}
	own, err := fs.Glob(fsys, "routers/*/*.yaml")
	if err != nil {
		return err
	}
	var errs []error
	in := map[string]map[string]bool{} // lines of the shared file, by language
	for _, file := range append(shared, own...) {
		lang, brand := strings.TrimSuffix(path.Base(file), ".yaml"), path.Base(path.Dir(file))
		if !langForm.MatchString(lang) {
			errs = append(errs, fmt.Errorf("%s: want two letters, the language: de.yaml", file))
			continue
		}
		list, err := readLines(fsys, file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		everywhere := path.Dir(file) == "routers"
		if everywhere {
			in[lang] = map[string]bool{}
		}
		have := c.lineSet(lang, brand, everywhere)
		for _, p := range list {
			bad := func(err error) { errs = append(errs, fmt.Errorf("%s:%d: %w", file, p.at, err)) }
			if !have[p.en] {
				bad(fmt.Errorf("no guide has this line any longer: %.60q", p.en))
				continue
			}
			if everywhere {
				in[lang][p.en] = true
			} else if in[lang][p.en] {
				bad(fmt.Errorf("routers/%s.yaml has this line already: %.60q", lang, p.en))
			}
			if p.other != "" && p.other != Keep {
				for _, err := range checkLine(p.en, p.other) {
					bad(err)
				}
			}
		}
	}
	return errors.Join(errs...)
}

// lineSet are the lines of a brand, or of all with their heads.
func (c *Catalogue) lineSet(lang, brand string, everywhere bool) map[string]bool {
	have := map[string]bool{}
	for _, r := range c.Routers {
		if everywhere || r.ID == brand {
			for _, v := range r.Variants {
				lines := v.Lines(lang)
				if everywhere {
					lines = append(lines, v.Heads()...)
				}
				for _, l := range lines {
					have[l.Text] = true
				}
			}
		}
	}
	return have
}

// checkLine tells what a translated line says otherwise than the English one.
func checkLine(en, other string) []error {
	switch {
	case len(other) > maxLine:
		return []error{fmt.Errorf("longer than %d bytes", maxLine)}
	case strings.TrimSpace(other) != other || marker.FindString(other) != "":
		return []error{errors.New("begins or ends with a blank, or begins with a number or hyphen: the guide puts them there")}
	case strings.ContainsFunc(other, func(r rune) bool { return !unicode.IsPrint(r) }):
		return []error{errors.New("holds a line break or a control character")}
	}
	want, err := signatureOf(en)
	if err != nil {
		return []error{fmt.Errorf("the English line cannot be translated by itself: %w", err)}
	}
	got, err := signatureOf(other)
	if err != nil {
		return []error{err}
	}
	errs := differ("the value", want.values, got.values)
	errs = append(errs, differ("the condition", want.conditions, got.conditions)...)
	errs = append(errs, differ("the code", want.code, got.code)...)
	errs = append(errs, differ("the figure", want.figures, got.figures)...)
	for b := range want.bold {
		if got.bold[b] == 0 {
			errs = append(errs, fmt.Errorf("the words of the page %s are missing: they stay, a translation may follow in ( )", b))
		}
	}
	return errs
}

// differ tells what is in one and not in the other as often.
func differ(what string, want, got map[string]int) []error {
	var errs []error
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] < want[k] {
			errs = append(errs, fmt.Errorf("%s %s is missing", what, k))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if got[k] > want[k] {
			errs = append(errs, fmt.Errorf("%s %s is not in the English line, or not so often", what, k))
		}
	}
	return errs
}

// signature is what a line and its translation have in common.
type signature struct {
	values     map[string]int // {{…}} that print, behind the conditions they stand under
	conditions map[string]int // 1: a translation may ask the same twice
	code       map[string]int // `…`, behind its conditions
	bold       map[string]int // **…**
	figures    map[string]int // 1: numbers, addresses, TCP and UDP in the text
}

var (
	control = regexp.MustCompile(`^\{\{-?\s*(if|range|with|else|end)\b`)
	figure  = regexp.MustCompile(`[0-9]+(?:[.:/][0-9]+)*|TCP|UDP`)
)

// signatureOf reads a line whose conditions begin and end in it.
func signatureOf(line string) (signature, error) {
	s := signature{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
	var under []string
	var code, bold span
	text := func(t string) error {
		if strings.Contains(t, "{{") || strings.Contains(t, "}}") {
			return errors.New("{{ without }}, or the other way round")
		}
		for _, f := range figure.FindAllString(t, -1) {
			s.figures[f] = 1
		}
		code.text(t, "`", s.code, strings.Join(under, " "))
		bold.text(t, "**", s.bold, "")
		return nil
	}
	at := 0
	for _, m := range token.FindAllStringIndex(line, -1) {
		if err := text(line[at:m[0]]); err != nil {
			return s, err
		}
		at = m[1]
		tok := line[m[0]:m[1]]
		code.token(tok)
		bold.token(tok)
		c := control.FindStringSubmatch(tok)
		if c == nil {
			s.values[strings.TrimSpace(strings.Join(under, " ")+" "+tok)]++
			continue
		}
		if c[1] == "else" || c[1] == "end" {
			if len(under) == 0 {
				return s, fmt.Errorf("%s without a condition", tok)
			}
			if c[1] == "end" {
				under = under[:len(under)-1]
				continue
			}
			tok = under[len(under)-1] + tok
			under = under[:len(under)-1]
		}
		under = append(under, tok)
		s.conditions[strings.Join(under, " ")] = 1
	}
	if err := text(line[at:]); err != nil {
		return s, err
	}
	switch {
	case len(under) > 0:
		return s, fmt.Errorf("%s without its {{end}}", under[len(under)-1])
	case code.open:
		return s, errors.New("a ` without its other")
	case bold.open:
		return s, errors.New("a ** without its other")
	}
	return s, nil
}

// span collects what stands between two marks.
type span struct {
	open  bool
	under string
	b     strings.Builder
}

func (s *span) text(t, mark string, into map[string]int, under string) {
	for i, part := range strings.Split(t, mark) {
		if i > 0 {
			if s.open {
				into[strings.TrimSpace(s.under+" "+mark+s.b.String()+mark)]++
			}
			s.open, s.under = !s.open, under
			s.b.Reset()
		}
		if s.open {
			s.b.WriteString(part)
		}
	}
}

func (s *span) token(tok string) {
	if s.open {
		s.b.WriteString(tok)
	}
}
