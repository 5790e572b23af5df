package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
)

// client reaches the gateway and nothing else, whatever an answer says.
func client(n Net, gw netip.Addr) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
				at, err := netip.ParseAddrPort(addr)
				if err != nil || at.Addr().Unmap() != gw {
					return nil, errElsewhere
				}
				return n.Dial(ctx, tcpOf(gw), netip.AddrPortFrom(gw, at.Port()))
			},
			DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) >= 3 || r.URL.Scheme != "http" || !sameHost(r.URL, gw) {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

var errElsewhere = errors.New("the answer leads elsewhere")

func sameHost(u *url.URL, gw netip.Addr) bool {
	a, err := netip.ParseAddr(u.Hostname())
	return err == nil && a.Unmap() == gw
}

var (
	title = regexp.MustCompile(`(?is)<title[^>]*>(.{0,400}?)</title`)
	realm = regexp.MustCompile(`(?i)realm="?([^",]{1,200})`)
)

// askWeb reads the page on port 80.
func askWeb(ctx context.Context, n Net, gw netip.Addr) func(*Signs) {
	u := url.URL{Scheme: "http", Host: netip.AddrPortFrom(gw, 80).String(), Path: "/"}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil
	}
	req.Header.Set("User-Agent", "sops-firewall")
	res, err := client(n, gw).Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(res.Body, pageBytes)) // what came is enough
	return func(s *Signs) {
		s.Server = check.Clean(res.Header.Get("Server"), signRunes)
		if m := realm.FindStringSubmatch(res.Header.Get("WWW-Authenticate")); m != nil {
			s.Realm = check.Clean(m[1], signRunes)
		}
		if m := title.FindSubmatch(body); m != nil {
			s.Title = check.Clean(html.UnescapeString(string(m[1])), signRunes)
		}
		s.Page = check.Clean(res.Header.Get("Location")+" "+string(body), pageBytes)
	}
}

// askTLS reads the certificate on port 443. Nobody trusts a router's own, so
// the page behind it is not read.
func askTLS(ctx context.Context, n Net, gw netip.Addr) func(*Signs) {
	c, err := n.Dial(ctx, tcpOf(gw), netip.AddrPortFrom(gw, 443))
	if err != nil {
		return nil
	}
	defer func() { _ = c.Close() }()
	defer within(ctx, c)()
	t := tls.Client(c, &tls.Config{ServerName: gw.String(), MinVersion: tls.VersionTLS12})
	chain := check.Shown(t, t.HandshakeContext(ctx))
	if len(chain) == 0 {
		return nil
	}
	subject := check.Clean(subjectOf(chain[0]), 2*signRunes)
	return func(s *Signs) { s.Subject = subject }
}

func subjectOf(c *x509.Certificate) string {
	parts := []string{"CN=" + c.Subject.CommonName}
	for _, o := range c.Subject.OrganizationalUnit {
		parts = append(parts, "OU="+o)
	}
	for _, o := range c.Subject.Organization {
		parts = append(parts, "O="+o)
	}
	return strings.Join(parts[:min(len(parts), 6)], ", ")
}

// askSSH reads the greeting on port 22; nothing is sent.
func askSSH(ctx context.Context, n Net, gw netip.Addr) func(*Signs) {
	c, err := n.Dial(ctx, tcpOf(gw), netip.AddrPortFrom(gw, 22))
	if err != nil {
		return nil
	}
	defer func() { _ = c.Close() }()
	defer within(ctx, c)()
	var line []byte
	for one := make([]byte, 1); len(line) < sshBytes; {
		if k, err := c.Read(one); err != nil || k == 0 || one[0] == '\n' {
			break
		}
		line = append(line, one[0])
	}
	if !strings.HasPrefix(string(line), "SSH-") {
		return nil
	}
	return func(s *Signs) { s.SSH = check.Clean(string(line), signRunes) }
}
