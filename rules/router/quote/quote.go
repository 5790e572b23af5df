// Package quote writes a value as one token of the language that will read it.
package quote

// Dialect is the quoting of one real reader: a shell, a router's console.
type Dialect interface {
	// Quote returns s as exactly one token that the device reads back as s. It
	// returns *Error when the syntax has no way to write s; it never drops or
	// replaces a character.
	Quote(s string) (string, error)
}
