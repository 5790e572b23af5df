package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/wizard"
)

// speaking are the packages whose sentences reach a user; tui has a test of its
// own. Of the others, loaders speak to those who write rule books and routers.
var speaking = []string{"cmd/sops-firewall", "wizard"}

// noSentences are literals with wordy   and a space that are none: commands to
// type, names of products, forms of lines, and errors of our own data.
var noSentences = []string{
	"explain CODE", "routers [FILTER]", "help [COMMAND]", "  sops-firewall completion ", "{{.CommandPath}}", usagePage,
	"sops-firewall check --from internet --to %s --code %s", "sops-firewall %s %s/%s %s\n", "sops-firewall: ",
	"exit %d", "marks of routers: %w", "held by process ", "lock changes", // of our own data, or told in other words
	"--- BEGIN SOPS CHECK ---", "--- END SOPS CHECK ---", // marks of a result that travels as text
	"this computer", // a word of the checks that words replace
	", router: generic}",
	"Amazon EC2", "Amazon AWS", "Microsoft Azure", "Google Compute Engine", "Google Cloud", "Akamai Linode", "Oracle Cloud", "Alibaba Cloud ECS",
	"makers: %w", "makers: larger than %d KiB", "makers: line %d: want router id | maker | prefixes", "makers: line %d: %q: want six small hexadecimal digits",
	"makers: line %d: %s is %s already", "answers: %w", "saved sites: %w",
	"words: %w", "words %s: %w", "words %s: larger than %d bytes", "line %d: %s: want a text or a map of texts",
	"2006-01-02 15:04 MST", "%d ms",
	"# %s\n\n%s\n\n## %s\n\n```yaml\n%s```\n",
}

var (
	verb  = regexp.MustCompile(`%[-+# 0-9.*]*[a-z]`)
	wordy = regexp.MustCompile(`\pL\pL`)
)

// literals calls f with each text in the sources of a package.
func literals(t *testing.T, pkg string, f func(at token.Position, s string)) {
	t.Helper()
	sources(t, pkg, func(set *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				return n.Tag == nil
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					f(set.Position(n.Pos()), s)
				}
			}
			return true
		})
	})
}

func sources(t *testing.T, pkg string, f func(*token.FileSet, *ast.File)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v, %v", pkg, names, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		f(set, file)
	}
}

// TestNoSentenceInGo: what a user can read stands in the words of a language.
func TestNoSentenceInGo(t *testing.T) {
	used := map[string]bool{}
	for _, pkg := range speaking {
		literals(t, pkg, func(at token.Position, s string) {
			if !strings.Contains(strings.TrimSpace(s), " ") || !wordy.MatchString(verb.ReplaceAllString(s, "")) {
				return
			}
			if used[s] = slices.Contains(noSentences, s); !used[s] {
				t.Errorf("%s: %q belongs into assets/text/en.yaml", at, s)
			}
		})
	}
	for _, s := range noSentences {
		if !used[s] && strings.Contains(strings.TrimSpace(s), " ") {
			t.Errorf("%q is allowed and nowhere used", s)
		}
	}
}

// TestKeysHaveTexts: a key that is asked for by name has a text, and a count both
// of its forms.
func TestKeysHaveTexts(t *testing.T) {
	w, err := wizard.LoadWords(sub("text"), wizard.English)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, pkg := range append(speaking, "rules/router", "rules/proof") {
		sources(t, pkg, func(set *token.FileSet, file *ast.File) {
			ast.Inspect(file, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				f, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				for _, key := range keysOf(pkg, f.Sel.Name, call.Args) {
					if n++; !w.Has(key) {
						t.Errorf("%s: there is no text %s", set.Position(call.Pos()), key)
					}
				}
				return true
			})
		})
	}
	if n < 200 {
		t.Errorf("%d keys were found", n)
	}
}

// keysOf are the keys that a call asks for, where they stand there as they are.
func keysOf(pkg, name string, args []ast.Expr) []string {
	at, before := 0, ""
	switch {
	case name == "Say", name == "Count", name == "Text", name == "text":
	case name == "say" && pkg == "cmd/sops-firewall":
		before = "commands."
	case name == "say" && pkg == "wizard":
		at, before = 1, "problems."
	case name == "because" && pkg == "wizard":
		at, before = 2, "problems."
	default:
		return nil
	}
	if len(args) <= at {
		return nil
	}
	lit, ok := args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return nil
	}
	key, err := strconv.Unquote(lit.Value)
	if err != nil {
		return nil
	}
	if key = before + key; name == "Count" {
		return []string{key + ".one", key + ".many"}
	}
	return []string{key}
}
