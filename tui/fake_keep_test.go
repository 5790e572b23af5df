package tui

import (
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

func (s *fakeSession) LookOnly() bool  { return false }
func (s *fakeSession) Lost(error) bool { return false }
func (s *fakeSession) Kept() (k wizard.Kept, ok bool) {
	if k = s.kept; k.From != "" {
		s.kept = wizard.Kept{}
		return k, true
	}
	return k, false
}

func (s *fakeSession) Keep(rep wizard.Report, at wizard.Spot) func() error {
	if s.keeps == nil {
		return nil
	}
	return func() error {
		s.keeps <- wizard.Kept{Report: rep, Place: at}
		return nil
	}
}

func (b *fakeBoard) ToKeep(time.Time) wizard.Report { return wizard.Report{Schema: 1, From: "server"} }
func (b *fakeBoard) Recall(rep wizard.Report)       { b.recalled = rep }

func (b *fakeBoard) SupportCode() (string, error) {
	if b.code == "" {
		return "", wizard.ErrCodeRoom
	}
	return b.code, nil
}
