package main

import (
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

// outside prepares a test with the code of a listener.
func (a *app) outside(l *loaded, f *checkFlags) error {
	switch {
	case f.code == "" && f.to == "":
		return nil
	case f.code == "":
		return badInput(check.Say("problems.command.to-alone"))
	case f.from != "" && f.from != string(rules.FromInternet):
		return badInput(check.Say("problems.command.code-from"))
	}
	code, err := proof.ParseCode(f.code)
	if err != nil {
		return badInput(check.Say("problems.command.flag", "flag", "--code").For(err))
	}
	if f.to != "" {
		if l.site, err = wizard.OutsideSite(f.to, code.Site); err != nil {
			return badInput(check.Say("problems.command.flag", "flag", "--to").For(err))
		}
	}
	if l.site.Server.Domain == "" {
		return badInput(check.Say("problems.command.code-to"))
	}
	f.from = string(rules.FromInternet)
	if len(f.tables) == 0 {
		f.tables = arriving(l.book)
	}
	a.prover = proof.Prober{Code: code}
	return nil
}

// arriving are the tables that a test with a code is about: what arrives at the
// server, and what every row stands on here.
func arriving(b *rules.Book) []string {
	var ids []string
	for _, t := range b.Tables {
		if t.Inbound() || t.ID == wizard.Basics {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
