package assets_test

import (
	"flag"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

var update = flag.Bool("update", false, "write the texts anew; read the difference as if you had to paste it")

const golden = "testdata/golden"

// shipped are the loaded files of this folder.
func shipped(t *testing.T) wizard.GuideDeps {
	t.Helper()
	sub := func(dir string) fs.FS {
		f, err := fs.Sub(assets.FS, dir)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	book, err := rules.Load(sub("rules"))
	if err != nil {
		t.Fatal(err)
	}
	cat, err := router.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	return wizard.GuideDeps{Book: book, Routers: cat, Words: words(t, "en")}
}

// words are those of a language.
func words(t *testing.T, lang string) *wizard.Words {
	t.Helper()
	if w := read[lang]; w != nil {
		return w
	}
	dir, err := fs.Sub(assets.FS, "text")
	if err != nil {
		t.Fatal(err)
	}
	w, err := wizard.LoadWords(dir, lang)
	if err != nil {
		t.Fatal(err)
	}
	read[lang] = w
	return w
}

// read are the words read so far, by language.
var read = map[string]*wizard.Words{}

// site is the answers whose guide for a side shows all that a router is asked
// for: in a LAN the webhook alone, elsewhere all rows, with the way out closed.
func site(side router.Side) wizard.Site {
	s := wizard.Site{
		Case: rules.CaseInternet, Outbound: wizard.OutboundClosed,
		Sources: []wizard.DataSource{{Kind: rules.SourceGoogle}},
		Server:  wizard.Server{Domain: "sops.example.com", LANIP: netip.MustParseAddr("192.168.50.10"), PublicIP: netip.MustParseAddr("203.0.113.5")},
		Hubs:    wizard.Hubs{Subnets: []netip.Prefix{netip.MustParsePrefix("192.168.60.0/24")}},
	}
	if side == router.SideSite {
		s.Case, s.Outbound, s.Hubs = rules.CaseLAN, wizard.OutboundOpen, wizard.Hubs{}
	}
	return s
}

// inputs answers what a router asks: its default, else a value of the kind.
func inputs(asks []router.Ask) map[string]string {
	values := map[string]string{
		"iface": "wan", "zone": "wan", "word": "name", "id": "id-1", "mac": "00:11:22:33:44:55", "sg": "sg-0123456789abcdef0", "name": "name-1", "number": "12345", "ocid": "ocid1.networksecuritygroup.oc1.eu-frankfurt-1.aaaa1234",
		"ip": "192.168.50.1", "prefix": "192.168.50.0/24", "port": "443",
	}
	in := map[string]string{}
	for _, a := range asks {
		switch {
		case a.Default != "" || a.Optional || a.From != "":
		case a.Kind == "choice":
			in[a.ID] = a.Choices[0]
		default:
			in[a.ID] = values[a.Kind]
		}
	}
	return in
}

// texts renders every guide of a router: generation, side and language.
func texts(t *testing.T, d wizard.GuideDeps, r router.Router) *txtar.Archive {
	t.Helper()
	a := &txtar.Archive{Comment: []byte(r.Name + ". Every text as it is printed; made by: go test ./assets -update\n\n")}
	for _, v := range r.Variants {
		for _, side := range v.Sides {
			var english wizard.SideGuide
			for _, lang := range append([]string{"en"}, v.Languages()...) {
				s := site(side)
				s.Firewalls = []wizard.Firewall{{Side: side, Router: r.ID, Generation: v.Generation, Inputs: inputs(v.Asks)}}
				d.Words = words(t, lang)
				g := wizard.SiteGuides(d, s, nil, false)
				if len(g) != 1 || g[0].Err != nil {
					t.Errorf("%s/%s %s: %+v", r.ID, v.Generation, side, g)
					continue
				}
				if lang == "en" {
					english = g[0]
				} else if v.Kind != router.None { // its code is a letter to a person
					sameCode(t, english.Guide, g[0].Guide)
				}
				a.Files = append(a.Files, txtar.File{Name: v.Generation + " " + string(side) + " " + lang, Data: []byte(wizard.GuideText(d.Words, g[0], ""))})
			}
		}
	}
	return a
}

// sameCode holds a translated guide to the English commands, and leaves them out
// of it: they stand in the English one.
func sameCode(t *testing.T, en, other router.Guide) {
	t.Helper()
	if len(en.Blocks) != len(other.Blocks) {
		t.Fatalf("%s: %d blocks, in English %d", other.Name, len(other.Blocks), len(en.Blocks))
	}
	for i, b := range other.Blocks {
		if b.Kind == router.Code {
			if b != en.Blocks[i] {
				t.Errorf("%s: other commands in %s than in English:\n%s", other.Name, b.Part, firstDifference(en.Blocks[i].Text, b.Text))
			}
			other.Blocks[i].Text = "(commands as in English)\n"
		}
	}
}

// TestGuides compares every guide with the text that was read and approved.
func TestGuides(t *testing.T) {
	d := shipped(t)
	left := map[string]bool{}
	if files, err := filepath.Glob(golden + "/*.txtar"); err == nil {
		for _, f := range files {
			left[f] = true
		}
	}
	for _, r := range d.Routers.Routers {
		t.Run(r.ID, func(t *testing.T) {
			file := filepath.Join(golden, r.ID+".txtar")
			delete(left, file)
			got := txtar.Format(texts(t, d, r))
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v (new router? go test ./assets -update)", err)
			}
			if string(got) != string(want) {
				t.Errorf("%s differs from what was read:\n%s", file, firstDifference(string(want), string(got)))
			}
		})
	}
	for f := range maps.Keys(left) {
		t.Errorf("%s belongs to no router", f)
	}
}

// firstDifference shows the first lines that differ.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		line := func(l []string) string {
			if i < len(l) {
				return l[i]
			}
			return "(end)"
		}
		if line(w) != line(g) {
			return "- " + line(w) + "\n+ " + line(g)
		}
	}
	return ""
}

// TestEveryGuide holds what all guides have in common.
func TestEveryGuide(t *testing.T) {
	d := shipped(t)
	for _, r := range d.Routers.Routers {
		for _, f := range texts(t, d, r).Files {
			text := string(f.Data)
			where := r.ID + " " + f.Name
			w := words(t, where[strings.LastIndex(where, " ")+1:])
			for _, part := range []string{"apply", "verify", "undo"} {
				if r.Kind != router.None && !strings.Contains(text, "== "+w.Say("guides.parts."+part)+" ==") {
					t.Errorf("%s has no part %s", where, part)
				}
			}
			if gap, _, _ := strings.Cut(w.Say("guides.not-covered"), ":"); strings.Contains(text, gap+":") {
				t.Errorf("%s: a gap with all answers given:\n%s", where, text)
			}
			for _, w := range []string{"<no value>", "{{", "}}", "%!", "\t\t\t\t"} {
				if strings.Contains(text, w) {
					t.Errorf("%s holds %q", where, w)
				}
			}
			for i, l := range strings.Split(text, "\n") {
				if strings.TrimRight(l, " ") != l {
					t.Errorf("%s: line %d ends with a blank: %q", where, i+1, l)
				}
				if j := strings.IndexFunc(l, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }); j >= 0 {
					t.Errorf("%s: line %d holds a control character", where, i+1)
				}
			}
		}
	}
}

// hostile are values as somebody could type or paste them.
var hostile = []string{
	"a;reboot", "$(reboot)", "`reboot`", "a'b", `a"b`, "a b", "-rf", "a?", "a\nb", "a\x1b[2Jb", "a\u202eb", "${x}", "%{x}", "[find]", "{", "a|b",
	"fe80::1%$(reboot)", "192.168.1.1;reboot", "192.168.1.0/24 any", "443 any", "#", "!", "*", "a\\", "../../etc/passwd", "ä", strings.Repeat("a", 300),
}

// TestHostileInputs: an input of a router is refused, or is one value in a text
// of the same shape.
func TestHostileInputs(t *testing.T) {
	d := shipped(t)
	for _, r := range d.Routers.Routers {
		for _, v := range r.Variants {
			side := v.Sides[0]
			render := func(in map[string]string) (string, error) {
				s := site(side)
				s.Firewalls = []wizard.Firewall{{Side: side, Router: r.ID, Generation: v.Generation, Inputs: in}}
				g := wizard.SiteGuides(d, s, nil, false)[0]
				return wizard.GuideText(d.Words, g, ""), g.Err
			}
			for _, a := range v.Asks {
				for _, bad := range hostile {
					in := inputs(v.Asks)
					in[a.ID] = bad
					text, err := render(in)
					if err != nil {
						continue
					}
					n, err := a.CheckInput(bad)
					if err != nil {
						t.Fatalf("%s/%s: %s=%q was refused by CheckInput and rendered", r.ID, v.Generation, a.ID, bad)
					}
					if strings.ContainsAny(n, " ;|&$`'\"\\<>()[]{}*?!#\n\x1b") || strings.HasPrefix(n, "-") {
						t.Errorf("%s/%s: %s=%q went into the text as %q:\n%s", r.ID, v.Generation, a.ID, bad, n, text)
					}
				}
			}
		}
	}
}

// TestShape: other names and addresses change values, never the shape of a text.
func TestShape(t *testing.T) {
	d := shipped(t)
	marks := strings.NewReplacer("sops.example.com", "NAME", "xn--bcher-kva.example", "NAME", "192.168.50.10", "LANIP", "10.9.8.77", "LANIP",
		"203.0.113.5", "PUBLIC", "198.51.100.77", "PUBLIC", "192.168.60.0/24", "HUBS", "10.1.0.0/16", "HUBS",
		"192.168.60.0 255.255.255.0", "HUBS", "10.1.0.0 255.255.0.0", "HUBS", "192.168.60.0 0.0.0.255", "HUBS", "10.1.0.0 0.0.255.255", "HUBS")
	text := func(r router.Router, v *router.Variant, side router.Side, other bool) string {
		s := site(side)
		if other {
			s.Server = wizard.Server{Domain: "xn--bcher-kva.example", LANIP: netip.MustParseAddr("10.9.8.77"), PublicIP: netip.MustParseAddr("198.51.100.77")}
			if len(s.Hubs.Subnets) > 0 {
				s.Hubs.Subnets = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
			}
		}
		s.Firewalls = []wizard.Firewall{{Side: side, Router: r.ID, Generation: v.Generation, Inputs: inputs(v.Asks)}}
		return marks.Replace(wizard.GuideText(d.Words, wizard.SiteGuides(d, s, nil, false)[0], ""))
	}
	for _, r := range d.Routers.Routers {
		for _, v := range r.Variants {
			for _, side := range v.Sides {
				for _, d.Lang = range append([]string{"en"}, v.Languages()...) {
					if one, other := text(r, v, side, false), text(r, v, side, true); one != other {
						t.Errorf("%s/%s %s %s: the shape depends on the values:\n%s", r.ID, v.Generation, side, d.Lang, firstDifference(one, other))
					}
				}
			}
		}
	}
}
