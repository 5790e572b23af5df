package tui

import (
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
)

// Colours are the terminal's own sixteen, without bright black: that one is
// near invisible in several themes. Every state is a word first.
var (
	barStyle  = lipgloss.NewStyle().Reverse(true)
	boldStyle = lipgloss.NewStyle().Bold(true)
	chipStyle = lipgloss.NewStyle().Underline(true)
	rowStyle  = lipgloss.NewStyle().Reverse(true)

	okStyle   = lipgloss.NewStyle().Foreground(lipgloss.Color("2"))
	noteStyle = lipgloss.NewStyle().Foreground(lipgloss.Color("3"))
	failStyle = lipgloss.NewStyle().Foreground(lipgloss.Color("1")).Bold(true)
	waitStyle = lipgloss.NewStyle().Foreground(lipgloss.Color("6"))
	bareStyle = lipgloss.NewStyle()
)

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
