package quote

import "strings"

// vyos is the configuration shell of VyOS and EdgeOS, a bash with its own words:
// single quotes. A question mark asks for help, and what the shell or the
// configuration file would read as more than text is refused.
type vyos struct{}

func (vyos) Quote(s string) (string, error) {
	if err := ascii("vyos", s); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, "'\"\\`?|;&$<>!") {
		return "", &Error{"vyos", s, "quotes, backslashes and signs of the shell cannot be written there"}
	}
	if plainWord(s, "._:/,-") {
		return s, nil
	}
	return "'" + s + "'", nil
}
