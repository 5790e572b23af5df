package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// Pane sizes: below splitW the pane stands under the table, from there beside it.
const (
	splitW   = 110
	paneRows = 7
	paneH    = 20 // body lines from which there is room for it
)

// View draws the causes, the table and, where there is room, the pane.
func (s *tablesScreen) View(w, h int) frame {
	v, ti := s.views()
	if len(v) == 0 {
		return frame{lines: append([]string{""}, hang(" ", s.d.t("screens.tables.none"), w-1)...), y: -1}
	}
	ls := s.lines(v[ti])
	at := s.at(ls)
	about := s.d.under(&s.told, at, len(ls), func(i int) string { return ls[i].row.Row.ID + " " + ls[i].flow.Flow.Key })
	if s.pane {
		return s.wholePane(ls, at, w, h)
	}
	head := s.head(v[ti], w, h)
	body := h - len(head)
	switch {
	case w >= splitW:
		left := s.leftW(ls, w)
		rows, y := s.rows(ls, at, left-1, body)
		side := s.explain(ls, about, w-left-1, body)
		lines := make([]string, body)
		for i := range body {
			l, r := "", ""
			if i < len(rows) {
				l = rows[i]
			}
			if i < len(side) {
				r = side[i]
			}
			lines[i] = fit(l, left-1) + "| " + r
		}
		return frame{append(head, lines...), 1, cursorAt(y, len(head))}
	case h >= paneH:
		rows, y := s.rows(ls, at, w, body-paneRows)
		lines := append(head, pad(rows, body-paneRows)...)
		return frame{append(lines, s.below(ls, about, w)...), 1, cursorAt(y, len(head))}
	}
	rows, y := s.rows(ls, at, w, body)
	return frame{append(head, rows...), 1, cursorAt(y, len(head))}
}

// leftW is how much of w columns the table takes beside the pane: more where its
// names need it.
func (s *tablesScreen) leftW(ls []line, w int) int {
	const paneW = 48
	c, left := s.d.layColumns(ls, w), w*3/5
	for _, l := range ls {
		if need := w - c.to - c.what + 1 + width(s.d.lineHost(l)); need <= w-paneW {
			left = max(left, need)
		}
	}
	return left
}

func cursorAt(y, head int) int {
	if y < 0 {
		return -1
	}
	return y + head
}

// head is the table's name and sum, the causes, and what the filters hide.
func (s *tablesScreen) head(t wizard.TableView, w, h int) []string {
	title := s.d.show(t.Table.Title)
	if t.Table.Origin == rules.Manual && t.Table.From == rules.FromServer && !strings.HasPrefix(t.Table.Title, "From") {
		title = s.d.t("screens.tables.manual-out", "title", title) // the manual's heading above its sub-headings
	}
	if t.Table.Origin == rules.Ours {
		title = s.d.t("screens.tables.ours", "title", title)
	}
	title = " " + t.Table.Code + " " + title
	sum := s.d.sumWords(t.Sum) + "  "
	lines := []string{}
	if width(title)+2+width(sum) <= w {
		lines = append(lines, boldStyle.Render(title)+strings.Repeat(" ", w-width(title)-width(sum))+sum)
	} else {
		lines = append(lines, boldStyle.Render(shorten(title, w)), " "+sum)
	}
	causes := s.d.causesAt(t)
	for i, c := range causes {
		if i == 2 || i == 1 && h < paneH {
			lines = append(lines, hang("        ", s.d.n("screens.tables.causes", len(causes)-i), w-1)...)
			break
		}
		lines = append(lines, s.cause(c, w)...)
	}
	switch {
	case s.watch != nil:
		lines = append(lines, s.watched(w)...)
	case s.failed:
		lines = append(lines, hang(" ", s.d.t("screens.tables.only-failed"), w-1)...)
	case s.all:
		lines = append(lines, hang(" ", s.d.t("screens.tables.unneeded-too"), w-1)...)
	}
	if s.say != "" {
		lines = append(lines, hang(" ", s.say, w-1)...)
	}
	return lines
}

// cause is the card of one root cause: it stands before the rows it explains.
func (s *tablesScreen) cause(c wizard.CauseView, w int) []string {
	key := "screens.tables.cause"
	if c.About {
		key = "screens.tables.about"
	}
	seen := sentence(firstOf(c.Finding.Seen, c.Finding.Means))
	text := s.d.show(seen)
	if n := len(c.Cause.Explains); n > 0 {
		text = s.d.show(s.d.n(key, n, "seen", seen))
	}
	lines := hang(" "+s.d.state(c.Cause.Status)+" ", text, w-1)
	if c.Finding.Do != "" {
		lines = append(lines, hang("        "+s.d.t("screens.tables.do")+" ", s.d.show(c.Finding.Do), w-1)...)
	}
	if len(lines) > 4 {
		lines = append(lines[:3], brokenOff(lines[3], w-1))
	}
	return lines
}

// columns are the widths of a table line.
type columns struct{ to, port, what, short int }

// shortW is the room for the few words beside a state.
const shortW = 13

// layColumns shares a line of w columns: names are shown whole where they can
// be, "What for" gives way to them and takes what they leave.
func (d *desk) layColumns(ls []line, w int) columns {
	const fixed = 3 + 5 + 1 + 6 + 1 // mark, code, gaps, state
	const leastTo, leastWhat = 12, 14
	c := columns{short: shortW}
	for _, l := range ls {
		if p := d.portText(l); p != "" {
			c.port = max(c.port, width(p)+2, width(d.t("screens.tables.port"))+2)
		}
	}
	room := w - fixed - c.port - c.short - 1
	names, words := leastTo, 0
	for _, l := range ls {
		if n := width(d.lineHost(l)); n <= room { // one that never fits takes nothing from the others
			names = max(names, n)
		}
		words = max(words, width(l.row.Row.Function)+1)
	}
	if w >= usualW && room-names >= leastWhat {
		c.what = min(room-names, max(words, leastWhat))
	}
	c.to = room - c.what
	return c
}

// whatFor is the part of a row's function that stands on its line number nth of
// n: it runs on beside the row's further flows.
func whatFor(text string, nth, n, w int) string {
	parts := wrap(text, w)
	switch {
	case nth >= len(parts):
		return ""
	case nth == n-1:
		return shorten(strings.Join(parts[nth:], " "), w)
	}
	return parts[nth]
}

// rows are the lines of the table in view and where the cursor is in them.
func (s *tablesScreen) rows(ls []line, at, w, h int) (out []string, y int) {
	c := s.d.layColumns(ls, w)
	head := "   " + fit("", 5) + s.d.toPort(s.d.t("screens.tables.to"), s.d.t("screens.tables.port"), c)
	if c.what > 0 {
		head += fit(s.d.t("screens.tables.what"), c.what)
	}
	out = append(out, head+s.d.t("screens.tables.state"))
	if len(ls) == 0 {
		what := "no-rows"
		if s.failed {
			what = "no-failed"
		}
		return append(out, hang("   ", s.d.t("screens.tables."+what), w-1)...), -1
	}
	h = max(h-1, 1)
	if rows, y := s.roomyRows(ls, at, h, c); rows != nil {
		return append(out, rows...), y + 1
	}
	s.top = window(s.top, at, len(ls), h)
	end := min(s.top+h, len(ls))
	if end < len(ls) && h > 2 { // the last line tells of the rest
		s.top = window(s.top, at, len(ls), h-1)
		end = min(s.top+h-1, len(ls))
	}
	for i := s.top; i < end; i++ {
		l := ls[i]
		if i > s.top && !l.first && ls[i-1].flow.Flow.Host == l.flow.Flow.Host {
			l.same = true
		}
		out = append(out, s.lineText(l, i == at, i == s.top || l.first, c))
	}
	if rest := len(ls) - end; rest > 0 {
		out = append(out, "   "+s.d.n("screens.more", rest))
	}
	return out, at - s.top + 1
}

func (s *tablesScreen) lineText(l line, chosen, first bool, c columns) string {
	mark, code, host := "   ", "", ""
	if chosen {
		mark = " > "
	}
	if s.d.shared { // every line can be said
		first, l.same = true, false
	}
	if first {
		code = l.row.Row.Code
	}
	what := ""
	if c.what > 0 {
		what = fit(whatFor(s.d.show(l.row.Row.Function), l.nth, l.of, c.what-1), c.what)
	}
	if l.none {
		text := mark + fit(code, 5) + s.d.toPort(s.d.show(s.d.lineHost(l)), s.d.portText(l), c) + what
		return s.paint(text, check.NotNeeded, fit("", c.short), chosen)
	}
	if !l.same {
		host = s.d.lineHost(l)
	}
	text := mark + fit(code, 5) + s.d.toPort(s.d.show(host), s.d.portText(l), c) + what
	return s.paint(text, l.flow.Status, fit(s.shortly(l.flow), c.short), chosen)
}

// paint adds the state. On the chosen line only mark and code are reversed: the
// state keeps its colour, and moving costs few bytes on a slow line.
func (s *tablesScreen) paint(text string, st check.Status, short string, chosen bool) string {
	const head = 3 + 4 // mark and code
	if chosen && s.d.shared {
		whole := text + s.d.state(st) + " " + short
		return s.d.pointed(whole, width(whole))
	}
	if chosen {
		text = rowStyle.Render(text[:head]) + text[head:]
	}
	return text + s.d.state(st) + " " + strings.TrimRight(short, " ")
}

// lineHost is where a line leads: a name or address, or what is asked where the
// rule book has only a token for it, such as the default route.
func (d *desk) lineHost(l line) string {
	switch {
	case l.none:
		return l.row.Row.Destination
	case l.flow.Flow.Port.Number == 0 && slices.Contains(l.row.Row.Hosts, l.flow.Flow.Host):
		return d.portWord(l.row, l.flow)
	}
	return l.flow.Flow.Host
}

// portText is what stands under Port; nothing where the line has no port and
// says so under To.
func (d *desk) portText(l line) string {
	if l.none {
		return rowPorts(l.row)
	}
	if p := d.portWord(l.row, l.flow); p != d.lineHost(l) {
		return p
	}
	return ""
}

func (d *desk) portWord(r wizard.RowView, f wizard.FlowView) string {
	if f.Flow.Port.Number == 0 {
		if key := "screens.kinds." + f.Flow.Port.Kind; d.words.Has(key) {
			return d.t(key)
		}
		return f.Flow.Port.Kind
	}
	return strings.ToUpper(r.Row.Proto) + " " + strconv.Itoa(int(f.Flow.Port.Number))
}

func rowPorts(r wizard.RowView) string {
	var list []string
	for _, p := range r.Row.Ports {
		list = append(list, strconv.Itoa(int(p.Number)))
	}
	return strings.ToUpper(r.Row.Proto) + " " + strings.Join(list, ",")
}
