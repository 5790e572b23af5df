package router_test

import (
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/router"
)

// BenchmarkLoad compares the start of the program with the check of all texts.
func BenchmarkLoad(b *testing.B) {
	b.Run("heads", func(b *testing.B) {
		for b.Loop() {
			if _, err := router.LoadHeads(assets.FS); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if _, err := router.Load(assets.FS); err != nil {
				b.Fatal(err)
			}
		}
	})
}
