package main

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire"
	"github.com/syncsign/sops-firewall/rules/proof"
	"github.com/syncsign/sops-firewall/wizard"
)

// TestManAsksWhereForwardsLead: where a port belongs to two services, it is the one
// at the address of the network that visitors get to, and not one for this computer.
func TestManAsksWhereForwardsLead(t *testing.T) {
	serve := func(at, page string) uint16 {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", at)
		if err != nil {
			t.Fatal(err)
		}
		s := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, page)
		})}
		go func() { _ = s.Serve(l) }()
		t.Cleanup(func() { _ = s.Close() })
		return netip.MustParseAddrPort(l.Addr().String()).Port()
	}
	port := serve("127.0.0.1:0", "for this computer")
	serve("127.0.0.2:"+strconv.Itoa(int(port)), "for visitors")

	a := newApp(nil, io.Discard, io.Discard)
	main := wizard.Iface{Name: "eth0", Prefix: netip.MustParsePrefix("127.0.0.2/8")}
	p := &post{port: proof.Port{Proto: proof.TCP, Number: port}, kind: "http"}
	a.man(t.Context(), []*post{p}, wizard.Here{Nets: []wizard.Iface{main}, Main: main}, "sops.example.com")
	want, err := proof.ServiceIdentity(t.Context(), wire.New(wire.Config{}).Dial, "http", netip.AddrPortFrom(main.Prefix.Addr(), port), "sops.example.com")
	if err != nil || p.held != wire.HeldByProgram || p.identity != want {
		t.Errorf("got %x, held %q, want %x: %v", p.identity, p.held, want, err)
	}
}
