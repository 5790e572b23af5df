package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/wizard"
)

// asciiWriter writes text with the signs of ASCII alone.
type asciiWriter struct {
	to   io.Writer
	half []byte // the beginning of a letter whose end is still to come
}

func (w *asciiWriter) Write(p []byte) (int, error) {
	all := append(w.half, p...)
	end := len(all)
	for back := 1; back < utf8.UTFMax && back <= end; back++ {
		if b := all[end-back:]; utf8.RuneStart(b[0]) {
			if !utf8.FullRune(b) {
				end -= back
			}
			break
		}
	}
	w.half = append([]byte(nil), all[end:]...)
	if _, err := io.WriteString(w.to, wizard.ASCII(string(all[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// asciiAsked looks for --ascii before the commands are made, since their help is
// written so too. A wrong value is refused when the flags are read.
func asciiAsked(args []string) (on, given bool) {
	for _, arg := range args {
		if arg == "--" {
			break
		}
		name, value, valued := strings.Cut(arg, "=")
		if name != "--ascii" {
			continue
		}
		if !valued {
			value = "true"
		}
		if v, err := strconv.ParseBool(value); err == nil {
			on, given = v, true
		}
	}
	return on, given
}

// signs chooses between UTF-8 and ASCII. Without --ascii the locale decides for
// what a person reads: what goes to a terminal, talk, and the wizard. Results
// that go to a file or a program are UTF-8 then. The console of Windows takes
// Unicode from us in every code page, and there no locale is set.
func (a *app) signs(args []string, goos string) {
	on, given := asciiAsked(args)
	a.ascii = on || !given && goos != "windows" && !wizard.UTF8(a.env)
	if !a.ascii {
		return
	}
	if a.escaped = on || isTerminal(a.out); a.escaped {
		a.out = &asciiWriter{to: a.out}
	}
	a.errw = &asciiWriter{to: a.errw}
}

// bare is what a writer of ours writes to.
func bare(w io.Writer) io.Writer {
	if a, ok := w.(*asciiWriter); ok {
		return a.to
	}
	return w
}

// spoken is where the line-by-line wizard writes to: a person reads it, wherever
// it goes.
func (a *app) spoken() io.Writer {
	if _, ok := a.out.(*asciiWriter); !ok && a.ascii {
		return &asciiWriter{to: a.out}
	}
	return a.out
}

// printData writes what a program reads: JSON, or else XML. Signs beyond ASCII
// are escaped where they cannot stand, so that the data stay the same.
func (a *app) printData(s string, xml bool) error {
	if !a.escaped {
		return a.print(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r <= unicode.MaxASCII:
			b.WriteRune(r)
		case xml:
			fmt.Fprintf(&b, "&#x%X;", r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return a.print(b.String())
}
