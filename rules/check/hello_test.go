package check

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"
)

// reread is a connection whose first bytes were read already.
type reread struct {
	net.Conn
	r io.Reader
}

func (c reread) Read(b []byte) (int, error) { return c.r.Read(b) }

// choosy serves TLS, but does what refuse says with a first message that it
// does not like.
func choosy(t *testing.T, cfg *tls.Config, dislikes func(hello []byte) bool, refuse func(net.Conn)) func(net.Conn) {
	t.Helper()
	return func(c net.Conn) {
		head := make([]byte, 5)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		body := make([]byte, int(head[3])<<8|int(head[4]))
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		if dislikes(body) {
			refuse(c)
			return
		}
		s := tls.Server(reread{c, io.MultiReader(bytes.NewReader(append(head, body...)), c)}, cfg)
		if s.HandshakeContext(t.Context()) == nil {
			_, _ = s.Read(make([]byte, 1))
		}
	}
}

// TestWhyNoEncryption has peers, or what stands before them, that do not like
// how encryption begins.
func TestWhyNoEncryption(t *testing.T) {
	ca := newAuthority(t, "Good CA")
	const name = "sops.example"
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, name, -hour, hour)}}
	byName := func(hello []byte) bool { return bytes.Contains(hello, []byte(name)) }
	large := func(hello []byte) bool { return len(hello) > 700 }
	all := func([]byte) bool { return true }
	reset := func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }
	mute := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	hangUp := func(net.Conn) {}
	for what, tt := range map[string]struct {
		dislikes func([]byte) bool
		refuse   func(net.Conn)
		code     Code
		variant  string
	}{
		"cut off by name":          {byName, reset, TLSReset, "name"},
		"cut off when modern":      {large, reset, TLSReset, "modern"},
		"cut off always":           {all, reset, TLSReset, ""},
		"closed by name":           {byName, hangUp, TLSClosed, "name"},
		"closed when modern":       {large, hangUp, TLSClosed, "modern"},
		"closed always":            {all, hangUp, TLSClosed, ""},
		"silent by name":           {byName, mute, TLSSilent, "name"},
		"silent when modern":       {large, mute, TLSHelloLost, "modern"},
		"silent, whatever is said": {all, mute, TLSSilent, ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			to := visitors(t, choosy(t, cfg, tt.dislikes, tt.refuse))
			to.Host = name
			lim := fast()
			lim.TLS, lim.Row = lim.Second+lim.Early+500*time.Millisecond, 6*time.Second
			r := final(t, &fakeEnv{roots: ca.pool}, lim, "tls", to)
			if r.Status != Fail || r.Code != tt.code || r.Facts["variant"] != tt.variant {
				t.Errorf("got %v %q %q, want %q %q", r.Status, r.Code, r.Facts, tt.code, tt.variant)
			}
			if want := map[bool]string{true: name}[tt.variant == "name"]; r.Facts["named"] != want {
				t.Errorf("it names %q, want %q", r.Facts["named"], want)
			}
			if l := layer(r, "tls"); l.Code != tt.code {
				t.Errorf("the layer says %q", l.Code)
			}
		})
	}
}

// TestNoDiagnosisThroughProxy holds that a proxy is not asked in the target's name.
func TestNoDiagnosisThroughProxy(t *testing.T) {
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	if _, ok := remote(tunnelled{a}); ok {
		t.Error("a tunnel has an address of its own")
	}
	if h := hear(context.Background(), &fakeEnv{}, fast(), tunnelled{a}, "sops.example"); h != nil {
		t.Error("a tunnel is listened to")
	}
}
