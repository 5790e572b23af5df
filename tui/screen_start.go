package tui

import (
	"fmt"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// startScreen is a choice with what was found out about this computer above it.
type startScreen struct{ *choiceScreen }

func newStartScreen(d *desk, q wizard.Question, old draft) *startScreen {
	s := &startScreen{newChoiceScreen(d, q, old)}
	s.above = func(w int) []string { return append(append(intro(d, q, w), found(d, w)...), "") }
	s.below = func(w int) []string {
		return append([]string{""}, hang(" ", "Screen reader, or a picture that jumps? Press q, run: sops-firewall --plain", w-1)...)
	}
	return s
}

// Keys has no Esc: this is the first question.
func (s *startScreen) Keys() []hint {
	return append(choiceKeys(s.q.Options, hint{"Enter", "choose", "choose"}), keyAll, keyMask, keyHelp, keyLeave)
}

// found is what is known about this computer and its services, a line each.
func found(d *desk, w int) []string {
	h := d.session.Here()
	line := func(s check.Status, what, text string) string {
		return "   " + state(s) + " " + fit(what, 14) + " " + shorten(d.show(text), w-26)
	}
	var lines []string
	me := h.Host
	if h.OS != "" {
		me += ", " + h.OS
	}
	if h.Container != "" {
		me += " (" + h.Container + " container)"
	}
	if h.Main.Prefix.IsValid() {
		me += ", " + h.Main.Prefix.String() + " on " + h.Main.Name
	}
	if me != "" {
		lines = append(lines, line(check.Pass, "This computer", me))
	}
	if h.CloudName != "" {
		lines = append(lines, line(check.Pass, "Cloud", h.CloudName))
	}
	switch {
	case !h.Gateway.IsValid() && !h.Gateway6.IsValid():
		lines = append(lines, line(check.Note, "Router", "no default gateway is known"))
	default:
		gw := h.Gateway
		if !gw.IsValid() {
			gw = h.Gateway6
		}
		text := gw.String()
		st := check.Pass
		switch {
		case h.Looking && h.RouterWhy == "":
			st, text = check.Running, text+", asking what it is"
		case h.RouterWhy != "":
			text += ", " + h.RouterWhy
		}
		lines = append(lines, line(st, "Router", text))
		if f := d.session.NAT(); f.Seen != "" {
			lines = append(lines, line(check.Note, "Internet", f.Seen))
		}
	}
	for _, c := range d.board.Causes() {
		lines = append(lines, line(c.Cause.Status, "Found", firstOf(c.Finding.Seen, c.Finding.Means)))
	}
	s := earlySum(d)
	done := s.Pass + s.Note + s.Fail + s.Unproven + s.Skipped
	switch all := done + s.Running; {
	case s.Running > 0:
		lines = append(lines, line(check.Running, "SOPS services", fmt.Sprintf("%d of %d checked in the background", done, all)))
	case done > 0:
		st := check.Pass
		if s.Fail > 0 {
			st = check.Fail
		} else if s.Unproven+s.Note+s.Skipped > 0 {
			st = check.Note
		}
		lines = append(lines, line(st, "SOPS services", sumWords(s)))
	}
	return lines
}

// causeWords is what was seen of a cause, and what it means.
func causeWords(c wizard.CauseView) string {
	return strings.TrimSpace(c.Finding.Seen + " " + c.Finding.Means)
}

// earlySum counts the tables that are checked behind the questions.
func earlySum(d *desk) wizard.Summary {
	var sum wizard.Summary
	for _, t := range d.views(false) {
		for _, id := range early {
			if t.Table.ID == id {
				add(&sum, t.Sum)
			}
		}
	}
	return sum
}

func add(to *wizard.Summary, s wizard.Summary) {
	to.Pass += s.Pass
	to.Note += s.Note
	to.Fail += s.Fail
	to.Unproven += s.Unproven
	to.Waiting += s.Waiting
	to.Skipped += s.Skipped
	to.NotNeeded += s.NotNeeded
	to.Running += s.Running
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
