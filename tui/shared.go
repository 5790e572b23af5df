package tui

import "strings"

// placed is a screen that can say where its pointer stands, for the shared mode.
type placed interface{ Where() string }

// aloud is a screen whose place in the step is said whole in the shared mode.
type aloud interface{ Aloud() string }

// The shared mode is for a screen that others look at while they talk: more room,
// a code on every line to say aloud, the pointer's row marked across the screen,
// and a line that names it.

// says tells whether a screen has that line.
func (d *desk) says(s screen) bool {
	_, ok := s.(placed)
	return d.shared && ok
}

// where is that line, empty where the pointer is nowhere; none in other modes.
func (d *desk) where(s screen, w int) []string {
	at, ok := s.(placed)
	if !d.shared || !ok {
		return nil
	}
	what := at.Where()
	if what == "" {
		return []string{""}
	}
	return []string{boldStyle.Render(shorten(" "+d.t("screens.shared.where", "what", d.show(what)), w-1))}
}

// pointed marks the line under the pointer, which begins with " > ".
func (d *desk) pointed(line string, w int) string {
	if !d.shared {
		return line
	}
	p := plain(line)
	if rest, ok := strings.CutPrefix(p, " > "); ok {
		p = ">> " + rest
	}
	return rowStyle.Render(fit(p, w))
}

// optionPlace says which of some options the pointer stands on.
func (d *desk) optionPlace(key, label string, i int) string {
	return d.t("screens.shared.option", "key", firstOf(key, itoa(i+1)), "label", label)
}

// entryPlace says which line of a list the pointer stands on.
func (d *desk) entryPlace(i, n int, label string) string {
	if i >= n {
		return ""
	}
	return d.t("screens.shared.entry", "n", itoa(i+1), "all", itoa(n), "label", label)
}

// numberW is the room for the number of a list's line, on a shared screen.
func (d *desk) numberW() int {
	if !d.shared {
		return 0
	}
	return 4
}

// roomy tells whether n options may have empty lines between them: there is room
// for these beside the lines that are there, and for what explains an option.
func (d *desk) roomy(n, lines, h int) bool {
	const explained = 4
	return d.shared && lines+2*n-1+explained <= h
}

// roomyRows are the lines of a table with empty ones between: between all of them,
// between rows, or nil where there is no room for that.
func (s *tablesScreen) roomyRows(ls []line, at, h int, c columns) (out []string, y int) {
	rows := 0
	for _, l := range ls {
		if l.first {
			rows++
		}
	}
	all, some := 2*len(ls)-1 <= h, len(ls)+rows-1 <= h
	if !s.d.shared || !all && !some {
		return nil, 0
	}
	s.top = 0
	for i, l := range ls {
		if i > 0 && (all || l.first) {
			out = append(out, "")
		}
		if i == at {
			y = len(out)
		}
		out = append(out, s.lineText(l, i == at, true, c))
	}
	return out, y
}

// toPort are the columns of a line's host and port; on a shared screen the port
// stands behind the row's code, as they are said.
func (d *desk) toPort(to, port string, c columns) string {
	if d.shared {
		return fit(port, c.port) + fit(to, c.to) + " "
	}
	return fit(to, c.to) + " " + fit(port, c.port)
}

// Where names the chosen row.
func (s *tablesScreen) Where() string {
	l, ok := s.chosen()
	switch {
	case !ok:
		return ""
	case l.none:
		return s.d.t("screens.tables.row-unneeded", "row", l.row.Row.Code)
	}
	port, to := s.d.portWord(l.row, l.flow), s.d.lineHost(l)
	if to == port {
		to = ""
	}
	return s.d.t("screens.shared.row", "row", l.row.Row.Code, "port", port, "state", s.d.stateBare(l.flow.Status), "to", to)
}

// Aloud names the table and the row.
func (s *tablesScreen) Aloud() string {
	v, i := s.views()
	l, ok := s.chosen()
	switch {
	case len(v) == 0:
		return s.q.Title
	case !ok:
		return s.d.t("screens.shared.table", "n", v[i].Table.Code)
	}
	return s.d.t("screens.shared.table", "n", v[i].Table.Code, "row", l.row.Row.Code)
}

func (s *tablesScreen) chosen() (line, bool) {
	v, i := s.views()
	if len(v) == 0 {
		return line{}, false
	}
	ls := s.lines(v[i])
	at := s.at(ls)
	if at >= len(ls) {
		return line{}, false
	}
	return ls[at], true
}

// Where names the part and the line.
func (s *guidesScreen) Where() string {
	if s.row < 0 || s.row >= len(s.rows) || s.coded || s.guide().Guide.Nothing {
		return ""
	}
	at := s.row
	for at > 0 && s.rows[at].label == "" { // an empty line
		at--
	}
	return s.d.t("screens.shared.line", "part", s.d.partName(s.part), "line", s.rows[at].label)
}

// Aloud names the guide.
func (s *guidesScreen) Aloud() string {
	if len(s.list) == 0 {
		return s.q.Title
	}
	return s.d.t("screens.shared.guide", "n", itoa(s.at+1), "name", firstOf(s.guide().Guide.Name, s.guide().Title))
}

// labels are what the pieces of a part are called: a step has its own number,
// other text and commands have letters, and so has a number that comes again.
func labels(pieces []piece) []string {
	used := map[string]bool{}
	out := make([]string, len(pieces))
	next := 'A'
	for i, p := range pieces {
		if m := stepStart.FindString(p.show); !p.code && m != "" {
			if n := strings.TrimRight(m, ".) "); !used[n] {
				out[i], used[n] = n, true
				continue
			}
		}
		out[i] = string(next)
		if next++; next > 'Z' {
			next = 'A'
		}
	}
	return out
}

func (s *choiceScreen) Where() string {
	if len(s.q.Options) == 0 {
		return ""
	}
	o := s.q.Options[s.at()]
	return s.d.optionPlace(o.Key, o.Label, s.at())
}

func (s *manyScreen) Where() string {
	if s.at >= len(s.q.Options) {
		return ""
	}
	return s.d.optionPlace(s.q.Options[s.at].Key, s.q.Options[s.at].Label, s.at)
}

func (s *listScreen) Where() string {
	if s.at >= len(s.shown) {
		return ""
	}
	return s.d.entryPlace(s.at, len(s.shown), s.q.Options[s.shown[s.at]].Label)
}

func (s *formScreen) Where() string {
	if s.at >= len(s.q.Fields) {
		return ""
	}
	return s.d.t("screens.shared.field", "n", itoa(s.at+1), "all", itoa(len(s.q.Fields)), "label", s.q.Fields[s.at].Label)
}

func (s *summaryScreen) Where() string {
	if s.at >= len(s.lines) {
		return ""
	}
	return s.d.entryPlace(s.at, len(s.lines), s.lines[s.at].Title)
}
