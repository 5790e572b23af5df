package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// noticeRows bounds the notice above the keys.
const noticeRows = 4

// cornerGap is between a title and the right end of the header.
const cornerGap = 2

// View draws the topmost screen between the two bars.
func (a *app) View() tea.View {
	lines, x, y := a.draw()
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen, v.WindowTitle = true, a.d.t("screens.title")
	if y >= 0 {
		v.Cursor = tea.NewCursor(x, y)
		v.Cursor.Blink = false
	}
	return v
}

// draw is the whole picture, h lines of exactly w columns, and the cursor.
func (a *app) draw() (lines []string, x, y int) {
	lines, x, y = a.picture()
	if a.d.ascii { // most is so already, or columns would not stand
		for i, l := range lines {
			lines[i] = fit(wizard.ASCII(l), max(a.w, 1))
		}
		return lines, x, y
	}
	for i, l := range lines {
		lines[i] = inPlace(l)
	}
	return lines, x, y
}

func (a *app) picture() (lines []string, x, y int) {
	w, h := max(a.w, 1), max(a.h, 1)
	top := a.top()
	_, leaving := top.(*leaveScreen)
	if a.small() {
		body := a.d.smallLines(a.w, a.h, w)
		if leaving {
			body = wrap(a.d.t("screens.too-small-leave"), w)
		}
		return fitAll(pad(body, h), w), 0, -1
	}
	var foot []string
	if a.notice != "" {
		foot = hang(" "+a.d.state(check.Note)+" ", a.d.show(a.notice), w-1)
		if len(foot) > noticeRows {
			foot = append(foot[:noticeRows-1], brokenOff(foot[noticeRows-1], w-1))
		}
	}
	below := len(foot)
	if a.d.says(top) {
		below++
	}
	keys := a.d.keyRows(top.Keys(), w, h)
	if s, ok := top.(interface{ Whole() bool }); ok && s.Whole() {
		keys = []string{a.d.keyLine(top.Keys(), w)}
	}
	below += len(keys)
	f := top.View(w, h-1-below)
	lines = append(lines, barStyle.Render(fit(a.header(w), w)))
	lines = append(lines, fitAll(pad(f.lines, h-1-below), w)...)
	lines = append(lines, fitAll(append(foot, a.d.where(top, w)...), w)...)
	for _, l := range keys {
		lines = append(lines, barStyle.Render(fit(l, w)))
	}
	if f.y < 0 || f.y >= h-1-below {
		return lines, 0, -1
	}
	return lines, min(max(f.x, 0), w-1), f.y + 1
}

func fitAll(lines []string, w int) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = fit(l, w)
	}
	return out
}

func (a *app) header(w int) string {
	title := a.q.Title
	if t, ok := a.base.(interface{ Heading() string }); ok && len(a.over) == 0 {
		title = t.Heading()
	}
	if t, ok := a.base.(aloud); ok && len(a.over) == 0 && a.d.shared {
		title = t.Aloud()
	}
	r := a.d.corner()
	left := a.d.step(a.q.Step) + a.d.show(title)
	name := " " + a.d.t("screens.title") + "   "
	if width(name)+width(left)+cornerGap+width(r) > w {
		name = a.d.shortTitle()
	}
	return fit(name+left, w-width(r)-cornerGap) + strings.Repeat(" ", cornerGap) + r
}

// step is the number of a step before its title; said whole on a shared screen.
func (d *desk) step(n int) string {
	if d.shared {
		return d.t("screens.shared.step", "n", itoa(n)) + " "
	}
	return fmt.Sprintf("%d/%d ", n, wizard.Steps)
}

// shortTitle begins the header where the question needs the room.
func (d *desk) shortTitle() string { return " " + d.t("screens.short-title") + "  " }

// corner is the right end of the header.
func (d *desk) corner() string {
	var right []string
	if d.shared {
		right = append(right, d.t("screens.shared.word"))
	}
	if d.mask {
		right = append(right, d.t("screens.masked"))
	}
	if d.ssh() {
		right = append(right, "SSH")
	}
	if d.lookOnly {
		right = append(right, d.t("screens.look-only"))
	} else if d.saved.IsZero() {
		right = append(right, d.t("screens.not-saved"))
	} else {
		right = append(right, d.t("screens.saved", "at", d.clock(d.saved)))
	}
	return strings.Join(right, "  ") + " "
}

// fitsHeader tells whether the header shows a question's title whole.
func (d *desk) fitsHeader(title string, w int) bool {
	return width(d.shortTitle())+width(d.step(1))+width(title)+cornerGap+width(d.corner()) <= w
}
