package check

import (
	"context"
	"net"
)

// secure speaks TLS inside c and verifies the far end: the layer tls. It
// returns nil if that failed; res then says why and c is closed. Closing what
// it returns closes c.
func secure(ctx context.Context, env Env, lim Limits, c net.Conn, to Target, res *Result) net.Conn {
	panic("not written yet")
}
