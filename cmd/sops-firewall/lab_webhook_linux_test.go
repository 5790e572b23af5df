package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// webhookCert is a certificate of the server that Google and Microsoft must
// judge, and what row 5.1 must say of it.
type webhookCert struct {
	chain  []*certlab.Cert
	newest uint16 // version of TLS; 0 for today's
	want   string
	local  string // from the server; empty: as from outside
	hubs   string // row 4.3 from outside, which is for hubs: as before
}

// webhookCerts are one certificate for each thing that can be wrong with one.
func webhookCerts(t *testing.T, name string) (root *certlab.Cert, list map[string]webhookCert) {
	t.Helper()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	now, k := time.Now(), certlab.Key(t)
	root = certlab.Authority(t, nil, pkix.Name{CommonName: "Webhook Root"})
	mid := certlab.Authority(t, root, pkix.Name{CommonName: "Webhook Intermediate"})
	company := certlab.Authority(t, nil, pkix.Name{CommonName: "Acme Internal CA"})
	leaf := func(by *certlab.Cert, key crypto.Signer, dns string, from, to time.Duration) *certlab.Cert {
		c := certlab.Server(dns)
		c.NotBefore, c.NotAfter = now.Add(from), now.Add(to)
		// As the public logs' receipts stand in the certificates of public authorities.
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: []byte{4, 0}}}
		return certlab.WithKey(t, by, key, c)
	}
	weak := certlab.Server(name)
	weak.SignatureAlgorithm = x509.ECDSAWithSHA1
	sha1 := certlab.New(t, mid, weak)
	good := leaf(mid, k, name, -day, 60*day)
	chain := func(c ...*certlab.Cert) []*certlab.Cert { return c }
	return root, map[string]webhookCert{
		"good":         {chain: chain(good, mid), want: "pass ", local: "waiting not-here", hubs: "pass "},
		"self-signed":  {chain: chain(leaf(nil, k, name, -day, 60*day)), want: "fail cert.private", hubs: "fail tls.untrusted"},
		"company":      {chain: chain(leaf(company, k, name, -day, 60*day), company), want: "fail cert.private", hubs: "fail tls.untrusted"},
		"other name":   {chain: chain(leaf(mid, k, "www.example.net", -day, 60*day), mid), want: "fail cert.name", hubs: "fail tls.wrong-name"},
		"expired":      {chain: chain(leaf(mid, k, name, -90*day, -day), mid), want: "fail cert.expired", hubs: "fail tls.expired"},
		"not yet":      {chain: chain(leaf(mid, k, name, 2*day, 60*day), mid), want: "fail cert.expired", hubs: "fail tls.expired"},
		"ends soon":    {chain: chain(leaf(mid, k, name, -80*day, 10*day), mid), want: "note cert.soon", local: "waiting not-here", hubs: "pass "},
		"half a chain": {chain: chain(good), want: "fail cert.chain", hubs: "fail tls.untrusted"},
		"short key":    {chain: chain(leaf(mid, short, name, -day, 60*day), mid), want: "fail cert.weak", hubs: "pass "},
		"SHA-1":        {chain: chain(sha1, mid), want: "fail cert.weak", hubs: "fail tls.untrusted"},
		"TLS 1.1":      {chain: chain(good, mid), newest: tls.VersionTLS11, want: "fail cert.tls-version", hubs: "fail tls.alert"},
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
	trust := "SSL_CERT_FILE=" + l.file("webhook.pem", string(good)+root.PEM())
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
	conf := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: w.newest, Certificates: []tls.Certificate{w.chain[0].TLS(w.chain[1:]...)}}
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
