package tui

import "strings"

// pressCode takes the keys that show a QR code and leave it; the others move,
// choose and go on as ever.
func (s *guidesScreen) pressCode(name string) (done bool) {
	switch name {
	case "g":
		if s.coded = !s.coded && s.ready(); s.coded {
			s.copying, s.note = nil, nil
		}
		return true
	case "esc", "enter":
		done = s.coded
		s.coded = false
	case "c", "C", "p", "v": // what they say stands below the text
		s.coded = false
	}
	return done
}

// code is what c copies as a QR code, or why there is none and what to do.
func (s *guidesScreen) code(w, h int) []string {
	name, text, ok := s.chosen()
	if !ok {
		return append([]string{""}, hang(" ", s.d.t("screens.guides.lacks"), w-1)...)
	}
	text = strings.TrimRight(text, "\n")
	if s.d.mask {
		return append([]string{""}, hang(" ", s.d.t("screens.qr.masked"), w-1)...)
	}
	lines := []string{" " + shorten(s.d.t("screens.qr.holds", "what", s.d.show(name)), w-1)}
	for _, l := range qrLines(text, w-2, h-len(lines), s.d.colours(), s.d.ascii) {
		lines = append(lines, " "+l)
	}
	if len(lines) > 1 {
		return lines
	}
	say := s.d.t("screens.qr.never", "what", s.d.show(name))
	if n := qrSize(text); n > 0 {
		// Beside it stand a column, and the two bars and its own line.
		wide, high := qrRoom(n, s.d.ascii)
		say = s.d.t("screens.qr.small", "what", s.d.show(name), "size", itoa(wide+2)+"x"+itoa(high+3))
	}
	return append(append([]string{""}, hang(" ", say, w-1)...), hang(" ", s.d.t("screens.qr.instead"), w-1)...)
}
