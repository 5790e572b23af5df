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
	c.Flags().StringVar(&format, "format", "text", "text, or json for the result at the end and all else on stderr")
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
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	x, err := a.listening(ctx, board.Inbound(), l.site, a.here())
	if err != nil {
		return err
	}
	started := a.now()
	talk := a.print
	if format == "json" { // stdout is for the result alone
		talk = func(s string) error {
			a.say("%s", strings.TrimSuffix(s, "\n"))
			return nil
		}
	}
	if err := talk(announcement(x, l.words)); err != nil {
		return err
	}
	var ended error
	if x.Ours() {
		ended = a.hear(ctx, stop, x, board, l.words, talk)
	} else {
		a.say("%s", l.words.Text("inbound.held", nil))
	}
	board.Unheard()
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
	if ended != nil {
		return ended
	}
	return exitWith(board.Exit(tables...))
}

// listening opens the ports of the flows and starts a session that ends with ctx.
func (a *app) listening(ctx context.Context, flows []rules.Flow, site wizard.Site, h wizard.Here) (wizard.Listening, error) {
	posts := postsOf(flows)
	if len(posts) == 0 {
		return wizard.Listening{}, badInput(errors.New("this site has no row that arrives from the Internet: there is nothing to prove"))
	}
	code, err := proof.NewCode(rand.Reader, a.man(ctx, posts, h, site.Server.Domain)...)
	if err != nil {
		return wizard.Listening{}, failed(err)
	}
	to := site.Server.Domain
	if to == "" && site.Server.PublicIP.IsValid() {
		to = site.Server.PublicIP.String()
	}
	if to == "" {
		to = "YOUR-PUBLIC-NAME"
	}
	out := wizard.Listening{
		Command: fmt.Sprintf("sops-firewall check --from internet --to %s --code %s", to, code),
		Until:   a.now().Add(proof.DefaultLimits().Life),
	}
	ours := proof.Sockets{TCP: map[proof.Port][]net.Listener{}}
	for _, p := range posts {
		out.Posts = append(out.Posts, wizard.Post{Codes: p.codes, Port: p.port.Number, State: p.state()})
		if p.held != "" {
			continue
		}
		ours.TCP[p.port] = p.open
		if out.URL == "" {
			out.URL = code.PhoneURL(to, p.port)
		}
	}
	arrivals := make(chan wizard.Arrival, 16)
	out.Arrivals = arrivals
	var ended error // written before arrivals is closed, read after
	out.Ended = func() error { return ended }
	if len(ours.TCP) == 0 {
		close(arrivals)
		return out, nil
	}
	heard := make(chan proof.Arrival, 16)
	go func() {
		defer close(heard)
		ended = proof.Listener{Code: code, Here: place(h, site), Now: a.now}.Serve(ctx, ours, heard)
	}()
	go func() {
		defer close(arrivals)
		for x := range heard {
			select {
			case arrivals <- wizard.Arrival{Proto: x.Port.Proto.String(), Port: x.Port.Number, Source: x.Source, Seen: x.Seen, At: x.At}:
			case <-ctx.Done(): // nobody reads any more
			}
		}
	}()
	return out, nil
}

// state is the word for how a port is proven.
func (p *post) state() string {
	switch {
	case p.held == "":
		return "ours"
	case p.held == wire.HeldByProgram && p.secure:
		return "identity"
	case p.held == wire.HeldByProgram:
		return "held"
	case p.held == wire.HeldByRights:
		return "rights"
	}
	return "error"
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
		p := &post{port: n, codes: f.Row.Code, secure: check.Encrypted(f.Port.Kind)}
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

// announcement tells what to do at the other end.
func announcement(x wizard.Listening, w *wizard.Words) string {
	var b strings.Builder
	for _, p := range x.Posts {
		_, _ = fmt.Fprintf(&b, "%-13s TCP %-5d %s\n", "row "+p.Codes, p.Port, w.PostText(p))
	}
	_, _ = fmt.Fprintf(&b, "\n%s\n\n  %s\n\n", w.Text("inbound.intro", nil), x.Command)
	if x.URL != "" {
		_, _ = fmt.Fprintf(&b, "%s\n\n  %s\n\n", w.Text("inbound.phone", nil), x.URL)
	}
	return b.String()
}

// hear waits until every port of ours was reached from outside, or the session ends.
func (a *app) hear(ctx context.Context, stop func(), x wizard.Listening, board *wizard.Board, w *wizard.Words, talk func(string) error) error {
	left := map[uint16]bool{}
	for _, p := range x.Posts {
		if p.State == "ours" {
			left[p.Port] = true
		}
	}
	a.say("Waiting. It ends when all %d ports were reached, with Ctrl-C, or at %s.", len(left), x.Until.Format("15:04"))
	for h := range x.Arrivals {
		for _, f := range board.Arrived(h) {
			if err := talk(arrivalLine(board, f, h, w)); err != nil {
				return err
			}
		}
		if h.Seen != check.SeenInside {
			delete(left, h.Port)
		}
		if len(left) == 0 {
			stop()
		}
	}
	switch err := x.Ended(); {
	case len(left) == 0:
		a.say("All ports were reached from outside.")
		return nil
	case errors.Is(err, proof.ErrOver), errors.Is(err, proof.ErrGuessed):
		a.say("%v.", err)
		return nil
	default:
		return context.Cause(ctx)
	}
}

func arrivalLine(board *wizard.Board, f rules.Flow, h wizard.Arrival, w *wizard.Words) string {
	v, ok := board.Flow(f.Key)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s  row %-4s %s  %s %s, from %s\n", h.At.Format(time.TimeOnly), f.Row.Code, portName(f), w.State(v.Status), v.Short, h.Source)
}
