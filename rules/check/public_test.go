package check

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
)

// TestPublic holds what Google and Microsoft would say of a certificate.
func TestPublic(t *testing.T) {
	const name = "sops.example.com"
	day := 24 * time.Hour
	authority := func(by *certlab.Cert, called string) *certlab.Cert {
		return certlab.Authority(t, by, pkix.Name{CommonName: called})
	}
	root := authority(nil, "Test Root")
	between := authority(root, "Test Intermediate")
	company := authority(nil, "Company CA")
	old := authority(nil, "ISRG Root X1") // of that name, and not known to this computer
	oldBetween := authority(old, "R99")
	scts := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: []byte{4, 0}}
	leaf := func(by *certlab.Cert, change func(*x509.Certificate)) *certlab.Cert {
		c := certlab.Server(name)
		c.ExtraExtensions = []pkix.Extension{scts}
		if change != nil {
			change(&c)
		}
		return certlab.New(t, by, c)
	}
	valid := func(from, to time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to) }
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	shortKey := certlab.WithKey(t, between, short, certlab.Server(name))
	good := leaf(between, nil)
	for called, tt := range map[string]struct {
		chain    []*certlab.Cert
		only     uint16 // newest version of TLS
		own      bool   // the roots trusted here are somebody's own
		kind     string
		want     Status
		code     Code
		variant  string
		alsoTLS  Status // what kind tls says of the same server
		elseCode Code
	}{
		"good":                    {chain: []*certlab.Cert{good, between}, own: true, want: Pass, alsoTLS: Pass},
		"with its root":           {chain: []*certlab.Cert{good, between, root}, own: true, want: Pass, alsoTLS: Pass},
		"of an added authority":   {chain: []*certlab.Cert{good, between}, want: Fail, code: CertPrivate, alsoTLS: Pass},
		"self-signed":             {chain: []*certlab.Cert{leaf(nil, nil)}, own: true, want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
		"company":                 {chain: []*certlab.Cert{leaf(company, func(c *x509.Certificate) { c.ExtraExtensions = nil })}, own: true, want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
		"company, with its root":  {chain: []*certlab.Cert{leaf(company, nil), company}, own: true, want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
		"no intermediate":         {chain: []*certlab.Cert{good}, own: true, want: Fail, code: CertChain, alsoTLS: Fail, elseCode: TLSUntrusted},
		"another intermediate":    {chain: []*certlab.Cert{good, oldBetween}, own: true, want: Fail, code: CertChain, alsoTLS: Fail, elseCode: TLSUntrusted},
		"this computer is old":    {chain: []*certlab.Cert{leaf(oldBetween, nil), oldBetween}, own: true, want: Fail, code: TLSUntrusted, alsoTLS: Fail, elseCode: TLSUntrusted},
		"another name":            {chain: []*certlab.Cert{leaf(between, func(c *x509.Certificate) { c.DNSNames = []string{"www.example.com"} }), between}, own: true, want: Fail, code: CertName, alsoTLS: Fail, elseCode: TLSWrongName},
		"expired":                 {chain: []*certlab.Cert{leaf(between, valid(-90*day, -day)), between}, own: true, want: Fail, code: CertExpired, alsoTLS: Fail, elseCode: TLSExpired},
		"not yet":                 {chain: []*certlab.Cert{leaf(between, valid(day, 90*day)), between}, own: true, want: Fail, code: TLSClock, alsoTLS: Fail, elseCode: TLSClock},
		"ends in 13 days":         {chain: []*certlab.Cert{leaf(between, valid(-77*day, 13*day)), between}, own: true, want: Note, code: CertSoon, alsoTLS: Pass},
		"ends in 15 days":         {chain: []*certlab.Cert{leaf(between, valid(-75*day, 15*day)), between}, own: true, want: Pass, alsoTLS: Pass},
		"six days, just made":     {chain: []*certlab.Cert{leaf(between, valid(-time.Hour, 6*day)), between}, own: true, want: Pass, alsoTLS: Pass},
		"six days, nearly over":   {chain: []*certlab.Cert{leaf(between, valid(-5*day, day)), between}, own: true, want: Note, code: CertSoon, alsoTLS: Pass},
		"short key":               {chain: []*certlab.Cert{shortKey, between}, own: true, want: Fail, code: CertWeak, variant: "key", alsoTLS: Pass},
		"signed with SHA-1":       {chain: []*certlab.Cert{leaf(between, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }), between}, own: true, want: Fail, code: CertWeak, variant: "signature", alsoTLS: Fail, elseCode: TLSUntrusted},
		"TLS 1.1":                 {chain: []*certlab.Cert{good, between}, only: tls.VersionTLS11, own: true, want: Fail, code: CertVersion, alsoTLS: Fail, elseCode: TLSAlert},
		"TLS 1.2":                 {chain: []*certlab.Cert{good, between}, only: tls.VersionTLS12, own: true, want: Pass, alsoTLS: Pass},
		"web server, TLS 1.1":     {chain: []*certlab.Cert{good, between}, only: tls.VersionTLS11, own: true, kind: "https", want: Fail, code: CertVersion, alsoTLS: Fail, elseCode: TLSAlert},
		"web server, self-signed": {chain: []*certlab.Cert{leaf(nil, nil)}, own: true, kind: "https", want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
	} {
		t.Run(called, func(t *testing.T) {
			at := tlsServerOf(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tt.only, Certificates: []tls.Certificate{tt.chain[0].TLS(tt.chain[1:]...)}})
			env := ownedEnv{&fakeEnv{roots: root.Pool()}, tt.own}
			kind := tt.kind
			if kind == "" {
				kind = "tls"
			}
			to := Target{Host: name, Port: at.Port(), Proto: "tcp", Addrs: []netip.Addr{at.Addr()}}
			r := final(t, env, fast(), kind+"-public", to)
			if r.Status != tt.want || r.Code != tt.code || r.Facts["variant"] != tt.variant {
				t.Errorf("got %v %q %v, want %v %q", r.Status, r.Code, r.Facts, tt.want, tt.code)
			}
			if l := layer(r, "tls"); CertFault(tt.code) && (l.Status != Fail || l.Code != tt.code) {
				t.Errorf("the layer says %+v", l)
			}
			if r := final(t, env, fast(), kind, to); r.Status != tt.alsoTLS || r.Code != tt.elseCode {
				t.Errorf("kind %s says %v %q, want %v %q", kind, r.Status, r.Code, tt.alsoTLS, tt.elseCode)
			}
		})
	}
}

// TestWeakSignature: which signatures are too weak, and whose do not count.
func TestWeakSignature(t *testing.T) {
	ca := certlab.Authority(t, nil, pkix.Name{CommonName: "CA"})
	leaf := certlab.New(t, ca, certlab.Server("leaf"))
	for alg, want := range map[x509.SignatureAlgorithm]string{
		x509.SHA1WithRSA: "signature", x509.ECDSAWithSHA1: "signature", x509.MD5WithRSA: "signature", x509.SHA256WithRSA: "", x509.ECDSAWithSHA384: "",
	} {
		leaf.SignatureAlgorithm = alg
		if got := weak([]*x509.Certificate{leaf.Certificate, ca.Certificate}); got != want {
			t.Errorf("%v: got %q, want %q", alg, got, want)
		}
	}
	ca.SignatureAlgorithm, leaf.SignatureAlgorithm = x509.SHA1WithRSA, x509.ECDSAWithSHA256
	if got := weak([]*x509.Certificate{leaf.Certificate, ca.Certificate}); got != "" {
		t.Errorf("a root's signature of itself counts: %q", got)
	}
	if got := weak([]*x509.Certificate{{PublicKey: &ecdsa.PublicKey{Curve: elliptic.P224()}, RawIssuer: []byte{1}}}); got != "key" {
		t.Errorf("P-224: got %q", got)
	}
}

// ownedEnv tells whether its authorities were chosen by hand.
type ownedEnv struct {
	*fakeEnv
	own bool
}

func (e ownedEnv) OwnStore() bool { return e.own }

// tlsServerOf answers every visitor with a small page.
func tlsServerOf(t *testing.T, conf *tls.Config) netip.AddrPort {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				s := tls.Server(c, conf)
				if s.HandshakeContext(t.Context()) != nil {
					return
				}
				_, _ = s.Read(make([]byte, 4096))
				_, _ = io.WriteString(s, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
			}()
		}
	}()
	return netip.MustParseAddrPort(ln.Addr().String())
}
