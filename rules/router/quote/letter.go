package quote

// letter is a value inside a text that a person reads, such as a letter to a
// provider: it is printed as it is.
type letter struct{}

func (letter) Quote(s string) (string, error) {
	if err := printable("letter", s); err != nil {
		return "", err
	}
	return s, nil
}
