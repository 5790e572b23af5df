package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/check/wire"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) listenCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "listen",
		Short: "Waits on the server for a test from outside, and shows what arrives",
		Long: `Waits on the server for a test from outside. It prints a code and the command
for the other computer, which must not be in this network: a laptop on a phone's
hotspot will do. Nothing is said to anybody who does not have the code. It ends
when all has arrived, with Ctrl-C, or after 15 minutes.
Exit code: 0 all rows are proven, 4 some are not yet.`,
		Example: "  sops-firewall listen",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.listen(cmd.Context(), format) },
	}
	c.Flags().StringVar(&format, "format", "text", "text, or json for the result at the end")
	return c
}

// post is one port of the site's inbound rows, as found at this computer.
type post struct {
	port   proof.Port
	codes  string // of its rows: "4.3, 5.1"
	secure bool   // a TLS kind
	open   []net.Listener
	held   wire.Held // why it is not ours; empty when it is
}

func (a *app) listen(ctx context.Context, format string) error {
	if err := oneOf("--format", format, "text", "json"); err != nil {
		return err
	}
	l, err := a.load()
	if err != nil {
		return err
	}
	if l.path == "" {
		return badInput(errors.New("there is no site yet: run sops-firewall first, or give --site FILE"))
	}
	board := wizard.NewBoard(l.book, l.words, l.site, rules.FromServer)
	posts := postsOf(board.Inbound())
	if len(posts) == 0 {
		return badInput(errors.New("this site has no row that arrives from the Internet: there is nothing to prove"))
	}
	h := a.here()
	ids := a.man(ctx, posts, h, l.site.Server.Domain)
	code, err := proof.NewCode(rand.Reader, ids...)
	if err != nil {
		return failed(err)
	}
	started := a.now()
	ours := proof.Sockets{TCP: map[proof.Port][]net.Listener{}}
	for _, p := range posts {
		if p.held == "" {
			ours.TCP[p.port] = p.open
		}
	}
	if err := a.announce(posts, code, l.site); err != nil {
		ours.Close()
		return err
	}
	if len(ours.TCP) > 0 {
		if err := a.hear(ctx, proof.Listener{Code: code, Here: place(h, l.site), Now: a.now}, ours, board); err != nil {
			return err
		}
	} else {
		a.say("Every port is held by a service: the other computer tells the result.")
	}
	tables := []string{}
	for _, f := range board.Inbound() {
		tables = append(tables, f.Table.ID)
	}
	if format == "json" {
		data, err := board.Report(started, a.now().Sub(started), tables...).JSON()
		if err != nil {
			return failed(err)
		}
		if err := a.print(string(data)); err != nil {
			return err
		}
	}
	return exitWith(board.Exit(tables...))
}

// postsOf are the ports of flows, each once, in order.
func postsOf(flows []rules.Flow) []*post {
	var out []*post
	at := map[proof.Port]*post{}
	for _, f := range flows {
		if f.Row.Proto != "tcp" {
			continue
		}
		n := proof.Port{Proto: proof.TCP, Number: f.Port.Number}
		if p := at[n]; p != nil {
			if !strings.Contains(p.codes, f.Row.Code) {
				p.codes += ", " + f.Row.Code
			}
			continue
		}
		kind := f.Port.Kind
		p := &post{port: n, codes: f.Row.Code, secure: kind == "https" || kind == "tls" || kind == "mqtts" || kind == "wss"}
		at[n] = p
		out = append(out, p)
	}
	return out
}

// lookTime bounds the look at a port of this computer.
const lookTime = 1500 * time.Millisecond

// man opens the ports that nobody holds, and asks the others for their identity.
// A port is asked before it is opened: with some settings of Docker a service
// answers though nothing on this computer holds its port.
func (a *app) man(ctx context.Context, posts []*post, h wizard.Here, domain string) []proof.Identity {
	env := wire.New(wire.Config{Now: a.now})
	local := []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	if h.Main.Prefix.IsValid() {
		local = append(local, h.Main.Prefix.Addr())
	}
	var ids []proof.Identity
	for _, p := range posts {
		for _, addr := range local {
			limited, cancel := context.WithTimeout(ctx, lookTime)
			at := netip.AddrPortFrom(addr, p.port.Number)
			network := "tcp4"
			if !addr.Is4() {
				network = "tcp6"
			}
			c, err := env.Dial(limited, network, at)
			if err == nil {
				_ = c.Close()
				p.held = wire.HeldByProgram
				if id, err := proof.ServiceIdentity(limited, env.Dial, at, domain); p.secure && err == nil {
					ids = append(ids, id)
				}
			}
			cancel()
			if p.held != "" {
				break
			}
		}
		if p.held == "" {
			p.open, p.held, _ = wire.ListenTCP(ctx, p.port.Number) // held says why, in words
		}
	}
	return ids
}

// place is where this computer stands, for judging where a caller comes from.
func place(h wizard.Here, s wizard.Site) proof.Here {
	out := proof.Here{Public: s.Server.PublicIP}
	for _, n := range h.Nets {
		out.Local = append(out.Local, n.Prefix)
	}
	for _, g := range []netip.Addr{h.Gateway, h.Gateway6} {
		if g.IsValid() {
			out.Gateways = append(out.Gateways, g)
		}
	}
	return out
}

// announce prints what to do at the other end.
func (a *app) announce(posts []*post, code proof.Code, s wizard.Site) error {
	var b strings.Builder
	for _, p := range posts {
		say := "waits for the test"
		switch p.held {
		case "":
		case wire.HeldByProgram:
			say = "a program answers here already; its certificate proves it"
			if !p.secure {
				say = "a program answers here already; the test can only say that something answers"
			}
		case wire.HeldByRights:
			say = "needs more rights to wait here: start it with sudo, or start SOPS on it"
		default:
			say = "cannot be opened on this computer"
		}
		_, _ = fmt.Fprintf(&b, "%-13s TCP %-5d %s\n", "row "+p.codes, p.port.Number, say)
	}
	to := s.Server.Domain
	if to == "" && s.Server.PublicIP.IsValid() {
		to = s.Server.PublicIP.String()
	}
	if to == "" {
		to = "YOUR-PUBLIC-NAME"
	}
	_, _ = fmt.Fprintf(&b, "\nOn a computer that is not in this network (a phone's hotspot will do), run:\n\n  sops-firewall check --from internet --to %s --code %s\n\n", to, code)
	for _, p := range posts {
		if p.held == "" {
			_, _ = fmt.Fprintf(&b, "Or on a phone with Wi-Fi off, open in the browser:\n\n  %s\n\n", code.PhoneURL(to, p.port))
			break
		}
	}
	return a.print(b.String())
}

// hear serves until everything has arrived, or the user or the session's time ends it.
func (a *app) hear(ctx context.Context, l proof.Listener, s proof.Sockets, board *wizard.Board) error {
	left := map[uint16]bool{}
	for p := range s.TCP {
		left[p.Number] = true
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	heard := make(chan proof.Arrival, 16)
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx, s, heard) }()
	a.say("Waiting. It ends when all %d ports were reached, with Ctrl-C, or after %d minutes.", len(left), int(proof.DefaultLimits().Life.Minutes()))
	for {
		select {
		case h := <-heard:
			for _, f := range board.Arrived(wizard.Arrival{Proto: h.Port.Proto.String(), Port: h.Port.Number, Source: h.Source, Seen: h.Seen, At: h.At}) {
				if err := a.print(arrivalLine(board, f, h)); err != nil {
					return err
				}
			}
			if h.Seen != check.SeenInside {
				delete(left, h.Port.Number)
			}
			if len(left) == 0 {
				stop()
				if err := <-ended; err != nil && ctx.Err() == nil {
					return err
				}
				a.say("All ports were reached from outside.")
				return nil
			}
		case err := <-ended:
			switch {
			case errors.Is(err, proof.ErrOver), errors.Is(err, proof.ErrGuessed):
				a.say("%v.", err)
				return nil
			default:
				return err
			}
		}
	}
}

func arrivalLine(board *wizard.Board, f rules.Flow, h proof.Arrival) string {
	v, ok := board.Flow(f.Key)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s  row %-4s %s  %s %s, from %s\n", h.At.Format(time.TimeOnly), f.Row.Code, portName(f), wizard.StatusWord(v.Status), v.Short, h.Source)
}
