package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

// listening opens the ports of the flows and starts a session that ends with ctx.
func (a *app) listening(ctx context.Context, flows []rules.Flow, site wizard.Site, h wizard.Here, w *wizard.Words) (wizard.Listening, error) {
	posts := postsOf(flows)
	if len(posts) == 0 {
		return wizard.Listening{}, badInput(check.Say("problems.command.nothing-inbound"))
	}
	release, err := a.hold(w) // before the ports are looked at: the other's would look like a service's
	if err != nil {
		return wizard.Listening{}, failed(err)
	}
	to := site.Server.Domain
	if to == "" && site.Server.PublicIP.IsValid() {
		to = site.Server.PublicIP.String()
	}
	a.man(ctx, posts, h, to)
	code, err := proof.NewCode(rand.Reader, wizard.RowsOf(site), identities(posts)...)
	if err != nil {
		closePosts(posts)
		release()
		return wizard.Listening{}, failed(err)
	}
	if to == "" {
		to = w.Say("inbound.your-name")
	}
	out := wizard.Listening{
		Command: fmt.Sprintf("sops-firewall check --from internet --to %s --code %s", to, code),
		Until:   a.now().Add(proof.DefaultLimits().Life),
	}
	l := proof.Listener{Code: code, Here: place(h, site), Now: a.now, Page: proof.PhonePage{
		Outside: [2]string{w.Say("inbound.reached"), w.Say("inbound.reached-text")},
		Inside:  [2]string{w.Say("inbound.inside"), w.Say("inbound.inside-text")},
	}}
	ours := proof.Sockets{TCP: map[proof.Port][]net.Listener{}, UDP: map[proof.Port][]net.PacketConn{}}
	for _, p := range posts {
		out.Posts = append(out.Posts, wizard.Post{Codes: p.codes, Proto: p.port.Proto.String(), Port: p.port.Number, State: p.state()})
		l.Posts = append(l.Posts, p.told())
		switch {
		case p.held != "":
		case p.port.Proto == proof.UDP:
			ours.UDP[p.port] = p.packets
		default:
			ours.TCP[p.port] = p.open
			if out.URL == "" { // browsers speak TCP alone
				out.URL = code.PhoneURL(to, p.port)
			}
		}
	}
	arrivals := make(chan wizard.Arrival, 16)
	out.Arrivals = arrivals
	var ended error // written before arrivals is closed, read after
	out.Ended = func() error { return ended }
	if len(ours.TCP)+len(ours.UDP) == 0 {
		release()
		close(arrivals)
		return out, nil
	}
	heard := make(chan proof.Arrival, 16)
	go func() {
		defer close(heard)
		ended = l.Serve(ctx, ours, heard)
		release()
	}()
	go func() {
		defer close(arrivals)
		for x := range heard {
			select {
			case arrivals <- arrival(x):
			case <-ctx.Done(): // nobody reads any more
			}
		}
	}()
	return out, nil
}

func arrival(x proof.Arrival) wizard.Arrival {
	return wizard.Arrival{
		Proto: x.Port.Proto.String(), Port: x.Port.Number, Source: x.Source, Dialed: x.Dialed, Seen: x.Seen, At: x.At, Phone: x.Way == proof.ByPhone, Missing: x.Missing,
	}
}

// place is where this computer stands, for judging where a caller comes from.
func place(h wizard.Here, s wizard.Site) proof.Here {
	out := proof.Here{Public: s.Server.PublicIP}
	for _, n := range h.Nets {
		out.Local = append(out.Local, n.Prefix)
	}
	if s.Case == rules.CaseLAN { // the hubs' networks are of the same place then
		out.Local = append(out.Local, s.Hubs.Subnets...)
	}
	for _, g := range []netip.Addr{h.Gateway, h.Gateway6} {
		if g.IsValid() {
			out.Gateways = append(out.Gateways, g)
		}
	}
	return out
}
