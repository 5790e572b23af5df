package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/proof"
)

// recorder keeps what is said over a connection, as somebody on the way would.
type recorder struct {
	net.Conn
	said *bytes.Buffer
}

func (r recorder) Write(b []byte) (int, error) {
	r.said.Write(b)
	return r.Conn.Write(b)
}

// TestLabProofAttack scans a listener from outside, guesses and repeats: it says
// nothing, no row turns, and the test goes on as if nothing had been.
func TestLabProofAttack(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	h := l.listen()
	ports := []uint16{80, 443, 1883, 8443, 8883, 8888}
	dial := func(ctx context.Context, network string, to netip.AddrPort) (c net.Conn, err error) {
		l.net.Inside(l.outside, func() { c, err = new(net.Dialer).DialContext(ctx, network, to.String()) })
		return c, err
	}
	at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(l.public), port) }

	old, err := proof.NewCode(bytes.NewReader(make([]byte, 64)), 3)
	if err != nil {
		t.Fatal(err)
	}
	hello := record(t, proof.Prober{Code: old}, dial, at(8883), proof.Stranger)
	var open []net.Conn
	for _, port := range ports {
		for _, say := range [][]byte{nil, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage"), hello} {
			c, err := dial(t.Context(), "tcp4", at(port))
			if err != nil {
				t.Fatalf("port %d: %v", port, err)
			}
			t.Cleanup(func() { _ = c.Close() })
			_, _ = c.Write(say)
			open = append(open, c)
		}
	}
	for _, c := range open {
		silent(t, c)
	}
	if a := h.arrivals(); len(a) > 0 {
		t.Errorf("a scan turned rows: %v", a)
	}

	code, err := proof.ParseCode(h.code)
	if err != nil {
		t.Fatal(err)
	}
	hello = record(t, proof.Prober{Code: code}, dial, at(8883), proof.Proven)
	h.until(1)
	open = nil
	for _, again := range [][]byte{hello[:160], hello} { // alone, and with the DONE that followed
		for _, port := range []uint16{8883, 80} { // a scan's worth more would be turned away unread
			c, err := dial(t.Context(), "tcp4", at(port))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			_, _ = c.Write(again)
			open = append(open, c)
		}
	}
	for _, c := range open {
		silent(t, c)
	}
	if a := h.arrivals(); len(a) != 1 {
		t.Errorf("a repeated HELLO turned rows: %v", a)
	}
	l.proves(l.outside, l.domain, h.code).all(t, "outside, after the attacks", proven, nil)
	here := h.ends()
	here.all(t, "server, after the attacks", proven, nil)
}

// record runs one exchange and returns what the prober said.
func record(t *testing.T, p proof.Prober, dial func(context.Context, string, netip.AddrPort) (net.Conn, error), to netip.AddrPort, want proof.Verdict) []byte {
	t.Helper()
	var said bytes.Buffer
	p.Dial = func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
		c, err := dial(ctx, network, to)
		return recorder{c, &said}, err
	}
	if o := p.Probe(t.Context(), proof.Port{Proto: proof.TCP, Number: to.Port()}, to.Addr()); o.Verdict != want {
		t.Fatalf("port %d: got %+v, want %s", to.Port(), o, want)
	}
	return said.Bytes()
}

// silent wants the end of a connection without a word.
func silent(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	b, err := io.ReadAll(io.LimitReader(c, 1))
	var timeout net.Error
	if len(b) > 0 || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("%s: got %q, %v; want the end without a word", c.RemoteAddr(), b, err)
	}
}
