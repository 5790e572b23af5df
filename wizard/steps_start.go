package wizard

import (
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
)

// maxOffered are the earlier sites that Start offers; with the other choices
// each has a digit.
const maxOffered = 6

const openPrefix = "open:"

// Start: continue, start anew, only check, open another.
func fillStart(s *Session, q *Question) {
	earlier := s.earlier()
	add := func(o Option) {
		o.Key = strconv.Itoa(len(q.Options) + 1)
		q.Options = append(q.Options, o)
	}
	if earlier == nil {
		add(s.option("start", "begin", ""))
		q.Options[0].ID = "new"
		q.Selected = []string{"new"}
		return
	}
	o := s.option("start", "continue", "")
	o.Detail = s.saved1(*earlier)
	add(o)
	add(s.option("start", "new", ""))
	add(s.option("start", "check", ""))
	for i, it := range s.others() {
		if i == maxOffered {
			break
		}
		o := Option{ID: openPrefix + it.Path, Label: s.text("questions.start.options.open.label", map[string]string{"name": it.Name}), Detail: s.saved1(it)}
		add(o)
	}
	q.Selected = []string{"continue"}
}

// earlier is the work that Start offers to go on with; nil for none.
func (s *Session) earlier() *SavedSite {
	if !empty(s.site) {
		return &SavedSite{Name: siteTitle(s.site), Path: s.file, At: s.saved, Step: s.firstOpen()}
	}
	if len(s.list) > 0 {
		return &s.list[0]
	}
	return nil
}

// others are the saved sites beside the earlier work.
func (s *Session) others() []SavedSite {
	e := s.earlier()
	return slices.DeleteFunc(slices.Clone(s.list), func(it SavedSite) bool { return e != nil && it.Path == e.Path })
}

// saved1 is where a saved site stands: "Acme office, step 4 of 7, saved 2026-11-24 09:12".
func (s *Session) saved1(it SavedSite) string {
	facts := map[string]string{"name": it.Name, "step": strconv.Itoa(stepOf(it.Step)), "steps": strconv.Itoa(Steps)}
	if !it.At.IsZero() {
		facts["at"] = it.At.Format("2006-01-02 15:04")
	}
	if it.Held != nil {
		facts["who"] = s.who(*it.Held)
	}
	return s.text("questions.start.saved", facts)
}

func takeStart(s *Session, a Answer) (string, error) {
	var ids []string
	var q Question
	fillStart(s, &q)
	for _, o := range q.Options {
		ids = append(ids, o.ID)
	}
	id, err := s.pick(a, ids...)
	if err != nil {
		return "", err
	}
	if id == "new" {
		file := ""
		switch {
		case empty(s.site):
			file = s.file // begun twice: one folder is enough
		case s.deps.Store != nil && s.deps.Store.File != "":
			file = s.deps.Store.File
			if !s.enter(s.deps.Store.File, &a) {
				return "", nil
			}
			if err := setAside(s.deps.Store.File); err != nil {
				return "", s.problem("", err)
			}
		}
		s.reset(Site{}, file)
		return "case", nil
	}
	if err := s.open(id, a); err != nil || s.other != nil {
		return "", err
	}
	if id == "check" {
		return s.firstOpenBefore("tables"), nil
	}
	if s.at == "start" {
		return s.firstOpenBefore("finish"), nil
	}
	return s.at, nil
}

// open takes the answers of a saved site, unless they are here already.
func (s *Session) open(id string, a Answer) error {
	path, other := strings.CutPrefix(id, openPrefix)
	if !other {
		if !empty(s.site) {
			s.answered["start"] = true
			return nil
		}
		path = s.list[0].Path
	}
	if !s.enter(path, &a) {
		return nil
	}
	return s.load(path)
}

// load takes the answers of a file.
func (s *Session) load(path string) error {
	data, _ := readSite(path) // Load tells what is wrong with it
	site, err := s.deps.Store.Load(path, s.deps.Book, s.deps.Routers)
	if err != nil {
		why := strings.ReplaceAll(s.deps.Words.Error(err), "\n", "; ")
		return &Problem{Say: why + ". " + s.text("problems.site", nil)}
	}
	s.reset(site, path)
	s.wrote = data
	s.answered["start"] = true
	s.recall()
	return nil
}

// firstOpenBefore is the first question without an answer, and last when all
// before it have one.
func (s *Session) firstOpenBefore(last string) string {
	for _, id := range s.path() {
		if id == last || id != "start" && !s.answered[id] {
			return id
		}
	}
	return last
}

// Case: A or B, with a drawing of each.
func fillCase(s *Session, q *Question) {
	q.Options = []Option{s.option("case", string(rules.CaseLAN), "A"), s.option("case", string(rules.CaseInternet), "B")}
	h := s.deps.Here
	likely, why := h.LikelyCase()
	guess := slices.IndexFunc(q.Options, func(o Option) bool { return likely != "" && o.ID == string(likely) })
	if guess >= 0 {
		q.Options[guess].Because = s.text("questions.case.because."+why, map[string]string{
			"cloud": firstText(h.CloudName, h.Cloud), "address": h.Main.Prefix.Addr().String(),
		})
	}
	switch {
	case s.site.Case != "":
		q.Selected = []string{string(s.site.Case)}
	case guess >= 0:
		q.Selected = []string{q.Options[guess].ID}
	}
}

func firstText(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func takeCase(s *Session, a Answer) (string, error) {
	id, err := s.pick(a, string(rules.CaseLAN), string(rules.CaseInternet))
	if err != nil {
		return "", err
	}
	c := rules.Case(id)
	if c == s.site.Case {
		return "", nil
	}
	s.site.Case = c
	s.site.Firewalls = slices.DeleteFunc(s.site.Firewalls, func(f Firewall) bool { return !slices.Contains(sidesOf(c), f.Side) })
	s.answered["firewalls"] = false
	s.recheck()
	return "", nil
}

// recheck drops the mark of answers that a change made incomplete.
func (s *Session) recheck() {
	for _, id := range []string{"source-hosts", "addresses"} {
		if st := s.step(id); st.skip == nil || !st.skip(s.site) {
			s.answered[id] = s.answered[id] && st.has(s.site)
		}
	}
	for _, side := range frontSides {
		if id := "inputs:" + string(frontOf(side)); s.site.Front(side) != nil {
			s.answered[id] = s.answered[id] && s.hasInputs(frontOf(side))
		}
	}
}

func valueCase(s *Session, _ spot) string {
	return s.option("case", string(s.site.Case), "").Label
}
