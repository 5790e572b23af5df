package router_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/router"
)

// page is what a person must find in a guide without code, in the order of the
// clicks: testdata/pages/<brand>-<generation>[.<lang>].yaml. In what is said
// once per rule PORT and NAME stand for the rule's own.
type page struct {
	ID         string                     `yaml:"id"`
	Generation string                     `yaml:"generation"`
	Lang       string                     `yaml:"lang"`
	Prepare    []string                   `yaml:"prepare"`
	Open       []string                   `yaml:"open"` // the way to the page, before the first rule
	Rule       []string                   `yaml:"rule"` // one rule; the first piece is in its first line, and in no other step
	Then       []string                   `yaml:"then"` // behind the last rule, once per rule: a second round
	Save       []string                   `yaml:"save"` // behind the last rule
	Verify     []string                   `yaml:"verify"`
	Undo       []string                   `yaml:"undo"`  // both once per rule
	Hubs       []string                   `yaml:"hubs"`  // the filters to look at where hubs are stopped on their way out
	Traps      []map[router.Part][]string `yaml:"traps"` // part -> what bites later and is said before
}

func (p page) file() string {
	name := p.ID + "-" + p.Generation
	if p.Lang != "en" {
		name += "." + p.Lang
	}
	return name + ".yaml"
}

// check names what is missing in the file of a guide of kind k.
func (p page) check(k router.Kind) error {
	var errs []error
	need := func(ok bool, key string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s: %s is missing", p.file(), key))
		}
	}
	need(len(p.Traps) > 0, "traps")
	for i, trap := range p.Traps {
		need(len(trap) == 1, fmt.Sprintf("traps %d: one part and what it says", i+1))
		for part, say := range trap {
			need(len(say) > 0 && slices.Contains([]router.Part{router.Prepare, router.Apply, router.Verify, router.Undo, router.Notes}, part), fmt.Sprintf("traps %d: part %q", i+1, part))
		}
	}
	need(len(p.Open) > 0, "open")
	need(k != router.Web || len(p.Rule) > 1, "rule")
	if p.Lang == "en" {
		need(len(p.Prepare) > 0, "prepare")
		need(len(p.Verify) > 0, "verify")
		need(len(p.Undo) > 0, "undo")
	}
	return errors.Join(errs...)
}

// readPages reads all files strictly.
func readPages(t *testing.T) []page {
	t.Helper()
	files, err := filepath.Glob("testdata/pages/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	var out []page
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var p page
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		if err := dec.Decode(&p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if p.file() != filepath.Base(file) {
			t.Errorf("%s says it is %s", file, p.file())
		}
		out = append(out, p)
	}
	return out
}

// worded are the shipped guides without code: by web page, or of kind none.
func worded(t *testing.T) []*router.Variant {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	var out []*router.Variant
	for _, r := range c.Routers {
		for _, v := range r.Variants {
			if v.Kind == router.Web || v.Kind == router.None {
				out = append(out, v)
			}
		}
	}
	return out
}

// TestPages: each shipped guide without code, and each translation of one, has
// its page file, and each file its guide.
func TestPages(t *testing.T) {
	want := map[string]router.Kind{}
	for _, v := range worded(t) {
		name := v.Router + "-" + v.Generation
		want[name+".yaml"] = v.Kind
		langs, err := fs.Glob(assets.FS, path.Join("routers", v.Router, v.Generation+".??.tmpl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range langs {
			want[name+path.Ext(strings.TrimSuffix(l, ".tmpl"))+".yaml"] = v.Kind
		}
	}
	for _, p := range readPages(t) {
		kind, ok := want[p.file()]
		if !ok {
			t.Errorf("testdata/pages/%s belongs to no shipped guide", p.file())
			continue
		}
		delete(want, p.file())
		if err := p.check(kind); err != nil {
			t.Error(err)
		}
	}
	for file := range want {
		t.Errorf("testdata/pages/%s is missing: it says what the guide must say, field by field", file)
	}
}

// TestPageRules reads every web guide as one who clicks it: the way to the page,
// then for each rule every field with its value, then what saves it.
func TestPageRules(t *testing.T) {
	for _, p := range readPages(t) {
		if len(p.Rule) == 0 { // nothing can be set there: no rules, but the same parts
			t.Run(p.file(), func(t *testing.T) {
				g := render(t, p.ID+"/"+p.Generation, router.Request{Side: router.SideSite, Site: webSite(), Wants: webhookWants(), Lang: p.Lang})
				inOrder(t, text(g, router.Prepare), p.Prepare...)
				inOrder(t, text(g, router.Apply), p.Open...)
				inOrder(t, text(g, router.Verify), p.Verify...)
				inOrder(t, text(g, router.Undo), p.Undo...)
			})
			continue
		}
		for ports, wants := range map[string][]router.Want{
			"80,443":                     webhookWants(),
			"80,443,1883,8443,8883,8888": append(inboundWants(), webhookWants()...),
		} {
			t.Run(p.file()+" "+ports, func(t *testing.T) {
				p.clicked(t, render(t, p.ID+"/"+p.Generation, router.Request{Side: router.SideServer, Site: webSite(), Wants: wants, Lang: p.Lang}), ports)
			})
		}
	}
}

// clicked compares one guide that opens ports.
func (p page) clicked(t *testing.T, g router.Guide, ports string) {
	t.Helper()
	apply := text(g, router.Apply)
	inOrder(t, text(g, router.Prepare), p.Prepare...)
	inOrder(t, apply, append(slices.Clone(p.Open), p.Rule[0])...)
	want := map[string]bool{}
	for port := range strings.SplitSeq(ports, ",") {
		want[port] = true
	}
	rules := rulesOf(apply, p.Rule[0])
	if len(rules) == 0 {
		t.Fatalf("no step with %q in\n%s", p.Rule[0], apply)
	}
	_, behind, _ := strings.Cut(apply, rules[len(rules)-1])
	names := map[string]bool{}
	for _, rule := range rules {
		port := portChip.FindStringSubmatch(rule)[1]
		for one := range strings.SplitSeq(port, ",") {
			one = strings.TrimSpace(one)
			if !want[one] {
				t.Errorf("port %s twice or not wanted:\n%s", one, rule)
			}
			delete(want, one)
		}
		own := ""
		if m := nameChip.FindStringSubmatch(rule); m != nil {
			own = m[1]
		}
		if names[own] && own != "" {
			t.Errorf("name %q is used twice", own)
		}
		names[own] = true
		fill := func(pieces []string) []string {
			var out []string
			for _, s := range pieces {
				out = append(out, strings.NewReplacer("PORT", port, "NAME", own).Replace(s))
			}
			return out
		}
		inOrder(t, rule, fill(p.Rule)...)
		inOrder(t, behind, fill(p.Then)...)
		inOrder(t, text(g, router.Verify), fill(p.Verify)...)
		inOrder(t, text(g, router.Undo), fill(p.Undo)...)
	}
	if len(want) > 0 {
		t.Errorf("no rule for %v in\n%s", want, apply)
	}
	inOrder(t, behind, p.Save...)
}

// TestPageTraps: what bites later is said before it bites.
func TestPageTraps(t *testing.T) {
	for _, p := range readPages(t) {
		t.Run(p.file(), func(t *testing.T) {
			g := render(t, p.ID+"/"+p.Generation, router.Request{Side: router.SideSite, Site: webSite(), Wants: webhookWants(), Lang: p.Lang})
			for _, trap := range p.Traps {
				for part, say := range trap {
					inOrder(t, text(g, part), say...)
				}
			}
		})
	}
}

// TestPageHubs: at the hubs nothing is forwarded; closed rows are told with the
// filters to look at.
func TestPageHubs(t *testing.T) {
	site := webSite()
	site.Outbound = "closed"
	for _, p := range readPages(t) {
		v := variant(t, p.ID+"/"+p.Generation)
		if !slices.Contains(v.Sides, router.SideHubs) || p.Lang != "en" {
			continue
		}
		t.Run(p.file(), func(t *testing.T) {
			if len(p.Hubs) == 0 {
				t.Fatalf("%s: hubs is missing: the filters to look at", p.file())
			}
			g := render(t, p.ID+"/"+p.Generation, router.Request{Side: router.SideHubs, Site: site, Wants: hubWants(), Lang: p.Lang})
			// A page without names for destinations has them in its notes.
			for _, flow := range []string{"hubs", "TCP", "8443", "8883", "sops.example.com", "80", "pub.sync-sign.com"} {
				if !strings.Contains(text(g, router.Apply)+text(g, router.Notes), flow) {
					t.Errorf("no word of %s in\n%s", flow, text(g, router.Apply))
				}
			}
			inOrder(t, text(g, router.Apply), p.Hubs...)
			for _, part := range []router.Part{router.Prepare, router.Apply, router.Verify, router.Undo} {
				for _, no := range []string{"192.168.178.20", "Port Sharing", "Virtual Server", "Port Forwarding"} {
					if strings.Contains(text(g, part), no) {
						t.Errorf("%s speaks of a forward (%q):\n%s", part, no, text(g, part))
					}
				}
			}
			for _, part := range []router.Part{router.Verify, router.Undo} {
				if strings.TrimSpace(text(g, part)) == "" {
					t.Errorf("part %s is empty", part)
				}
			}
		})
	}
}

// TestPageNothing: without a wish there is nothing to do, and no step says otherwise.
func TestPageNothing(t *testing.T) {
	for _, v := range worded(t) {
		for _, side := range v.Sides {
			g := render(t, v.Router+"/"+v.Generation, router.Request{Side: side, Site: webSite(), Lang: "en"})
			if !g.Nothing {
				t.Errorf("%s/%s, %s: Nothing is not set", v.Router, v.Generation, side)
			}
			if s := text(g, router.Apply); strings.TrimSpace(s) != "" {
				t.Errorf("%s/%s, %s: steps without a wish:\n%s", v.Router, v.Generation, side, s)
			}
		}
	}
}
