package check

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"
)

// tellingProver proves one port, and with it what the server says of others.
type tellingProver struct {
	proven uint16
	posts  []Post
	ids    map[string]uint32 // of services, by kind
	code   map[string]uint32 // what the code knows
}

func (tellingProver) Refuses(netip.Addr) error { return nil }

func (p tellingProver) Prove(ctx context.Context, c net.Conn, to Target, _ bool) Proof {
	if to.Port == p.proven {
		return Proof{Seen: SeenOutside, Posts: p.posts}
	}
	defer bound(ctx, c)()
	b := make([]byte, 1)
	if _, err := c.Read(b); err != nil {
		return Proof{Err: err}
	}
	return Proof{Said: "x"}
}

func (p tellingProver) Identify(_ context.Context, _ Env, kind string, _ netip.AddrPort, _ Target) (uint32, bool) {
	return p.ids[kind], p.ids[kind] != 0
}

func (p tellingProver) Knows(kind string, id uint32, post Post) (same, known bool) {
	if post.State != PostUnknown {
		return id == post.Identity, post.Identity != 0
	}
	return id == p.code[kind], p.code[kind] != 0
}

// TestInboundTold judges a port by what the proof of another one tells.
func TestInboundTold(t *testing.T) {
	_, brokerAt := broker(t, "mqtt", true)
	page := func(c net.Conn) {
		b := make([]byte, 512)
		_, _ = c.Read(b)
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"))
		_ = c.Close()
	}
	const other = 80
	for name, tt := range map[string]struct {
		kind    string
		prover  tellingProver
		silent  bool
		status  Status
		code    Code
		variant string
	}{
		"nobody told":                {"http", tellingProver{}, false, Unproven, InUnnamed, ""},
		"the listener's own":         {"http", tellingProver{posts: []Post{{"tcp", other, PostOurs, 0}}}, false, Fail, InOtherMachine, "told"},
		"the listener's own, mute":   {"mqtt", tellingProver{posts: []Post{{"tcp", other, PostOurs, 0}}}, true, Unproven, InMute, "known"},
		"nobody's":                   {"http", tellingProver{posts: []Post{{"tcp", other, PostNobody, 0}}}, false, Fail, InOtherMachine, "told"},
		"of UDP":                     {"http", tellingProver{posts: []Post{{"udp", other, PostOurs, 0}}}, false, Unproven, InUnnamed, ""},
		"held, the same page":        {"http", tellingProver{posts: []Post{{"tcp", other, PostHeld, 7}}, ids: map[string]uint32{"http": 7}}, false, Note, InSamePage, ""},
		"held, another page":         {"http", tellingProver{posts: []Post{{"tcp", other, PostHeld, 8}}, ids: map[string]uint32{"http": 7}}, false, Unproven, InUnnamed, "page"},
		"held, and shows nothing":    {"http", tellingProver{posts: []Post{{"tcp", other, PostHeld, 0}}, ids: map[string]uint32{"http": 7}, code: map[string]uint32{"http": 9}}, false, Unproven, InUnnamed, ""},
		"the same page, by the code": {"http", tellingProver{ids: map[string]uint32{"http": 7}, code: map[string]uint32{"http": 7}}, false, Note, InSamePage, ""},
		"a broker, held":             {"mqtt", tellingProver{posts: []Post{{"tcp", other, PostHeld, 0}}}, false, Note, InUnnamed, ""},
		"mute, and no proof":         {"mqtt", tellingProver{}, true, Unproven, InMute, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.prover.proven = 9
			if tt.prover.posts == nil {
				tt.prover.proven = 0
			}
			env := &fakeEnv{routes: map[Family]bool{4: true}}
			env.dial = func(ctx context.Context, _ string, to netip.AddrPort) (net.Conn, error) {
				switch {
				case to.Port() == 9 && tt.prover.proven == 0:
					return nil, errors.New("not this one")
				case to.Port() == 9 || tt.silent:
					return mutePeer(ctx, "", to)
				case tt.kind == "mqtt":
					return new(net.Dialer).DialContext(ctx, "tcp4", netip.AddrPortFrom(brokerAt.Addrs[0], brokerAt.Port).String())
				}
				near, far := net.Pipe()
				go page(far)
				return near, nil
			}
			jobs := []Job{}
			for key, port := range map[string]uint16{"proven": 9, "other": other} {
				kind := tt.kind
				if key == "proven" {
					kind = "tcp"
				}
				jobs = append(jobs, Job{Key: key, Kind: kind, To: Target{Host: "sops.example.com", Port: port, Proto: "tcp", Addrs: []netip.Addr{netip.MustParseAddr("203.0.113.5")}}})
			}
			lim := fast()
			lim.Proof, lim.MQTT = time.Second, 800*time.Millisecond
			start := time.Now()
			for r := range (Runner{Env: env, Limits: lim, Prover: tt.prover}).Run(t.Context(), jobs) {
				if r.Job.Key == "other" && !r.Provisional && (r.Status != tt.status || r.Code != tt.code || r.Facts["variant"] != tt.variant) {
					t.Errorf("got %v %s %q, want %v %s %q", r.Status, r.Code, r.Facts["variant"], tt.status, tt.code, tt.variant)
				}
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
