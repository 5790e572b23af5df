package check

import (
	"bytes"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"testing"
)

// FuzzConnectReply has any proxy answer.
func FuzzConnectReply(f *testing.F) {
	for _, s := range []string{"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 407 x\n\n", "HTTP/9999999999.1 2\r\n\r\n", "\r\n\r\n", "\n\n", everyByte()} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		lim := DefaultLimits()
		r := bytes.NewReader(b)
		status, err := connectReply(answering{r: r}, lim)
		if err == nil && !bytes.HasPrefix(b, []byte("HTTP/")) {
			t.Errorf("%q is an answer with status %d", b, status)
		}
		if read := len(b) - r.Len(); read > lim.Header {
			t.Errorf("%d bytes were read", read)
		}
	})
}

// answering is a connection that answers with what r has.
type answering struct {
	net.Conn
	r *bytes.Reader
}

func (a answering) Read(b []byte) (int, error) { return a.r.Read(b) }

// FuzzWitness has any page at all for both witnesses of the portal row.
func FuzzWitness(f *testing.F) {
	f.Add(200, "", "<html>blocked by policy</html>", "https://github.com/")
	f.Add(302, "http://[::1%25\x01]:99999/", "", "//")
	f.Add(511, "%zz", "\x1b[2J<WISPAccessGatewayParam", "http://a/")
	f.Fuzz(func(t *testing.T, status int, location, body, other string) {
		made := func(host, location string) witness {
			w := witness{to: Target{Host: host, Port: 80}, ok: true}
			w.page = page{status: status, body: body, header: http.Header{"Location": {location}}}
			return w
		}
		r := overrule(made(timeHost, location), made(challenge, other))
		if r.Status == Pass && status == http.StatusNetworkAuthenticationRequired {
			t.Errorf("an announced sign-in page passes: %+v", r)
		}
		allClean(t, r)
	})
}

// FuzzCertificate has any certificate that can be read.
func FuzzCertificate(f *testing.F) {
	conf, _ := peerCert(f)
	f.Add(conf.Certificates[0].Certificate[0], peerName)
	f.Fuzz(func(t *testing.T, der []byte, host string) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		var r Result
		chain := []*x509.Certificate{c, c}
		r.certificate(chain, DefaultLimits())
		r.fact("product", inspector(chain, host))
		_ = ownRoot(&fakeEnv{}, Target{Public: true}, [][]*x509.Certificate{chain})
		allClean(t, r)
	})
}

func FuzzSpoken(f *testing.F) {
	for _, s := range []string{"", "HTTP/1.1", "SSH-2.0", "\x20\x02\x00\x00", "\x16\x03\x01", everyByte()} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s := spoken(b); strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) && s != "pop3" {
			t.Errorf("%q speaks %q", b, s)
		}
	})
}
