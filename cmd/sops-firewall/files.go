package main

import "github.com/syncsign/sops-firewall/wizard"

// files keeps guides and reports beside the answers of the session's site.
type files struct{ session *wizard.Session }

func (f files) Write(name string, data []byte) (string, error) {
	return f.session.WriteFile(name, data)
}
