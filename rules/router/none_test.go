package router_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/rules/router"
)

// noneHead is the head of a guide where nothing can be set.
const noneHead = "---\nname: Line\nlabel: any\nkind: none\nsides: [server]\ndialect: letter\nsource: https://example.com/\nchecked: 2026-11-25\nproof: docs\ncan: {list: 15}\n---\n"

// TestNone: a guide of kind none has a letter to copy with bare values, and its
// letter may be translated; commands of other kinds may not.
func TestNone(t *testing.T) {
	body := `{{define "paste"}}Open {{range .Inbound}}TCP {{join .Ports ", "}}; {{end}}{{if .Site.Domain}}for {{.Site.Domain}}.{{end}}{{end}}
{{define "steps"}}1. Send it for {{.Site.Domain}}.{{end}}{{define "verify"}}1. Look.{{end}}{{define "undo"}}1. Nothing.{{end}}`
	files := fstest.MapFS{
		"routers/line/any.tmpl":    {Data: []byte(noneHead + body)},
		"routers/line/any.de.tmpl": {Data: []byte(`{{define "paste"}}Offen {{range .Inbound}}TCP {{join .Ports ", "}}; {{end}}{{end}}`)},
	}
	c, err := router.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	_, v, err := c.Find("line", "")
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "Open TCP 80, 443; for sops.example.com.", "de": "Offen TCP 80, 443;"} {
		// No address of the server is needed where nothing is forwarded.
		g, err := v.Render(router.Request{Side: router.SideServer, Site: router.Site{Domain: "sops.example.com"}, Wants: webhookWants(), Lang: lang})
		if err != nil || len(g.Gaps) > 0 {
			t.Fatalf("%s: %v, gaps %v", lang, err, g.Gaps)
		}
		if b := g.Blocks[0]; b.Kind != router.Code || strings.TrimSpace(b.Text) != want {
			t.Errorf("%s: got %s %q, want code %q", lang, b.Kind, b.Text, want)
		}
		inOrder(t, text(g, router.Apply), "1. Send it for `sops.example.com`.")
	}
}

func TestNoneRefused(t *testing.T) {
	blocks := `{{define "steps"}}x{{end}}{{define "verify"}}x{{end}}{{define "undo"}}x{{end}}`
	for name, c := range map[string]struct{ from, to, want string }{
		"dialect of a device": {"dialect: letter", "dialect: posix", `dialect "posix" with kind "none": kind none has the dialect letter, and no other`},
		"letter to a device":  {"kind: none", "kind: paste", `dialect "letter" with kind "paste": kind none has the dialect letter, and no other`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := router.Load(fstest.MapFS{"routers/line/any.tmpl": {Data: []byte(strings.Replace(noneHead, c.from, c.to, 1) + blocks)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	files := fstest.MapFS{
		"routers/line/any.tmpl":    {Data: []byte(strings.Replace(noneHead, "kind: none", "kind: web", 1) + blocks)},
		"routers/line/any.de.tmpl": {Data: []byte(`{{define "paste"}}reboot{{end}}`)},
	}
	files["routers/line/any.tmpl"].Data = []byte(strings.Replace(string(files["routers/line/any.tmpl"].Data), "dialect: letter", "dialect: web", 1))
	if _, err := router.Load(files); err == nil || !strings.Contains(err.Error(), "not translated") {
		t.Errorf("commands in a translation: got %v, want them refused", err)
	}
}
