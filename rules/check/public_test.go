package check

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net"
	"net/netip"
	"testing"
	"time"
)

// certOf makes a certificate for a test, signed by another or by itself.
type certOf struct {
	*x509.Certificate
	key crypto.Signer
}

func ecKey(t *testing.T, c elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func makeCert(t *testing.T, by *certOf, key crypto.Signer, c x509.Certificate) *certOf {
	t.Helper()
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(90*24*time.Hour)
	}
	c.SerialNumber, c.BasicConstraintsValid = big.NewInt(7), true
	if by == nil {
		by = &certOf{&c, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, &c, by.Certificate, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &certOf{out, key}
}

// TestPublic holds what Google and Microsoft would say of a certificate.
func TestPublic(t *testing.T) {
	const name = "sops.example.com"
	day := 24 * time.Hour
	authority := func(by *certOf, called string) *certOf {
		return makeCert(t, by, ecKey(t, elliptic.P256()), x509.Certificate{Subject: pkix.Name{CommonName: called}, IsCA: true, KeyUsage: x509.KeyUsageCertSign})
	}
	root := authority(nil, "Test Root")
	between := authority(root, "Test Intermediate")
	company := authority(nil, "Company CA")
	old := authority(nil, "ISRG Root X1") // of that name, and not known to this computer
	oldBetween := authority(old, "R99")
	scts := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: []byte{4, 0}}
	leaf := func(by *certOf, change func(*x509.Certificate)) *certOf {
		c := x509.Certificate{
			Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, ExtraExtensions: []pkix.Extension{scts},
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		if change != nil {
			change(&c)
		}
		return makeCert(t, by, ecKey(t, elliptic.P256()), c)
	}
	valid := func(from, to time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to) }
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	shortKey := makeCert(t, between, short, x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}})
	good := leaf(between, nil)
	for called, tt := range map[string]struct {
		chain    []*certOf
		only     uint16 // newest version of TLS
		own      bool   // the roots trusted here are somebody's own
		kind     string
		want     Status
		code     Code
		variant  string
		alsoTLS  Status // what kind tls says of the same server
		elseCode Code
	}{
		"good":                    {chain: []*certOf{good, between}, own: true, want: Pass, alsoTLS: Pass},
		"with its root":           {chain: []*certOf{good, between, root}, own: true, want: Pass, alsoTLS: Pass},
		"of an added authority":   {chain: []*certOf{good, between}, want: Fail, code: CertPrivate, alsoTLS: Pass},
		"self-signed":             {chain: []*certOf{leaf(nil, nil)}, own: true, want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
		"company":                 {chain: []*certOf{leaf(company, func(c *x509.Certificate) { c.ExtraExtensions = nil })}, own: true, want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
		"company, with its root":  {chain: []*certOf{leaf(company, nil), company}, own: true, want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
		"no intermediate":         {chain: []*certOf{good}, own: true, want: Fail, code: CertChain, alsoTLS: Fail, elseCode: TLSUntrusted},
		"another intermediate":    {chain: []*certOf{good, oldBetween}, own: true, want: Fail, code: CertChain, alsoTLS: Fail, elseCode: TLSUntrusted},
		"this computer is old":    {chain: []*certOf{leaf(oldBetween, nil), oldBetween}, own: true, want: Fail, code: TLSUntrusted, alsoTLS: Fail, elseCode: TLSUntrusted},
		"another name":            {chain: []*certOf{leaf(between, func(c *x509.Certificate) { c.DNSNames = []string{"www.example.com"} }), between}, own: true, want: Fail, code: CertName, alsoTLS: Fail, elseCode: TLSWrongName},
		"expired":                 {chain: []*certOf{leaf(between, valid(-90*day, -day)), between}, own: true, want: Fail, code: CertExpired, alsoTLS: Fail, elseCode: TLSExpired},
		"not yet":                 {chain: []*certOf{leaf(between, valid(day, 90*day)), between}, own: true, want: Fail, code: TLSClock, alsoTLS: Fail, elseCode: TLSClock},
		"ends in 13 days":         {chain: []*certOf{leaf(between, valid(-77*day, 13*day)), between}, own: true, want: Note, code: CertSoon, alsoTLS: Pass},
		"ends in 15 days":         {chain: []*certOf{leaf(between, valid(-75*day, 15*day)), between}, own: true, want: Pass, alsoTLS: Pass},
		"six days, just made":     {chain: []*certOf{leaf(between, valid(-time.Hour, 6*day)), between}, own: true, want: Pass, alsoTLS: Pass},
		"six days, nearly over":   {chain: []*certOf{leaf(between, valid(-5*day, day)), between}, own: true, want: Note, code: CertSoon, alsoTLS: Pass},
		"short key":               {chain: []*certOf{shortKey, between}, own: true, want: Fail, code: CertWeak, variant: "key", alsoTLS: Pass},
		"signed with SHA-1":       {chain: []*certOf{leaf(between, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }), between}, own: true, want: Fail, code: CertWeak, variant: "signature", alsoTLS: Fail, elseCode: TLSUntrusted},
		"TLS 1.1":                 {chain: []*certOf{good, between}, only: tls.VersionTLS11, own: true, want: Fail, code: CertVersion, alsoTLS: Fail, elseCode: TLSAlert},
		"TLS 1.2":                 {chain: []*certOf{good, between}, only: tls.VersionTLS12, own: true, want: Pass, alsoTLS: Pass},
		"web server, TLS 1.1":     {chain: []*certOf{good, between}, only: tls.VersionTLS11, own: true, kind: "https", want: Fail, code: CertVersion, alsoTLS: Fail, elseCode: TLSAlert},
		"web server, self-signed": {chain: []*certOf{leaf(nil, nil)}, own: true, kind: "https", want: Fail, code: CertPrivate, alsoTLS: Fail, elseCode: TLSUntrusted},
	} {
		t.Run(called, func(t *testing.T) {
			var der [][]byte
			for _, c := range tt.chain {
				der = append(der, c.Raw)
			}
			at := tlsServerOf(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tt.only, Certificates: []tls.Certificate{{Certificate: der, PrivateKey: tt.chain[0].key}}})
			roots := x509.NewCertPool()
			roots.AddCert(root.Certificate)
			env := ownedEnv{&fakeEnv{roots: roots}, tt.own}
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
	ca := makeCert(t, nil, ecKey(t, elliptic.P256()), x509.Certificate{Subject: pkix.Name{CommonName: "CA"}, IsCA: true})
	leaf := makeCert(t, ca, ecKey(t, elliptic.P256()), x509.Certificate{Subject: pkix.Name{CommonName: "leaf"}})
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
