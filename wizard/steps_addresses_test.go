package wizard

import (
	"slices"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
)

// TestNameOfServer: the server's name is asked for where a row needs it, and is
// asked for again when an answer makes it needed.
func TestNameOfServer(t *testing.T) {
	at := func(c rules.Case, sources ...string) *Session {
		s := NewSession(realDeps(t), Site{})
		for range 10 {
			q := s.Ask()
			if q.ID == "addresses" {
				return s
			}
			if err := s.Answer(reply(q, c, sources...)); err != nil {
				t.Fatalf("%s: %v", q.ID, err)
			}
		}
		t.Fatal("the addresses are not asked for")
		return nil
	}
	for name, tt := range map[string]struct {
		site     rules.Case
		sources  []string
		optional bool
	}{
		"lan, exchange":  {rules.CaseLAN, []string{"exchange"}, true},
		"lan, polled":    {rules.CaseLAN, []string{"caldav"}, true},
		"lan, notifying": {rules.CaseLAN, []string{"exchange", "google"}, false},
		"internet":       {rules.CaseInternet, []string{"caldav"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := at(tt.site, tt.sources...)
			q := s.Ask()
			if f := q.Fields[slices.IndexFunc(q.Fields, func(f Field) bool { return f.ID == "domain" })]; f.Optional != tt.optional {
				t.Errorf("optional is %v", f.Optional)
			}
			var p *Problem
			if err := s.Answer(Answer{Fields: map[string]string{}}); (err == nil) != tt.optional || err != nil && (!asProblem(err, &p) || p.Field != "domain") {
				t.Errorf("an empty answer: %v", err)
			}
		})
	}

	s := at(rules.CaseLAN, "exchange")
	if err := s.Answer(Answer{Fields: map[string]string{"lan_ip": "192.168.50.10"}}); err != nil {
		t.Fatal(err)
	}
	s.Goto("sources")
	for range 4 { // the sources, their hosts
		q := s.Ask()
		if q.ID == "addresses" {
			return
		}
		if err := s.Answer(reply(q, rules.CaseLAN, "exchange", "google")); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("with Google the name is needed, and %q is asked", s.Ask().ID)
}
