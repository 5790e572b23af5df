package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/syncsign/sops-firewall/rules/check"
)

// View draws the parts' line, the part, and what the last key did.
func (s *guidesScreen) View(w, h int) frame {
	g := s.guide()
	head := s.tabs(w)
	foot := s.foot(w)
	switch {
	case len(s.list) == 0:
		return frame{lines: append([]string{""}, hang(" ", s.d.t("screens.guides.none"), w-1)...), y: -1}
	case g.Err != nil:
		lines := append([]string{""}, hang(" ", s.d.show(s.d.t("screens.guides.no-guide", "error", g.Err.Error())), w-1)...)
		return frame{lines: append(append(lines, ""), hang(" ", s.d.t("screens.guides.no-guide-do"), w-1)...), y: -1}
	case s.coded:
		s.rows = s.layout(w)
		return frame{lines: s.code(w, h), y: -1}
	case g.Guide.Nothing:
		lines := append(head, "")
		lines = append(lines, hang(" ", s.d.show(g.Idle), w-1)...)
		lines = append(lines, s.gaps(w)...)
		return frame{lines: append(append(lines, ""), foot...), y: -1}
	}
	if gaps := s.gaps(w); len(gaps) > 0 {
		head = append(append(head[:len(head)-1], gaps...), "")
	}
	room := max(h-len(head)-len(foot), 1)
	s.height = room
	s.rows = s.layout(w)
	if len(s.rows) == 0 {
		head = append(head, hang(" ", s.d.t("screens.guides.lacks"), w-1)...)
	}
	s.row = max(min(s.row, len(s.rows)-1), 0)
	s.top = window(s.top, s.row, len(s.rows), room)
	chosen := s.piece()
	lines := head
	end := min(s.top+room, len(s.rows))
	for i := s.top; i < end; i++ {
		mark := "   "
		switch r := s.rows[i]; {
		case i == s.row:
			mark = " > "
		case r.piece >= 0 && r.piece == chosen:
			mark = " | "
		}
		text := boldStyle.Render(mark) + s.numbered(i)
		if i == s.row {
			text = s.d.pointed(text, w)
		}
		lines = append(lines, text)
	}
	y := len(head) + s.row - s.top
	if len(s.rows) == 0 {
		y = -1
	}
	lines = pad(lines, max(h-len(foot), 0))
	return frame{append(lines, foot...), 1, y}
}

// tabs is the line of parts, and how sure we are.
func (s *guidesScreen) tabs(w int) []string {
	left := s.partsLine(w)
	var lines []string
	if name := s.d.show(s.Heading()); !s.d.fitsHeader(name, w) {
		for _, l := range hang(" ", name, w-1) {
			lines = append(lines, boldStyle.Render(l))
		}
	}
	if s.guide().Err != nil || len(s.list) == 0 {
		return append(lines, left, "")
	}
	key := "screens.guides.missing"
	if !s.missing {
		key = "screens.guides.all"
	}
	right := s.d.t(key, "title", s.d.show(s.guide().Title), "proof", s.d.proofWords(s.guide().Guide.Proof))
	if width(left)+width(right)+3 <= w {
		return append(lines, left+strings.Repeat(" ", w-width(left)-width(right)-1)+right, "")
	}
	return append(append(append(lines, left), hang(" ", right, w-1)...), "")
}

// partsLine are the parts; where they do not fit, the names of those that are
// not shown get shorter.
func (s *guidesScreen) partsLine(w int) string {
	line := ""
	for letters := 20; letters > 2; letters-- {
		line = ""
		for i, p := range guideParts {
			switch name := s.d.partName(p); {
			case !s.has(p):
			case p == s.part:
				line += " " + boldStyle.Render("["+itoa(i+1)+" "+name+"]")
			case width(name) > letters:
				line += "  " + itoa(i+1) + " " + shortly(name, letters) + " "
			default:
				line += "  " + itoa(i+1) + " " + name + " "
			}
		}
		if line = strings.TrimRight(line, " "); width(line) < w {
			break
		}
	}
	return line
}

// shortly is a word of at most n columns that ends in a full stop.
func shortly(word string, n int) string { return ansi.Truncate(word, n-1, "") + "." }

func (s *guidesScreen) gaps(w int) []string {
	var lines []string
	if lead := s.guide().Lead; lead != "" {
		lines = hang(" "+s.d.state(check.Note)+" ", s.d.show(lead), w-1)
	}
	for _, n := range s.guide().Notes {
		lines = append(lines, hang(" "+s.d.state(check.Note)+" ", s.d.show(n), w-1)...)
	}
	for i, g := range s.guide().Guide.Gaps {
		if i == 3 {
			lines = append(lines, " "+s.d.state(check.Note)+" "+s.d.n("screens.guides.gaps", len(s.guide().Guide.Gaps)-i))
			break
		}
		text := s.d.show(g.Say)
		if g.Code != "" {
			text = s.d.t("screens.guides.gap", "row", g.Code, "why", text)
		}
		lines = append(lines, hang(" "+s.d.state(check.Note)+" ", text, w-1)...)
	}
	return lines
}

// layout is the chosen part as lines, each with its piece.
func (s *guidesScreen) layout(w int) []guideRow {
	var rows []guideRow
	pieces := s.pieces()
	names, room := labels(pieces), w-5
	if s.d.shared {
		room -= labelW
	}
	for i, p := range pieces {
		if i > 0 {
			rows = append(rows, guideRow{piece: -1})
		}
		nth := 0
		add := func(parts []string, line int) {
			nth++
			for _, part := range parts {
				rows = append(rows, guideRow{part, i, line, names[i] + "." + itoa(nth)})
			}
		}
		if p.code {
			for n, l := range strings.Split(p.show, "\n") {
				// Long commands break anywhere: what is copied is whole.
				parts := chop(s.d.show(strings.ReplaceAll(l, "\t", "    ")), room)
				for j := range parts {
					if i == s.piece() && n+1 == s.chip {
						parts[j] = rowStyle.Render(parts[j])
					}
				}
				add(parts, n+1)
			}
			continue
		}
		n, chip := 0, 0
		if i == s.piece() {
			chip = s.chip
		}
		for l := range strings.SplitSeq(p.show, "\n") {
			if m := stepStart.FindString(l); m != "" {
				add(hang(m, styled(s.d.show(l[len(m):]), &n, chip), room), 0)
				continue
			}
			indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
			add(hang(indent, styled(s.d.show(strings.TrimSpace(l)), &n, chip), room), 0)
		}
	}
	return rows
}

// labelW is the room for the code of a line on a shared screen.
const labelW = 6

// numbered is a row with its code where the screen is shared, said once.
func (s *guidesScreen) numbered(i int) string {
	r := s.rows[i]
	if !s.d.shared {
		return r.text
	}
	label := r.label
	if i > s.top && i != s.row && s.rows[i-1].label == label {
		label = ""
	}
	return fit(label, labelW) + r.text
}

// chop cuts s into pieces of w columns.
func chop(s string, w int) []string {
	if w < 1 || width(s) <= w {
		return []string{s}
	}
	r := []rune(s)
	n := 0
	for n < len(r) && width(string(r[:n+1])) <= w {
		n++
	}
	n = max(n, 1)
	return append([]string{string(r[:n])}, chop(string(r[n:]), w)...)
}

// chopPath is chop for paths: behind a / or a space where there is one in the
// second half of the line.
func chopPath(s string, w int) []string {
	var lines []string
	for w > 0 && width(s) > w {
		head := ansi.Truncate(s, w, "")
		if i := strings.LastIndexAny(head, "/ "); i > len(head)/2 {
			head = head[:i+1]
		}
		if head == "" {
			break
		}
		lines, s = append(lines, head), s[len(head):]
	}
	return append(lines, s)
}

// noteLines breaks a note at spaces; a path or command that is longer than a
// line breaks behind a part of it.
func noteLines(s string, w int) []string {
	for word := range strings.SplitSeq(s, " ") {
		if width(word) > w-2 {
			lines := chopPath(s, w-2)
			for i := range lines {
				lines[i] = " " + lines[i]
			}
			return lines
		}
	}
	return hang(" ", s, w-1)
}

// foot is what the last key did, at most six lines.
func (s *guidesScreen) foot(w int) []string {
	var lines []string
	for _, n := range append(slices.Clone(s.note), s.file...) {
		lines = append(lines, noteLines(strings.TrimSpace(s.d.show(n)), w)...)
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]string{rule("", w)}, lines[:min(len(lines), 6)]...)
}

// More is the whole part, however much of it is in view.
func (s *guidesScreen) More() string {
	var b strings.Builder
	for _, p := range s.pieces() {
		b.WriteString(" " + unmark(p.show))
	}
	return b.String()
}
