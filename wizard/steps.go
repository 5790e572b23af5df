package wizard

import (
	"slices"
	"strings"
)

// step is one question: what to ask, and how to take the answer.
type step struct {
	id    string
	n     int // 1 to Steps
	what  QuestionKind
	skip  func(Site) bool                                           // nil: always asked
	has   func(Site) bool                                           // whether a site answers it; nil: never
	fill  func(s *Session, q *Question)                             // options or fields
	take  func(s *Session, a Answer) (to string, err error)         // nil: going on is the answer; to is empty for the next
	try   func(s *Session, field, v string) (string, remark, error) // forms only
	value func(s *Session, at spot) string                          // for the summary; nil: not in it
	spot  spot                                                      // brand, front and inputs
}

// steps are the questions of every site, in order; brand and inputs are asked
// for each firewall, front for each that may have a provider box before it.
func steps() []step {
	return []step{
		{id: "start", n: 1, what: Start, has: func(s Site) bool { return !empty(s) }, fill: fillStart, take: takeStart},
		{id: "case", n: 2, what: Choice, has: func(s Site) bool { return s.Case != "" }, fill: fillCase, take: takeCase, value: valueCase},
		{id: "sources", n: 3, what: Many, has: hasSources, fill: fillSources, take: takeSources, value: valueSources},
		{id: "source-hosts", n: 3, what: Form, skip: noSourceHosts, has: hasHosts, fill: fillHosts, take: takeHosts, try: tryHosts, value: valueHosts},
		{id: "addresses", n: 4, what: Form, has: hasAddresses, fill: fillAddresses, take: takeAddresses, try: tryAddress, value: valueAddresses},
		{id: "where", n: 4, what: Choice, has: func(s Site) bool { return s.From != "" }, fill: fillWhere, take: takeWhere, value: valueWhere},
		{id: "outbound", n: 5, what: Choice, has: func(s Site) bool { return s.Outbound != "" }, fill: fillOutbound, take: takeOutbound, value: valueOutbound},
		{id: "firewalls", n: 5, what: Many, has: func(s Site) bool { return len(s.Firewalls) > 0 }, fill: fillFirewalls, take: takeFirewalls, value: valueFirewalls},
		{id: "brand", n: 5, what: Choice, has: nil, fill: fillBrand, take: takeBrand, value: valueBrand},
		{id: "front", n: 5, what: Choice, has: nil, fill: fillFront, take: takeFront, value: valueFront},
		{id: "inputs", n: 5, what: Form, has: nil, fill: fillInputs, take: takeInputs, try: tryInput, value: valueInputs},
		{id: "tables", n: 6, what: Tables},
		{id: "guides", n: 7, what: Guides},
		{id: "finish", n: 7, what: Finish, fill: fillFinish, take: takeFinish},
	}
}

// path are the questions that this site is asked, in order.
func (s *Session) path() []string {
	var out []string
	for _, st := range steps() {
		switch {
		case st.skip != nil && st.skip(s.site):
		case st.id == "brand":
			for _, fw := range s.site.Firewalls {
				if !fw.Front {
					out = append(out, s.firewallPath(fw.Side)...)
				}
			}
		case st.id != "inputs" && st.id != "front":
			out = append(out, st.id)
		}
	}
	return out
}

// step is the step of a question ID.
func (s *Session) step(id string) step {
	name, at, _ := strings.Cut(id, ":")
	all := steps()
	st := all[max(slices.IndexFunc(all, func(x step) bool { return x.id == name }), 0)]
	st.spot = spot(at)
	return st
}

// knownQuestion tells whether id names a question.
func knownQuestion(id string) bool {
	name, at, sided := strings.Cut(id, ":")
	p := spot(at)
	switch {
	case sided != (name == "brand" || name == "inputs" || name == "front"):
		return false
	case sided && (name == "front" || p.front()) && (name == "front" && p.front() || !slices.Contains(frontSides, p.side())):
		return false
	case sided && !slices.Contains(allSides, p.side()):
		return false
	}
	return slices.ContainsFunc(steps(), func(x step) bool { return x.id == name })
}

// stepOf is the number of a question.
func stepOf(id string) int {
	name, _, _ := strings.Cut(id, ":")
	for _, st := range steps() {
		if st.id == name {
			return st.n
		}
	}
	return 1
}

func (st step) fullID() string {
	if st.spot == "" {
		return st.id
	}
	return st.id + ":" + string(st.spot)
}

func (st step) ask(s *Session) Question {
	q := Question{ID: st.fullID(), Step: st.n, Kind: st.what, Title: st.title(s), Intro: s.own(st.id + ".intro"), Help: s.own(st.id + ".help")}
	if st.fill != nil {
		st.fill(s, &q)
	}
	return q
}

func (st step) title(s *Session) string {
	key := "questions." + st.id + ".title"
	if st.spot != "" && s.deps.Words.Has(key+"-"+string(st.spot)) {
		key += "-" + string(st.spot)
	}
	return s.text(key, nil)
}

func (st step) set(s *Session, a Answer) (string, error) {
	if st.take == nil {
		return "", nil
	}
	return st.take(s, a)
}

// has tells whether the site answers a question.
func (s *Session) has(id string) bool {
	st := s.step(id)
	switch st.id {
	case "brand":
		return s.variant(st.spot) != nil
	case "front":
		return s.hasFront(st.spot.side())
	case "inputs":
		return s.hasInputs(st.spot)
	}
	return st.has != nil && st.has(s.site)
}

func (s *Session) text(key string, facts map[string]string) string {
	return s.deps.Words.Text(key, facts)
}

// own is an optional text of a question; empty when there is none.
func (s *Session) own(key string) string {
	if key = "questions." + key; !s.deps.Words.Has(key) {
		return ""
	}
	return s.deps.Words.Text(key, nil)
}

// option is an option of a question with the texts of its ID.
func (s *Session) option(question, id, key string) Option {
	base := question + ".options." + id
	return Option{ID: id, Key: key, Label: s.text("questions."+base+".label", nil), Detail: s.own(base + ".detail"), Picture: s.own(base + ".picture")}
}

// field is a field of a form with the texts of its ID.
func (s *Session) field(question, id, value string) Field {
	base := question + ".fields." + id
	return Field{ID: id, Label: s.text("questions."+base+".label", nil), Value: value, Hint: s.own(base + ".hint"), Help: s.own(base + ".help")}
}

// pick is the option chosen, or a Problem that says what can be.
func (s *Session) pick(a Answer, ids ...string) (string, error) {
	if slices.Contains(ids, a.Choice) {
		return a.Choice, nil
	}
	return "", &Problem{Say: s.text("problems.choose", nil)}
}

// problem is a validator's error as Problem of a field; of the whole answer
// where field is empty.
func (s *Session) problem(field string, err error) *Problem {
	return &Problem{Field: field, Say: capital(s.deps.Words.Error(err))}
}
