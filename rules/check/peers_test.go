package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
)

// peerName is what the peers of these tests are called; it stands for 127.0.0.1.
const peerName = "sops.example.com"

// peerEnv is this machine, with a clock and authorities of its own.
type peerEnv struct {
	slow  time.Duration // how far our clock is behind
	roots *x509.CertPool
}

func (e peerEnv) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, to.String())
}
func (peerEnv) Resolvers() []netip.AddrPort { return nil }
func (peerEnv) SystemLookup(context.Context, string) ([]netip.Addr, error) {
	return nil, errors.New("no names here")
}
func (peerEnv) HasRoute(f Family) bool        { return f == 4 }
func (peerEnv) Gateway(Family) netip.Addr     { return netip.Addr{} }
func (peerEnv) Proxy(string, uint16) *url.URL { return nil }
func (e peerEnv) Roots() *x509.CertPool       { return e.roots }
func (e peerEnv) Now() time.Time              { return time.Now().Add(-e.slow) }
func peerTarget(a net.Addr) Target            { return peerTargets(a) }

// peerTargets is one name for the addresses, which share a port.
func peerTargets(addrs ...net.Addr) Target {
	to := Target{Host: peerName, Proto: addrs[0].Network()}
	for _, a := range addrs {
		ap := netip.MustParseAddrPort(a.String())
		to.Port, to.Addrs = ap.Port(), append(to.Addrs, ap.Addr())
	}
	return to
}

// shortLimits have the peers' patience run out fast, and are long enough for a busy machine.
func shortLimits() Limits {
	l := DefaultLimits().scaled()
	l.HTTP, l.MQTT, l.SSH = 700*time.Millisecond, 700*time.Millisecond, 700*time.Millisecond
	l.NTP, l.NTP2, l.NTP3 = 700*time.Millisecond, 150*time.Millisecond, 300*time.Millisecond
	return l
}

// visitors serves each connection by handle until the test ends.
func visitors(t testing.TB, handle func(net.Conn)) Target {
	t.Helper()
	l := peerListener(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				stop := context.AfterFunc(t.Context(), func() { _ = c.Close() })
				defer stop()
				defer func() { _ = c.Close() }()
				handle(c)
			}()
		}
	}()
	return peerTarget(l.Addr())
}

// replying says text after it has heard something, and waits for the other to hang up.
func replying(text string) func(net.Conn) {
	return func(c net.Conn) {
		b := make([]byte, 4096)
		if _, err := c.Read(b); err != nil {
			return
		}
		_, _ = c.Write([]byte(text))
		for {
			if _, err := c.Read(b); err != nil {
				return
			}
		}
	}
}

// flooding says one thing as long as anybody listens.
func flooding(text string) func(net.Conn) {
	return func(c net.Conn) {
		b := []byte(strings.Repeat(text, 1+4096/len(text)))
		for {
			if _, err := c.Write(b); err != nil {
				return
			}
		}
	}
}

// dripping says one byte now and then.
func dripping(start string, next byte) func(net.Conn) {
	return func(c net.Conn) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		b := []byte(start)
		for range tick.C {
			if _, err := c.Write(b); err != nil {
				return
			}
			b = []byte{next}
		}
	}
}

// resetting cuts the connection off once it has heard something.
func resetting(c net.Conn) {
	_, _ = c.Read(make([]byte, 1))
	_ = c.(*net.TCPConn).SetLinger(0)
}

// peerCert is a certificate for peerName, and the authority behind it.
func peerCert(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	c := certlab.New(t, nil, certlab.Own(peerName))
	return &tls.Config{Certificates: []tls.Certificate{c.TLS()}, MinVersion: tls.VersionTLS12}, c.Pool()
}

// openDoor lets everybody in.
type openDoor struct{ mqtt.HookBase }

func (*openDoor) ID() string                                              { return "open-door" }
func (*openDoor) Provides(b byte) bool                                    { return b == mqtt.OnConnectAuthenticate }
func (*openDoor) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }

// broker is a real MQTT broker that serves the kind on a port of this machine.
func broker(t testing.TB, kind string, open bool) (peerEnv, Target) {
	t.Helper()
	srv := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	if open {
		if err := srv.AddHook(new(openDoor), nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := srv.Serve(); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() }) // the last of all
	to := peerTarget(l.Addr())
	var env peerEnv
	if kind == "mqtts" || kind == "wss" {
		conf, roots := peerCert(t)
		env.roots, l = roots, tls.NewListener(l, conf)
	}
	if kind == "ws" || kind == "wss" {
		web := &http.Server{ReadHeaderTimeout: time.Second, Handler: brokerOverWeb(srv)}
		go func() { _ = web.Serve(l) }()
		t.Cleanup(func() { _ = web.Close() })
	} else {
		var talks sync.WaitGroup // over before the broker is closed: it does not stand new ones then
		ended := make(chan struct{})
		talks.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				talks.Go(func() {
					over := make(chan struct{})
					defer close(over)
					go func() {
						select {
						case <-ended:
							_ = c.Close()
						case <-over:
						}
					}()
					_ = srv.EstablishConnection(kind, c)
				})
			}
		})
		t.Cleanup(func() { _ = l.Close(); close(ended); talks.Wait() })
	}
	t.Cleanup(func() { _ = l.Close() })
	return env, to
}

// brokerOverWeb takes WebSockets under /mqtt only.
func brokerOverWeb(srv *mqtt.Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/mqtt", func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"mqtt"}})
		if err != nil {
			return
		}
		_ = srv.EstablishConnection("ws", websocket.NetConn(r.Context(), ws, websocket.MessageBinary))
	})
	return mux
}
