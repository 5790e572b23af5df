package main

import (
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

// outside prepares a check where this computer has no site file: of the hubs' way
// to the server that is named, or with the code of a listener.
func (a *app) outside(l *loaded, f *checkFlags) error {
	switch {
	case f.code == "" && f.to == "":
		return nil
	case f.code == "" && f.from == string(rules.FromHub):
		site, err := wizard.HubSite(f.to)
		if err != nil {
			return badInput(check.Say("problems.command.flag", "flag", "--to").For(err))
		}
		l.site = site
		if len(f.tables) == 0 {
			f.tables = tablesOf(l.book, func(t *rules.Table) bool { return t.From == rules.FromHub })
		}
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
		f.tables = tablesOf(l.book, func(t *rules.Table) bool { return t.Inbound() })
	}
	a.prover = proof.Prober{Code: code}
	return nil
}

// tablesOf are the tables that such a check is about, and what every row stands
// on here.
func tablesOf(b *rules.Book, about func(*rules.Table) bool) []string {
	var ids []string
	for i := range b.Tables {
		if t := &b.Tables[i]; about(t) || t.ID == wizard.Basics {
			ids = append(ids, t.ID)
		}
	}
	return ids
}
