package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// alone builds the program and gives a command of it in a network of its own
// that leads nowhere.
func alone(t *testing.T) func(env []string, args ...string) *exec.Cmd {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "sops-firewall")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := func(env []string, args ...string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), bin, append(args, "--no-look")...)
		c.Env = append(append(withoutTerminals(os.Environ()), "HOME="+t.TempDir(), "XDG_STATE_HOME=", "LC_ALL=C.UTF-8"), env...)
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		return c
	}
	if err := cmd(nil, "version").Run(); err != nil {
		t.Skip("no network namespaces here: ", err)
	}
	return cmd
}

var (
	colours   = regexp.MustCompile(`\x1b\[(?:[0-9;:]*[;:])?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9;:]*)?m`)
	fullStart = "\x1b[?1049h"
)

// TestTerminals: which way to show the wizard the surroundings ask for, and that
// no colour and no sign is sent that they do not want.
func TestTerminals(t *testing.T) {
	cmd := alone(t)
	const plain, full, grey = "line by line", "full screen", "full screen without colours"
	for name, tc := range map[string]struct {
		env  []string
		want string
	}{
		"a good terminal":         {[]string{"TERM=xterm-256color"}, full},
		"NO_COLOR=1":              {[]string{"TERM=xterm-256color", "NO_COLOR=1"}, grey},
		"NO_COLOR=yes":            {[]string{"TERM=xterm-256color", "NO_COLOR=yes"}, grey},
		"NO_COLOR=0":              {[]string{"TERM=xterm-256color", "NO_COLOR=0"}, grey},
		"NO_COLOR=false":          {[]string{"TERM=xterm-256color", "NO_COLOR=false"}, grey},
		"NO_COLOR, true colours":  {[]string{"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR=x"}, grey},
		"NO_COLOR over forced":    {[]string{"TERM=xterm-256color", "CLICOLOR_FORCE=1", "NO_COLOR=1"}, grey},
		"NO_COLOR empty":          {[]string{"TERM=xterm-256color", "NO_COLOR="}, full},
		"CLICOLOR=0":              {[]string{"TERM=xterm-256color", "CLICOLOR=0"}, grey},
		"dumb":                    {[]string{"TERM=dumb"}, plain},
		"dumb, forced colours":    {[]string{"TERM=dumb", "CLICOLOR_FORCE=1"}, plain},
		"no TERM":                 {nil, plain},
		"empty TERM":              {[]string{"TERM="}, plain},
		"ACCESSIBLE=1":            {[]string{"TERM=xterm", "ACCESSIBLE=1"}, plain},
		"ACCESSIBLE=yes":          {[]string{"TERM=xterm", "ACCESSIBLE=yes"}, plain},
		"ACCESSIBLE=0":            {[]string{"TERM=xterm", "ACCESSIBLE=0"}, full},
		"ACCESSIBLE=False":        {[]string{"TERM=xterm", "ACCESSIBLE=False"}, full},
		"ACCESSIBLE empty":        {[]string{"TERM=xterm", "ACCESSIBLE="}, full},
		"console of Linux":        {[]string{"TERM=linux"}, full},
		"vt100":                   {[]string{"TERM=vt100"}, ""},
		"unknown to all":          {[]string{"TERM=xyzzy-9"}, ""},
		"Latin 1, German":         {[]string{"TERM=xterm", "LC_ALL=de_DE.ISO-8859-1"}, full},
		"C":                       {[]string{"TERM=xterm", "LC_ALL=C"}, full},
		"Latin 1, dumb":           {[]string{"TERM=dumb", "LC_ALL=de_DE.ISO-8859-1"}, plain},
		"German, UTF-8, no color": {[]string{"TERM=xterm", "LC_ALL=de_DE.UTF-8", "NO_COLOR=1"}, grey},
	} {
		t.Run(name, func(t *testing.T) {
			m := startConsole(t, cmd(tc.env), 80, 24)
			if tc.want == plain {
				m.see("Enter ")
				m.key("q\r")
			} else {
				m.see("1/7")
				m.key("\x03")
				m.key("\x03")
			}
			m.end()
			raw := string(m.line())
			switch {
			case tc.want == plain && strings.Contains(raw, "\x1b"):
				t.Errorf("escape codes: %.200q", raw)
			case tc.want != plain && !strings.Contains(raw, fullStart):
				t.Errorf("no full screen: %.200q", raw)
			case tc.want == grey && colours.MatchString(raw):
				t.Errorf("a colour: %q", colours.FindString(raw))
			case tc.want == full && !colours.MatchString(raw):
				t.Errorf("no colour: %.200q", raw)
			}
			for _, e := range tc.env {
				if strings.HasPrefix(e, "LC_ALL=") && !strings.Contains(e, "UTF-8") && !pureASCII(strings.ReplaceAll(raw, "\x7f", "")) {
					t.Errorf("not ASCII: %.300q", raw)
				}
			}
		})
	}
}

// TestPlainEnds: the input may end at any question. It does not loop, the
// answers are kept, and the last lines tell how to go on.
func TestPlainEnds(t *testing.T) {
	cmd := alone(t)
	lines := []string{"", "1", "1", "sops.example.com", "192.168.50.10", "203.0.113.5", "Acme", "1", "1", "1", "generic", "1", "", "", "", "", "2", "", ""}
	for n := range len(lines) + 1 {
		for _, cut := range []string{"\n", "\r\n"} {
			site := filepath.Join(t.TempDir(), "site.yaml")
			c := cmd([]string{"TERM=xterm"}, "--plain", "--patience", "0.5", "--site", site)
			c.Stdin = strings.NewReader(strings.Join(lines[:n], cut) + strings.Repeat(cut, min(n, 1)))
			out, err := c.CombinedOutput()
			said := string(out)
			if err != nil && c.ProcessState.ExitCode() < 3 {
				t.Errorf("after %d lines: %v\n%s", n, err, said)
			}
			if c.ProcessState.ExitCode() == 0 && !strings.Contains(said, "The input has ended.") && n < len(lines) {
				t.Errorf("after %d lines it does not say that the input ended:\n%s", n, said)
			}
			if strings.Count(said, "Step ") > n+2 || strings.Count(said, "The input has ended.") > 1 {
				t.Errorf("after %d lines it goes on and on:\n%s", n, said)
			}
			if n >= 7 {
				if data, err := os.ReadFile(site); err != nil || !strings.Contains(string(data), "sops.example.com") {
					t.Errorf("after %d lines the answers are lost: %v\n%s", n, err, said)
				}
			}
		}
	}
}
