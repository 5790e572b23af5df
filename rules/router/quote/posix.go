package quote

import "strings"

// posix is the quoting of sh, dash, bash, zsh and busybox: single quotes, where
// nothing but the quote itself has a meaning.
type posix struct{}

func (posix) Quote(s string) (string, error) {
	if err := printable("posix", s); err != nil {
		return "", err
	}
	if plainWord(s, "._:/,-@%+") && s[0] != '%' {
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}
