package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/syncsign/sops-firewall"

// allowed says which packages of ours each package may import; tests may also
// import assets and the labs of networks, certificates and time.
var allowed = map[string][]string{
	"cmd/sops-firewall":  {"tui", "wizard", "rules/router", "rules", "rules/check", "rules/check/wire", "rules/proof", "rules/gateway", "rules/host", "assets"},
	"tui":                {"wizard", "rules/router", "rules", "rules/check"},
	"wizard":             {"rules/router", "rules/gateway", "rules", "rules/check", "rules/spoken", "rules/host"},
	"rules/router":       {"rules/router/quote", "rules", "rules/check"},
	"rules/router/quote": {},
	"rules":              {"rules/check"},
	"rules/check":        {"rules/host"},
	"rules/spoken":       {},
	"rules/check/wire":   {"rules/check", "rules/host"},
	"rules/proof":        {"rules/check", "rules/spoken"},
	"rules/gateway":      {"rules/check"},
	"rules/host":         {},
	"assets":             {},

	"rules/check/wire/netlab":  {}, // for tests alone
	"rules/check/wire/certlab": {}, // the same
	"rules/check/wire/timelab": {}, // the same
}

// TestImports holds the directions between the packages: cmd -> tui -> wizard ->
// rules/router -> rules -> rules/check. A new arrow must be put here on purpose.
func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); file != root && (strings.HasPrefix(name, ".") || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		seen[pkg] = true
		may, known := allowed[pkg]
		if !known {
			t.Errorf("%s: package %s is not in the plan of packages", rel, pkg)
			return nil
		}
		checkImports(t, file, rel, pkg, may)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("package %s of the plan does not exist", pkg)
		}
	}
}

func checkImports(t *testing.T, file, rel, pkg string, may []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	test := strings.HasSuffix(file, "_test.go")
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(imp, "charm.land/") && pkg != "tui" && pkg != "cmd/sops-firewall" {
			t.Errorf("%s imports %s: only tui and cmd may draw", rel, imp)
		}
		ours, ok := strings.CutPrefix(imp, module+"/")
		if !ok || slices.Contains(may, ours) || test && slices.Contains([]string{"assets", "rules/check/wire/netlab", "rules/check/wire/certlab", "rules/check/wire/timelab", pkg}, ours) {
			continue
		}
		// The golden test of the shipped data stands beside it and needs the loaders.
		if test && pkg == "assets" {
			continue
		}
		t.Errorf("%s imports %s: no such arrow in the plan of packages", rel, imp)
	}
}

// TestTopLevel holds the folders of the project: nothing new at its top.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"README.md", "assets", "cmd", "go.mod", "go.sum", "rules", "tui", "wizard"}
	var got []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && e.Name() != "sops-firewall" {
			got = append(got, e.Name())
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("top level has %v, want %v", got, want)
	}
}
