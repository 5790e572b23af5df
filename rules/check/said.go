package check

import "strings"

// Said is an error for the user: a key of the words and the values in its
// sentence. The sentence is made where it is shown, in the language there.
type Said struct {
	Key   string
	Pairs []string // name, value, name, value
	Err   error    // why; {why} in the sentence. May be nil
}

// Say makes a Said of a key and pairs of name and value.
func Say(key string, pairs ...string) *Said { return &Said{Key: key, Pairs: pairs} }

// For is s because of err.
func (s *Said) For(err error) *Said {
	s.Err = err
	return s
}

// Error is the key and the values, for whoever has no words at hand.
func (s *Said) Error() string {
	var b strings.Builder
	b.WriteString(s.Key)
	for i := 0; i+1 < len(s.Pairs); i += 2 {
		b.WriteString(" " + s.Pairs[i] + "=" + s.Pairs[i+1])
	}
	if s.Err != nil {
		b.WriteString(": " + s.Err.Error())
	}
	return b.String()
}

// Unwrap is what it stands on.
func (s *Said) Unwrap() error { return s.Err }
