package main

import (
	"errors"

	"github.com/syncsign/sops-firewall/wizard"
)

// files keeps guides and reports beside the answers of the session's site.
type files struct {
	session *wizard.Session
	store   *wizard.Store
}

func (f files) Write(name string, data []byte) (string, error) {
	if f.store == nil {
		return "", errors.New("no folder for files is known: set HOME, or give --site FILE")
	}
	return f.store.WriteFile(f.session.Site().Name, name, data)
}
