package quote

import "strings"

// fortios is the quoting of FortiGate's console: double quotes, with a backslash
// before the quote and the backslash. A question mark asks for help and a dollar
// begins a variable such as $USERNAME, both inside quotes too, so they are refused.
type fortios struct{}

func (fortios) Quote(s string) (string, error) {
	if err := ascii("fortios", s); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, "?$") {
		return "", &Error{"fortios", s, "a question mark asks for help there, and a dollar begins a variable"}
	}
	if plainWord(s, "._:/,-") {
		return s, nil
	}
	return `"` + backslash.Replace(s) + `"`, nil
}

// backslash escapes what would end a double-quoted string.
var backslash = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
