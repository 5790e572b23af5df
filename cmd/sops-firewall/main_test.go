package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sops-firewall": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }, //nolint:forbidigo // the program under test ends as main does
	})
}

// TestScript runs testdata/script: the real program, its exit codes, and what
// goes to stdout (results) and to stderr (talk).
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/state")
			e.Setenv("TERM", "xterm")
			for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
				e.Setenv(name, "C")
			}
			e.Setenv("SSH_CONNECTION", "")
			return nil
		},
	})
}
