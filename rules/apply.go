package rules

import (
	"slices"
	"strconv"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Applies tells whether a row applies to a site; because is one of BecauseKeys.
// Where the case is not chosen yet, rows of one case alone do not apply.
func (t *Table) Applies(r *Row, f Facts) (ok bool, because string) {
	byCase := len(r.Cases) == 1
	if byCase && r.Cases[0] != f.Case {
		return false, t.otherCase(r, f)
	}
	if r.Notifies && !f.Notifies() {
		return false, BecauseNothingNotifies
	}
	if len(r.Sources) > 0 && !f.Has(r.Sources...) {
		return false, BecauseNoSource(r.Sources[0])
	}
	switch {
	case r.Notifies:
		return true, BecauseNotifies
	case len(r.Sources) > 0:
		i := slices.IndexFunc(r.Sources, func(s Source) bool { return f.Has(s) })
		return true, BecauseSource(r.Sources[i])
	case byCase && f.Case == CaseInternet:
		return true, BecauseInternet
	case byCase:
		return true, BecauseLAN
	case t.Origin == Ours:
		return true, BecauseOurs
	}
	return true, BecauseAlways
}

// otherCase is why a row of the other case does not apply.
func (t *Table) otherCase(r *Row, f Facts) string {
	switch {
	case f.Case == "":
		return BecauseCaseOpen
	case r.Cases[0] == CaseLAN:
		return BecauseOnlyLAN
	case t.Inbound():
		return BecauseNoInbound
	case t.From == FromHub:
		return BecauseHubsInside
	}
	return BecauseOnlyInternet
}

// Flows expands the rows that apply into flows, in the book's order, with
// DomainToken replaced by f.Domain. all includes those that do not apply.
func (b *Book) Flows(f Facts, all bool) []Flow {
	var out []Flow
	for i := range b.Tables {
		t := &b.Tables[i]
		for j := range t.Rows {
			r := &t.Rows[j]
			if ok, _ := t.Applies(r, f); ok || all {
				out = append(out, flows(t, r, f.Domain)...)
			}
		}
	}
	return out
}

// flows are those of one row, host by host as the manual reads.
func flows(t *Table, r *Row, domain string) []Flow {
	out := make([]Flow, 0, len(r.Hosts)*len(r.Ports))
	for _, host := range r.Hosts {
		if host == DomainToken && domain != "" {
			host = domain
		}
		for _, p := range r.Ports {
			key := t.ID + "/" + r.ID + "/" + r.Proto + "/" + host + "/" + strconv.Itoa(int(p.Number))
			out = append(out, Flow{Key: key, Table: t, Row: r, From: t.From, Host: host, Port: p})
		}
	}
	return out
}

// Job is the check that proves the flow. A flow whose Host is still
// DomainToken has no address to ask: its job is not to be run.
func (f Flow) Job() check.Job {
	return check.Job{
		Key:  f.Key,
		Kind: f.Port.Kind,
		To: check.Target{
			Host: f.Host, Port: f.Port.Number, Proto: f.Row.Proto, Path: f.Port.Path, Public: f.public(),
		},
	}
}

// public tells whether the host is one that a public source names, and not the
// customer's own.
func (f Flow) public() bool {
	return (f.Table.Source != "" || f.Row.Origin != "") && slices.Contains(f.Row.Hosts, f.Host)
}

// Table returns a table by ID; nil when there is none.
func (b *Book) Table(id string) *Table {
	for i := range b.Tables {
		if b.Tables[i].ID == id {
			return &b.Tables[i]
		}
	}
	return nil
}

// Row returns a row and its table by row ID or code; nil when there is none.
func (b *Book) Row(id string) (*Table, *Row) {
	for i := range b.Tables {
		t := &b.Tables[i]
		for j := range t.Rows {
			if r := &t.Rows[j]; r.ID == id || r.Code == id {
				return t, r
			}
		}
	}
	return nil, nil
}
