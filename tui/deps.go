// Package tui shows a session in a terminal: as full-screen program (Run) or
// line by line (Plain). It holds no rule and no answer of its own.
//
//	keys -> app -> screen -> wizard.Session (Ask, Try, Answer)
//	                      -> wizard.Board <- check.Result <- Deps.Check
package tui

import (
	"context"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// Deps is what the terminal front ends stand on.
type Deps struct {
	Session *wizard.Session
	Board   *wizard.Board
	Check   func(context.Context, []check.Job) <-chan check.Result       // runs jobs; closes when done
	Look    func(context.Context) wizard.Looked                          // asks the router what it is; nil: it is not asked
	Listen  func(context.Context, wizard.Site) (wizard.Listening, error) // the server's end of the inbound proof; nil: there is none
	Files   Files                                                        // writes guides and reports beside the site
	Env     func(string) string
	Now     func() time.Time
	ASCII   bool // the terminal knows the signs of ASCII alone
	Mask    bool // hide private data from the first screen on
	Version string
}

// Files keeps what the user takes away; every file is private (mode 0600).
type Files interface {
	Write(name string, data []byte) (path string, err error)
}

// Outcome is how a session ended.
type Outcome struct {
	Left  bool     // before the finish
	Exit  int      // the exit code
	Lines []string // three lines to stay on the normal screen: result, files, how to come back
}
