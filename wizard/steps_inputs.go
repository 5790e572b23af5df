package wizard

import (
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules/router"
)

// hasInputs tells whether all that a router must know is known; a default is
// enough, since the form was shown or the file's writer left it as it is.
func (s *Session) hasInputs(at spot) bool {
	v, fw, side := s.variant(at), s.site.firewall(at), at.side()
	if at.front() && fw != nil && !fw.To.IsValid() && s.site.needsTo(side) {
		return false
	}
	return v != nil && !slices.ContainsFunc(v.AsksFor(side), func(a router.Ask) bool {
		return !a.Optional && fw.Inputs[a.ID] == "" && a.Default == ""
	})
}

// Inputs that only this router needs.
func fillInputs(s *Session, q *Question) {
	at := s.step(q.ID).spot
	v, fw, side := s.variant(at), s.site.firewall(at), at.side()
	if v == nil {
		return
	}
	public := s.site.Server.PublicIP
	switch front := s.site.Front(side); {
	case at.front():
		q.Intro, q.Help = s.text("questions.inputs.intro-front", nil), s.text("questions.inputs.help-front", nil)
		q.Fields = append(q.Fields, s.toField(side, fw))
	case front != nil:
		public = front.To
	}
	q.Title = s.text("questions.inputs.title", map[string]string{"router": s.said(v, v.Name)})
	for _, a := range s.asks(v, side) {
		f := Field{ID: a.ID, Label: firstText(a.Label, a.ID), Value: fw.Inputs[a.ID], Help: a.How, Optional: a.Optional, Choices: slices.Clone(a.Choices)}
		switch {
		case f.Value != "":
			f.From = s.text("questions.from.you", nil)
		case a.From == "public_ip" && public.Is4():
			f.Value, f.From = public.String(), s.text("questions.from.you", nil)
		case a.Default != "":
			f.Value, f.From = a.Default, s.text("questions.from.usual", nil)
		}
		q.Fields = append(q.Fields, f)
	}
}

// asks are the inputs of a router in the session's language.
func (s *Session) asks(v *router.Variant, side router.Side) []router.Ask {
	asks := v.AsksFor(side)
	for i, a := range asks {
		asks[i].Label, asks[i].How = s.said(v, a.Label), s.said(v, a.How)
	}
	return asks
}

func tryInput(s *Session, field, v string) (string, remark, error) {
	at := s.step(s.at).spot
	vr := s.variant(at)
	if vr == nil {
		return v, remark{}, nil
	}
	if at.front() && field == toID {
		a, r, err := s.tryTo(at.side(), v)
		return addrText(a), r, err
	}
	asks := s.asks(vr, at.side())
	i := slices.IndexFunc(asks, func(a router.Ask) bool { return a.ID == field })
	if i < 0 {
		return v, remark{}, nil
	}
	n, err := s.input(asks[i], v)
	return n, remark{}, err
}

// input is the normal form of one input; empty where it may be.
func (s *Session) input(a router.Ask, v string) (string, error) {
	v, err := typed(v)
	switch {
	case err != nil:
		return "", err
	case v == "" && a.Optional:
		return "", nil
	case v == "":
		return "", &Problem{Field: a.ID, Say: s.text("problems.needed", map[string]string{"what": firstText(a.Label, a.ID)})}
	}
	a.ID, a.Label, a.How = s.text("problems.input.this", nil), "", "" // the field beside it says which
	return a.CheckInput(v)
}

func takeInputs(s *Session, a Answer) (string, error) {
	at := s.step(s.at).spot
	v, fw, side := s.variant(at), s.site.firewall(at), at.side()
	if v == nil {
		return "", &Problem{Say: s.text("problems.choose", nil)}
	}
	to := fw.To
	if at.front() {
		var err error
		if to, _, err = s.tryTo(side, a.Fields[toID]); err != nil {
			return "", s.problem(toID, err)
		}
	}
	in := map[string]string{}
	for _, ask := range s.asks(v, side) {
		n, err := s.input(ask, a.Fields[ask.ID])
		if err != nil {
			return "", s.problem(ask.ID, err)
		}
		if n != "" {
			in[ask.ID] = n
		}
	}
	if fw.Inputs = in; len(in) == 0 {
		fw.Inputs = nil
	}
	if fw.To != to {
		fw.To = to
		s.moved(side)
	}
	return "", nil
}

func valueInputs(s *Session, at spot) string {
	v, fw, side := s.variant(at), s.site.firewall(at), at.side()
	if v == nil {
		return ""
	}
	var out []string
	if fw.To.IsValid() {
		out = append(out, fw.To.String())
	}
	for _, a := range s.asks(v, side) {
		if x := fw.Inputs[a.ID]; x != "" {
			out = append(out, firstText(a.Label, a.ID)+": "+x)
		}
	}
	return strings.Join(out, ", ")
}

// Finish: the report, the support code, or leave; all are done by whoever shows the session.
func fillFinish(s *Session, q *Question) {
	for i, id := range []string{"report", "code", "leave"} {
		q.Options = append(q.Options, s.option("finish", id, string(rune('1'+i))))
	}
	q.Selected = []string{"report"}
}

func takeFinish(s *Session, a Answer) (string, error) {
	_, err := s.pick(a, "report", "code", "leave")
	return "finish", err
}
