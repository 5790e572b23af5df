package quote

import "strings"

// chip is a value between backticks in the small Markdown of steps: what the
// user copies into a field of a page.
type chip struct{}

func (chip) Quote(s string) (string, error) {
	if err := printable("web", s); err != nil {
		return "", err
	}
	if s == "" || strings.Contains(s, "`") || strings.TrimSpace(s) != s {
		return "", &Error{"web", s, "it is empty, or has a backtick or a blank at its end"}
	}
	return "`" + s + "`", nil
}
