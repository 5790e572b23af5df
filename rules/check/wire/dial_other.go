//go:build !linux

package wire

import (
	"context"
	"net"
	"net/netip"
)

// Dial opens a TCP connection or a connected UDP socket. Who rejected it, the
// system does not tell here.
func (e *Env) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	var d net.Dialer
	d.SetMultipathTCP(false)
	c, err := d.DialContext(ctx, network, to.String())
	if err != nil {
		return nil, common(err)
	}
	return c, nil
}
