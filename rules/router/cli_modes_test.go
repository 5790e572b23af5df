package router_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// modeForm is a line that a vendor documents: the mode it is typed in, the mode
// it enters, if any. <name> is a word of that form.
type modeForm struct {
	mode, line, enters string
	source             string
}

// modeStore is a small device whose configuration is typed in modes: lines by
// the lines that lead to them.
type modeStore struct {
	forms []modeForm
	kinds map[string]string
	same  func(line string) string // the line as it counts: without its number
	lines map[string][]string      // "ip access-list extended X": its lines; "" is the top
}

// at is where the next line goes.
type at struct{ mode, path string }

// match finds the form of a line in the modes, innermost first.
func (s *modeStore) match(line string, stack []at) (modeForm, int, bool) {
	words := strings.Fields(line)
	for i := len(stack) - 1; i >= 0; i-- {
		for _, f := range s.forms {
			form := strings.Fields(f.line)
			if f.mode == stack[i].mode && len(form) == len(words) && (&setStore{kinds: s.kinds}).fits(form, words) {
				return f, i, true
			}
		}
	}
	return modeForm{}, 0, false
}

// run types a text and gives what it does not know to other.
func (s *modeStore) run(t *testing.T, code string, other func(line string, stack []at) bool) {
	t.Helper()
	stack := []at{{}}
	for line := range strings.Lines(strings.TrimSpace(code)) {
		line = strings.Join(strings.Fields(line), " ")
		rest, no := strings.CutPrefix(line, "no ")
		f, depth, ok := s.match(rest, stack)
		switch {
		case line == "exit" && len(stack) > 1:
			stack = stack[:len(stack)-1]
		case ok && no:
			stack = stack[:depth+1]
			s.remove(stack[depth].path, rest)
		case ok:
			stack = stack[:depth+1]
			path := stack[depth].path
			if f.enters != "" {
				stack = append(stack, at{f.enters, strings.TrimPrefix(path+"\n"+line, "\n")})
			}
			if !slices.ContainsFunc(s.lines[path], func(l string) bool { return s.same(l) == s.same(line) }) {
				s.taken(t, path, line)
				s.lines[path] = append(s.lines[path], line)
			}
		case other != nil && other(line, stack):
		default:
			t.Fatalf("no documented line fits: %q in %q", line, stack[len(stack)-1].path)
		}
	}
}

// taken complains where another line has the same number.
func (s *modeStore) taken(t *testing.T, path, line string) {
	t.Helper()
	number, _, _ := strings.Cut(line, " ")
	if strings.Trim(number, "0123456789") != "" {
		return
	}
	for _, l := range s.lines[path] {
		if strings.HasPrefix(l, number+" ") {
			t.Errorf("%s: number %s is taken by %s", path, number, l)
		}
	}
}

// remove takes a line away, and what stands under it.
func (s *modeStore) remove(path, line string) {
	gone := func(l string) bool { return s.same(l) == s.same(line) }
	for _, l := range s.lines[path] {
		if under := strings.TrimPrefix(path+"\n"+l, "\n"); gone(l) {
			maps.DeleteFunc(s.lines, func(k string, _ []string) bool { return k == under || strings.HasPrefix(k, under+"\n") })
		}
	}
	s.lines[path] = slices.DeleteFunc(s.lines[path], gone)
}

// left are all lines but those that only open a section of the owner's.
func (s *modeStore) leftBut(owner *regexp.Regexp) []string {
	var out []string
	for path, lines := range s.lines {
		for _, l := range lines {
			if !owner.MatchString(l) {
				out = append(out, path+" / "+l)
			}
		}
	}
	return out
}
