package rules

import (
	"net/url"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	idForm      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	tableForm   = regexp.MustCompile(`^(0|[1-9][0-9]?)$`)
	rowForm     = regexp.MustCompile(`^(0|[1-9][0-9]?)\.[1-9][0-9]?$`)
	sourceWords = words(AllSources())
	protoWords  = []string{"tcp", "udp", "ip"}
	caseWords   = []string{string(CaseLAN), string(CaseInternet)}
	placeWords  = []string{string(FromServer), string(FromHub), string(FromInternet)}
	originWords = []string{string(Manual), string(Ours)}
	importances = []string{string(Required), string(Recommended), string(Optional)}
	tableMust   = []string{"id", "code", "title", "origin", "from", "rows"}
	tableMay    = []string{"section", "source"}
	rowMust     = []string{"id", "code", "proto", "hosts", "ports", "destination", "function", "importance"}
	rowMay      = []string{"any", "cases", "sources", "notifies", "source"}
)

func words(in []Source) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

// table reads one file; ok is false when it is no table at all.
func (l *loader) table(data []byte) (t Table, ok bool) {
	root, ok := l.parse(data)
	if !ok {
		return t, false
	}
	m := l.mapping(root, "the table", tableMust, tableMay)
	if m == nil {
		return t, false
	}
	t = Table{
		ID:      l.id(m["id"]),
		Code:    l.code(m["code"], tableForm, `a number such as "1"`),
		Section: l.text(m["section"], "section", maxText),
		Title:   l.text(m["title"], "title", maxText),
		Origin:  Origin(l.word(m["origin"], "origin", originWords...)),
		Source:  l.url(m["source"]),
		From:    Place(l.word(m["from"], "from", placeWords...)),
	}
	if t.ID != "" {
		l.once("table id "+t.ID, m["id"].Line)
	}
	if t.Code != "" {
		l.once("code "+t.Code, m["code"].Line)
	}
	if t.Origin == Manual && m["source"] == nil {
		l.say(root.Line, "a table of the manual needs its source: add the address of the manual's section")
	}
	for _, n := range l.list(m["rows"], "rows", maxRows) {
		if r, ok := l.row(n, t); ok {
			t.Rows = append(t.Rows, r)
		}
	}
	return t, true
}

func (l *loader) row(n *yaml.Node, t Table) (r Row, ok bool) {
	m := l.mapping(n, "the row", rowMust, rowMay)
	if m == nil {
		return r, false
	}
	r = Row{
		ID:          l.id(m["id"]),
		Code:        l.code(m["code"], rowForm, `the table's number, a point and a number, such as "1.2"`),
		Proto:       l.word(m["proto"], "proto", protoWords...),
		Destination: l.text(m["destination"], "destination", maxText),
		Function:    l.text(m["function"], "function", maxText),
		Importance:  Importance(l.word(m["importance"], "importance", importances...)),
		Any:         l.yes(m["any"], "any"),
		Notifies:    l.yes(m["notifies"], "notifies"),
		Origin:      l.url(m["source"]),
	}
	for _, s := range l.words(m["cases"], "cases", caseWords...) {
		r.Cases = append(r.Cases, Case(s))
	}
	for _, s := range l.words(m["sources"], "sources", sourceWords...) {
		r.Sources = append(r.Sources, Source(s))
	}
	r.Hosts = l.hosts(m["hosts"], r.Proto, t.From)
	r.Ports = l.ports(m["ports"], r.Proto)
	if r.ID != "" {
		l.once("row id "+r.ID, m["id"].Line)
	}
	if r.Code != "" {
		l.once("code "+r.Code, m["code"].Line)
		if t.Code != "" && !strings.HasPrefix(r.Code, t.Code+".") {
			l.say(m["code"].Line, "code %s in table %s: want %s.1, %s.2, …", r.Code, t.Code, t.Code, t.Code)
		}
	}
	if t.Origin == Ours && r.Proto != "ip" && r.Proto != "" && m["source"] == nil {
		l.say(n.Line, "a row of ours needs its source: add the address of the public page that names these hosts")
	}
	return r, true
}

func (l *loader) id(n *yaml.Node) string {
	s := l.text(n, "id", 40)
	if s != "" && !idForm.MatchString(s) {
		l.say(n.Line, "id %q: want small letters, digits and single hyphens, starting with a letter", clip(s))
		return ""
	}
	return s
}

func (l *loader) code(n *yaml.Node, form *regexp.Regexp, want string) string {
	s := l.text(n, "code", 5)
	if s != "" && !form.MatchString(s) {
		l.say(n.Line, "code %q: want %s", clip(s), want)
		return ""
	}
	return s
}

func (l *loader) url(n *yaml.Node) string {
	s := l.text(n, "source", maxURL)
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(s, " <>\"'`\\") {
		l.say(n.Line, "source %q: want a web address, such as https://example.com/page", clip(s))
		return ""
	}
	return s
}
