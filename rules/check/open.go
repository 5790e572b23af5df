package check

import (
	"context"
	"net"
)

// open finds the target's addresses and connects to it: the layers dns and
// tcp. The connection is nil if that failed; the Result then says why. Else
// its Status is Unproven, or Note: the caller's own layer decides. The caller
// closes the connection.
func open(ctx context.Context, env Env, lim Limits, to Target) (net.Conn, Result) {
	panic("not written yet")
}

// tcpProbe proves that a connection can be made, no more.
type tcpProbe struct{}

func (tcpProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	c, res := open(ctx, env, lim, to)
	if c != nil {
		_ = c.Close()
		res.pass()
	}
	return res
}
