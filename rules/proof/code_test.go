package proof

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

func code(t testing.TB, ids ...Identity) Code {
	t.Helper()
	c, err := NewCode(rand.Reader, 5, ids...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const cert = Identity(Certificate) << hashBits

func same(a, b Code) bool { return a.String() == b.String() }

func TestCode(t *testing.T) {
	for name, ids := range map[string][]Identity{
		"secret alone": nil, "one service": {cert | 1}, "three services": {cert | 1, identityMask, Identity(HostKey)<<hashBits | 77}, "too many and doubles": {cert | 1, cert | 1, cert | 2, cert | 3, cert | 4},
	} {
		t.Run(name, func(t *testing.T) {
			c := code(t, ids...)
			s := c.String()
			got, err := ParseCode(s)
			if err != nil || !same(got, c) || got.Site != 5 || len(got.Identities) > MaxIdentities {
				t.Fatalf("%s reads back as %s, %v", s, got, err)
			}
			typed := " " + strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(s, "-", " "), "0", "o"), "1", "l")) + "\t"
			if got, err := ParseCode(typed); err != nil || !same(got, c) {
				t.Errorf("%q reads back as %s, %v", typed, got, err)
			}
		})
	}
}

func TestCodeMistakes(t *testing.T) {
	s := code(t).String()
	for name, c := range map[string]struct {
		typed string
		want  error
	}{
		"nothing":      {"", ErrCodeLength},
		"half":         {s[:9], ErrCodeLength},
		"too long":     {s + strings.Repeat("0", 400), ErrCodeLength},
		"no such sign": {"U" + s[1:], ErrCodeTyped},
		"escape":       {"\x1b[2J" + s, ErrCodeTyped},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseCode(c.typed); !errors.Is(err, c.want) {
				t.Errorf("%q: %v, want %v", c.typed, err, c.want)
			}
		})
	}
	// One wrong character: five bits of check notice all but 1 in 32.
	missed, tried := 0, 0
	for i := range s {
		for _, r := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
			if s[i] == '-' || byte(r) == s[i] {
				continue
			}
			tried++
			if _, err := ParseCode(s[:i] + string(r) + s[i+1:]); err == nil {
				missed++
			}
		}
	}
	if missed*16 > tried {
		t.Errorf("%d of %d wrong characters were not noticed", missed, tried)
	}
}

func TestNoRandom(t *testing.T) {
	if _, err := NewCode(bytes.NewReader(nil), 0); err == nil {
		t.Error("a code without random numbers")
	}
}

func TestKeysDiffer(t *testing.T) {
	a, err := code(t).keys()
	if err != nil {
		t.Fatal(err)
	}
	b, err := code(t).keys()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range [][]byte{a.id[:], a.hello, a.proof, a.done, a.phone, b.id[:], b.hello, b.proof, b.done, b.phone} {
		if len(k) < 16 || seen[string(k)] {
			t.Fatal("a key is short, or stands for two things")
		}
		seen[string(k)] = true
	}
	if p, q := a.token(Port{TCP, 80}), a.token(Port{TCP, 443}); p == q || len(p) != 12 {
		t.Errorf("tokens %q and %q", p, q)
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("7KQM-2F8X-0000-00A")
	f.Add(code(f, cert|5).String())
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.String()); err != nil || !same(again, c) {
			t.Fatalf("%q is %s, which reads back as %s, %v", s, c, again, err)
		}
	})
}
