package main

import (
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// nameServers are name servers that do not say what they should.
func (s *stage) nameServers() {
	answer := func(change func(host string, addrs []string) ([]string, int)) dns.HandlerFunc {
		return func(w dns.ResponseWriter, r *dns.Msg) { _ = w.WriteMsg(s.reply(r, change)) }
	}
	code := func(rcode int) dns.HandlerFunc {
		return answer(func(string, []string) ([]string, int) { return nil, rcode })
	}
	filter := func(addrs []string, rcode int) dns.HandlerFunc {
		return answer(func(host string, honest []string) ([]string, int) {
			if host == "github.com" {
				return addrs, rcode
			}
			return honest, rcodeOf(honest)
		})
	}
	for name, h := range map[string]dns.HandlerFunc{
		"dns-lies":       answer(func(string, []string) ([]string, int) { return []string{"198.51.100." + atLiar}, dns.RcodeSuccess }),
		"dns-refuses":    code(dns.RcodeRefused),
		"dns-fails":      code(dns.RcodeServerFailure),
		"dns-nothing":    code(dns.RcodeNameError),
		"dns-hides":      filter(nil, dns.RcodeNameError),
		"dns-empties":    filter(nil, dns.RcodeSuccess),
		"dns-sinkhole":   filter([]string{"0.0.0.0"}, dns.RcodeSuccess),
		"dns-block-page": filter([]string{"192.168.50.20"}, dns.RcodeSuccess),
		"dns-garbage": func(w dns.ResponseWriter, r *dns.Msg) {
			b, _ := s.reply(r, nil).Pack()
			_, _ = w.Write(append(b[:12], 0xc0, 0x0c, 0xff, 0xff))
		},
		"dns-cuts": func(w dns.ResponseWriter, r *dns.Msg) {
			m := s.reply(r, nil)
			if _, over := w.RemoteAddr().(*net.UDPAddr); over {
				m.Answer, m.Truncated = nil, true
			}
			_ = w.WriteMsg(m)
		},
	} {
		tcp, udp := s.where(name)
		for _, srv := range []*dns.Server{
			{PacketConn: s.net.ListenUDP(s.inet, udp), Handler: h},
			{Listener: s.net.Listen(s.inet, tcp), Handler: h},
		} {
			go func() { _ = srv.ActivateAndServe() }()
			s.net.T.Cleanup(func() { _ = srv.Shutdown() })
		}
	}
}

func rcodeOf(addrs []string) int {
	if addrs == nil {
		return dns.RcodeNameError
	}
	return dns.RcodeSuccess
}

// reply answers with the lab's true addresses, or with what change makes of them.
func (s *stage) reply(r *dns.Msg, change func(host string, addrs []string) ([]string, int)) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(r)
	if len(r.Question) != 1 {
		return m
	}
	q := r.Question[0]
	host := strings.ToLower(strings.TrimSuffix(q.Name, "."))
	addrs := s.names[host]
	m.Rcode = rcodeOf(addrs)
	if change != nil {
		addrs, m.Rcode = change(host, addrs)
	}
	for _, text := range addrs {
		a := netip.MustParseAddr(text)
		h := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: dns.ClassINET, Ttl: 1}
		switch {
		case a.Is4() && q.Qtype == dns.TypeA:
			m.Answer = append(m.Answer, &dns.A{Hdr: h, A: a.AsSlice()})
		case a.Is6() && q.Qtype == dns.TypeAAAA:
			m.Answer = append(m.Answer, &dns.AAAA{Hdr: h, AAAA: a.AsSlice()})
		}
	}
	return m
}
