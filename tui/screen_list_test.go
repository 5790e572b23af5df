package tui

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/wizard"
)

// TestListTellsDetail: what finds no room beside a label, since those of others
// are long, stands under the list.
func TestListTellsDetail(t *testing.T) {
	d, _, _, _ := fakeDesk(nil)
	const detail = "how to find out; then a general guide"
	s := newListScreen(d, wizard.Question{Kind: wizard.Choice, Options: []wizard.Option{
		{ID: "generic", Label: "I don't know", Detail: detail},
		{ID: "spark", Label: "Check Point Quantum Spark: R80.20 to R82, managed on the device", Detail: "web page"},
	}}, draft{})
	for _, tt := range []struct {
		w, h int
	}{{80, 20}, {120, 36}, {60, 14}} {
		if got := strings.Join(s.View(tt.w, tt.h).lines, "\n"); strings.Count(got, detail) != 1 {
			t.Errorf("at %dx%d:\n%s", tt.w, tt.h, got)
		}
	}
}
