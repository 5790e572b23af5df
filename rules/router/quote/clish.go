package quote

import "strings"

// clish is the quoting of Check Point's console: double quotes, inside of which its
// manual names no way to write a quote or a backslash. A question mark asks for
// help.
type clish struct{}

func (clish) Quote(s string) (string, error) {
	if err := ascii("clish", s); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, `"\?`) {
		return "", &Error{"clish", s, "quotes, backslashes and question marks cannot be written there"}
	}
	if plainWord(s, "._:/,-") {
		return s, nil
	}
	return `"` + s + `"`, nil
}
