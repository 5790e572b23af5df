package assets_test

import (
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/gateway"
)

// TestGatewayMarks: every router that a mark names is one there is a guide for.
func TestGatewayMarks(t *testing.T) {
	d := shipped(t)
	table, err := gateway.Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range table.Routers() {
		if _, _, err := d.Routers.Find(id, ""); err != nil {
			t.Error(err)
		}
	}
}
