package tui

import (
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// startScreen is a choice with what was found out about this computer above it.
type startScreen struct{ *choiceScreen }

func newStartScreen(d *desk, q wizard.Question, old draft) *startScreen {
	s := &startScreen{newChoiceScreen(d, q, old)}
	s.above = func(w, h int) []string {
		lines := intro(d, q, w)
		room := h - len(lines) - 1 - len(q.Options) - 2 // a line and its rule explain the option
		if h >= paneH {
			room -= len(s.below(w))
		}
		return append(append(lines, found(d, w, room)...), "")
	}
	s.below = func(w int) []string {
		return append([]string{""}, hang(" ", d.t("screens.start.plain"), w-1)...)
	}
	return s
}

// Keys has no Esc: this is the first question.
func (s *startScreen) Keys() []hint {
	return append(s.d.choiceKeys(s.q.Options, s.d.hint("Enter", "choose")), s.d.usual()[1:]...)
}

// found is what is known about this computer and its services, a line each, and
// from the first on whole as long as there is room for that.
func found(d *desk, w, room int) []string {
	h := d.session.Here()
	type told struct {
		whole []string
		short string
	}
	var list []told
	whatW := d.widest("screens.start.computer", "screens.start.cloud", "screens.start.router", "screens.start.internet", "screens.start.found", "screens.start.services", "here.what.firewall", "here.what.ports", "here.what.docker")
	line := func(s check.Status, what, text string) {
		label := "   " + d.state(s) + " " + fit(d.t(what), whatW) + "  "
		list = append(list, told{hang(label, d.show(text), w-1), label + shorten(d.show(text), w-13-whatW)})
	}
	prefix := ""
	if h.Main.Prefix.IsValid() {
		prefix = h.Main.Prefix.String()
	}
	if me := d.t("screens.start.me", "host", d.computer(h.Host), "os", h.OS, "container", h.Container, "prefix", prefix, "iface", h.Main.Name); me != "" {
		line(check.Pass, "screens.start.computer", me)
	}
	if h.CloudName != "" {
		line(check.Pass, "screens.start.cloud", h.CloudName)
	}
	switch {
	case !h.Gateway.IsValid() && !h.Gateway6.IsValid():
		line(check.Note, "screens.start.router", d.t("screens.start.no-gateway"))
	default:
		gw := h.Gateway
		if !gw.IsValid() {
			gw = h.Gateway6
		}
		st, text := check.Pass, d.t("screens.start.gateway", "gateway", gw.String(), "why", h.RouterWhy)
		if h.Looking && h.RouterWhy == "" {
			st, text = check.Running, d.t("screens.start.asking", "gateway", gw.String())
		}
		line(st, "screens.start.router", text)
		if f := d.session.NAT(); f.Seen != "" {
			st := check.Note
			for _, c := range d.board.Causes() { // a test from outside tells more
				if isNAT(c) {
					st, f = c.Cause.Status, c.Finding
				}
			}
			line(st, "screens.start.internet", f.Seen)
		}
	}
	for _, s := range d.session.Stands() {
		line(s.Status, "here.what."+s.What, s.Text)
	}
	for _, c := range d.board.Causes() {
		if isNAT(c) {
			continue // the line of the Internet's side tells
		}
		line(c.Cause.Status, "screens.start.found", firstOf(c.Finding.Seen, c.Finding.Means))
	}
	s := earlySum(d)
	done := s.Pass + s.Note + s.Fail + s.Unproven + s.Skipped
	switch all := done + s.Running; {
	case s.Running > 0:
		line(check.Running, "screens.start.services", d.t("screens.start.background", "done", itoa(done), "all", itoa(all)))
	case done > 0:
		st := check.Pass
		if s.Fail > 0 {
			st = check.Fail
		} else if s.Unproven+s.Note+s.Skipped > 0 {
			st = check.Note
		}
		line(st, "screens.start.services", d.sumWords(s))
	}
	var lines []string
	spare := room - len(list)
	for _, t := range list {
		if more := len(t.whole) - 1; more <= spare {
			lines, spare = append(lines, t.whole...), spare-more
		} else {
			lines = append(lines, t.short)
		}
	}
	return lines
}

// isNAT tells whether a cause is about the router's address on the Internet.
func isNAT(c wizard.CauseView) bool {
	return slices.Contains([]check.Code{check.NATDouble, check.NATCGNAT, check.NATHidden}, c.Cause.Code)
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
