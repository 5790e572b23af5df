package router_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/rules/router"
)

// linesFile is a guide with words, commands, conditions and values.
const linesFile = `---
name: Box
label: version 3 and later
kind: paste
sides: [server]
dialect: posix
source: https://example.com/
checked: 2026-11-26
proof: docs
asks:
  - {id: wan, kind: iface, default: wan, label: name of the way out, how: look at the back}
---
{{define "prepare"}}
1. Open **Rules** at {{.Site.LANIP}}.
{{- if .Inbound}}
   - Tick port {{(index .Inbound 0).Port}}{{if .Site.Domain}} for {{.Site.Domain}}{{end}}, type ` + "`save all`" + `.
{{- end}}
Open the door
{{end}}
{{define "paste"}}
Open the door
{{end}}
{{define "verify"}}
Open the door
{{end}}
{{define "undo"}}
Open the door
{{end}}
`

func linesFS(shared, own string) fstest.MapFS {
	fs := fstest.MapFS{"routers/box/v3.tmpl": {Data: []byte(linesFile)}}
	for name, text := range map[string]string{"routers/de.yaml": shared, "routers/box/de.yaml": own} {
		if text != "" {
			fs[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return fs
}

// TestLines: words of a guide are translated line by line, what is not
// translated stays, and commands stay even where they read like words.
func TestLines(t *testing.T) {
	own := `
'Open **Rules** at {{.Site.LANIP}}.': 'Auf {{.Site.LANIP}} **Rules** (**Regeln**) aufrufen.'
'Open the door': 'Tür auf'
'Tick port {{(index .Inbound 0).Port}}{{if .Site.Domain}} for {{.Site.Domain}}{{end}}, type ` + "`save all`" + `.':
`
	c, err := router.Load(linesFS("name of the way out: Name des Ausgangs\nversion 3 and later: ab Version 3\n", own))
	if err != nil {
		t.Fatal(err)
	}
	_, v, err := c.Find("box", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Said("de", v.Asks[0].Label); got != "Name des Ausgangs" {
		t.Errorf("label of an input: %q", got)
	}
	if got := v.Said("de", v.Asks[0].How); got != "look at the back" {
		t.Errorf("a text without translation: %q", got)
	}
	site := webSite()
	for lang, want := range map[string][]string{
		"en": {"Box, version 3 and later", "1. Open **Rules** at `192.168.178.20`.\n   - Tick port `80`", "\nOpen the door\n"},
		"de": {"Box, ab Version 3", "1. Auf `192.168.178.20` **Rules** (**Regeln**) aufrufen.\n   - Tick port `80`", "\nTür auf\n"},
		"fr": {"Box, version 3 and later", "1. Open **Rules** at `192.168.178.20`.", "\nOpen the door\n"},
	} {
		g, err := v.Render(router.Request{Side: router.SideServer, Site: site, Wants: webhookWants(), Lang: lang})
		if err != nil {
			t.Fatal(err)
		}
		inOrder(t, g.Name+"\n"+text(g, router.Prepare), want...)
		for _, p := range []router.Part{router.Apply, router.Verify, router.Undo} {
			if got := text(g, p); strings.TrimSpace(got) != "Open the door" {
				t.Errorf("%s: %s: commands became %q", lang, p, got)
			}
		}
	}
}

// TestLinesRefused: a translation that says another thing than the English line
// is refused, all mistakes at once, each with its place.
func TestLinesRefused(t *testing.T) {
	first := "'Open **Rules** at {{.Site.LANIP}}.': "
	second := "'Tick port {{(index .Inbound 0).Port}}{{if .Site.Domain}} for {{.Site.Domain}}{{end}}, type `save all`.': "
	for name, c := range map[string]struct{ shared, own, want string }{
		"value left out":       {own: first + "'Auf **Rules**.'", want: "routers/box/de.yaml:1: the value {{.Site.LANIP}} is missing"},
		"value twice":          {own: first + "'**Rules** {{.Site.LANIP}} {{.Site.LANIP}}.'", want: "the value {{.Site.LANIP}} is not in the English line, or not so often"},
		"other value":          {own: first + "'**Rules** {{.Site.LANIP}}{{.In.wan}}.'", want: "the value {{.In.wan}} is not in the English line"},
		"value freed":          {own: second + "'Port {{(index .Inbound 0).Port}} {{.Site.Domain}}{{if .Site.Domain}}{{end}}, `save all`'", want: "the value {{if .Site.Domain}} {{.Site.Domain}} is missing"},
		"other condition":      {own: second + "'Port {{(index .Inbound 0).Port}}{{if .Site.LANIP}} {{.Site.Domain}}{{end}}, `save all`'", want: "the condition {{if .Site.Domain}} is missing"},
		"condition turned":     {own: second + "'Port {{(index .Inbound 0).Port}}{{if .Site.Domain}}{{else}} {{.Site.Domain}}{{end}}, `save all`'", want: "the value {{if .Site.Domain}} {{.Site.Domain}} is missing"},
		"condition left open":  {own: second + "'Port {{(index .Inbound 0).Port}}{{if .Site.Domain}} {{.Site.Domain}}, `save all`'", want: "{{if .Site.Domain}} without its {{end}}"},
		"end too many":         {own: first + "'**Rules** {{.Site.LANIP}}{{end}}'", want: "{{end}} without a condition"},
		"block":                {own: first + "'**Rules** {{.Site.LANIP}}{{define \"paste\"}}'", want: `the value {{define "paste"}} is not in the English line`},
		"action left open":     {own: first + "'**Rules** {{.Site.LANIP}} {{'", want: "{{ without }}"},
		"quotes round a value": {own: first + "'**Rules** \"{{.Site.LANIP}}\"'", want: "quotes around a value"},
		"code changed":         {own: second + "'Port {{(index .Inbound 0).Port}}{{if .Site.Domain}} {{.Site.Domain}}{{end}}, `save it`'", want: "the code `save all` is missing"},
		"code left open":       {own: first + "'**Rules** {{.Site.LANIP}} `'", want: "a ` without its other"},
		"words of the page":    {own: first + "'**Regeln** {{.Site.LANIP}}'", want: "the words of the page **Rules** are missing"},
		"figure changed":       {shared: "version 3 and later: ab Version 4", want: "the figure 3 is missing"},
		"a step of its own":    {own: first + "'1. **Rules** {{.Site.LANIP}}'", want: "begins with a number or hyphen"},
		"two lines":            {own: first + "\"**Rules** {{.Site.LANIP}}\\n1. reboot\"", want: "line break"},
		"bidi":                 {own: first + "\"**Rules** {{.Site.LANIP}}\\u202e\"", want: "control character"},
		"too long":             {own: "Open the door: " + strings.Repeat("a", 2001), want: "longer than 2000 bytes"},
		"no longer there":      {own: "Shut the door: Tür zu", want: `no guide has this line any longer: "Shut the door"`},
		"head in a brand file": {own: "version 3 and later: ab Version 3", want: "no guide has this line"},
		"in both files":        {shared: "Open the door: Tür auf", own: "Open the door: Tür auf", want: `routers/box/de.yaml:1: routers/de.yaml has this line already: "Open the door"`},
		"twice":                {own: "Open the door: a\nOpen the door: b", want: "routers/box/de.yaml:2: this line is in line 1 already"},
		"no map":               {own: "- a", want: "want a map"},
		"nested":               {own: "Open the door: {a: b}", want: "want a text for a text"},
		"all mistakes at once": {shared: "a: b", own: "c: d\ne: f", want: `"a"` + "\n" + `routers/box/de.yaml:1: no guide has this line any longer: "c"` + "\nrouters/box/de.yaml:2: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := router.Load(linesFS(c.shared, c.own))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}
