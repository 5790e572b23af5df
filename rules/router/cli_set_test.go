package router_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// setForm is a line that a vendor documents: words, <one> for a word of that
// form, and as the last word <one> for a value or [one] for one of a list.
type setForm struct {
	line   string
	source string
}

// setStore is a small device whose configuration is written by set and delete.
// A value stands under the words before it.
type setStore struct {
	forms  []setForm
	kinds  map[string]string                               // form of a <word>
	ours   func(words []string) bool                       // whether a line speaks of what is ours
	used   func(values map[string][]string, p string) bool // whether a deletion is refused, nil = never
	values map[string][]string
}

var setWord = regexp.MustCompile(`^(?:'([^']*)'|"([^"]*)"|([^\s'"]+))(?:\s+|$)`)

// setWords cuts a line into its words, without their quotes.
func setWords(t *testing.T, line string) []string {
	t.Helper()
	var out []string
	for rest := strings.TrimSpace(line); rest != ""; {
		m := setWord.FindStringSubmatch(rest)
		if m == nil {
			t.Fatalf("cannot read: %s", line)
		}
		out = append(out, m[1]+m[2]+m[3])
		rest = rest[len(m[0]):]
	}
	return out
}

// line runs one line and tells whether it knew it.
func (s *setStore) line(t *testing.T, line string) bool {
	t.Helper()
	w := setWords(t, line)
	if len(w) < 2 || w[0] != "set" && w[0] != "delete" {
		return false
	}
	if !s.ours(w[1:]) {
		t.Errorf("touches what is not ours: %s", line)
	}
	if w[0] == "delete" {
		s.delete(t, w[1:])
		return true
	}
	path, value := strings.Join(w[1:len(w)-1], " "), w[len(w)-1]
	switch list, known := s.known(w[1:]); {
	case !known:
		t.Fatalf("no documented line fits: %s", line)
	case !list:
		s.values[path] = []string{value}
	case !slices.Contains(s.values[path], value):
		s.values[path] = append(s.values[path], value)
	}
	return true
}

// known looks for the documented line.
func (s *setStore) known(words []string) (list, ok bool) {
	for _, f := range s.forms {
		form := strings.Fields(f.line)
		if len(form) == len(words) && s.fits(form, words) {
			return strings.HasPrefix(form[len(form)-1], "["), true
		}
	}
	return false, false
}

func (s *setStore) fits(form, words []string) bool {
	for i, f := range form {
		kind, variable := s.kinds[strings.Trim(f, "<>[]")], strings.ContainsAny(f[:1], "<[")
		switch {
		case !variable && f != words[i]:
			return false
		case variable && !regexp.MustCompile(`^(?:`+kind+`)$`).MatchString(words[i]):
			return false
		}
	}
	return true
}

// delete takes away all under the words, or one value of a list.
func (s *setStore) delete(t *testing.T, words []string) {
	t.Helper()
	path := strings.Join(words, " ")
	if s.used != nil && s.used(s.values, path) {
		t.Logf("in use, stays: %s", path)
		return
	}
	for k := range s.values {
		if k == path || strings.HasPrefix(k, path+" ") {
			delete(s.values, k)
		}
	}
	list, value := strings.Join(words[:len(words)-1], " "), words[len(words)-1]
	if i := slices.Index(s.values[list], value); i >= 0 {
		if s.values[list] = slices.Delete(s.values[list], i, i+1); len(s.values[list]) == 0 {
			delete(s.values, list)
		}
	}
}

// one is the only value under a path.
func (s *setStore) one(t *testing.T, path string) string {
	t.Helper()
	if len(s.values[path]) != 1 {
		t.Errorf("%s: %q, want one value", path, s.values[path])
		return ""
	}
	return s.values[path][0]
}

// under are the words that follow a path, sorted.
func (s *setStore) under(path string) []string {
	seen := map[string]bool{}
	for k, values := range s.values {
		if rest, ok := strings.CutPrefix(k+" "+strings.Join(values, " "), path+" "); ok {
			word, _, _ := strings.Cut(rest, " ")
			seen[word] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (s *setStore) left() []string { return slices.Sorted(maps.Keys(s.values)) }
