// Command sops-firewall gets a SyncSign On-Premise Server through the
// customer's firewall: it asks, checks every rule of the manual, and ends with
// instructions for exactly that router.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/syncsign/sops-firewall/rules/check"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the program without the process: it returns the exit code of the
// command table (0 done, 1 the tool failed, 2 wrong use or bad input, 3 a
// required row fails, 4 something is unproven, 128+n ended by a signal).
func run(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, stop := withSignals(context.Background())
	defer stop()
	a := newApp(in, out, errw)
	a.lang.choose(args)
	a.signs(args, runtime.GOOS)
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if code, ok := signalled(ctx); ok {
		return code
	}
	if err == nil {
		return 0
	}
	var exit *exitError
	if errors.As(err, &exit) {
		if exit.err != nil {
			a.tell("sops-firewall: " + a.sentence(exit.err))
		}
		return exit.code
	}
	// What cobra itself refuses is wrong use: unknown flags, commands, arguments.
	a.tell("sops-firewall: " + a.sentence(check.Say("problems.command.see", "command", root.Name()).For(err)))
	return 2
}

// exitError carries an exit code; err may be nil when all is already said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func failed(err error) error   { return &exitError{1, err} }
func badInput(err error) error { return &exitError{2, err} }

// exitWith ends with a code and no more words; nil for 0.
func exitWith(code int) error {
	if code == 0 {
		return nil
	}
	return &exitError{code: code}
}
