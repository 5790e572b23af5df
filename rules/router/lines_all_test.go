package router_test

import (
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/router"
)

// asIf loads the shipped routers with another language, whose lines say makes of
// the English ones, and tells how many there are.
func asIf(t *testing.T, say func(en string) string) (*router.Catalogue, int, error) {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(assets.FS, "routers", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".tmpl") {
			return err
		}
		data, err := fs.ReadFile(assets.FS, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	shared, n, bodies := map[string]string{}, 0, map[string]bool{}
	for _, r := range c.Routers {
		own := map[string]string{}
		for _, v := range r.Variants {
			for _, l := range v.Lines("xx") {
				bodies[l.Text] = true
				if other := say(l.Text); other != "" {
					own[l.Text] = other
				}
			}
			for _, l := range v.Heads() {
				if other := say(l.Text); other != "" {
					shared[l.Text] = other
				}
			}
		}
		n += len(own)
		put(t, files, "routers/"+r.ID+"/xx.yaml", own)
	}
	maps.DeleteFunc(shared, func(en, _ string) bool { return bodies[en] }) // none may stand in both
	put(t, files, "routers/xx.yaml", shared)
	c, err = router.Load(files)
	return c, n + len(shared), err
}

func put(t *testing.T, files fstest.MapFS, name string, lines map[string]string) {
	t.Helper()
	data, err := yaml.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	files[name] = &fstest.MapFile{Data: data}
}

var step = regexp.MustCompile(`^\s*([0-9]+\.|-) `)

// TestLinesAll: every shipped line can be translated by itself, and the guide
// has it: with a mark behind each line all words of all guides bear it.
func TestLinesAll(t *testing.T) {
	c, n, err := asIf(t, func(en string) string { return en + " xyz" })
	if err != nil {
		t.Fatal(err)
	}
	if n < 2000 {
		t.Errorf("only %d lines", n)
	}
	for _, r := range c.Routers {
		for _, v := range r.Variants {
			side := v.Sides[0]
			in := map[string]string{}
			for _, a := range v.Asks {
				in[a.ID] = sample(a)
			}
			g, err := v.Render(router.Request{Side: side, Site: webSite(), Inputs: in, Wants: webhookWants(), Lang: "xx"})
			if err != nil {
				t.Errorf("%s/%s: %v", r.ID, v.Generation, err)
			}
			for _, b := range g.Blocks {
				if b.Kind == router.Code {
					continue
				}
				for line := range strings.SplitSeq(strings.TrimSpace(b.Text), "\n") {
					if !strings.HasSuffix(line, " xyz") && step.MatchString(line) {
						t.Errorf("%s/%s: not translated: %q", r.ID, v.Generation, line)
					}
				}
			}
		}
	}
}

// sample is a value that an input takes.
func sample(a router.Ask) string {
	for _, s := range append([]string{"", "name1", "12345", "192.0.2.7", "192.0.2.0/24", "00:11:22:33:44:55", "sg-0123456789abcdef0", "ocid1.vcn.oc1.eu.aaaa"}, a.Choices...) {
		if _, err := a.CheckInput(s); err == nil {
			return s
		}
	}
	return ""
}

// TestLinesAllRefused: no shipped line may lose a value, or gain one.
func TestLinesAllRefused(t *testing.T) {
	action := regexp.MustCompile(`\{\{.*?\}\}`)
	for name, say := range map[string]func(string) string{
		"first action left out": func(en string) string {
			m := action.FindStringIndex(en)
			if m == nil {
				return ""
			}
			return strings.TrimSpace("x " + en[:m[0]] + en[m[1]:])
		},
		"one more value": func(en string) string { return en + " {{.Site.LANIP}}" },
		"one more code":  func(en string) string { return en + " `reboot`" },
		"one more port":  func(en string) string { return en + " 31337" },
	} {
		t.Run(name, func(t *testing.T) {
			_, n, err := asIf(t, say)
			places := map[string]bool{}
			for _, m := range regexp.MustCompile(`(?m)^routers/\S+yaml:\d+:`).FindAllString(errors.Join(err, errors.New("")).Error(), -1) {
				places[m] = true
			}
			if len(places) != n {
				t.Errorf("%d of %d lines were refused", len(places), n)
			}
		})
	}
}
