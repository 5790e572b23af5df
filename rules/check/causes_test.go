package check

import (
	"slices"
	"testing"
)

func TestCauses(t *testing.T) {
	row := func(host, kind string, s Status, c Code, facts ...string) Result {
		r := Result{Job: Job{Key: host + "/" + kind, Kind: kind, To: Target{Host: host}}}
		r.end(s, c, facts...)
		return r
	}
	dns := func(r Result, code Code) Result {
		l := Layer{Name: "dns", Status: Pass}
		if code != "" {
			l.Status, l.Code = Fail, code
		}
		r.Layers = append(r.Layers, l)
		return r
	}
	tcp6 := func(r Result, s Status, c Code) Result {
		r.Layers = append(r.Layers, Layer{Name: "tcp", Family: 4, Status: Pass}, Layer{Name: "tcp", Family: 6, Status: s, Code: c})
		return r
	}
	lossy := func(r Result) Result {
		r.Layers = append(r.Layers, Layer{Name: "tcp", Family: 4, Status: Note, Code: TCPLossy})
		return r
	}
	for name, tt := range map[string]struct {
		in     []Result
		cause  Code // empty: none
		status Status
		named  []int // explained and folded
		told   []int // explained, and left as they are
	}{
		"proxy only": {[]Result{
			row("dns", "dns", Fail, DNSSilent), row("portal", "portal", Unproven, DNSSilent),
			row("a.example", "https", Note, ProxyOnly, "proxy", "p:3128"), row("b.example", "https", Note, ProxyOnly), row("t.example", "ntp", Unproven, DNSSilent),
		}, ProxyOnly, Note, []int{0, 1, 4}, []int{2, 3}},
		"proxy for one alone": {[]Result{row("a.example", "https", Note, ProxyOnly), row("b.example", "https", Pass, "")}, "", 0, nil, nil},
		"no name of the Internet": {[]Result{
			row("dns", "dns", Fail, DNSNXDomain), dns(row("a.example", "https", Fail, DNSNXDomain), DNSNXDomain), dns(row("b.test", "https", Fail, DNSNXDomain), DNSNXDomain),
			dns(row("c.invalid", "ssh", Fail, DNSNXDomain), DNSNXDomain), row("clock", "clock", Unproven, ClockOpen), row("192.0.2.1", "tcp", Fail, TCPRefused),
		}, DNSNXDomain, Fail, []int{1, 2, 3, 4}, nil},
		"three names of one owner": {[]Result{
			dns(row("a.x.example", "https", Fail, DNSNXDomain), DNSNXDomain), dns(row("b.x.example", "https", Fail, DNSNXDomain), DNSNXDomain), dns(row("c.x.example", "ssh", Fail, DNSNXDomain), DNSNXDomain),
		}, "", 0, nil, nil},
		"one name is known": {[]Result{
			dns(row("a.example", "https", Fail, DNSNXDomain), DNSNXDomain), dns(row("b.test", "https", Fail, DNSNXDomain), DNSNXDomain), dns(row("c.invalid", "ssh", Fail, DNSNXDomain), DNSNXDomain),
			dns(row("d.org", "https", Pass, ""), ""),
		}, "", 0, nil, nil},
		"one inspector": {[]Result{
			row("a.example", "https", Fail, TLSIntercepted, "product", "Zscaler", "issuer", "x"), row("b.test", "https", Fail, TLSIntercepted, "product", "Zscaler", "issuer", "y"),
			row("c.org", "https", Fail, TLSIntercepted, "product", "Zscaler"), row("d.org", "https", Fail, TLSIntercepted, "product", "Squid"), row("e.org", "tcp", Pass, ""),
		}, TLSIntercepted, Fail, []int{0, 1, 2}, nil},
		"IPv6 leads nowhere": {[]Result{
			tcp6(row("a.example", "https", Note, TCPFamily), Note, TCPSilent), tcp6(row("b.test", "https", Note, TCPFamily), Note, TCPNoHost), row("c.org", "ssh", Pass, ""),
		}, NetIPv6, Note, nil, []int{0, 1}},
		"IPv6 of one host is dead": {[]Result{
			tcp6(row("a.example", "https", Note, TCPFamily), Note, TCPSilent), tcp6(row("b.test", "https", Note, TCPFamily), Note, TCPSilent), tcp6(row("c.org", "https", Pass, ""), Pass, ""),
		}, "", 0, nil, nil},
		"IPv6 service down": {[]Result{
			tcp6(row("a.example", "https", Note, TCPFamily), Note, TCPRefused), tcp6(row("b.test", "https", Note, TCPFamily), Note, TCPRefused),
		}, "", 0, nil, nil},
		"lossy":           {[]Result{lossy(row("a.example", "https", Pass, "")), lossy(row("b.test", "https", Pass, "")), row("c.org", "ssh", Pass, "")}, TCPLossy, Note, nil, []int{0, 1}},
		"one packet lost": {[]Result{lossy(row("a.example", "https", Pass, "")), row("c.org", "ssh", Pass, "")}, "", 0, nil, nil},
		"router gone": {[]Result{
			row("gateway", "gateway", Unproven, GatewaySilent), row("a.example", "https", Fail, TCPLANAbsent, "variant", "gateway"), row("b.test", "ssh", Fail, TCPLANAbsent, "variant", "gateway"),
		}, GatewaySilent, Fail, []int{1, 2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			causes, out := Fold(tt.in)
			if tt.cause == "" {
				if len(causes) > 0 {
					t.Errorf("got %+v, want no cause", causes)
				}
				return
			}
			if len(causes) != 1 || causes[0].Code != tt.cause || causes[0].Status != tt.status {
				t.Fatalf("got %+v, want %q", causes, tt.cause)
			}
			if n := len(causes[0].Explains); n != len(tt.named)+len(tt.told) {
				t.Errorf("it explains %v", causes[0].Explains)
			}
			for i, r := range out {
				switch {
				case slices.Contains(tt.named, i) && (r.Status != Skipped || r.Cause != tt.cause || !slices.Contains(causes[0].Explains, r.Job.Key)):
					t.Errorf("row %d: got %v, cause %q, want it folded", i, r.Status, r.Cause)
				case slices.Contains(tt.told, i) && (r.Status != tt.in[i].Status || !slices.Contains(causes[0].Explains, r.Job.Key)):
					t.Errorf("row %d: got %v, want it named and left", i, r.Status)
				case !slices.Contains(tt.named, i) && r.Status != tt.in[i].Status:
					t.Errorf("row %d became %v", i, r.Status)
				}
			}
		})
	}
}
