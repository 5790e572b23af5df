package quote

import "strings"

// hcl is a quoted string of Terraform's language; ${ and %{ would begin a
// template and are doubled.
type hcl struct{}

var hclEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `$${`, `%{`, `%%{`)

func (hcl) Quote(s string) (string, error) {
	if err := printable("hcl", s); err != nil {
		return "", err
	}
	if strings.Contains(s, "$${") || strings.Contains(s, "%%{") {
		return "", &Error{"hcl", s, "readers do not agree on a doubled template mark"}
	}
	return `"` + hclEscapes.Replace(s) + `"`, nil
}
