package spoken

import (
	"bytes"
	"errors"
	"testing"
)

func TestReadWhatPeopleType(t *testing.T) {
	want, err := Read("7KQM-2F8X-01", 40)
	if err != nil {
		t.Fatal(err)
	}
	if got := Write(want); got != "7KQM-2F8X-01" {
		t.Errorf("got %s back", got)
	}
	for _, typed := range []string{"7kqm2f8x01", " 7KQM 2F8X OL ", "7kqm-2f8x-oi\r\n"} {
		if got, err := Read(typed, 40); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: got %v, %v", typed, got, err)
		}
	}
	for typed, wrong := range map[string]error{"7KQU": ErrCharacter, "7K\x1bM": ErrCharacter, "7KQM2": ErrLength, "\u00e4": ErrCharacter} {
		if _, err := Read(typed, 4); !errors.Is(err, wrong) {
			t.Errorf("%q: got %v, want %v", typed, err, wrong)
		}
	}
}

// TestCheckNotices tries every single wrong character and every exchange of two
// in a long code.
func TestCheckNotices(t *testing.T) {
	code := make([]byte, 30)
	for i := range code {
		code[i] = byte(i*7+3) & 31
	}
	code = append(code, Check(code))
	whole := func(c []byte) bool { return Check(c[:len(c)-1]) == c[len(c)-1] }
	if !whole(code) {
		t.Fatal("the code itself is not whole")
	}
	for i := range code {
		for v := range byte(32) {
			c := bytes.Clone(code)
			if c[i] = v; v != code[i] && whole(c) {
				t.Errorf("character %d as %d is not noticed", i, v)
			}
		}
		for j := range i {
			c := bytes.Clone(code)
			if c[i], c[j] = c[j], c[i]; c[i] != c[j] && whole(c) {
				t.Errorf("%d and %d exchanged is not noticed", j, i)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("7KQM-2F8X")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Read(s, 24)
		if err != nil {
			return
		}
		if again, err := Read(Write(v), 24); err != nil || !bytes.Equal(again, v) {
			t.Errorf("%q: %v, then %v (%v)", s, v, again, err)
		}
	})
}
