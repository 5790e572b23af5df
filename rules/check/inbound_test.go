package check

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// fakeProver finds what the test says, of each family.
type fakeProver struct {
	seen        map[Family]Seen
	same, known bool
	refuses     bool
	mute        bool
	said        string // instead of a web server's
}

func (p fakeProver) Refuses(netip.Addr) error {
	if p.refuses {
		return errors.New("not there")
	}
	return nil
}

func (p fakeProver) Prove(_ context.Context, _ net.Conn, to Target, _ bool) Proof {
	if p.mute {
		return Proof{}
	}
	return Proof{Seen: p.seen[familyOf(to.Addrs)], Source: netip.MustParseAddr("198.51.100.7"), Said: cmp.Or(p.said, "HTTP/1.1 400")}
}

func (p fakeProver) Identify(context.Context, Env, string, netip.AddrPort, Target) (uint32, bool) {
	return 1, p.known
}

func (p fakeProver) Knows(string, uint32, Post) (same, known bool) { return p.same, p.known }

// mutePeer takes a connection, and whatever is said.
func mutePeer(context.Context, string, netip.AddrPort) (net.Conn, error) {
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }()
	return near, nil
}

func TestInbound(t *testing.T) {
	four, six := netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("2001:db8::5")
	mqtt, mqttAt := broker(t, "mqtt", true)
	secure, secureAt := broker(t, "mqtts", true)
	refused := func(context.Context, string, netip.AddrPort) (net.Conn, error) { return nil, syscall.ECONNREFUSED }
	to := func(at Target) func(context.Context, string, netip.AddrPort) (net.Conn, error) {
		return func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp4", netip.AddrPortFrom(at.Addrs[0], at.Port).String())
		}
	}
	only4 := func(at Target) func(context.Context, string, netip.AddrPort) (net.Conn, error) {
		return func(ctx context.Context, network string, a netip.AddrPort) (net.Conn, error) {
			if network == "tcp6" {
				return silentAfter(ctx)
			}
			return to(at)(ctx, network, a)
		}
	}
	for name, c := range map[string]struct {
		kind   string
		prover fakeProver
		dial   func(context.Context, string, netip.AddrPort) (net.Conn, error)
		addrs  []netip.Addr
		status Status
		code   Code
	}{
		"arrives":                       {"mqtt", fakeProver{seen: map[Family]Seen{4: SeenOutside}}, to(mqttAt), []netip.Addr{four}, Pass, InProven},
		"arrives over both":             {"mqtt", fakeProver{seen: map[Family]Seen{4: SeenOutside, 6: SeenOutside}}, to(mqttAt), []netip.Addr{four, six}, Pass, InProven},
		"over IPv4 alone":               {"mqtt", fakeProver{seen: map[Family]Seen{4: SeenOutside}}, only4(mqttAt), []netip.Addr{four, six}, Note, TCPFamily},
		"router hides senders":          {"mqtt", fakeProver{seen: map[Family]Seen{4: SeenMasked}}, to(mqttAt), []netip.Addr{four}, Note, InMasked},
		"from inside":                   {"mqtt", fakeProver{seen: map[Family]Seen{4: SeenInside}}, to(mqttAt), []netip.Addr{four}, Unproven, InInsideSource},
		"address inside":                {"mqtt", fakeProver{refuses: true}, to(mqttAt), []netip.Addr{four}, Unproven, InInsideSource},
		"nothing arrives":               {"mqtt", fakeProver{}, func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) { return silentAfter(ctx) }, []netip.Addr{four}, Fail, InSilent},
		"refused":                       {"mqtt", fakeProver{}, refused, []netip.Addr{four}, Fail, TCPRefused},
		"a broker that holds its port":  {"mqtt", fakeProver{}, to(mqttAt), []netip.Addr{four}, Note, InUnnamed},
		"the service's own certificate": {"mqtts", fakeProver{same: true, known: true}, to(secureAt), []netip.Addr{four}, Pass, InProven},
		"another certificate":           {"mqtts", fakeProver{known: true}, to(secureAt), []netip.Addr{four}, Fail, InOtherMachine},
		"not a word":                    {"mqtt", fakeProver{mute: true}, mutePeer, []netip.Addr{four}, Unproven, InMute},
		"another service, from outside": {"mqtt", fakeProver{said: "SSH-2.0-x"}, mutePeer, []netip.Addr{four}, Fail, InOtherMachine},
		"a web server, then silence":    {"ws", fakeProver{}, mutePeer, []netip.Addr{four}, Unproven, InUnnamed},
		"another device":                {"ssh", fakeProver{}, to(mqttAt), []netip.Addr{four}, Fail, InOtherMachine},
		"its own, and nobody trusts it": {"mqtts", fakeProver{same: true, known: true}, to(secureAt), []netip.Addr{four}, Fail, TLSUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			env := &fakeEnv{dial: c.dial, routes: map[Family]bool{4: true, 6: true}, roots: secure.roots}
			if c.code == TLSUntrusted {
				env.roots = x509.NewCertPool()
			}
			if c.kind == "mqtt" {
				env.roots = mqtt.roots
			}
			lim := fast()
			lim.MQTT, lim.SSH = lim.HTTP, lim.HTTP
			var out []Result
			r := Runner{Env: env, Limits: lim, Prover: c.prover}
			for x := range r.Run(t.Context(), []Job{{Key: "k", Kind: c.kind, To: Target{Host: "sops.example.com", Port: 8883, Proto: "tcp", Addrs: c.addrs}}}) {
				if !x.Provisional {
					out = append(out, x)
				}
			}
			if len(out) != 1 || out[0].Status != c.status || out[0].Code != c.code {
				t.Fatalf("got %+v, want %v %s", out, c.status, c.code)
			}
			proofs := 0
			for _, l := range out[0].Layers {
				if l.Name == "proof" && l.Status == Pass {
					proofs++
				}
			}
			if c.code == InProven && proofs == 0 {
				t.Errorf("proven without a layer of proof: %+v", out[0].Layers)
			}
		})
	}
}

// TestInboundOnce: what is found out of a port is good for all rows of that port,
// since the listener is gone when the last of its ports was reached; a service
// that proves itself is asked what each row wants.
func TestInboundOnce(t *testing.T) {
	four := netip.MustParseAddr("203.0.113.5")
	secure, secureAt := broker(t, "mqtts", true)
	jobs := func(kinds ...string) (out []Job) {
		for _, k := range kinds {
			out = append(out, Job{Key: k, Kind: k, To: Target{Host: "sops.example.com", Port: 443, Proto: "tcp", Addrs: []netip.Addr{four}}})
		}
		return out
	}
	for name, tt := range map[string]struct {
		prover fakeProver
		dials  int32 // that are taken; the ones after that are refused
		want   string
	}{
		"a listener that is gone then": {fakeProver{seen: map[Family]Seen{4: SeenOutside}}, 1, "https pass in.proven, tls pass in.proven"},
		"nobody":                       {fakeProver{}, 0, "https fail tcp.refused, tls fail tcp.refused"},
		"a service":                    {fakeProver{same: true, known: true}, 1 << 20, "https unproven in.unnamed, tls pass in.proven"},
	} {
		t.Run(name, func(t *testing.T) {
			var dialled atomic.Int32
			env := &fakeEnv{routes: map[Family]bool{4: true}, roots: secure.roots, dial: func(ctx context.Context, _ string, _ netip.AddrPort) (net.Conn, error) {
				if dialled.Add(1) > tt.dials {
					return nil, syscall.ECONNREFUSED
				}
				return new(net.Dialer).DialContext(ctx, "tcp4", netip.AddrPortFrom(secureAt.Addrs[0], secureAt.Port).String())
			}}
			lim := fast()
			var got []string
			for x := range (Runner{Env: env, Limits: lim, Prover: tt.prover}).Run(t.Context(), jobs("https", "tls")) {
				if !x.Provisional {
					got = append(got, fmt.Sprintf("%s %s %s", x.Job.Key, x.Status, x.Code))
				}
			}
			slices.Sort(got)
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}
