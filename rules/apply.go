package rules

import (
	"io/fs"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Load reads every *.yaml of a folder strictly and returns all mistakes at once.
func Load(fsys fs.FS) (*Book, error) { panic("not written yet") }

// Applies tells whether a row applies to a site; because is a key of the words
// ("always", "source-google", "no-source-microsoft365", "case-lan-no-inbound", …).
func (t *Table) Applies(r *Row, f Facts) (ok bool, because string) { panic("not written yet") }

// Flows expands the rows that apply into flows, in the book's order, with
// DomainToken replaced by f.Domain. all includes those that do not apply.
func (b *Book) Flows(f Facts, all bool) []Flow { panic("not written yet") }

// Job is the check that proves the flow.
func (f Flow) Job() check.Job { panic("not written yet") }
