package check

import (
	"context"
	"net/netip"
	"slices"

	"github.com/syncsign/sops-firewall/rules/host"
)

// Local is the kind of a look at a service of this computer itself, at the
// target's address; LocalTLS looks at its certificate too. They prove nothing
// about the way in, so a rule book cannot ask for them.
const (
	Local    = "local"
	LocalTLS = "local-tls"
)

// locals are the checks of those kinds.
func locals(kind string) Probe {
	switch kind {
	case Local:
		return localProbe{tcpProbe{}}
	case LocalTLS:
		return localProbe{kinds["tls-public"]()}
	}
	return nil
}

// stander may be an Env: it can tell what listens on this computer.
type stander interface {
	Standing() host.Standing
}

// standing is what stands here, read once a Run.
func standing(env Env) host.Standing {
	s, ok := unwrapEnv(env).(stander)
	if !ok {
		return host.Standing{}
	}
	sh := sharedOf(env)
	if sh == nil {
		return s.Standing()
	}
	sh.stood.Do(func() { sh.stand = s.Standing() })
	return sh.stand
}

// localProbe tells whether others could reach a service of this computer. The
// facts "listens" and "at" are what listens. Where the connection to the address
// is taken, the verdict is the inner probe's; without an address less is known.
type localProbe struct{ inner Probe }

func (p localProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	stand := standing(env)
	port := stand.At(to.Port)
	addr, err := netip.ParseAddr(to.Host)
	if len(to.Addrs) > 0 {
		addr, err = to.Addrs[0], nil
	}
	known := err == nil
	res := Result{Status: Unproven, Code: NotHere}
	if known {
		res = p.inner.Run(ctx, env, lim, to)
	}
	if known && !stand.Mine(addr) || port.Reach == host.ReachUnknown {
		return res // another computer's, or one that does not tell
	}
	res.fact("listens", string(port.Reach))
	res.fact("at", join(port.Addrs))
	taken := slices.ContainsFunc(res.Layers, func(l Layer) bool { return l.Name == "tcp" && (l.Status == Pass || l.Status == Note) })
	if taken || ctx.Err() != nil {
		return res
	}
	// Docker without its helpers leads connections on where nothing listens: only
	// the connection to the address tells.
	switch {
	case port.Reach == host.ReachLoopback:
		res.end(Fail, InLoopbackOnly)
		if slices.ContainsFunc(port.Docker, netip.Addr.IsLoopback) {
			res.fact("variant", "docker")
		}
	case !known:
	case port.Reach == host.ReachNone:
		res.end(Fail, InServiceDown)
		if stand.Docker.State == host.DockerHidden {
			res.fact("variant", "docker")
		}
	case port.Reach == host.ReachIPv6 && addr.Unmap().Is4():
		res.end(Fail, InIPv6Only)
	case port.Reach == host.ReachIPv4 && addr.Unmap().Is6():
		res.end(Fail, InOneAddress, "variant", "ipv4")
	case port.Reach == host.ReachSome && !slices.Contains(port.Addrs, addr.Unmap()):
		res.end(Fail, InOneAddress)
	default:
		res.end(Fail, InHostBlocked)
	}
	return res
}
