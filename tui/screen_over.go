package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/wizard"
)

// leaveScreen asks whether to leave.
type leaveScreen struct {
	noDraft
	d    *desk
	done bool
}

func newLeaveScreen(d *desk, done bool) *leaveScreen { return &leaveScreen{d: d, done: done} }

func (s *leaveScreen) Keys() []hint {
	return []hint{s.d.hint("y Enter", "leave"), s.d.hint("n Esc", "stay"), s.d.hint("Ctrl-C", "leave-now")}
}

func (s *leaveScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return act{}, nil
	}
	switch keyName(k) {
	case "y", "enter":
		return act{want: wantQuit}, nil
	case "n", "esc":
		return act{want: wantClose}, nil
	}
	return act{}, nil
}

func (s *leaveScreen) View(w, _ int) frame {
	key := "not-saved"
	switch {
	case s.d.lookOnly:
		key = "look-only"
	case s.d.unsaved:
		key = "unsaved"
	case s.done:
		key = "done"
	case !s.d.saved.IsZero():
		key = "saved"
	case s.d.earlier:
		key = "earlier"
	case len(s.d.session.Summary()) == 0:
		key = "nothing"
	}
	lines := []string{"", boldStyle.Render(" " + s.d.t("screens.leave.title")), ""}
	lines = append(lines, hang(" ", s.d.t("screens.leave."+key, "at", s.d.clock(s.d.saved)), w-1)...)
	return frame{lines: append(lines, "", "   y  "+s.d.t("keys.leave.long"), "   n  "+s.d.t("keys.stay.long")), y: -1}
}

// helpScreen explains the question and the keys, in plain words.
type helpScreen struct {
	noDraft
	d     *desk
	title string
	text  string
	keys  []hint
	here  []meaning // words of the screen below that have an explanation
	top   int
}

func newHelpScreen(d *desk, title, text string, keys []hint) *helpScreen {
	return &helpScreen{d: d, title: title, text: text, keys: keys}
}

func (s *helpScreen) Keys() []hint {
	return []hint{s.d.hint("Up Down", "scroll"), s.d.hint("g", "words"), s.d.hint("Esc", "close"), s.d.hint("q", "leave")}
}

func (s *helpScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return act{}, nil
	}
	switch keyName(k) {
	case "up":
		s.top--
	case "down":
		s.top++
	case "pgup":
		s.top -= 10
	case "pgdown", "space":
		s.top += 10
	case "home":
		s.top = 0
	case "end":
		s.top = 1 << 16
	case "g", "?":
		return act{want: wantOpen, open: newGlossaryScreen(s.d, s.here)}, nil
	case "esc", "enter":
		return act{want: wantClose}, nil
	}
	s.top = max(s.top, 0)
	return act{}, nil
}

// helpText is the question's help, and what each of its fields wants.
func (d *desk) helpText(q wizard.Question) string {
	text := strings.TrimSpace(q.Help)
	for _, f := range q.Fields {
		if what := firstOf(f.Help, f.Hint); what != "" {
			text += "\n" + d.t("screens.help.field", "field", f.Label, "what", what)
		}
	}
	return text
}

func (s *helpScreen) View(w, h int) frame {
	lines := []string{"", boldStyle.Render(" " + shorten(s.d.show(s.title), w-2)), ""}
	if text := strings.TrimSpace(s.text); text != "" {
		for p := range strings.SplitSeq(text, "\n") {
			lines = append(lines, hang(" ", s.d.show(p), w-1)...)
		}
	} else {
		lines = lines[:2]
	}
	if len(s.here) > 0 {
		words := make([]string, len(s.here))
		for i, t := range s.here {
			words[i] = t.word
		}
		lines = append(append(lines, ""), hang(" ", s.d.t("screens.help.words", "words", strings.Join(words, ", ")), w-1)...)
	}
	lines = append(lines, "", boldStyle.Render(" "+s.d.t("screens.help.keys")))
	keys := append([]hint{s.d.hint("Up Down", "move")}, s.keys...)
	keys = append(keys, s.d.hint("Ctrl-L", "draw"), s.d.hint("Ctrl-C", "quit"))
	keyW := 9
	for _, k := range keys {
		keyW = max(keyW, width(k.key))
	}
	for i, k := range keys {
		if says := "keys." + k.id + ".help"; s.d.words.Has(says) && (i == 0 || k.id != "move") {
			lines = append(lines, hang("   "+fit(k.key, keyW+1), s.d.t(says), w-1)...)
		}
	}
	if len(s.here) > 0 {
		lines = append(append(lines, "", boldStyle.Render(" "+s.d.t("screens.glossary.here"))), s.d.meaningLines(s.here, w)...)
	}
	if s.d.version != "" {
		lines = append(lines, "", " "+s.d.show(s.d.version))
	}
	if s.top = min(s.top, max(len(lines)-h, 0)); s.top > 0 {
		lines = lines[s.top:]
	}
	if len(lines) > h {
		lines = append(lines[:h-1], "   "+s.d.t("screens.help.more"))
	}
	return frame{lines: lines, y: -1}
}

// summaryScreen lists every answer; Enter goes there to change it.
type summaryScreen struct {
	noDraft
	d     *desk
	lines []wizard.SummaryLine
	at    int
	top   int
}

func newSummaryScreen(d *desk) *summaryScreen {
	return &summaryScreen{d: d, lines: d.session.Summary()}
}

func (s *summaryScreen) Keys() []hint {
	return append([]hint{s.d.hint("Enter", "change"), s.d.hint("Esc", "close")}, s.d.usual()[2:]...)
}

func (s *summaryScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return act{}, nil
	}
	switch keyName(k) {
	case "up":
		s.at--
	case "down":
		s.at++
	case "home", "pgup":
		s.at = 0
	case "end", "pgdown":
		s.at = len(s.lines) - 1
	case "esc", "s":
		return act{want: wantClose}, nil
	case "enter":
		if s.at < len(s.lines) {
			return act{want: wantGoto, id: s.lines[s.at].ID}, nil
		}
	}
	s.at = max(min(s.at, len(s.lines)-1), 0)
	return act{}, nil
}

func (s *summaryScreen) View(w, h int) frame {
	lines := []string{"", boldStyle.Render(" " + s.d.t("screens.summary.title")), ""}
	if len(s.lines) == 0 {
		return frame{lines: append(lines, " "+s.d.t("screens.summary.none")), y: -1}
	}
	titleW := 10
	for _, l := range s.lines {
		titleW = max(titleW, width(l.Title))
	}
	titleW = min(titleW, w*3/5)
	whole := s.whole(titleW, w)
	rows := max(h-len(lines)-1-len(whole), 1)
	s.top = window(s.top, s.at, len(s.lines), rows)
	y := len(lines) + s.at - s.top
	for i := s.top; i < min(s.top+rows, len(s.lines)); i++ {
		l := s.lines[i]
		text := fit(s.d.show(l.Title), titleW) + "  " + shorten(s.d.show(l.Value), w-titleW-6)
		if i == s.at {
			lines = append(lines, s.d.pointed(" "+boldStyle.Render(">")+" "+text, w))
			continue
		}
		lines = append(lines, "   "+text)
	}
	if rest := len(s.lines) - s.top - rows; rest > 0 {
		lines = append(lines, "   "+s.d.n("screens.more", rest))
	}
	return frame{append(lines, whole...), 1, y}
}

// whole is the chosen answer where its line had to cut it.
func (s *summaryScreen) whole(titleW, w int) []string {
	title, value := s.d.show(s.lines[s.at].Title), s.d.show(s.lines[s.at].Value)
	if width(title) <= titleW && width(value) <= w-titleW-6 {
		return nil
	}
	return append(append([]string{rule("", w)}, hang(" ", title, w-1)...), hang("   ", value, w-1)...)
}

// smallLines is what stands in a window that is too small.
func (d *desk) smallLines(w, h, cols int) []string {
	size := func(w, h int) string { return itoa(w) + "x" + itoa(h) }
	if lines := wrap(d.t("screens.too-small", "size", size(w, h), "least", size(leastW, leastH), "best", size(usualW, usualH)), cols); len(lines) <= h {
		return lines
	}
	return wrap(d.t("screens.too-small-short", "size", size(w, h), "least", size(leastW, leastH)), cols)
}
