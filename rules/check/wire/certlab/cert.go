// Package certlab makes certificates for tests.
package certlab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// Cert is a certificate with its key.
type Cert struct {
	*x509.Certificate

	Key crypto.Signer
}

// Key is a new key on the curve P-256.
func Key(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// New makes a certificate of a template, signed by another one; nil: by itself.
func New(t testing.TB, by *Cert, like x509.Certificate) *Cert {
	t.Helper()
	return WithKey(t, by, Key(t), like)
}

// WithKey is New with a key that is there. A template without dates is valid from
// an hour ago for 60 days.
func WithKey(t testing.TB, by *Cert, key crypto.Signer, like x509.Certificate) *Cert {
	t.Helper()
	if like.NotAfter.IsZero() {
		like.NotBefore, like.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(0, 0, 60)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		t.Fatal(err)
	}
	like.SerialNumber, like.BasicConstraintsValid = serial, true
	if by == nil {
		by = &Cert{&like, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, &like, by.Certificate, key.Public(), by.Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Cert{c, key}
}

// Authority is one that others may be signed by, valid for ten years both ways.
func Authority(t testing.TB, by *Cert, name pkix.Name) *Cert {
	t.Helper()
	return New(t, by, x509.Certificate{
		Subject: name, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().AddDate(-10, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0),
	})
}

// Server is the template of a web server's certificate for those names.
func Server(names ...string) x509.Certificate {
	return x509.Certificate{
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// Own is the template of a server's certificate that is its own authority.
func Own(names ...string) x509.Certificate {
	c := Server(names...)
	c.IsCA, c.KeyUsage = true, c.KeyUsage|x509.KeyUsageCertSign
	return c
}

// TLS is what a server shows: its certificate and those above it.
func (c *Cert) TLS(above ...*Cert) tls.Certificate {
	out := tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: c.Key}
	for _, a := range above {
		out.Certificate = append(out.Certificate, a.Raw)
	}
	return out
}

// Pool trusts this one alone.
func (c *Cert) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c.Certificate)
	return p
}

// PEM is the certificate as a file has it.
func (c *Cert) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// KeyPEM is its key as a file has it.
func (c *Cert) KeyPEM(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
