package tui

import (
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/wizard"
)

// causesAt are the causes to be shown above a table: those that explain rows
// anywhere, and those that are only about rows where some of these are its own.
func (d *desk) causesAt(t wizard.TableView) []wizard.CauseView {
	return slices.DeleteFunc(slices.Clone(d.board.Causes()), func(c wizard.CauseView) bool {
		return c.About && len(c.Cause.Explains) > 0 && !slices.ContainsFunc(c.Cause.Explains, func(key string) bool {
			return strings.HasPrefix(key, t.Table.ID+"/")
		})
	})
}
