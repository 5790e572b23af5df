// Package quote writes a value as one token of the language that will read it.
package quote

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Dialect is the quoting of one real reader: a shell, a router's console.
type Dialect interface {
	// Quote returns s as exactly one token that the device reads back as s. It
	// returns *Error when the syntax has no way to write s; it never drops or
	// replaces a character.
	Quote(s string) (string, error)
}

// Error is a value that a dialect cannot write.
type Error struct {
	Dialect string
	Value   string
	Why     string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%q cannot be written for %s: %s", e.Value, e.Dialect, e.Why)
}

var dialects = map[string]Dialect{
	"asa":        asa{},
	"clish":      clish{},
	"fortios":    fortios{},
	"hcl":        hcl{},
	"ios":        ios{},
	"junos":      junos{},
	"letter":     letter{},
	"panos":      panos{},
	"posix":      posix{},
	"powershell": powershell{},
	"routeros":   routeros{},
	"sonicos":    sonicos{},
	"vyos":       vyos{},
	"web":        chip{},
}

// Get returns the dialect of that name.
func Get(name string) (Dialect, bool) {
	d, ok := dialects[name]
	return d, ok
}

// Names are all dialects, sorted.
func Names() []string {
	var out []string
	for n := range dialects {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// printable refuses what no dialect writes: control, bidi and other invisible
// characters, and bytes that are no UTF-8.
func printable(dialect, s string) error {
	if !utf8.ValidString(s) {
		return &Error{dialect, s, "it is not UTF-8 text"}
	}
	for _, r := range s {
		if r != ' ' && !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) || r != ' ' && unicode.IsSpace(r) {
			return &Error{dialect, s, "it holds a character that cannot be seen"}
		}
	}
	return nil
}

// ascii refuses what a console cannot be typed.
func ascii(dialect, s string) error {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return &Error{dialect, s, "only plain letters, digits and signs can be typed there"}
		}
	}
	return nil
}

// plainWord tells whether s needs no quoting in any shell: letters, digits and a
// few signs, and no leading sign that could be an option.
func plainWord(s, signs string) bool {
	if s == "" || s[0] == '-' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(signs, r) {
			return false
		}
	}
	return true
}
