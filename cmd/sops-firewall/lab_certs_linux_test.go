package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// labCerts are the lab's authority and certificates for all of its names, the
// right one and those that servers and boxes in the way show instead.
type labCerts struct {
	authority string // file of the authority that everybody trusts
	company   string // file of it and of the inspecting box's, as company computers have them
	good      keyPair
	inspected keyPair // re-signed by a box that is known for it
	unknown   keyPair // by an authority nobody knows
	expired   keyPair
	future    keyPair
	stranger  keyPair // of another name
	escapes   keyPair // with terminal sequences in its names
	crowd     keyPair // with 10,000 names
}

// keyPair is a certificate with its key, as files and ready for use.
type keyPair struct {
	cert, key string
	tls       tls.Certificate
}

// signer is an authority.
type signer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

const day = 24 * time.Hour

func newLabCerts(n *netlab.Net, names []string) labCerts {
	t := n.T
	ca := newSigner(t, pkix.Name{CommonName: "Lab CA"})
	box := newSigner(t, pkix.Name{CommonName: "FG100FTK20001234", Organization: []string{"Fortinet"}, OrganizationalUnit: []string{"Certificate Authority"}})
	stranger := newSigner(t, pkix.Name{CommonName: "Somebody's CA"})
	evil := newSigner(t, pkix.Name{CommonName: "\x1b]0;owned\x07\x1b[2J\x1b[31mevil \u202etxet"})
	now := time.Now()
	var crowd []string
	for i := range 10000 {
		crowd = append(crowd, "host"+big.NewInt(int64(i)).String()+".example.com")
	}
	c := labCerts{
		good:      ca.signs(n, "good", names, now.Add(-day), now.Add(day)),
		inspected: box.signs(n, "inspected", names, now.Add(-day), now.Add(day)),
		unknown:   stranger.signs(n, "unknown", names, now.Add(-day), now.Add(day)),
		expired:   ca.signs(n, "expired", names, now.Add(-30*day), now.Add(-2*day)),
		future:    ca.signs(n, "future", names, now.Add(2*day), now.Add(30*day)),
		stranger:  ca.signs(n, "stranger", []string{"printer.example.org"}, now.Add(-day), now.Add(day)),
		escapes:   evil.signs(n, "escapes", append([]string{"evil\x1b[31m.example.com"}, names...), now.Add(-day), now.Add(day)),
		crowd:     ca.signs(n, "crowd", crowd, now.Add(-day), now.Add(day)),
	}
	root, boxRoot := pemOf("CERTIFICATE", ca.cert.Raw), pemOf("CERTIFICATE", box.cert.Raw)
	c.authority = n.File("ca.pem", root)
	c.company = n.File("company.pem", root+boxRoot)
	return c
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newSigner(t testing.TB, name pkix.Name) signer {
	t.Helper()
	s := signer{key: newKey(t)}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-60 * day), NotAfter: time.Now().Add(60 * day),
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &s.key.PublicKey, s.key)
	if err != nil {
		t.Fatal(err)
	}
	if s.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return s
}

// signs makes a server's certificate and writes it and its key into files.
func (s signer) signs(n *netlab.Net, file string, names []string, from, to time.Time) keyPair {
	t := n.T
	t.Helper()
	key := newKey(t)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: names,
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, s.cert, &key.PublicKey, s.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	k := keyPair{cert: n.File(file+".crt", pemOf("CERTIFICATE", der)), key: filepath.Join(n.Dir, file+".key")}
	if err := os.WriteFile(k.key, []byte(pemOf("EC PRIVATE KEY", keyDER)), 0o600); err != nil {
		t.Fatal(err)
	}
	k.tls = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return k
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
