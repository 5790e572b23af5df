package quote

import "strings"

// powershell is the quoting of Windows PowerShell and PowerShell 7: single
// quotes, where nothing but the quote itself has a meaning. Both read the four
// curly quotes as the straight one, so those are refused.
type powershell struct{}

func (powershell) Quote(s string) (string, error) {
	if err := printable("powershell", s); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, "‘’‚‛") {
		return "", &Error{"powershell", s, "a curly quote ends the text there"}
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'", nil
}
