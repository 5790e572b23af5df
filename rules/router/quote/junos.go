package quote

import "strings"

// junos is the quoting of Juniper's console: double quotes, with a backslash
// before the quote and the backslash. A question mark asks for help even inside
// quotes, so it is refused.
type junos struct{}

func (junos) Quote(s string) (string, error) {
	if err := ascii("junos", s); err != nil {
		return "", err
	}
	if strings.Contains(s, "?") {
		return "", &Error{"junos", s, "a question mark asks for help there"}
	}
	if plainWord(s, "._:/-") {
		return s, nil
	}
	return `"` + backslash.Replace(s) + `"`, nil
}
