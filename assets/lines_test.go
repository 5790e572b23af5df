package assets_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/router"
)

// linesOf names brands, with commas, whose files of German lines TestGuideLines
// writes anew: in the order of the guides, lines that are not translated empty,
// lines that are no longer there left out. "shared" is the file of all brands.
var linesOf = flag.String("lines", "", "brands whose routers/<brand>/de.yaml is to be written anew")

// german is the language of the files that TestGuideLines looks at.
const german = "de"

// lines are those of one file, in their order, each once.
type lines struct {
	file  string
	order []router.Line
	from  map[string]string // generation in which a line stands first
}

func (l *lines) add(generation string, line router.Line) {
	if _, ok := l.from[line.Text]; !ok {
		l.from[line.Text] = generation
		l.order = append(l.order, line)
	}
}

// lineFiles are the lines to translate by brand, and under the name shared those
// of several brands and all heads.
func lineFiles(c *router.Catalogue) map[string]*lines {
	files := map[string]*lines{"shared": {file: "routers/" + german + ".yaml", from: map[string]string{}}}
	brands, heads := map[string][]string{}, map[string]bool{}
	for _, r := range c.Routers {
		for _, v := range r.Variants {
			for _, l := range v.Heads() {
				files["shared"].add(r.ID, l)
				heads[l.Text] = true
			}
			for _, l := range v.Lines(german) {
				if !slices.Contains(brands[l.Text], r.ID) {
					brands[l.Text] = append(brands[l.Text], r.ID)
				}
			}
		}
	}
	for _, r := range c.Routers {
		own := &lines{file: "routers/" + r.ID + "/" + german + ".yaml", from: map[string]string{}}
		files[r.ID] = own
		for _, v := range r.Variants {
			for _, l := range v.Lines(german) {
				if len(brands[l.Text]) > 1 || heads[l.Text] {
					files["shared"].add("several brands", l)
				} else {
					own.add(v.Generation, l)
				}
			}
		}
	}
	return files
}

// translations are what a file has now.
func translations(t *testing.T, file string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	have := map[string]string{}
	if err := yaml.Unmarshal(data, &have); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return have
}

// TestGuideLines counts the lines without German: a brand that has a file has
// all of them. With -lines it writes files anew.
func TestGuideLines(t *testing.T) {
	c, err := router.LoadHeads(assets.FS) // the lines are checked by Load, not while they are made
	if err != nil {
		t.Fatal(err)
	}
	files := lineFiles(c)
	for name := range strings.SplitSeq(*linesOf, ",") {
		if l := files[name]; l != nil {
			writeLines(t, l, files["shared"])
			if name == "shared" { // what it took over stands in no other
				for _, l := range files {
					if _, err := os.Stat(l.file); err == nil {
						writeLines(t, l, files["shared"])
					}
				}
			}
		} else if name != "" {
			t.Errorf("-lines %s: no such brand", name)
		}
	}
	var todo []string
	for name, l := range files {
		have := translations(t, l.file)
		left, size := 0, 0
		for _, line := range l.order {
			if line.Words && have[line.Text] == "" {
				left++
				size += len(line.Text)
			}
		}
		if left > 0 {
			todo = append(todo, fmt.Sprintf("%-18s %4d lines, %6d bytes", name, left, size))
			if _, err := os.Stat(l.file); err == nil && *linesOf == "" {
				t.Errorf("%s: %d lines without German: go test ./assets -run TestGuideLines -lines %s writes them there, empty", l.file, left, name)
			}
		}
	}
	slices.Sort(todo)
	t.Logf("%d files to translate:\n%s", len(todo), strings.Join(todo, "\n"))
}

// writeLines writes a file with what it has, and a place for what it lacks. A
// line that another brand has too is put into the shared file by its own run.
func writeLines(t *testing.T, l, shared *lines) {
	t.Helper()
	have := translations(t, l.file)
	if l == shared {
		brands, err := filepath.Glob("routers/*/" + german + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range brands {
			for en, de := range translations(t, b) {
				if have[en] == "" {
					have[en] = de
				}
			}
		}
	}
	var b bytes.Buffer
	part := ""
	for _, line := range l.order {
		de := have[line.Text]
		delete(have, line.Text)
		if !line.Words && de == "" {
			continue
		}
		p := l.from[line.Text]
		if l != shared {
			p += " " + line.Place
		}
		if p != part {
			fmt.Fprintf(&b, "# %s\n", p)
			part = p
		}
		fmt.Fprintf(&b, "%s:\n  %s\n", quoted(line.Text), quoted(de))
	}
	for en, de := range have {
		if de != "" && l != shared {
			t.Logf("%s: left out, no guide has it alone: %q: %q", l.file, en, de)
		}
	}
	if err := os.WriteFile(l.file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// quoted is a text as YAML reads it back, with as few marks to write as can be.
func quoted(s string) string {
	switch {
	case s == "":
		return `""`
	case !strings.Contains(s, "'"):
		return "'" + s + "'"
	case !strings.ContainsAny(s, `"\`):
		return `"` + s + `"`
	default:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
}

// TestGermanLetters: terminals of installers show what is on a German keyboard;
// typographic quotes and dashes they may not.
func TestGermanLetters(t *testing.T) {
	c, err := router.LoadHeads(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lineFiles(c) {
		for en, de := range translations(t, l.file) {
			if i := strings.IndexFunc(de, func(r rune) bool {
				return r > '~' && !strings.ContainsRune("äöüÄÖÜß", r) && !strings.ContainsRune(en, r)
			}); i >= 0 {
				t.Errorf("%s: %q in %q", l.file, []rune(de[i:])[0], de)
			}
		}
	}
}
