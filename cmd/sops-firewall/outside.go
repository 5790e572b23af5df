package main

import (
	"errors"
	"fmt"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

// outside prepares a test with the code of a listener.
func (a *app) outside(l *loaded, f *checkFlags) error {
	switch {
	case f.code == "" && f.to == "":
		return nil
	case f.code == "":
		return badInput(errors.New("--to goes with --code: start sops-firewall listen on the server, it shows both"))
	case f.from != "" && f.from != string(rules.FromInternet):
		return badInput(errors.New("--code is for --from internet: this computer must be outside of the server's network"))
	}
	code, err := proof.ParseCode(f.code)
	if err != nil {
		return badInput(fmt.Errorf("--code: %w", err))
	}
	if f.to != "" {
		if l.site, err = wizard.OutsideSite(f.to); err != nil {
			return badInput(fmt.Errorf("--to: %w", err))
		}
	}
	if l.site.Server.Domain == "" {
		return badInput(errors.New("--code needs --to NAME: the server's public name or address, as its screen shows it"))
	}
	f.from = string(rules.FromInternet)
	a.prover = proof.Prober{Code: code}
	return nil
}
