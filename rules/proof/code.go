package proof

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/spoken"
)

// Code is what a person carries from the listener to the prober: a secret, which
// rows the site has, and what is known of services that hold their ports
// themselves. It is written in Crockford's base 32: 13 characters of secret (65
// bits), one about the site, 5 for each identity, and one check character.
type Code struct {
	secret     [secretChars]byte // values 0 to 31
	Site       byte              // what the listener's side says about the site, 0 to 31; its meaning is the caller's
	Identities []Identity        // of services seen at this computer, at most MaxIdentities
}

// MaxIdentities is how many identities a code carries: more would be too long
// to be read aloud.
const MaxIdentities = 3

const (
	secretChars   = 13
	identityChars = 5
	minChars      = secretChars + 1 + 1
	maxChars      = minChars + MaxIdentities*identityChars
)

// NewCode draws a fresh code from random, which must be a cryptographic source.
// Of site the lowest five bits count. Identities beyond MaxIdentities and doubles
// are left out.
func NewCode(random io.Reader, site byte, ids ...Identity) (Code, error) {
	c := Code{Site: site & 31}
	if _, err := io.ReadFull(random, c.secret[:]); err != nil {
		return Code{}, fmt.Errorf("no random numbers: %w", err)
	}
	for i := range c.secret {
		c.secret[i] &= 31
	}
	for _, id := range ids {
		if id.Sort() != NoSort && len(c.Identities) < MaxIdentities && !slices.Contains(c.Identities, id) {
			c.Identities = append(c.Identities, id)
		}
	}
	return c, nil
}

// String writes the code in groups of four.
func (c Code) String() string {
	values := c.values()
	return spoken.Write(append(values, checkValue(values)))
}

func (c Code) values() []byte {
	out := append(slices.Clone(c.secret[:]), c.Site)
	for _, id := range c.Identities {
		for shift := 5 * (identityChars - 1); shift >= 0; shift -= 5 {
			out = append(out, byte(id>>shift)&31)
		}
	}
	return out
}

// checkValue notices every wrong character and every exchange of two, and mostly
// the code of a program of another version.
func checkValue(values []byte) byte { return spoken.Check(values) ^ version }

// What may be wrong with a code as typed.
var (
	ErrCodeLength error = check.Say("problems.proof.length")
	ErrCodeTyped  error = check.Say("problems.proof.typed")
)

// ParseCode reads a code as people type it: any case, blanks and hyphens
// anywhere, O for 0, I and L for 1.
func ParseCode(s string) (Code, error) {
	values, err := spoken.Read(s, maxChars)
	switch {
	case errors.Is(err, spoken.ErrLength):
		return Code{}, ErrCodeLength
	case err != nil:
		return Code{}, ErrCodeTyped
	}
	extra := len(values) - minChars
	if extra < 0 || extra%identityChars != 0 {
		return Code{}, ErrCodeLength
	}
	if checkValue(values[:len(values)-1]) != values[len(values)-1] {
		return Code{}, ErrCodeTyped
	}
	var c Code
	copy(c.secret[:], values)
	c.Site = values[secretChars]
	for i := secretChars + 1; i < len(values)-1; i += identityChars {
		var id Identity
		for _, v := range values[i : i+identityChars] {
			id = id<<5 | Identity(v)
		}
		if id.Sort() == NoSort || slices.Contains(c.Identities, id) {
			return Code{}, ErrCodeTyped
		}
		c.Identities = append(c.Identities, id)
	}
	return c, nil
}

// keys are all that both ends derive from the secret. Every use has its own, so
// that no frame can stand for another.
type keys struct {
	id                 [16]byte // names the session in the clear
	hello, proof, done []byte
	phone              []byte
}

func (c Code) keys() (keys, error) {
	var k keys
	derive := func(what string, n int) []byte {
		// 65 bits of entropy in 13 bytes; the identities are no secret.
		b, err := hkdf.Key(sha256.New, c.secret[:], []byte("sops-firewall inbound proof 2"), what, n)
		if err != nil {
			return nil
		}
		return b
	}
	if n := copy(k.id[:], derive("session", len(k.id))); n != len(k.id) {
		return k, errors.New("the keys of the session could not be made on this computer")
	}
	k.hello, k.proof = derive("hello", 32), derive("proof", 32)
	k.done, k.phone = derive("done", 32), derive("phone", 32)
	return k, nil
}
