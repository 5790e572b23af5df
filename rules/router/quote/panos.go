package quote

import "strings"

// panos is the quoting of Palo Alto's console: double quotes, inside of which its
// manual names no way to write a quote or a backslash. A question mark asks for
// help.
type panos struct{}

func (panos) Quote(s string) (string, error) {
	if err := ascii("panos", s); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, `"\?`) {
		return "", &Error{"panos", s, "quotes, backslashes and question marks cannot be written there"}
	}
	if plainWord(s, "._:/,-") {
		return s, nil
	}
	return `"` + s + `"`, nil
}
