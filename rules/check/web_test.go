package check

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
)

// authority is a certificate authority of the tests.
type authority struct {
	*certlab.Cert
	pool *x509.CertPool
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	c := certlab.Authority(t, nil, pkix.Name{CommonName: name})
	return authority{c, c.Pool()}
}

// issue makes a server certificate valid between the two offsets from now.
func (a authority) issue(t *testing.T, name string, from, to time.Duration) tls.Certificate {
	t.Helper()
	c := certlab.Server(name)
	c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to)
	return certlab.New(t, a.Cert, c).TLS()
}

const hour = time.Hour

func TestTLS(t *testing.T) {
	ca := newAuthority(t, "Good CA")
	box := newAuthority(t, "Fortinet\x1b[31m CA")
	other := newAuthority(t, "Somebody's own CA")
	serve := func(cfg *tls.Config) func(net.Conn) {
		return func(c net.Conn) {
			s := tls.Server(c, cfg)
			if s.HandshakeContext(t.Context()) == nil {
				_, _ = s.Read(make([]byte, 1))
			}
			_ = s.Close()
		}
	}
	with := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	const name = "sops.example"
	tests := map[string]struct {
		handle func(net.Conn)
		roots  *x509.CertPool
		status Status
		code   Code
		fact   [2]string
	}{
		"good":               {serve(with(ca.issue(t, name, -hour, hour))), ca.pool, Pass, "", [2]string{"issuer", "Good CA"}},
		"unknown authority":  {serve(with(other.issue(t, name, -hour, hour))), ca.pool, Fail, TLSUntrusted, [2]string{"issuer", "Somebody's own CA"}},
		"intercepted":        {serve(with(box.issue(t, name, -hour, hour))), ca.pool, Fail, TLSIntercepted, [2]string{"issuer", "Fortinet[31m CA"}},
		"intercepted, known": {serve(with(box.issue(t, name, -hour, hour))), box.pool, Note, TLSIntercepted, [2]string{"issuer", "Fortinet[31m CA"}},
		"expired":            {serve(with(ca.issue(t, name, -2*hour, -hour))), ca.pool, Fail, TLSExpired, [2]string{"server", name}},
		"of the future":      {serve(with(ca.issue(t, name, hour, 2*hour))), ca.pool, Fail, TLSClock, [2]string{"server", name}},
		"wrong name":         {serve(with(ca.issue(t, "router.lan", -hour, hour))), ca.pool, Fail, TLSWrongName, [2]string{"server", "router.lan"}},
		"wants our certificate": {serve(&tls.Config{
			Certificates: []tls.Certificate{ca.issue(t, name, -hour, hour)}, ClientAuth: tls.RequireAnyClientCert,
		}), ca.pool, Note, TLSClientCert, [2]string{"issuer", "Good CA"}},
		"wants our certificate, TLS 1.2": {serve(&tls.Config{
			Certificates: []tls.Certificate{ca.issue(t, name, -hour, hour)}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12,
		}), ca.pool, Note, TLSClientCert, [2]string{"error", "remote error: tls: handshake failure"}},
		"too old":   {serve(&tls.Config{Certificates: []tls.Certificate{ca.issue(t, name, -hour, hour)}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}), ca.pool, Fail, TLSAlert, [2]string{}},
		"web page":  {replying("HTTP/1.1 400 Bad Request\r\n\r\n"), ca.pool, Fail, TLSNotTLS, [2]string{"server", "http"}},
		"greeting":  {replying("SSH-2.0-\x1b]0;x\x07evil\r\n"), ca.pool, Fail, TLSNotTLS, [2]string{"banner", "SSH-2.0-]0;xevil"}},
		"silent":    {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, ca.pool, Fail, TLSSilent, [2]string{}},
		"hangs up":  {func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }, ca.pool, Fail, TLSClosed, [2]string{}},
		"cuts off":  {resetting, ca.pool, Fail, TLSReset, [2]string{}},
		"an endles": {dripping("\x16\x03\x03\x40\x00", 0), ca.pool, Fail, TLSSilent, [2]string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			to := visitors(t, tt.handle)
			to.Host = "sops.example"
			r := final(t, &fakeEnv{roots: tt.roots}, fast(), "tls", to)
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
			if k := tt.fact[0]; k != "" && !strings.HasPrefix(r.Facts[k], tt.fact[1]) {
				t.Errorf("fact %s: got %q, want %q", k, r.Facts[k], tt.fact[1])
			}
			if l := layer(r, "tcp"); l.Status != Pass {
				t.Errorf("the layer tcp is %v %q", l.Status, l.Code)
			}
			if l := layer(r, "tls"); l.Status != tt.status || l.Code != tt.code {
				t.Errorf("the layer tls is %v %q", l.Status, l.Code)
			}
		})
	}
}

func TestHTTP(t *testing.T) {
	redirect := func(to string) string {
		return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"
	}
	page := func(s string) string {
		return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + s
	}
	tests := map[string]struct {
		handle func(net.Conn)
		kind   string
		status Status
		code   Code
	}{
		"ok":                      {replying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "http", Pass, ""},
		"not found is an answer":  {replying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "http", Pass, ""},
		"to the secure page":      {replying(redirect("https://sops.example/")), "http", Pass, ""},
		"to www":                  {replying(redirect("https://www.sops.example/login")), "http", Pass, ""},
		"elsewhere, no sign-in":   {replying(redirect("https://cdn.other.example.net/x")), "http", Pass, ""},
		"portal by redirect":      {replying(redirect("http://hotspot.hotel.test/login?continue=x")), "http", Fail, HTTPPortal},
		"portal by local address": {replying(redirect("http://192.168.1.1:8080/x")), "http", Fail, HTTPPortal},
		"portal by status":        {replying("HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n"), "http", Fail, HTTPPortal},
		"portal by page":          {replying(page(`<html><form action="/login"><input type="password"></form></html>`)), "http", Fail, HTTPPortal},
		"the server's own login":  {replying(page(`<html>sops.example login <input type="password"></html>`)), "http", Pass, ""},
		"portal, told by a row":   {replying(redirect("http://hotspot.hotel.test/login")), "portal", Fail, HTTPPortal},
		"no portal":               {replying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "portal", Pass, ""},
		"portal unknown":          {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "portal", Unproven, HTTPSilent},
		"proxy wants a login":     {replying("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), "http", Fail, HTTPProxyAuth},
		"blocked by law":          {replying("HTTP/1.1 451 No\r\nContent-Length: 0\r\n\r\n"), "http", Fail, HTTPBlocked},
		"block page":              {replying(page("<html><h1>Web Page Blocked</h1>Category: unrated</html>")), "http", Fail, HTTPBlocked},
		"a page about blocks":     {replying(page("<html>blocked drains, mended</html>")), "http", Pass, ""},
		"ill":                     {replying("HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"), "http", Note, HTTPServerError},
		"hints first":             {replying("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"), "http", Pass, ""},
		"silent":                  {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "http", Fail, HTTPSilent},
		"hangs up":                {func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }, "http", Fail, HTTPClosed},
		"cuts off":                {resetting, "http", Fail, HTTPReset},
		"another protocol":        {replying("SSH-2.0-OpenSSH_9.6\r\n"), "http", Fail, HTTPNotHTTP},
		"garbage":                 {replying("\x00\x1b[2J\xff\xfe\r\n\r\n"), "http", Fail, HTTPNotHTTP},
		"endless headers":         {flooding("HTTP/1.1 200 OK\r\nX: y\r\n"), "http", Fail, HTTPNotHTTP},
		"body that never ends":    {dripping("HTTP/1.1 200 OK\r\n\r\n", 'x'), "http", Pass, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			to := visitors(t, tt.handle)
			to.Host = "sops.example"
			r := final(t, &fakeEnv{}, fast(), tt.kind, to)
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
			allClean(t, r)
		})
	}
}

// allClean fails the test if any text of the result could harm a terminal.
func allClean(t *testing.T, r Result) {
	t.Helper()
	texts := []string{string(r.Code)}
	for _, l := range r.Layers {
		texts = append(texts, l.Address)
	}
	for _, v := range r.Facts {
		texts = append(texts, v)
	}
	for _, s := range texts {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
			t.Errorf("a control character got through: %q", s)
		}
	}
}

func TestHTTPS(t *testing.T) {
	ca := newAuthority(t, "Good CA")
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "sops.example" && !strings.HasPrefix(r.Host, "sops.example:") || r.URL.RequestURI() != "/a?b=c" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "sops.example", -hour, hour)}}
	s.StartTLS()
	defer s.Close()
	to := peerTarget(s.Listener.Addr())
	to.Host, to.Path = "sops.example", "/a?b=c"
	r := final(t, &fakeEnv{roots: ca.pool}, fast(), "https", to)
	if r.Status != Pass || r.Facts["status"] != "200" || layer(r, "http").Status != Pass || layer(r, "tls").Status != Pass {
		t.Errorf("got %+v", r)
	}
}

// connectProxy is an HTTP proxy that wants the login user:secret.
func connectProxy(t *testing.T) *url.URL {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != "Basic dXNlcjpzZWNyZXQ=" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		_, port, _ := net.SplitHostPort(r.Host)
		up, err := new(net.Dialer).DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = up.Close() }()
		w.WriteHeader(http.StatusOK)
		down, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = down.Close() }()
		go func() { _, _ = io.Copy(up, down) }()
		_, _ = io.Copy(down, up)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestProxy(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer web.Close()
	login := url.UserPassword("user", "secret")
	gone := connectProxy(t)
	gone.Host = "127.0.0.1:1"
	tests := map[string]struct {
		proxy  *url.URL
		login  *url.Userinfo
		open   bool
		status Status
		code   Code
		layer  Code
	}{
		"both ways":                  {connectProxy(t), login, true, Pass, "", ""},
		"only the proxy":             {connectProxy(t), login, false, Note, ProxyOnly, ""},
		"proxy wants a login":        {connectProxy(t), nil, false, Fail, ProxyAuth, ProxyAuth},
		"login wanted, direct works": {connectProxy(t), nil, true, Pass, "", ProxyAuth},
		"proxy gone, direct works":   {gone, nil, true, Pass, "", ProxyDown},
		"both closed":                {gone, nil, false, Fail, TCPSilent, ProxyDown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u := *tt.proxy
			u.User = tt.login
			target := netip.MustParseAddrPort(web.Listener.Addr().String())
			env := &fakeEnv{proxy: &u}
			env.dial = func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
				if !tt.open && to == target {
					return silentAfter(ctx)
				}
				return new(net.Dialer).DialContext(ctx, network, to.String())
			}
			r := final(t, env, fast(), "http", Target{Host: "sops.example", Port: target.Port(), Addrs: []netip.Addr{target.Addr()}})
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q, want %v %q: %+v", r.Status, r.Code, tt.status, tt.code, r)
			}
			if l := layer(r, "proxy"); l.Code != tt.layer {
				t.Errorf("the layer proxy is %v %q, want %q", l.Status, l.Code, tt.layer)
			}
			if r.Facts["proxy"] != u.Host {
				t.Errorf("the fact proxy is %q, want %q", r.Facts["proxy"], u.Host)
			}
			for k, v := range r.Facts {
				if strings.Contains(v, "secret") || strings.Contains(v, "dXNl") {
					t.Errorf("the login is in the fact %s: %q", k, v)
				}
			}
		})
	}
}

func FuzzReadPage(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 302 Found\r\nLocation: http://\x1b[2J/\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "SSH-2.0-x\r\n", "",
	} {
		f.Add([]byte(s))
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://sops.example/", nil)
	if err != nil {
		f.Fatal(err)
	}
	to := Target{Host: "sops.example", Port: 80}
	f.Fuzz(func(t *testing.T, b []byte) {
		lim := DefaultLimits()
		p, head, err := readPage(bytes.NewReader(b), req, &fakeEnv{}, lim)
		if len(p.body) > lim.Body || len(head) > headSize {
			t.Fatalf("read %d bytes of body, %d of head", len(p.body), len(head))
		}
		var r Result
		if err != nil {
			r.fail(httpReason(err, head, &r))
		} else {
			r.judge(p, to, false)
		}
		if r.Status == Unproven || r.Status != Pass && r.Code == "" {
			t.Errorf("no verdict: %+v", r)
		}
		allClean(t, r)
	})
}
