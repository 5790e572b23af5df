package quote

import "strings"

// sonicos is the quoting of SonicWall's console: double quotes, inside of which its
// manual names no way to write a quote or a backslash. A question mark asks for
// help.
type sonicos struct{}

func (sonicos) Quote(s string) (string, error) {
	if err := ascii("sonicos", s); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, `"\?`) {
		return "", &Error{"sonicos", s, "quotes, backslashes and question marks cannot be written there"}
	}
	if plainWord(s, "._:/-") {
		return s, nil
	}
	return `"` + s + `"`, nil
}
