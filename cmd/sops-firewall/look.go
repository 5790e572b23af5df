package main

import (
	"context"
	"fmt"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/check/wire"
	"github.com/syncsign/sops-firewall/rules/gateway"
	"github.com/syncsign/sops-firewall/wizard"
)

// looker asks the default gateway what it is; nil where that is switched off, or
// where the gateway is a cloud's or this computer's own.
func (a *app) looker(h wizard.Here) (func(context.Context) wizard.Looked, error) {
	if a.noLook || !h.Gateway.IsValid() || h.Cloud != "" || h.Inside() {
		return nil, nil
	}
	table, err := gateway.Load(assets.FS)
	if err != nil {
		return nil, failed(fmt.Errorf("marks of routers: %w", err))
	}
	return func(ctx context.Context) wizard.Looked {
		s := gateway.Look(ctx, wire.New(wire.Config{Now: a.now}), h.Gateway)
		return wizard.Looked{Signs: s, Guess: table.Guess(s)}
	}, nil
}
