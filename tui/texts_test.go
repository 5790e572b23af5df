package tui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ourWords are literals with a space and letters that no user reads as a
// sentence: commands, key names, patterns of a line, and what wraps an error.
var ourWords = []string{
	"the terminal: %w",
	"the clipboard tool does not answer",
	"writing to the terminal: %w",
	"sops-firewall --plain",
	"sops-firewall check --from %s --site site.yaml --save %s.json", "sops-firewall check --from hub --to %s --transfer",
	"scp ", // the command that fetches a file
	"Up Down", "Enter Esc", "y Enter", "n Esc",
	"sops-firewall explain ",
	"   %s %s %5d ms",
	" IPv%d",
}

// verbs are what fmt fills in.
var verbs = regexp.MustCompile(`%[-+# 0-9.]*[a-z]`)

// wordy tells whether a literal may be a sentence, or a part of one: it has a
// space and two letters beside each other.
func wordy(s string) bool {
	return strings.Contains(s, " ") && regexp.MustCompile(`\pL\pL`).MatchString(verbs.ReplaceAllString(s, ""))
}

// TestNoSentenceInGo: what a user can read stands in the words of a language.
func TestNoSentenceInGo(t *testing.T) {
	used := map[string]bool{}
	eachFile(t, func(file *ast.File, set *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.BasicLit:
				s, err := strconv.Unquote(n.Value)
				if n.Kind != token.STRING || err != nil || !wordy(s) {
					return true
				}
				if used[s] = slices.Contains(ourWords, s); !used[s] {
					t.Errorf("%s: %q belongs into assets/text/en.yaml", set.Position(n.Pos()), s)
				}
			}
			return true
		})
	})
	for _, s := range ourWords {
		if !used[s] {
			t.Errorf("%q is allowed and nowhere used", s)
		}
	}
}

// TestKeysHaveTexts: a key that is asked for by name has a text, a count both
// of its forms, and a hint its two lengths.
func TestKeysHaveTexts(t *testing.T) {
	w := realWords()
	need := func(pos token.Position, keys ...string) {
		for _, k := range keys {
			if !w.Has(k) {
				t.Errorf("%s: there is no text %s", pos, k)
			}
		}
	}
	eachFile(t, func(file *ast.File, set *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			arg := 0
			if f.Sel.Name == "hint" || f.Sel.Name == "bare" {
				arg = 1
			}
			if arg >= len(call.Args) {
				return true
			}
			lit, ok := call.Args[arg].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			key, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			pos := set.Position(lit.Pos())
			switch f.Sel.Name {
			case "t", "Say", "Text":
				need(pos, key)
			case "n", "Count":
				need(pos, key+".one", key+".many")
			case "widest":
				for _, a := range call.Args {
					if l, ok := a.(*ast.BasicLit); ok {
						k, _ := strconv.Unquote(l.Value)
						need(pos, k)
					}
				}
			case "hint", "bare":
				if key != "draw" && key != "quit" { // of the help alone
					need(pos, "keys."+key+".long", "keys."+key+".short")
				}
			case "text", "tell":
				need(pos, "plain."+key)
			case "mark":
				need(pos, "states."+key)
			}
			return true
		})
	})
}

// eachFile parses the package's sources but its tests.
func eachFile(t *testing.T, f func(file *ast.File, set *token.FileSet)) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		f(file, set)
	}
}
