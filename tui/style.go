package tui

import (
	"strings"

	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Colours are the terminal's own sixteen, and text that matters has none: by the
// numbers (contrast_test.go) no colour is legible on every light and dark
// background, and black or white on a colour is not either. So a state's word
// stands in the terminal's own colours, bold or reversed where it must be seen,
// and its opening bracket alone is a lamp in the state's colour, an ornament.
var (
	barStyle  = lipgloss.NewStyle().Reverse(true)
	boldStyle = lipgloss.NewStyle().Bold(true)
	chipStyle = lipgloss.NewStyle().Underline(true)
	rowStyle  = lipgloss.NewStyle().Reverse(true)
	bareStyle = lipgloss.NewStyle()
	failStyle = lipgloss.NewStyle().Bold(true).Reverse(true)

	okLamp   = lamp("0", "2")
	noteLamp = lamp("0", "3")
	failLamp = lamp("15", "1")
	waitLamp = lamp("0", "6")
)

// lamp is a cell of one colour with a bracket in another.
func lamp(bracket, cell string) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(lipgloss.Color(bracket)).Background(lipgloss.Color(cell))
}

// look is how a state is drawn: its opening bracket and its letters.
type look struct{ lamp, word lipgloss.Style }

// lookOf is the look of a status. Every state is a word first.
func lookOf(s check.Status) look {
	switch s {
	case check.Pass:
		return look{okLamp, bareStyle}
	case check.Fail:
		return look{failLamp, failStyle}
	case check.Waiting:
		return look{waitLamp, boldStyle}
	case check.Note, check.Unproven:
		return look{noteLamp, boldStyle}
	case check.Skipped, check.Running, check.NotNeeded:
	}
	return look{bareStyle, bareStyle}
}

// draw draws a word in brackets, as wide as it is.
func (l look) draw(word string) string {
	rest, ok := strings.CutPrefix(word, "[")
	if !ok {
		return l.word.Render(word)
	}
	return l.lamp.Render("[") + l.word.Render(rest)
}

// huhTheme is built once: huh asks for it for every option it draws.
var huhTheme = func() huh.Theme {
	s := huh.ThemeBase(true)
	s.Focused.Base = lipgloss.NewStyle()
	s.Focused.SelectSelector = lipgloss.NewStyle().SetString("> ").Bold(true)
	s.Focused.MultiSelectSelector = s.Focused.SelectSelector
	s.Focused.SelectedPrefix = lipgloss.NewStyle().SetString("[x] ").Bold(true)
	s.Focused.UnselectedPrefix = lipgloss.NewStyle().SetString("[ ] ")
	s.Focused.SelectedOption = bareStyle // the mark alone moves: few bytes on a slow line
	s.Focused.UnselectedOption = bareStyle
	s.Blurred = s.Focused
	return huh.ThemeFunc(func(bool) *huh.Styles { return s })
}()
