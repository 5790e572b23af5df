package check

import (
	"context"
	"net"
	"net/netip"
	"testing"
)

// wall is a network in which the hosts named answer in clear text as given;
// all others are silent.
func wall(t *testing.T, answers map[string]func(net.Conn)) *fakeEnv {
	t.Helper()
	env := &fakeEnv{hosts: map[string][]netip.Addr{}}
	at := map[netip.Addr]netip.AddrPort{}
	for host, handle := range answers {
		a := netip.AddrFrom4([4]byte{198, 51, 100, byte(len(at) + 1)})
		env.hosts[host] = []netip.Addr{a}
		to := visitors(t, handle)
		at[a] = netip.AddrPortFrom(to.Addrs[0], to.Port)
	}
	env.dial = func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
		if actual, ok := at[to.Addr()]; ok && network == "tcp4" {
			return new(net.Dialer).DialContext(ctx, network, actual.String())
		}
		return silentAfter(ctx)
	}
	return env
}

func TestPortalByProof(t *testing.T) {
	redirect := func(to string) func(net.Conn) {
		return replying("HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n")
	}
	page := func(status, body string) func(net.Conn) {
		return replying("HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + body)
	}
	own := redirect("https://github.com/")
	ok := replying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
	mute := func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); <-t.Context().Done() }
	for name, tt := range map[string]struct {
		plain, known func(net.Conn)
		status       Status
		code         Code
	}{
		"free":                              {ok, own, Pass, ""},
		"free, the vendor asks for a login": {page("200 OK", `<html><form action=/login><input type="password"></html>`), own, Note, HTTPOtherServer},
		"both led away":                     {redirect("http://10.1.1.1/x"), redirect("http://10.1.1.1/x"), Fail, HTTPPortal},
		"both led to a foreign page":        {redirect("http://wall.test/a"), redirect("http://wall.test/b"), Fail, HTTPPortal},
		"both get one page":                 {page("200 OK", "<html>welcome</html>"), page("200 OK", "<html>welcome</html>"), Fail, HTTPPortal},
		"announced by status":               {ok, page("511 Network Authentication Required", "<html></html>"), Fail, HTTPPortal},
		"announced by WISPr":                {mute, page("200 OK", "<WISPAccessGatewayParam>"), Fail, HTTPPortal},
		"a filter for one":                  {ok, page("403 Forbidden", "<html>blocked</html>"), Note, HTTPBlocked},
		"only a filter answers":             {mute, page("403 Forbidden", "<html>blocked</html>"), Note, HTTPOtherServer},
		"only the vendor answers":           {ok, mute, Pass, ""},
		"only the challenge answers":        {mute, own, Pass, ""},
		"something plain for all":           {replying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), replying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), Pass, ""},
		"nobody answers":                    {mute, mute, Unproven, HTTPSilent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := wall(t, map[string]func(net.Conn){timeHost: tt.plain, challenge: tt.known})
			r := final(t, env, fast(), "portal", Target{Host: "portal"})
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
			if r.Facts["host"] == "" {
				t.Error("it does not say who was asked")
			}
			allClean(t, r)
		})
	}
}
