package tui

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// german turns a drive to German: the words, and the fake questions where the
// shipped ones have the same ids.
func german(dr *drive) {
	w := germanWords()
	dr.a.d.words = w
	set := func(to *string, key string) {
		if w.Has(key) {
			*to = w.Say(key)
		}
	}
	for i := range dr.s.qs {
		q := &dr.s.qs[i]
		base := "questions." + strings.SplitN(q.ID, ":", 2)[0] + "."
		set(&q.Title, base+"title")
		set(&q.Title, base+"title-site")
		if q.Intro != "" || q.ID == "case" || q.ID == "sources" {
			set(&q.Intro, base+"intro")
		}
		set(&q.Help, base+"help")
		for j := range q.Options {
			o, opt := &q.Options[j], base+"options."+q.Options[j].ID+"."
			set(&o.Label, opt+"label")
			set(&o.Detail, opt+"detail")
			set(&o.Picture, opt+"picture")
			if q.ID == "brand:site" {
				set(&o.Detail, "questions.brand.kinds.web")
			}
			if o.Because != "" {
				o.Because = w.Say(base+"because.private", "address", "192.168.50.10")
				set(&o.Because, base+"because.router")
			}
			if o.ID == "generic" {
				o.Label, o.Detail = w.Say("questions.brand.unknown.label"), w.Say("questions.brand.unknown.detail")
			}
			if o.ID == "report" && q.ID == "finish" {
				o.Detail = "report-acme-office.md"
			}
		}
		for j := range q.Fields {
			f, key := &q.Fields[j], base+"fields."+q.Fields[j].ID+"."
			set(&f.Label, key+"label")
			set(&f.Hint, key+"hint")
			if f.From != "" {
				f.From = w.Say("questions.from.here")
			}
		}
	}
	for i := range dr.b.views {
		for j := range dr.b.views[i].Rows {
			if r := &dr.b.views[i].Rows[j]; r.Because != "" {
				r.Because = w.Say("because.no-source-microsoft365")
			}
		}
	}
	dr.b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Status == check.Waiting {
			v.Short = w.Say("seen.short", "from", w.Say("seen.from.internet"), "age", w.Say("seen.brief.hours", "n", "3"))
		}
	})
	dr.b.words = w
	dr.a.ask()
}

// TestGerman draws every picture in the longer language, in the usual window.
func TestGerman(t *testing.T) {
	for name, scene := range scenes {
		file := name + "-80x24.de"
		t.Run(file, func(t *testing.T) {
			dr := newDrive(t, nil)
			german(dr)
			dr.a.Update(sizes["80x24"])
			scene(dr)
			dr.golden(file)
		})
	}
}
