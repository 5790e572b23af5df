// Package tui shows the wizard's session in a terminal: full screen, or line by
// line for screen readers.
//
//	keys -> App.Update -> Screen -> Session.Answer / Board.Apply -> View
package tui
