package main

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
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// webhookCert is a certificate of the server that Google and Microsoft must
// judge, and what row 5.1 must say of it.
type webhookCert struct {
	chain  []*x509.Certificate
	key    crypto.Signer
	newest uint16 // version of TLS; 0 for today's
	want   string
	local  string // from the server; empty: as from outside
	hubs   string // row 4.3 from outside, which is for hubs: as before
}

// webhookCerts are one certificate for each thing that can be wrong with one.
func webhookCerts(t *testing.T, name string) (root *x509.Certificate, list map[string]webhookCert) {
	t.Helper()
	key := func() crypto.Signer {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	issue := func(by *x509.Certificate, byKey, key crypto.Signer, c x509.Certificate) *x509.Certificate {
		c.SerialNumber, c.BasicConstraintsValid = big.NewInt(now.UnixNano()), true
		if c.NotAfter.IsZero() {
			c.NotBefore, c.NotAfter = now.Add(-day), now.Add(60*day)
		}
		if by == nil {
			by = &c
		}
		der, err := x509.CreateCertificate(rand.Reader, &c, by, key.Public(), byKey)
		if err != nil {
			t.Fatal(err)
		}
		out, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ca := func(called string) x509.Certificate {
		return x509.Certificate{
			Subject: pkix.Name{CommonName: called}, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
			NotBefore: now.Add(-200 * day), NotAfter: now.Add(200 * day),
		}
	}
	rootKey, midKey, ownKey, k := key(), key(), key(), key()
	root = issue(nil, rootKey, rootKey, ca("Webhook Root"))
	mid := issue(root, rootKey, midKey, ca("Webhook Intermediate"))
	company := issue(nil, ownKey, ownKey, ca("Acme Internal CA"))
	leaf := func(by *x509.Certificate, byKey crypto.Signer, k crypto.Signer, dns string, from, to time.Duration) *x509.Certificate {
		return issue(by, byKey, k, x509.Certificate{
			Subject: pkix.Name{CommonName: dns}, DNSNames: []string{dns}, NotBefore: now.Add(from), NotAfter: now.Add(to),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			// As the public logs' receipts stand in the certificates of public authorities.
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: []byte{4, 0}}},
		})
	}
	sha1 := issue(mid, midKey, k, x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, SignatureAlgorithm: x509.ECDSAWithSHA1,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	good := leaf(mid, midKey, k, name, -day, 60*day)
	chain := func(c ...*x509.Certificate) []*x509.Certificate { return c }
	return root, map[string]webhookCert{
		"good":         {chain: chain(good, mid), key: k, want: "pass ", local: "waiting not-here", hubs: "pass "},
		"self-signed":  {chain: chain(leaf(nil, k, k, name, -day, 60*day)), key: k, want: "fail cert.private", hubs: "fail tls.untrusted"},
		"company":      {chain: chain(leaf(company, ownKey, k, name, -day, 60*day), company), key: k, want: "fail cert.private", hubs: "fail tls.untrusted"},
		"other name":   {chain: chain(leaf(mid, midKey, k, "www.example.net", -day, 60*day), mid), key: k, want: "fail cert.name", hubs: "fail tls.wrong-name"},
		"expired":      {chain: chain(leaf(mid, midKey, k, name, -90*day, -day), mid), key: k, want: "fail cert.expired", hubs: "fail tls.expired"},
		"not yet":      {chain: chain(leaf(mid, midKey, k, name, 2*day, 60*day), mid), key: k, want: "fail cert.expired", hubs: "fail tls.expired"},
		"ends soon":    {chain: chain(leaf(mid, midKey, k, name, -80*day, 10*day), mid), key: k, want: "note cert.soon", local: "waiting not-here", hubs: "pass "},
		"half a chain": {chain: chain(good), key: k, want: "fail cert.chain", hubs: "fail tls.untrusted"},
		"short key":    {chain: chain(leaf(mid, midKey, short, name, -day, 60*day), mid), key: short, want: "fail cert.weak", hubs: "pass "},
		"SHA-1":        {chain: chain(sha1, mid), key: k, want: "fail cert.weak", hubs: "fail tls.untrusted"},
		"TLS 1.1":      {chain: chain(good, mid), key: k, newest: tls.VersionTLS11, want: "fail cert.tls-version", hubs: "fail tls.alert"},
	}
}

// TestLabWebhook gives the server certificates with one defect each: row 5.1 on
// port 443 must name it, from outside and at the server, and no other row may
// change but 4.3 on the same port, which says of it what it said before.
func TestLabWebhook(t *testing.T) {
	l := newLab(t)
	root, list := webhookCerts(t, l.domain)
	good, err := os.ReadFile(l.certs.authority)
	if err != nil {
		t.Fatal(err)
	}
	trust := "SSL_CERT_FILE=" + l.file("webhook.pem", string(good)+pemOf("CERTIFICATE", root.Raw))
	healthy := map[string]observed{"internet": l.observe(l.outside, "internet", trust), "server": l.observe(l.server, "server", trust)}
	for i, called := range slices.Sorted(maps.Keys(list)) {
		w := list[called]
		port := 10443 + i
		w.serve(l.net, l.server, port)
		l.net.NFT(l.server, fmt.Sprintf(`table inet webhook {}
delete table inet webhook
table inet webhook {
	chain pre { type nat hook prerouting priority -100; tcp dport 443 redirect to :%[1]d; }
	chain own { type nat hook output priority -100; ip daddr 192.168.50.10 tcp dport 443 redirect to :%[1]d; }
}`, port))
		for from, ns := range map[string]string{"internet": l.outside, "server": l.server} {
			want := w.want
			if from == "server" && w.local != "" {
				want = w.local
			}
			o := l.observe(ns, from, trust)
			for row, v := range o.rows {
				expected := healthy[from].rows[row]
				got := v.status + " " + v.reason
				switch {
				case row == "5.1 sops.example.com:443":
					if got != want {
						t.Errorf("%s, from %s: %s is %q, want %q", called, from, row, got, want)
					}
				case row == "4.3 sops.example.com:443" && from == "internet":
					if got != w.hubs {
						t.Errorf("%s, from %s: %s is %q, want %q", called, from, row, got, w.hubs)
					}
				case v != expected:
					t.Errorf("%s, from %s: %s is %v, as before it is %v", called, from, row, v, expected)
				}
			}
			for _, r := range o.rep.Results {
				if l.row(r) == "5.1 sops.example.com:443" && r.Status != "pass" && r.Status != "waiting" {
					t.Logf("%s, from %s: %s\nDo: %s", called, from, r.Said, r.Todo)
					l.plain(r.Said, r.Todo)
				}
			}
		}
	}
}

// serve answers on a port of the namespace until the test ends.
func (w webhookCert) serve(n *netlab.Net, ns string, port int) {
	conf := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: w.newest, Certificates: []tls.Certificate{{PrivateKey: w.key}}}
	for _, c := range w.chain {
		conf.Certificates[0].Certificate = append(conf.Certificates[0].Certificate, c.Raw)
	}
	ln := n.Listen(ns, fmt.Sprintf("[::]:%d", port))
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(stageTime))
				s := tls.Server(c, conf)
				if s.HandshakeContext(n.T.Context()) == nil {
					says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")(s)
				}
			}()
		}
	}()
}
