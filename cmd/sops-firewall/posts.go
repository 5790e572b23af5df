package main

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/check/wire"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

// post is one port of the site's inbound rows, as found at this computer.
type post struct {
	port     proof.Port
	codes    string // of its rows: "4.3, 5.1"
	kind     string // of its check
	open     []net.Listener
	packets  []net.PacketConn
	held     wire.Held      // why it is not ours; empty when it is
	identity proof.Identity // of who holds it; 0 when that shows none
}

// state is the word for how a port is proven.
func (p *post) state() string {
	switch {
	case p.held == "":
		return "ours"
	case p.held == wire.HeldByProgram && p.identity.Sort() == proof.Page:
		return "page"
	case p.held == wire.HeldByProgram && p.identity.Sort() == proof.HostKey:
		return "key"
	case p.held == wire.HeldByProgram && p.identity != 0:
		return "identity"
	case p.held == wire.HeldByProgram:
		return "held"
	case p.held == wire.HeldByRights:
		return "rights"
	}
	return "error"
}

// told is what the other end is told of a port.
func (p *post) told() check.Post {
	out := check.Post{Proto: p.port.Proto.String(), Port: p.port.Number, Identity: uint32(p.identity), State: check.PostNobody}
	switch p.held {
	case "":
		out.State = check.PostOurs
	case wire.HeldByProgram:
		out.State = check.PostHeld
	default:
	}
	return out
}

// postsOf are the ports of flows, each once, in order.
func postsOf(flows []rules.Flow) []*post {
	var out []*post
	at := map[proof.Port]*post{}
	for _, f := range flows {
		n := proof.Port{Proto: proof.TCP, Number: f.Port.Number}
		if f.Row.Proto == proof.UDP.String() {
			n.Proto = proof.UDP
		}
		if p := at[n]; p != nil {
			if !slices.Contains(strings.Split(p.codes, ", "), f.Row.Code) {
				p.codes += ", " + f.Row.Code
			}
			continue
		}
		p := &post{port: n, codes: f.Row.Code, kind: f.Port.Kind}
		at[n] = p
		out = append(out, p)
	}
	return out
}

// closePosts closes what man opened.
func closePosts(posts []*post) {
	for _, p := range posts {
		proof.Sockets{TCP: map[proof.Port][]net.Listener{p.port: p.open}, UDP: map[proof.Port][]net.PacketConn{p.port: p.packets}}.Close()
	}
}

// lookTime bounds the look at a port of this computer.
const lookTime = 1500 * time.Millisecond

// man opens the ports that nobody holds, and asks the others for their identity
// by the name that the other end will use. A port is asked before it is opened:
// with some settings of Docker a service answers though nothing on this computer
// holds its port.
func (a *app) man(ctx context.Context, posts []*post, h wizard.Here, name string) {
	env := wire.New(wire.Config{Now: a.now})
	var own []netip.Addr // where a forward leads to comes first
	for _, n := range h.Nets {
		if n.Prefix == h.Main.Prefix {
			own = slices.Insert(own, 0, n.Prefix.Addr())
		} else {
			own = append(own, n.Prefix.Addr())
		}
	}
	looked := append(slices.Clone(own), netip.MustParseAddr("127.0.0.1"))
	var wg sync.WaitGroup
	for _, p := range posts {
		wg.Go(func() {
			if p.port.Proto == proof.UDP {
				p.packets, p.held, _ = wire.ListenUDP(ctx, p.port.Number, own) // held says why, in words
				return
			}
			all, cancel := context.WithTimeout(ctx, 2*lookTime)
			defer cancel()
			for _, addr := range looked { // also a service of one address alone holds the port
				if p.look(all, env, netip.AddrPortFrom(addr, p.port.Number), name); p.held != "" {
					return
				}
			}
			p.open, p.held, _ = wire.ListenTCP(ctx, p.port.Number)
		})
	}
	wg.Wait()
}

// look asks whether a service answers at an address of this computer, and who it is.
func (p *post) look(ctx context.Context, env check.Env, at netip.AddrPort, name string) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	network := "tcp6"
	if at.Addr().Is4() {
		network = "tcp4"
	}
	c, err := env.Dial(ctx, network, at)
	if err != nil {
		return
	}
	_ = c.Close()
	p.held = wire.HeldByProgram
	id, err := proof.StableIdentity(ctx, func(ctx context.Context) (proof.Identity, error) {
		return proof.ServiceIdentity(ctx, env.Dial, p.kind, at, name)
	})
	if err == nil {
		p.identity = id
	}
}

// identities are those that go into a code, for ports of which no proof tells.
// One that is missing among those of its sort would make its port look like
// another device's: then none of that sort goes.
func identities(posts []*post) []proof.Identity {
	var out []proof.Identity
	unnamed := map[proof.Sort]bool{}
	for _, p := range posts {
		if p.held != wire.HeldByProgram {
			continue
		}
		if p.identity != 0 {
			out = append(out, p.identity)
		} else {
			unnamed[proof.SortOf(p.kind)] = true
		}
	}
	out = slices.DeleteFunc(out, func(id proof.Identity) bool { return unnamed[id.Sort()] })
	slices.SortStableFunc(out, func(a, b proof.Identity) int { return cmp.Compare(a.Sort(), b.Sort()) })
	return out
}
