package check

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"github.com/syncsign/sops-firewall/rules/host"
)

// standingEnv is an Env that tells what listens.
type standingEnv struct {
	*fakeEnv
	stand host.Standing
}

func (e standingEnv) Standing() host.Standing { return e.stand }

func TestLocal(t *testing.T) {
	lan := netip.MustParseAddr("192.168.50.10")
	at := func(addrs ...string) host.Standing {
		s := host.Standing{Listed: true, Own: []netip.Addr{lan, netip.MustParseAddr("127.0.0.1")}}
		for _, a := range addrs {
			s.Listeners = append(s.Listeners, host.Listener{Addr: netip.MustParseAddr(a), Port: 443})
		}
		return s
	}
	lan6 := netip.MustParseAddr("2001:db8::10")
	at6 := func(addr string) host.Standing {
		s := at(addr)
		s.Own = append(s.Own, lan6)
		return s
	}
	hidden := at()
	hidden.Docker.State = host.DockerHidden
	docker := at("127.0.0.1")
	docker.Docker = host.Docker{State: host.DockerShown, Published: []host.Published{{Addr: netip.MustParseAddr("127.0.0.1"), Port: 443}}}
	only6 := at("::")
	only6.Listeners[0].Only6 = true
	elsewhere := at("127.0.0.1")
	elsewhere.Own = nil
	for name, c := range map[string]struct {
		stand   host.Standing
		host    string
		opens   bool
		status  Status
		code    Code
		variant string
		reach   host.Reach
	}{
		"all":                 {at("::"), lan.String(), true, Pass, "", "", host.ReachAll},
		"loopback":            {at("127.0.0.1"), lan.String(), false, Fail, InLoopbackOnly, "", host.ReachLoopback},
		"loopback by Docker":  {docker, lan.String(), false, Fail, InLoopbackOnly, "docker", host.ReachLoopback},
		"loopback, led on":    {at("127.0.0.1"), lan.String(), true, Pass, "", "", host.ReachLoopback},
		"nothing":             {at(), lan.String(), false, Fail, InServiceDown, "", host.ReachNone},
		"perhaps Docker":      {hidden, lan.String(), false, Fail, InServiceDown, "docker", host.ReachNone},
		"Docker without":      {hidden, lan.String(), true, Pass, "", "", host.ReachNone},
		"IPv6 alone":          {only6, lan.String(), false, Fail, InIPv6Only, "", host.ReachIPv6},
		"another address":     {at("10.8.0.1"), lan.String(), false, Fail, InOneAddress, "", host.ReachSome},
		"IPv4 alone":          {at6("0.0.0.0"), lan6.String(), false, Fail, InOneAddress, "ipv4", host.ReachIPv4},
		"shut, IPv6":          {at6("::"), lan6.String(), false, Fail, InHostBlocked, "", host.ReachAll},
		"shut by itself":      {at("0.0.0.0"), lan.String(), false, Fail, InHostBlocked, "", host.ReachIPv4},
		"another computer":    {elsewhere, lan.String(), false, Fail, TCPRefused, "", ""},
		"unknown system":      {host.Standing{}, lan.String(), false, Fail, TCPRefused, "", ""},
		"no address":          {at("0.0.0.0"), "", false, Unproven, NotHere, "", host.ReachIPv4},
		"no address, down":    {at(), "", false, Unproven, NotHere, "", host.ReachNone},
		"no address, itself":  {at("127.0.0.1"), "", false, Fail, InLoopbackOnly, "", host.ReachLoopback},
		"no address, windows": {host.Standing{}, "", false, Unproven, NotHere, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := standingEnv{&fakeEnv{dial: func(context.Context, string, netip.AddrPort) (net.Conn, error) {
				if !c.opens {
					return nil, syscall.ECONNREFUSED
				}
				a, b := net.Pipe()
				t.Cleanup(func() { _ = b.Close() })
				return a, nil
			}}, c.stand}
			r := final(t, env, fast(), Local, Target{Host: c.host, Port: 443, Proto: "tcp"})
			if r.Status != c.status || r.Code != c.code || r.Facts["variant"] != c.variant || r.Facts["listens"] != string(c.reach) {
				t.Errorf("got %s %s %v, want %s %s %q %q", r.Status, r.Code, r.Facts, c.status, c.code, c.variant, c.reach)
			}
		})
	}
}
