package wizard

import (
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules/router"
)

// hasInputs tells whether all that a router must know is known; a default is
// enough, since the form was shown or the file's writer left it as it is.
func (s *Session) hasInputs(side router.Side) bool {
	v, fw := s.variant(side), s.site.Firewall(side)
	return v != nil && !slices.ContainsFunc(v.AsksFor(side), func(a router.Ask) bool {
		return !a.Optional && fw.Inputs[a.ID] == "" && a.Default == ""
	})
}

// Inputs that only this router needs.
func fillInputs(s *Session, q *Question) {
	side := s.step(q.ID).side
	v, fw := s.variant(side), s.site.Firewall(side)
	if v == nil {
		return
	}
	q.Title = s.text("questions.inputs.title", map[string]string{"router": v.Name})
	for _, a := range v.AsksFor(side) {
		f := Field{ID: a.ID, Label: firstText(a.Label, a.ID), Value: fw.Inputs[a.ID], Help: a.How, Optional: a.Optional, Choices: slices.Clone(a.Choices)}
		switch {
		case f.Value != "":
			f.From = s.text("questions.from.you", nil)
		case a.From == "public_ip" && s.site.Server.PublicIP.Is4():
			f.Value, f.From = s.site.Server.PublicIP.String(), s.text("questions.from.you", nil)
		case a.Default != "":
			f.Value, f.From = a.Default, s.text("questions.from.usual", nil)
		}
		q.Fields = append(q.Fields, f)
	}
}

func tryInput(s *Session, field, v string) (string, remark, error) {
	side := s.step(s.at).side
	vr := s.variant(side)
	if vr == nil {
		return v, remark{}, nil
	}
	asks := vr.AsksFor(side)
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
	a.ID, a.Label, a.How = "the value", "", "" // the field beside it says which
	return a.CheckInput(v)
}

func takeInputs(s *Session, a Answer) (string, error) {
	side := s.step(s.at).side
	v, fw := s.variant(side), s.site.Firewall(side)
	if v == nil {
		return "", &Problem{Say: s.text("problems.choose", nil)}
	}
	in := map[string]string{}
	for _, ask := range v.AsksFor(side) {
		n, err := s.input(ask, a.Fields[ask.ID])
		if err != nil {
			return "", fieldError(ask.ID, err)
		}
		if n != "" {
			in[ask.ID] = n
		}
	}
	if fw.Inputs = in; len(in) == 0 {
		fw.Inputs = nil
	}
	return "", nil
}

func valueInputs(s *Session, side router.Side) string {
	v, fw := s.variant(side), s.site.Firewall(side)
	if v == nil {
		return ""
	}
	var out []string
	for _, a := range v.AsksFor(side) {
		if x := fw.Inputs[a.ID]; x != "" {
			out = append(out, firstText(a.Label, a.ID)+": "+x)
		}
	}
	return strings.Join(out, ", ")
}

// Finish: the report, or leave; both are done by whoever shows the session.
func fillFinish(s *Session, q *Question) {
	for i, id := range []string{"report", "leave"} {
		q.Options = append(q.Options, s.option("finish", id, string(rune('1'+i))))
	}
	q.Selected = []string{"report"}
}

func takeFinish(s *Session, a Answer) (string, error) {
	_, err := s.pick(a, "report", "leave")
	return "finish", err
}
