package check

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/syncsign/sops-firewall/rules/check/wire/timelab"
)

// TestRunCrowd has so many silent rows first that they fill all sockets: the
// healthy ones behind them must wait for their turn, not be called silent.
func TestRunCrowd(t *testing.T) {
	timelab.Test(t, func(t *testing.T) {
		env := &fakeEnv{
			routes: map[Family]bool{4: true, 6: true},
			dial: func(ctx context.Context, _ string, to netip.AddrPort) (net.Conn, error) {
				if to.Port() == 1 {
					return silentAfter(ctx)
				}
				timer := time.NewTimer(40 * time.Millisecond)
				<-timer.C
				return muteConn()
			},
		}
		var jobs []Job
		for i := range 1000 {
			a4, a6 := netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), netip.AddrFrom16([16]byte{0x20, 1, 14: byte(i >> 8), 15: byte(i)})
			port := uint16(443)
			if i < 200 {
				port = 1
			}
			jobs = append(jobs, Job{Key: fmt.Sprint(i), Kind: "tcp", To: Target{Host: fmt.Sprintf("h%d.example", i), Port: port, Proto: "tcp", Addrs: []netip.Addr{a4, a6}}})
		}
		finals := collect(Runner{Env: env}.Run(t.Context(), jobs))
		for _, j := range jobs {
			r := finals[j.Key]
			want := Pass
			if j.To.Port == 1 {
				want = Fail
			}
			if len(r) != 1 || r[0].Status != want {
				t.Fatalf("%s: got %+v, want one %v", j.Key, r, want)
			}
		}
	})
}

// TestRunAsksOverOneLine has forty names looked up at once: no name server
// sees a storm of sockets, and no name waits for its turn.
func TestRunAsksOverOneLine(t *testing.T) {
	records := map[string][]string{}
	var jobs []Job
	for i := range 40 {
		name := fmt.Sprintf("h%d.example", i)
		records[name+"."] = []string{name + ". 60 IN A 127.0.0.1"}
		jobs = append(jobs, Job{Key: name, Kind: "tcp", To: Target{Host: name, Port: 443, Proto: "tcp"}})
	}
	sockets := make(chan string, 1000)
	inner := zone(t, records)
	env := &fakeEnv{
		dial: func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
			if network == "udp4" {
				return new(net.Dialer).DialContext(ctx, network, to.String())
			}
			return muteConn()
		},
		resolvers: []netip.AddrPort{dnsServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
			sockets <- w.RemoteAddr().String()
			inner(w, q)
		})},
	}
	for k, r := range collect(Runner{Env: env}.Run(t.Context(), jobs)) {
		if len(r) != 1 || r[0].Status != Pass {
			t.Errorf("%s: got %+v", k, r)
		}
	}
	seen := map[string]bool{}
	n := len(sockets)
	for range n {
		seen[<-sockets] = true
	}
	if n < 80 || len(seen) > 1+freshSockets {
		t.Errorf("%d questions from %d sockets", n, len(seen))
	}
}
