package tui

import (
	"fmt"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// below is the pane under the table: a rule and at most paneRows-1 lines.
func (s *tablesScreen) below(ls []line, at, w int) []string {
	if at >= len(ls) {
		return nil
	}
	lines := []string{rule(s.name(ls[at]), w)}
	var text []string
	if l, c := ls[at], s.d.layColumns(ls, w); width(s.d.lineHost(l)) > c.to || width(l.row.Row.Function) >= c.what {
		text = hang(" ", strings.TrimSpace(s.d.show(s.d.lineHost(l))+"  "+s.d.show(l.row.Row.Function)), w)
	}
	text = append(text, s.finding(ls[at], w)...)
	if len(text) > paneRows-1 {
		text = append(text[:paneRows-2], " "+s.d.t("screens.tables.rest"))
	}
	return append(lines, text...)
}

// explain is the pane beside the table. Its last line, where the rows come from,
// stands at the bottom: it is the same for all rows of the table.
func (s *tablesScreen) explain(ls []line, at, w, h int) []string {
	if at >= len(ls) {
		return nil
	}
	lines, source := s.detail(ls[at], w), s.source(ls[at], w)
	if len(source) > 0 && len(lines)+1+len(source) <= h {
		lines = pad(lines, h-len(source))
	} else {
		lines = append(lines, "")
	}
	return append(lines, source...)
}

// wholePane is the explanation alone, for small windows and long texts.
func (s *tablesScreen) wholePane(ls []line, at, w, h int) frame {
	if at >= len(ls) {
		s.pane = false
		return frame{lines: append([]string{""}, hang(" ", s.d.t("screens.tables.no-row"), w-1)...), y: -1}
	}
	lines := append([]string{""}, s.detail(ls[at], w-1)...)
	if source := s.source(ls[at], w-1); len(source) > 0 {
		lines = append(append(lines, ""), source...)
	}
	s.scroll = max(min(s.scroll, len(lines)-h), 0)
	return frame{lines: lines[s.scroll:], y: -1}
}

// name is "row 1.1, TCP 8433 FAIL".
func (s *tablesScreen) name(l line) string {
	if l.none {
		return s.d.t("screens.tables.row-unneeded", "row", l.row.Row.Code)
	}
	word := s.d.stateBare(l.flow.Status)
	if s.again(l) {
		word = s.d.t("screens.tables.last-time")
	}
	return s.d.t("screens.tables.row", "row", l.row.Row.Code, "port", s.d.portWord(l.row, l.flow), "state", word)
}

// again tells whether a row that was seen before is asked again: its explanation
// is the one of the last time, and stays as it is until the answer comes.
func (s *tablesScreen) again(l line) bool {
	return l.flow.Status == check.Running && !l.flow.Result.Provisional && l.flow.Finding.Seen != ""
}

// skipped is what to tell of a flow that a cause explains.
func (d *desk) skipped(v wizard.FlowView) (f wizard.Finding, by bool) {
	c := v.Cause(d.board.Causes())
	if c == nil {
		return f, false
	}
	f = c.Finding
	f.Where = v.Finding.Where
	return f, true
}

// finding is Seen, Means and Do of a flow.
func (s *tablesScreen) finding(l line, w int) []string {
	if l.none {
		return hang(" ", s.d.show(firstOf(l.row.Because, s.d.t("screens.tables.not-needed"))), w)
	}
	f := l.flow.Finding
	var out []string
	if l.flow.Status == check.Running && l.flow.Result.Provisional {
		return hang(" ", s.d.t("screens.tables.no-answer"), w)
	}
	if skipped, by := s.d.skipped(l.flow); by {
		f = skipped
		out = append(out, " "+s.d.t("screens.tables.skipped"))
	}
	if s.d.mask && l.flow.Result.Facts["variant"] == "hub" && l.flow.Result.Code == check.NotHere {
		f.Do = s.d.t("screens.tables.masked-command")
	}
	if s.d.waitsForProof(l.flow) {
		f.Do = s.d.t("screens.tables.prove-do")
	}
	if say := s.d.before(l.flow); say != "" {
		out = append(out, hang(" ", say, w)...)
	}
	labelW := s.d.widest("screens.tables.seen", "screens.tables.means", "screens.tables.do")
	for _, p := range []struct{ label, text string }{{"seen", strings.TrimSpace(f.Where + " " + f.Seen)}, {"means", f.Means}, {"do", f.Do}} {
		if p.text != "" {
			out = append(out, hang(" "+fit(s.d.t("screens.tables."+p.label), labelW)+" ", s.d.show(p.text), w)...)
		}
	}
	switch {
	case len(out) > 0:
	case l.flow.Status == check.Running:
		out = append(out, hang(" ", s.d.t("screens.tables.asking"), w)...)
	case l.flow.Status == check.Pass:
		out = append(out, " "+s.d.t("screens.tables.works"))
	case l.flow.Status == check.Waiting:
		out = append(out, hang(" ", s.d.t("screens.tables.elsewhere", "from", s.d.fromWords(l.flow.Flow.From)), w)...)
		line, _ := s.d.checkLine(l.flow.Flow.From)
		out = append(out, hang("   ", line, w)...)
	default:
		out = append(out, " "+s.d.t("screens.tables.not-asked"))
	}
	return out
}

// detail is everything about a line: full names, finding, each layer.
func (s *tablesScreen) detail(l line, w int) []string {
	var out []string
	for _, part := range hang(" "+s.d.t("screens.tables.row-title", "row", l.row.Row.Code)+"  ", s.d.show(l.row.Row.Function), w) {
		out = append(out, boldStyle.Render(part))
	}
	if l.none {
		return append(out, s.finding(l, w)...)
	}
	at := l.flow.Flow.Host + "  " + s.d.portWord(l.row, l.flow)
	if l.flow.Flow.Port.Number == 0 {
		at = l.row.Row.Destination
	}
	out = append(out, hang(" ", s.d.show(at)+"  "+s.d.t("screens.importance."+string(l.row.Row.Importance)), w)...)
	short := s.d.short(l.flow)
	if s.again(l) && l.flow.Before.IsZero() {
		short = s.d.t("screens.tables.last-time")
	}
	out = append(out, " "+s.d.state(l.flow.Status)+" "+shorten(short, w-9), "")
	out = append(out, s.finding(l, w)...)
	known := l.flow.Status
	if known == check.Running {
		known = l.flow.Last
	}
	if ly := l.flow.Result.Layers; len(ly) > 0 && (s.pane || known != check.Pass || !s.d.slow) { // on a slow line what works needs no diagnosis
		out = append(out, "", " "+s.d.t("screens.tables.layers"))
		names, nameW := make([]string, len(ly)), 0
		for i, y := range ly {
			names[i] = y.Name
			if y.Family != 0 {
				names[i] += fmt.Sprintf(" IPv%d", y.Family)
			}
			nameW = max(nameW, width(names[i]))
		}
		for i, y := range ly {
			line, to := fmt.Sprintf("   %s %s %5d ms", s.d.state(y.Status), fit(names[i], nameW), y.Took.Milliseconds()), s.d.show(y.Address)
			if width(line)+2+width(to) > w {
				out = append(out, line)
				line = "         "
			}
			out = append(out, strings.TrimRight(shorten(line+"  "+to, w), " "))
		}
	}
	return out
}

// source is where the rows of the line's table come from.
func (s *tablesScreen) source(l line, w int) []string {
	src := l.flow.Flow.Table
	if src == nil || src.Source == "" {
		return nil
	}
	return hang(" "+s.d.t("screens.tables.source")+" ", s.d.show(src.Source), w)
}

// More is the explanation of the chosen line, where the picture has no room for it.
func (s *tablesScreen) More() string {
	v, i := s.views()
	if len(v) == 0 {
		return ""
	}
	ls := s.lines(v[i])
	at := s.at(ls)
	if at >= len(ls) {
		return ""
	}
	return plain(strings.Join(s.detail(ls[at], 1<<10), " "))
}
