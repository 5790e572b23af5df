package check

import (
	"context"
	"errors"
)

// sshHello introduces us at once: a port shared among protocols (sslh, a
// firewall that looks into it) needs to see who calls before it greets.
const sshHello = "SSH-2.0-sopsfirewall\r\n"

// sshProbe proves that an SSH server greets. It goes no further: no keys, no login.
type sshProbe struct{}

func (sshProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	c, res := open(ctx, env, lim, to)
	if c == nil {
		return res
	}
	defer func() { _ = c.Close() }()
	progress(env, SSHSilent)
	start := env.Now()
	inner, cancel := context.WithTimeout(ctx, lim.SSH)
	defer cancel()
	defer bound(inner, c)()

	_, _ = c.Write([]byte(sshHello)) // who hung up before may still have said why
	g, head, err := readGreeting(c)
	var v Result
	switch {
	case err == nil:
		v.pass()
		v.fact("banner", g.Version)
	case sshBusy(head):
		v.note(SSHBusy, "banner", string(head))
	case errors.Is(err, errNotSSH), len(head) > 0 && !begins(head, "SSH-") && ctx.Err() == nil:
		v.stranger(SSHNotSSH, head)
	default:
		v.lost(ctx, err, endings{SSHSilent, SSHClosed, SSHReset})
	}
	l := peer("ssh", c)
	l.Took = env.Now().Sub(start)
	res.conclude(l, v)
	return res
}
