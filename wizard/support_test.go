package wizard

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/spoken"
)

// largest is the site with the most rows: every source, and data sources of its own.
func largest() Site {
	site := Site{Version: 1, Case: rules.CaseInternet, Server: Server{Domain: "sops.example.com"}}
	for _, s := range rules.AllSources() {
		site.Sources = append(site.Sources, DataSource{Kind: s})
	}
	for range 12 {
		site.Sources = append(site.Sources, DataSource{Kind: rules.SourceExchange, Host: "mail.example.com"})
	}
	return site
}

// stateOf gives every flow of a board a state of its own.
func stateOf(b *Board, state func() (check.Status, check.Code)) {
	for _, f := range b.flows {
		st, code := state()
		r := check.Result{Job: f.Job(), Status: st, Code: code}
		if st == check.Skipped {
			r.Cause = code
		}
		b.raw[f.Key] = r
	}
	b.folded, b.stale = b.raw, false
}

// packed are what a code has to carry: row, port and host, state, reason.
func packed(rep Report, detail string) []string {
	var out []string
	for _, r := range rep.Results {
		line := r.Code + " " + r.Flow[strings.LastIndex(r.Flow, "/"):] + " " + r.Status
		if detail == "reason" {
			line += " " + r.Reason
		}
		out = append(out, line)
	}
	return out
}

func TestSupportCode(t *testing.T) {
	d := testDeps(t)
	r := rand.New(rand.NewPCG(3, 4))
	all := supportStatuses
	code := func(st check.Status, c check.Code) check.Code {
		if reasoned(st) {
			return c
		}
		return ""
	}
	sites := []Site{
		{Version: 1},
		{Version: 1, Case: rules.CaseLAN, Sources: []DataSource{{Kind: rules.SourceGoogle}}},
		{Version: 1, Case: rules.CaseInternet, Sources: []DataSource{{Kind: rules.SourceExchange, Host: "m.example.com"}}},
		largest(),
	}
	for n, site := range sites {
		for kind, state := range map[string]func() (check.Status, check.Code){
			"all well": func() (check.Status, check.Code) { return check.Pass, "" },
			"some shut": func() (check.Status, check.Code) {
				if r.IntN(8) == 0 {
					return check.Fail, check.TCPSilent
				}
				return check.Pass, ""
			},
			"any": func() (check.Status, check.Code) {
				st := all[r.IntN(len(all))]
				return st, code(st, supportReasons[r.IntN(60)])
			},
		} {
			for _, from := range supportPlaces {
				b := NewBoard(d.Book, d.Words, site, from)
				stateOf(b, state)
				got, err := b.SupportCode()
				if err != nil {
					t.Fatalf("site %d, %s: %v", n, kind, err)
				}
				if short := strings.ReplaceAll(got, "-", ""); len(short) > SupportCodeMax {
					t.Errorf("site %d, %s: %s has %d characters", n, kind, got, len(short))
				}
				x, err := ExplainCode(d.Book, d.Words, strings.ToLower(got), testNow)
				if err != nil {
					t.Fatalf("site %d, %s, %s: %v", n, kind, got, err)
				}
				if kind != "any" && x.Detail != "reason" {
					t.Errorf("site %d, %s: says no more than %s", n, kind, x.Detail)
				}
				if x.Site.Case != site.Case || x.Report.From != string(from) {
					t.Errorf("site %d, %s: case %q from %s", n, kind, x.Site.Case, x.Report.From)
				}
				if x.Detail == "row" || n == 3 { // rows alone, and more sources of its own than have room
					continue
				}
				if a, b := packed(b.Report(testNow, 0), x.Detail), packed(x.Report, x.Detail); !slices.Equal(a, b) {
					t.Errorf("site %d, %s, %s:\n%q\n%q", n, kind, got, a, b)
				}
			}
		}
	}
}

// TestSupportCodeWorst: the state of all rows has room, whatever they are.
func TestSupportCodeWorst(t *testing.T) {
	d := testDeps(t)
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		b := NewBoard(d.Book, d.Words, largest(), rules.FromServer)
		stateOf(b, func() (check.Status, check.Code) { return supportStatuses[r.IntN(len(supportStatuses))], "" })
		got, err := b.SupportCode()
		if err != nil {
			t.Fatal(err)
		}
		x, err := ExplainCode(d.Book, d.Words, got, testNow)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]check.Status{}
		for _, v := range b.Views(false) {
			for _, row := range v.Rows {
				want[row.Row.Code], _ = worst(row.Flows)
			}
		}
		for _, res := range x.Report.Results {
			if res.Status != want[res.Code].String() && x.Detail == "row" {
				t.Errorf("row %s is %s, want %s", res.Code, res.Status, want[res.Code])
			}
		}
	}
}

func TestSupportCodeWrong(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, largest(), rules.FromServer)
	stateOf(b, func() (check.Status, check.Code) { return check.Pass, "" })
	good, err := b.SupportCode()
	if err != nil {
		t.Fatal(err)
	}
	values, _ := spoken.Read(good, 24)
	values = values[:len(values)-1]
	whole := func(v []byte) string { return spoken.Write(append(slices.Clone(v), spoken.Check(v))) }
	other := &rules.Book{Tables: slices.Clone(d.Book.Tables)[1:]}
	for typed, want := range map[string]error{
		"": ErrCodeTyped, "7": ErrCodeTyped, "U": ErrCodeTyped, good + "0": ErrCodeTyped, good[:len(good)-1]: ErrCodeTyped,
		whole(append([]byte{31}, values[1:]...)): ErrCodeVersion,
		whole(append(slices.Clone(values), 9)):   ErrCodeTyped,
		strings.Repeat("A", 100):                 ErrCodeTyped,
	} {
		if _, err := ExplainCode(d.Book, d.Words, typed, testNow); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", typed, err, want)
		}
	}
	if _, err := ExplainCode(other, d.Words, good, testNow); !errors.Is(err, ErrCodeBook) {
		t.Errorf("with another rule book: %v", err)
	}
}

// TestSupportReasons: every reason there is has a number of its own.
func TestSupportReasons(t *testing.T) {
	seen := map[check.Code]bool{}
	for _, c := range supportReasons {
		if c != "" && seen[c] {
			t.Errorf("%s stands there twice", c)
		}
		seen[c] = true
	}
	for _, c := range check.Codes() {
		if !seen[c] {
			t.Errorf("%s has no number: put it at the end of supportReasons", c)
		}
	}
	if len(supportReasons) != reasonRoom {
		t.Errorf("%d places for reasons, want %d", len(supportReasons), reasonRoom)
	}
}

func FuzzExplainCode(f *testing.F) {
	var d Deps
	f.Add("H4TQ-9M2K-71AC")
	f.Fuzz(func(t *testing.T, s string) {
		if d.Book == nil {
			d = testDeps(t)
		}
		// A right check character, so that what lies behind it is tried as well.
		if v, err := spoken.Read(s, SupportCodeMax-1); err == nil {
			s = spoken.Write(append(v, spoken.Check(v)))
		}
		x, err := ExplainCode(d.Book, d.Words, s, testNow)
		if err == nil && len(x.Report.Results) == 0 {
			t.Errorf("%q says nothing, and is taken", s)
		}
	})
}
