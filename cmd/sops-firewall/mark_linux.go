package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// markName is a socket without a file. It is of the network namespace, as the
// ports are, and so the same for all users: one without sudo has another state
// folder than one with it.
const markName = "@sops-firewall-listen"

// mark says to all users of this computer that process listens since then, until
// unmark. others is what another one says, when one does.
func mark(process int, since string) (unmark func(), others string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	l, err := new(net.ListenConfig).Listen(ctx, "unix", markName)
	if err == nil {
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_ = c.SetDeadline(time.Now().Add(time.Second))
				_, _ = fmt.Fprintf(c, "%d %s\n", process, since)
				_ = c.Close()
			}
		}()
		return func() { _ = l.Close() }, ""
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", markName)
	if err != nil {
		return func() {}, "" // nobody there: a system without such sockets
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	b, _ := io.ReadAll(io.LimitReader(c, 64)) // whatever it says, somebody is there
	return nil, string(b) + " "
}
