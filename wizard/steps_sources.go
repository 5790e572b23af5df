package wizard

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
)

// Sources: any of them, each with what it implies.
func fillSources(s *Session, q *Question) {
	for i, src := range rules.AllSources() {
		o := s.option("sources", string(src), strconv.Itoa(i+1))
		if src.InLAN() && s.site.Case == rules.CaseInternet {
			o.Detail = s.text("questions.sources.detail-lan-internet", nil)
		}
		q.Options = append(q.Options, o)
	}
	for _, d := range s.site.Sources {
		if !slices.Contains(q.Selected, string(d.Kind)) {
			q.Selected = append(q.Selected, string(d.Kind))
		}
	}
}

func hasSources(s Site) bool { return len(s.Sources) > 0 || hasAddresses(s) }

// Needs says what the data sources picked so far need of the firewalls, in
// words; empty for other questions.
func (s *Session) Needs(picked []string) string {
	if s.step(s.at).id != "sources" {
		return ""
	}
	facts := s.site.Facts()
	facts.Sources = nil
	for _, id := range picked {
		facts.Sources = append(facts.Sources, rules.Source(id))
	}
	n := map[rules.Place]int{}
	for i := range s.deps.Book.Tables {
		t := &s.deps.Book.Tables[i]
		for j := range t.Rows {
			if ok, _ := t.Applies(&t.Rows[j], facts); ok && t.Origin == rules.Manual {
				n[t.From]++
			}
		}
	}
	say := map[string]string{"out": strconv.Itoa(n[rules.FromServer]), "in": strconv.Itoa(n[rules.FromInternet])}
	if hubs := n[rules.FromHub]; hubs > 0 {
		say["hubs"] = strconv.Itoa(hubs)
	}
	return s.text("questions.sources.needs", say)
}

func takeSources(s *Session, a Answer) (string, error) {
	var out []DataSource
	for _, id := range a.Many {
		if !rules.Source(id).Valid() {
			return "", &Problem{Say: s.text("problems.choose", nil)}
		}
	}
	opened := false
	for _, src := range rules.AllSources() {
		if !slices.Contains(a.Many, string(src)) {
			continue
		}
		n := len(out)
		for _, old := range s.site.Sources { // host and port stay
			if old.Kind == src {
				out = append(out, old)
			}
		}
		if len(out) == n {
			out = append(out, DataSource{Kind: src})
			opened = opened || ownHost(src)
		}
	}
	s.site.Sources = out
	if opened {
		s.answered["source-hosts"] = false
	}
	s.recheck()
	return "", nil
}

func valueSources(s *Session, _ spot) string {
	var out []string
	for _, d := range s.site.Sources {
		if l := s.option("sources", string(d.Kind), "").Label; !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return strings.Join(out, ", ")
}

func noSourceHosts(s Site) bool {
	return !slices.ContainsFunc(s.Sources, func(d DataSource) bool { return ownHost(d.Kind) })
}

// hasHosts: the hosts are optional, so a later answer tells that they were asked.
func hasHosts(s Site) bool {
	return hasAddresses(s) || slices.ContainsFunc(s.Sources, func(d DataSource) bool { return d.Host != "" })
}

// Hosts of sources that have their own; all optional.
func fillHosts(s *Session, q *Question) {
	if s.site.Case == rules.CaseInternet && slices.ContainsFunc(s.site.Sources, func(d DataSource) bool { return d.Kind.InLAN() }) {
		q.Intro = strings.TrimSpace(q.Intro + "\n" + s.text("questions.source-hosts.intro-internet", nil))
	}
	for _, d := range s.ownSources() {
		name := map[string]string{"source": s.option("sources", string(d.Kind), "").Label}
		port := ""
		if d.Port != 0 {
			port = strconv.Itoa(int(d.Port))
		}
		for _, f := range []struct{ what, value string }{{"host", d.Host}, {"port", port}} {
			base := "questions.source-hosts.fields." + f.what
			q.Fields = append(q.Fields, Field{
				ID: string(d.Kind) + "-" + f.what, Label: s.text(base+".label", name), Value: f.value,
				Hint: s.text(base+".hint", nil), Optional: true,
			})
		}
	}
}

// ownSources is the first source of each kind that has a host of its own.
func (s *Session) ownSources() []DataSource {
	var out []DataSource
	for _, d := range s.site.Sources {
		if ownHost(d.Kind) && !slices.ContainsFunc(out, func(o DataSource) bool { return o.Kind == d.Kind }) {
			out = append(out, d)
		}
	}
	return out
}

func tryHosts(_ *Session, field, v string) (string, remark, error) {
	if strings.HasSuffix(field, "-port") {
		n, err := validPort(v)
		if n == 0 || err != nil {
			return "", remark{}, err
		}
		return strconv.Itoa(int(n)), remark{}, nil
	}
	host, r, err := validHost(v)
	if p := portOf(v); p != 0 && err == nil && host != "" {
		r = remark{"reduced-port", map[string]string{"name": host, "port": strconv.Itoa(int(p))}}
		host = net.JoinHostPort(host, strconv.Itoa(int(p)))
	}
	return host, r, err
}

func takeHosts(s *Session, a Answer) (string, error) {
	out := slices.Clone(s.site.Sources)
	for _, d := range s.ownSources() {
		kind := string(d.Kind)
		host, _, err := validHost(a.Fields[kind+"-host"])
		if err != nil {
			return "", s.problem(kind+"-host", err)
		}
		port, err := validPort(a.Fields[kind+"-port"])
		if err != nil {
			return "", s.problem(kind+"-port", err)
		}
		if port == 0 && host != "" { // a pasted URL names its own
			port = portOf(a.Fields[kind+"-host"])
		}
		if port != 0 && host == "" {
			return "", &Problem{Field: kind + "-host", Say: s.text("problems.port-alone", nil)}
		}
		i := slices.IndexFunc(out, func(o DataSource) bool { return o.Kind == d.Kind })
		out[i].Host, out[i].Port = host, port
	}
	s.site.Sources = dedupe(out)
	return "", nil
}

func dedupe(list []DataSource) []DataSource {
	var out []DataSource
	for _, d := range list {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func valueHosts(s *Session, _ spot) string {
	var out []string
	for _, d := range s.site.Sources {
		switch {
		case d.Host != "" && d.Port != 0:
			out = append(out, fmt.Sprintf("%s:%d", d.Host, d.Port))
		case d.Host != "":
			out = append(out, d.Host)
		}
	}
	return strings.Join(out, ", ")
}
