package main

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
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

const day = 24 * time.Hour

func newLabCerts(n *netlab.Net, names []string) labCerts {
	t := n.T
	ca := certlab.Authority(t, nil, pkix.Name{CommonName: "Lab CA"})
	box := certlab.Authority(t, nil, pkix.Name{CommonName: "FG100FTK20001234", Organization: []string{"Fortinet"}, OrganizationalUnit: []string{"Certificate Authority"}})
	stranger := certlab.Authority(t, nil, pkix.Name{CommonName: "Somebody's CA"})
	evil := certlab.Authority(t, nil, pkix.Name{CommonName: "\x1b]0;owned\x07\x1b[2J\x1b[31mevil \u202etxet"})
	now := time.Now()
	var crowd []string
	for i := range 10000 {
		crowd = append(crowd, fmt.Sprintf("host%d.example.com", i))
	}
	c := labCerts{
		good:      signs(n, ca, "good", names, now.Add(-day), now.Add(day)),
		inspected: signs(n, box, "inspected", names, now.Add(-day), now.Add(day)),
		unknown:   signs(n, stranger, "unknown", names, now.Add(-day), now.Add(day)),
		expired:   signs(n, ca, "expired", names, now.Add(-30*day), now.Add(-2*day)),
		future:    signs(n, ca, "future", names, now.Add(2*day), now.Add(30*day)),
		stranger:  signs(n, ca, "stranger", []string{"printer.example.org"}, now.Add(-day), now.Add(day)),
		escapes:   signs(n, evil, "escapes", append([]string{"evil\x1b[31m.example.com"}, names...), now.Add(-day), now.Add(day)),
		crowd:     signs(n, ca, "crowd", crowd, now.Add(-day), now.Add(day)),
	}
	c.authority = n.File("ca.pem", ca.PEM())
	c.company = n.File("company.pem", ca.PEM()+box.PEM())
	return c
}

// signs makes a server's certificate and writes it and its key into files.
func signs(n *netlab.Net, by *certlab.Cert, file string, names []string, from, to time.Time) keyPair {
	n.T.Helper()
	like := certlab.Server(names...)
	like.NotBefore, like.NotAfter = from, to
	c := certlab.New(n.T, by, like)
	k := keyPair{cert: n.File(file+".crt", c.PEM()), key: filepath.Join(n.Dir, file+".key"), tls: c.TLS()}
	if err := os.WriteFile(k.key, []byte(c.KeyPEM(n.T)), 0o600); err != nil {
		n.T.Fatal(err)
	}
	return k
}
