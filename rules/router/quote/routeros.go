package quote

import "strings"

// routeros is the quoting of MikroTik's console: double quotes, with a backslash
// before the quote, the backslash and the dollar. A question mark asks for help
// in version 6 even inside quotes, so it is refused.
type routeros struct{}

var routerosEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`)

func (routeros) Quote(s string) (string, error) {
	if err := ascii("routeros", s); err != nil {
		return "", err
	}
	if strings.Contains(s, "?") {
		return "", &Error{"routeros", s, "a question mark asks for help there"}
	}
	if plainWord(s, ".:/,-_") {
		return s, nil
	}
	return `"` + routerosEscapes.Replace(s) + `"`, nil
}
