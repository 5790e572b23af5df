package check

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/dns/dnsmessage"
)

func TestLookup(t *testing.T) {
	good := zone(t, map[string][]string{
		"ok.example.":     {"ok.example. 60 IN A 192.0.2.1", "ok.example. 60 IN AAAA 2001:db8::1"},
		"alias.example.":  {"alias.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME c.example.", "c.example. 60 IN A 192.0.2.3"},
		"loop.example.":   {"loop.example. 60 IN CNAME loop2.example.", "loop2.example. 60 IN CNAME loop.example."},
		"empty.example.":  {},
		"other.example.":  {"stranger.example. 60 IN A 192.0.2.9"},
		"six.example.":    {"six.example. 60 IN AAAA 2001:db8::6"},
		"double.example.": {"double.example. 60 IN A 192.0.2.1", "double.example. 60 IN A 192.0.2.1"},
	})
	rcode := func(n int) dns.HandlerFunc {
		return func(w dns.ResponseWriter, q *dns.Msg) { answer(t, w, q, n) }
	}
	mute := func(dns.ResponseWriter, *dns.Msg) {}
	tests := map[string]struct {
		handlers []dns.HandlerFunc
		host     string
		routes   map[Family]bool
		want     []string
		code     Code
		resolver string
	}{
		"both families":       {[]dns.HandlerFunc{good}, "ok.example", map[Family]bool{4: true, 6: true}, []string{"192.0.2.1", "2001:db8::1"}, "", "127.0.0.1 ok"},
		"alias":               {[]dns.HandlerFunc{good}, "alias.example", nil, []string{"192.0.2.3"}, "", "127.0.0.1 ok"},
		"alias loop":          {[]dns.HandlerFunc{good}, "loop.example", nil, nil, DNSNoData, "127.0.0.1 nodata"},
		"no such name":        {[]dns.HandlerFunc{good}, "nope.example", nil, nil, DNSNXDomain, "127.0.0.1 nxdomain"},
		"no data":             {[]dns.HandlerFunc{good}, "empty.example", nil, nil, DNSNoData, "127.0.0.1 nodata"},
		"only IPv6":           {[]dns.HandlerFunc{good}, "six.example", nil, []string{"2001:db8::6"}, "", "127.0.0.1 ok"},
		"address of another":  {[]dns.HandlerFunc{good}, "other.example", nil, nil, DNSNoData, "127.0.0.1 nodata"},
		"double":              {[]dns.HandlerFunc{good}, "double.example", nil, []string{"192.0.2.1"}, "", "127.0.0.1 ok"},
		"refused":             {[]dns.HandlerFunc{rcode(dns.RcodeRefused)}, "ok.example", nil, nil, DNSRefused, "127.0.0.1 refused"},
		"server failure":      {[]dns.HandlerFunc{rcode(dns.RcodeServerFailure)}, "ok.example", nil, nil, DNSServFail, "127.0.0.1 servfail"},
		"not implemented":     {[]dns.HandlerFunc{rcode(dns.RcodeNotImplemented)}, "ok.example", nil, nil, DNSBadReply, "127.0.0.1 bad-reply"},
		"silent":              {[]dns.HandlerFunc{mute}, "ok.example", nil, nil, DNSSilent, "127.0.0.1 silent"},
		"first silent":        {[]dns.HandlerFunc{mute, good}, "ok.example", nil, []string{"192.0.2.1"}, "", "127.0.0.1 no answer yet, 127.0.0.1 ok"},
		"first fails":         {[]dns.HandlerFunc{rcode(dns.RcodeServerFailure), good}, "ok.example", nil, []string{"192.0.2.1"}, "", "127.0.0.1 servfail, 127.0.0.1 ok"},
		"first says no":       {[]dns.HandlerFunc{rcode(dns.RcodeNameError), good}, "ok.example", nil, nil, DNSNXDomain, ""},
		"hosts file":          {[]dns.HandlerFunc{good}, "sys.example", nil, []string{"10.9.8.7"}, DNSSystemOnly, "127.0.0.1 nxdomain"},
		"hosts file, no DNS":  {nil, "sys.example", nil, []string{"10.9.8.7"}, "", ""},
		"nobody, no DNS":      {nil, "ok.example", nil, nil, DNSNXDomain, ""},
		"name with no dots":   {[]dns.HandlerFunc{good}, "plain", nil, nil, DNSNXDomain, ""},
		"empty label":         {[]dns.HandlerFunc{good}, "a..b", nil, nil, DNSBadName, ""},
		"label over 63 bytes": {[]dns.HandlerFunc{good}, strings.Repeat("a", 64) + ".example", nil, nil, DNSBadName, ""},
		"truncated, so TCP": {[]dns.HandlerFunc{func(w dns.ResponseWriter, q *dns.Msg) {
			if w.RemoteAddr().Network() == "udp" {
				m := new(dns.Msg)
				m.SetReply(q)
				m.Truncated = true
				_ = w.WriteMsg(m)
				return
			}
			answer(t, w, q, dns.RcodeSuccess, "ok.example. 60 IN A 192.0.2.77")
		}}, "ok.example", nil, []string{"192.0.2.77"}, "", "127.0.0.1 ok"},
		"wrong ID": {[]dns.HandlerFunc{func(w dns.ResponseWriter, q *dns.Msg) {
			q.Id++
			answer(t, w, q, dns.RcodeSuccess, "ok.example. 60 IN A 192.0.2.66")
		}}, "ok.example", nil, nil, DNSSilent, ""},
		"forged before the true one": {[]dns.HandlerFunc{func(w dns.ResponseWriter, q *dns.Msg) {
			f := q.Copy()
			f.Question[0].Name = "evil.example."
			answer(t, w, f, dns.RcodeSuccess, "ok.example. 60 IN A 192.0.2.66")
			_, _ = w.Write([]byte("garbage\x1b[31m"))
			answer(t, w, q, dns.RcodeSuccess, "ok.example. 60 IN A 192.0.2.1")
		}}, "ok.example", nil, []string{"192.0.2.1"}, "", ""},
		"first query lost": {[]dns.HandlerFunc{func() dns.HandlerFunc {
			seen := make(chan struct{}, 2)
			seen <- struct{}{}
			seen <- struct{}{}
			return func(w dns.ResponseWriter, q *dns.Msg) {
				select {
				case <-seen: // the first of both questions
				default:
					good(w, q)
				}
			}
		}()}, "ok.example", nil, []string{"192.0.2.1"}, "", "127.0.0.1 ok"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			env := &fakeEnv{hosts: map[string][]netip.Addr{"sys.example": {netip.MustParseAddr("10.9.8.7")}}, routes: tt.routes}
			for _, h := range tt.handlers {
				env.resolvers = append(env.resolvers, dnsServer(t, h))
			}
			lim := fast()
			lim.DNS = time.Second
			n := lookup(t.Context(), env, lim, tt.host)
			got := strings.Split(join(n.Addrs), ", ")
			if len(n.Addrs) == 0 {
				got = nil
			}
			// Without a route of IPv6 its addresses may or may not have come in time.
			if tt.routes == nil && len(got) > 1 {
				got = got[:1]
			}
			if strings.Join(got, " ") != strings.Join(tt.want, " ") || n.Code != tt.code {
				t.Errorf("got %v %q, want %v %q (%s)", got, n.Code, tt.want, tt.code, n.Resolver)
			}
			if tt.resolver != "" && n.Resolver != tt.resolver {
				t.Errorf("resolver: got %q, want %q", n.Resolver, tt.resolver)
			}
		})
	}
}

func TestManyAddresses(t *testing.T) {
	var list []string
	for i := range 25 {
		list = append(list, fmt.Sprintf("big.example. 60 IN A 10.0.0.%d", i))
	}
	env := &fakeEnv{resolvers: []netip.AddrPort{dnsServer(t, zone(t, map[string][]string{"big.example.": list}))}}
	lim := fast()
	if n := lookup(t.Context(), env, lim, "big.example"); len(n.Addrs) != lim.Addresses {
		t.Errorf("got %d addresses, want %d", len(n.Addrs), lim.Addresses)
	}
}

func FuzzParseReply(f *testing.F) {
	q, err := question("ok.example", dnsmessage.TypeA)
	if err != nil {
		f.Fatal(err)
	}
	for _, records := range [][]string{nil, {"ok.example. 60 IN A 192.0.2.1"}, {"ok.example. 60 IN CNAME b.", "b. 60 IN A 192.0.2.1"}} {
		m := new(dns.Msg)
		m.SetQuestion("ok.example.", dns.TypeA)
		m.Id, m.Response = 7, true
		for _, s := range records {
			rr, err := dns.NewRR(s)
			if err != nil {
				f.Fatal(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		lim := DefaultLimits()
		r, err := parseReply(b, 7, q, lim)
		if err != nil {
			return
		}
		if len(r.Addrs) > lim.Addresses {
			t.Errorf("got %d addresses", len(r.Addrs))
		}
		if !bytes.HasPrefix(b, []byte{0, 7}) || b[2]&0x80 == 0 {
			t.Errorf("took %x for an answer to question 7", b[:4])
		}
	})
}
