package tui

import (
	"slices"
	"strings"
)

// View draws the parts' line, the part, and what the last key did.
func (s *guidesScreen) View(w, h int) frame {
	g := s.guide()
	head := s.tabs(w)
	foot := s.foot(w)
	switch {
	case len(s.list) == 0:
		return frame{lines: []string{"", " No firewall was chosen, so there is nothing to enter. Esc goes back to choose one."}, y: -1}
	case g.Err != nil:
		lines := append([]string{""}, hang(" ", "There is no guide for this firewall yet: "+s.d.show(g.Err.Error()), w-1)...)
		return frame{lines: append(lines, "", " Esc goes back to the answers; s shows all of them."), y: -1}
	case g.Guide.Nothing:
		lines := append(head, "")
		lines = append(lines, hang(" ", s.d.nothingToDo(), w-1)...)
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
		head = append(head, hang(" ", "There is nothing to enter before that is given. Esc goes back, s shows all answers.", w-1)...)
	}
	s.row = max(min(s.row, len(s.rows)-1), 0)
	s.top = window(s.top, s.row, len(s.rows), room)
	chosen := -1
	if s.row < len(s.rows) {
		chosen = s.rows[s.row].piece
	}
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
		lines = append(lines, boldStyle.Render(mark)+s.rows[i].text)
	}
	y := len(head) + s.row - s.top
	if len(s.rows) == 0 {
		y = -1
	}
	lines = pad(lines, max(h-len(foot), 0))
	return frame{append(lines, foot...), 1, y}
}

// nothingToDo says why a guide has nothing to enter.
func (d *desk) nothingToDo() string {
	if s := d.board.Summary(); s.Fail+s.Unproven+s.Skipped+s.Running > 0 {
		return "Nothing to enter on this firewall so far. What fails, or could not be told, has another cause or another firewall: do first what the checks say."
	}
	return "Nothing to do on this firewall: what the server needs is open already, or passes without a rule."
}

// tabs is the line of parts, and how sure we are.
func (s *guidesScreen) tabs(w int) []string {
	var parts []string
	for i, p := range guideParts {
		if !s.has(p) {
			continue
		}
		name := itoa(i+1) + " " + partName(p)
		if p == s.part {
			name = boldStyle.Render("[" + name + "]")
		} else {
			name = " " + name + " "
		}
		parts = append(parts, name)
	}
	left := " " + strings.Join(parts, " ")
	var lines []string
	if name := s.d.show(s.Heading()); !s.d.fitsHeader(name, w) {
		for _, l := range hang(" ", name, w-1) {
			lines = append(lines, boldStyle.Render(l))
		}
	}
	if s.guide().Err != nil || len(s.list) == 0 {
		return append(lines, left, "")
	}
	right := s.d.show(s.guide().Title) + ": only missing rows, " + proofWords(s.guide().Guide.Proof)
	if !s.missing {
		right = strings.Replace(right, ": only missing rows", ": all rows", 1)
	}
	if width(left)+width(right)+3 <= w {
		return append(lines, left+strings.Repeat(" ", w-width(left)-width(right)-1)+right, "")
	}
	return append(lines, left, " "+shorten(right, w-2), "")
}

func (s *guidesScreen) gaps(w int) []string {
	var lines []string
	if lead := s.guide().Lead; lead != "" {
		lines = hang(" "+noteStyle.Render("[note]")+" ", s.d.show(lead), w-1)
	}
	for _, n := range s.guide().Notes {
		lines = append(lines, hang(" "+noteStyle.Render("[note]")+" ", s.d.show(n), w-1)...)
	}
	for i, g := range s.guide().Guide.Gaps {
		if i == 3 {
			lines = append(lines, " [note] "+itoa(len(s.guide().Guide.Gaps)-i)+" more such notes are in the file (v).")
			break
		}
		text := s.d.show(g.Say)
		if g.Code != "" {
			text = "row " + g.Code + ": " + text
		}
		lines = append(lines, hang(" "+noteStyle.Render("[note]")+" ", text, w-1)...)
	}
	return lines
}

// layout is the chosen part as lines, each with its piece.
func (s *guidesScreen) layout(w int) []guideRow {
	var rows []guideRow
	for i, p := range s.pieces() {
		if i > 0 {
			rows = append(rows, guideRow{"", -1})
		}
		if p.code {
			for l := range strings.SplitSeq(p.show, "\n") {
				// Long commands break anywhere: what is copied is whole.
				for _, part := range chop(s.d.show(strings.ReplaceAll(l, "\t", "    ")), w-5) {
					rows = append(rows, guideRow{part, i})
				}
			}
			continue
		}
		n, chip := 0, 0
		if i == s.piece() {
			chip = s.chip
		}
		for l := range strings.SplitSeq(p.show, "\n") {
			if m := stepStart.FindString(l); m != "" {
				rest := hang(m, styled(s.d.show(l[len(m):]), &n, chip), w-5)
				for _, part := range rest {
					rows = append(rows, guideRow{part, i})
				}
				continue
			}
			indent := l[:len(l)-len(strings.TrimLeft(l, " "))]
			for _, part := range hang(indent, styled(s.d.show(strings.TrimSpace(l)), &n, chip), w-5) {
				rows = append(rows, guideRow{part, i})
			}
		}
	}
	return rows
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

// noteLines breaks a note at spaces; a path or command that is longer than a
// line breaks where the line ends, so that little of it is torn.
func noteLines(s string, w int) []string {
	for word := range strings.SplitSeq(s, " ") {
		if width(word) > w-2 {
			lines := chop(s, w-2)
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
