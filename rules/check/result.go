package check

import (
	"maps"
	"slices"
)

// add appends a layer. A note or worse of a layer does not change the Result:
// the probe decides.
func (r *Result) add(l Layer) {
	l.Address = Clean(l.Address, factRunes)
	r.Layers = append(r.Layers, l)
}

// fail makes the Result a Fail with that reason; facts are keys and values in turn.
func (r *Result) fail(code Code, facts ...string) { r.end(Fail, code, facts...) }

// note makes the Result a Note with that reason.
func (r *Result) note(code Code, facts ...string) { r.end(Note, code, facts...) }

// pass makes the Result a Pass, or leaves the Note that an earlier layer earned.
func (r *Result) pass() {
	if r.Status != Note {
		r.Status, r.Code = Pass, ""
	}
}

// end sets the verdict.
func (r *Result) end(s Status, code Code, facts ...string) {
	r.Status, r.Code = s, code
	for i := 0; i+1 < len(facts); i += 2 {
		r.fact(facts[i], facts[i+1])
	}
}

// factRunes bounds a fact; lists of addresses are longer than one field.
const factRunes = 64

// fact notes a piece of evidence, cleaned and bounded; an empty one is left out.
func (r *Result) fact(k, v string) {
	limit := factRunes
	if k == "addresses" || k == "at" || k == "resolver" || k == "location" {
		limit = 4 * factRunes
	}
	if v = Clean(v, limit); v == "" {
		return
	}
	if r.Facts == nil {
		r.Facts = Facts{}
	}
	r.Facts[k] = v
}

// clone is a Result that shares nothing with r.
func (r Result) clone() Result {
	r.Layers, r.Facts = slices.Clone(r.Layers), maps.Clone(r.Facts)
	return r
}
