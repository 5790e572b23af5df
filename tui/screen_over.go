package tui

import (
	"fmt"
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
	return []hint{{"y Enter", "leave", "leave"}, {"n Esc", "stay", "stay"}, {"Ctrl-C", "leave at once", "leave"}}
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
	text := "Your answers were saved at " + strings.TrimPrefix(savedWord(s.d.saved, s.d.now()), "saved ") + ". Run sops-firewall again and it goes on here. What is typed on this screen and not confirmed is lost."
	switch {
	case s.d.unsaved:
		text = "The last answers could not be saved: they are lost when you leave."
	case !s.d.saved.IsZero():
	case s.d.earlier:
		text = "Nothing was answered yet. Your earlier answers are kept."
	case len(s.d.session.Summary()) == 0:
		text = "Nothing was answered yet, so nothing is lost."
	default:
		text = "Nothing is saved yet: the answers so far are lost."
	}
	if s.done && !s.d.unsaved {
		text = "All is saved. Run sops-firewall again to check once more."
	}
	lines := []string{"", boldStyle.Render(" Leave?"), ""}
	lines = append(lines, hang(" ", text, w-1)...)
	return frame{lines: append(lines, "", "   y  leave", "   n  stay"), y: -1}
}

// helpScreen explains the question and the keys, in plain words.
type helpScreen struct {
	noDraft
	d     *desk
	title string
	text  string
	keys  []hint
	top   int
}

func newHelpScreen(d *desk, title, text string, keys []hint) *helpScreen {
	return &helpScreen{d: d, title: title, text: text, keys: keys}
}

func (s *helpScreen) Keys() []hint {
	return []hint{{"Up Down", "scroll", "scroll"}, {"Esc", "close", "close"}, keyLeave}
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
	case "esc", "enter", "?":
		return act{want: wantClose}, nil
	}
	s.top = max(s.top, 0)
	return act{}, nil
}

// keyMeanings says in words what the last line can only name.
var keyMeanings = []struct{ key, says string }{
	{"i", "prove the way in: a code for a test from outside"},
	{"r", "ask the chosen row again"},
	{"R", "ask all rows again"},
	{"w", "watch: ask what fails every 5 seconds, until w again"},
	{"f", "show only what fails"},
	{"n", "go on to the next step"},
	{"1-5", "prepare, enter, check, undo, notes"},
	{"c", "copy the block or step under the cursor"},
	{"C", "copy everything of this part"},
	{"p", "show it on a plain page, to select with the mouse"},
	{"v", "write it to a file and say where"},
	{"x", "choose the next value of this step; c then copies that value alone"},
	{"s", "show all answers, to change any of them"},
	{"m", "hide public addresses and names on the screen, for a screen share"},
	{"Tab", "go to the next one; Shift-Tab to the one before"},
	{"/", "type a part of the name; Esc shows all again"},
	{"Space", "take or drop the line under the cursor"},
	{"y", "yes, the text arrived; this way is used from now on"},
	{"Esc", "go back; nothing is lost"},
	{"q", "leave; it asks first"},
}

// helpText is the question's help, and what each of its fields wants.
func helpText(q wizard.Question) string {
	text := strings.TrimSpace(q.Help)
	for _, f := range q.Fields {
		if what := firstOf(f.Help, f.Hint); what != "" {
			text += "\n" + f.Label + ": " + what
		}
	}
	return text
}

// keySays is what a key does, in words; empty for what is said elsewhere.
func keySays(k hint) string {
	switch {
	case k.key == "Shift-Tab" || k.key == "Ctrl-C" || k.key == "?":
		return ""
	case k.key == "a":
		return "show every row, or only those that are needed"
	case k.key == "Enter" && k.long == "explain":
		return "explain the chosen row in full"
	case k.key == "Space" && k.long != "choose":
		return "take the next value"
	case k.long == "jump":
		return "go to that line"
	}
	for _, m := range keyMeanings {
		if m.key == k.key {
			return m.says
		}
	}
	return k.long
}

func (s *helpScreen) View(w, h int) frame {
	lines := []string{"", boldStyle.Render(" " + shorten(s.d.show(s.title), w-2)), ""}
	for p := range strings.SplitSeq(strings.TrimSpace(s.text), "\n") {
		lines = append(lines, hang(" ", s.d.show(p), w-1)...)
	}
	lines = append(lines, "", boldStyle.Render(" Keys"))
	for _, k := range append([]hint{{"Up Down", "move, also PgUp PgDn Home End", ""}}, s.keys...) {
		if says := keySays(k); says != "" {
			lines = append(lines, hang("   "+fit(k.key, 10), says, w-1)...)
		}
	}
	lines = append(lines, "   "+fit("Ctrl-L", 10)+"draw the screen anew", "   "+fit("Ctrl-C", 10)+"leave; twice leaves at once")
	if s.d.version != "" {
		lines = append(lines, "", " "+s.d.show(s.d.version))
	}
	if s.top = min(s.top, max(len(lines)-h, 0)); s.top > 0 {
		lines = lines[s.top:]
	}
	if len(lines) > h {
		lines = append(lines[:h-1], "   more below")
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
	return []hint{{"Enter", "change this answer", "change"}, {"Esc", "close", "close"}, keyMask, keyHelp, keyLeave}
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
	lines := []string{"", boldStyle.Render(" All answers so far"), ""}
	if len(s.lines) == 0 {
		return frame{lines: append(lines, " None yet. Esc closes."), y: -1}
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
			lines = append(lines, " "+boldStyle.Render("> "+text))
			continue
		}
		lines = append(lines, "   "+text)
	}
	if rest := len(s.lines) - s.top - rows; rest > 0 {
		lines = append(lines, fmt.Sprintf("   %d more below", rest))
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
func smallLines(w, h, cols int) []string {
	text := fmt.Sprintf("This window is %dx%d; %dx%d is needed, %dx%d is best. Enlarge it, or leave with q and run: sops-firewall --plain", w, h, leastW, leastH, usualW, usualH)
	if lines := wrap(text, cols); len(lines) <= h {
		return lines
	}
	return wrap(fmt.Sprintf("%dx%d is too small, %dx%d is needed. q leaves. Then: sops-firewall --plain", w, h, leastW, leastH), cols)
}
