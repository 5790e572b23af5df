package proof

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/syncsign/sops-firewall/rules/check"
)

// serve answers every connection on loopback so.
func serve(t testing.TB, speak func(net.Conn)) netip.AddrPort {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				speak(c)
			}()
		}
	}()
	return netip.MustParseAddrPort(ln.Addr().String())
}

func dialTCP(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, to.String())
}

// says answers a request with these bytes.
func says(b string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = bufio.NewReader(c).ReadString('\n')
		_, _ = io.WriteString(c, b)
	}
}

func web(head, body string) string {
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\nDate: %s\r\n\r\n%s", head, len(body), time.Now(), body)
}

// sshServer greets with that key.
func sshServer(t testing.TB) func(net.Conn) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	conf := &ssh.ServerConfig{NoClientAuth: true}
	conf.AddHostKey(signer)
	return func(c net.Conn) {
		if _, _, _, err := ssh.NewServerConn(c, conf); err == nil {
			t.Error("somebody logged in")
		}
	}
}

// tlsServer has the test certificate of net/http.
func tlsServer(t testing.TB) func(net.Conn) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	cert := s.TLS.Certificates[0]
	s.Close()
	return func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}).HandshakeContext(context.Background())
	}
}

// TestIdentities: the same service is known again, another one is not.
func TestIdentities(t *testing.T) {
	same := sshServer(t)
	for name, tt := range map[string]struct {
		kind     string
		one, two func(net.Conn)
		want     bool // they are the same
	}{
		"same page":          {"http", says(web("200 OK\r\nServer: a", "x")), says(web("200 OK\r\nServer: a\r\nX-Request: 2", "x")), true},
		"another page":       {"http", says(web("200 OK", "x")), says(web("200 OK", "y")), false},
		"another server":     {"http", says(web("200 OK\r\nServer: a", "x")), says(web("200 OK\r\nServer: b", "x")), false},
		"another status":     {"http", says(web("200 OK", "x")), says(web("404 Not Found", "x")), false},
		"sent elsewhere":     {"http", says(web("301 Moved\r\nLocation: https://a/", "")), says(web("301 Moved\r\nLocation: https://b/", "")), false},
		"a long page":        {"http", says(web("200 OK", strings.Repeat("x", 9<<10))), says(web("200 OK", strings.Repeat("x", 10<<10))), true},
		"same host key":      {"ssh", same, same, true},
		"another host key":   {"ssh", sshServer(t), sshServer(t), false},
		"same certificate":   {"mqtts", tlsServer(t), tlsServer(t), true},
		"all kinds with TLS": {"https-public", tlsServer(t), tlsServer(t), true},
	} {
		t.Run(name, func(t *testing.T) {
			var ids [2]Identity
			for i, speak := range []func(net.Conn){tt.one, tt.two} {
				id, err := ServiceIdentity(t.Context(), dialTCP, tt.kind, serve(t, speak), "sops.example.com")
				if err != nil || id.Sort() != SortOf(tt.kind) || id > identityMask {
					t.Fatalf("%x, %v", id, err)
				}
				ids[i] = id
			}
			if (ids[0] == ids[1]) != tt.want {
				t.Errorf("%x and %x", ids[0], ids[1])
			}
		})
	}
}

// TestNoIdentity: whatever a stranger says, it ends, is bounded, and names nobody.
func TestNoIdentity(t *testing.T) {
	endless := func(begin, more string) func(net.Conn) {
		return func(c net.Conn) {
			_, err := io.WriteString(c, begin)
			for err == nil {
				_, err = io.WriteString(c, strings.Repeat(more, 100))
			}
		}
	}
	for name, speak := range map[string]func(net.Conn){
		"closes": func(net.Conn) {}, "mute": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"endless": endless("", "x"), "endless lines": endless("", "hello\r\n"), "endless header": endless("HTTP/1.1 200 OK\r\n", "A: b\r\n"),
		"endless greeting": endless("SSH-2.0-", "x"), "endless packets": endless("SSH-2.0-x\r\n", "\x00\x00\x00\x0c\x04\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		"broken chunks": says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
		"short body":    says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"),
		"SSH, garbage":  endless("SSH-2.0-x\r\n", "\xff"),
	} {
		for _, kind := range []string{"http", "ssh", "https"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				at := serve(t, speak)
				id, err := ServiceIdentity(ctx, dialTCP, kind, at, "")
				if err == nil && (kind != "http" || id.Sort() != Page) || err != nil && id != 0 {
					t.Errorf("%x, %v", id, err)
				}
			})
		}
	}
	if _, err := ServiceIdentity(t.Context(), dialTCP, "mqtt", netip.AddrPort{}, ""); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("a broker without TLS: %v", err)
	}
}

// TestStable: a page that is another one each time names nobody.
func TestStable(t *testing.T) {
	n := 0
	ask := func(changes bool) func(context.Context) (Identity, error) {
		return func(ctx context.Context) (Identity, error) {
			if changes {
				n++
			}
			return ServiceIdentity(ctx, dialTCP, "http", serve(t, says(web("200 OK", fmt.Sprint("token ", n)))), "")
		}
	}
	if id, err := StableIdentity(t.Context(), ask(false)); err != nil || id.Sort() != Page {
		t.Errorf("one that stays: %x, %v", id, err)
	}
	if id, err := StableIdentity(t.Context(), ask(true)); id != 0 || !errors.Is(err, ErrNoIdentity) {
		t.Errorf("one that changes: %x, %v", id, err)
	}
}

func TestKnows(t *testing.T) {
	key := Identity(HostKey)<<hashBits | 7
	p := Prober{Code: code(t, cert|1, key)}
	full := Prober{Code: code(t, cert|1, cert|2, key)}
	for name, tt := range map[string]struct {
		p           Prober
		kind        string
		id          Identity
		post        check.Post
		same, known bool
	}{
		"of the code":             {p, "https", cert | 1, check.Post{}, true, true},
		"not of the code":         {p, "https", cert | 2, check.Post{}, false, true},
		"none of its sort":        {p, "http", Identity(Page)<<hashBits | 1, check.Post{}, false, false},
		"no room for it":          {full, "https", cert | 3, check.Post{}, false, false},
		"of the port":             {p, "https", cert | 9, check.Post{State: check.PostHeld, Identity: uint32(cert | 9)}, true, true},
		"of another port":         {p, "https", cert | 1, check.Post{State: check.PostHeld, Identity: uint32(cert | 9)}, false, true},
		"the port shows nothing":  {p, "https", cert | 1, check.Post{State: check.PostHeld}, false, false},
		"host key":                {p, "ssh", key, check.Post{}, true, true},
		"certificate as host key": {p, "ssh", cert | 1, check.Post{}, false, true},
	} {
		if same, known := tt.p.Knows(tt.kind, uint32(tt.id), tt.post); same && known != (tt.same && tt.known) || known != tt.known || known && same != tt.same {
			t.Errorf("%s: same %t, known %t", name, same, known)
		}
	}
}

// FuzzPage reads what a web server says.
func FuzzPage(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nServer: x\r\n\r\nhello")
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
	f.Add("SSH-2.0-x\r\n")
	f.Fuzz(func(t *testing.T, said string) {
		id, err := page(t.Context(), heard{strings.NewReader(said)}, "x")
		if (err == nil) != (id.Sort() == Page) || id > identityMask {
			t.Fatalf("%q: %x, %v", said, id, err)
		}
	})
}

// FuzzHostKey reads what an SSH server says.
func FuzzHostKey(f *testing.F) {
	f.Add("SSH-2.0-OpenSSH_9.6\r\n")
	f.Add("hello\r\nSSH-2.0-x\r\n\x00\x00\x00\x0c\x0a\x14")
	f.Fuzz(func(t *testing.T, said string) {
		if id, err := hostKey(t.Context(), heard{strings.NewReader(said)}, "x"); err == nil || id != 0 {
			t.Fatalf("%q: %x, %v", said, id, err)
		}
	})
}

// heard is a connection on which all is said already.
type heard struct{ *strings.Reader }

func (heard) Write(b []byte) (int, error)      { return len(b), nil }
func (heard) Close() error                     { return nil }
func (heard) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (heard) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (heard) SetDeadline(time.Time) error      { return nil }
func (heard) SetReadDeadline(time.Time) error  { return nil }
func (heard) SetWriteDeadline(time.Time) error { return nil }
