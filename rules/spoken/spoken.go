// Package spoken writes numbers as codes that people read to each other:
// Crockford's base 32, in groups of four. It has no I, L, O and U, and reads them
// as the digits they look like.
//
//	[]byte of values 0 to 31 --Write--> 7KQM-2F8X --Read--> the same
package spoken

import (
	"errors"
	"strings"
)

const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	group    = 4 // characters between two hyphens
)

// What may be wrong with a code as typed.
var (
	ErrCharacter = errors.New("a character that codes do not have")
	ErrLength    = errors.New("longer than any code")
)

// Write is the code of values, each 0 to 31.
func Write(values []byte) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 && i%group == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[v&31])
	}
	return b.String()
}

// Read takes a code as people type it: any case, blanks and hyphens anywhere, O
// for 0, I and L for 1. At most limit values are read.
func Read(s string, limit int) ([]byte, error) {
	var values []byte
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '\t', '\n', '\r':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		v := strings.IndexRune(alphabet, r)
		if v < 0 {
			return nil, ErrCharacter
		}
		if len(values) == limit {
			return nil, ErrLength
		}
		values = append(values, byte(v))
	}
	return values, nil
}

// Check is the value that makes a code whole: in the field of 32 elements, the
// values weighted by the powers of a generator. It notices every single wrong
// character, every exchange of two and a missing zero, in codes of up to 31 values.
func Check(values []byte) byte {
	sum := byte(1)
	for _, v := range values {
		sum = double(sum) ^ v&31
	}
	return double(sum)
}

// double multiplies by the generator, modulo x^5 + x^2 + 1.
func double(v byte) byte {
	v <<= 1
	if v&32 != 0 {
		v ^= 0b100101
	}
	return v
}
