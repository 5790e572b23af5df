package check

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
)

func TestInspector(t *testing.T) {
	chain := func(issuer pkix.Name, host string) []*x509.Certificate {
		return []*x509.Certificate{{Issuer: issuer, DNSNames: []string{host}}}
	}
	for _, p := range products {
		for _, w := range p.words {
			name := "The " + strings.ToUpper(w) + ", Inc."
			if got := inspector(chain(pkix.Name{Organization: []string{name}}, "sops.example"), "sops.example"); got != p.name {
				t.Errorf("%q is taken for %q, want %q", name, got, p.name)
			}
			if got := inspector(chain(pkix.Name{CommonName: name}, "firewall.lan"), "sops.example"); got != "" {
				t.Errorf("the own page of %q is taken for inspection", name)
			}
		}
	}
	for _, name := range []pkix.Name{
		{CommonName: "Fortinet_CA_SSL"},                                      // as the documentation of FortiOS writes it
		{CommonName: "SecurityAppliance_SSL_CA"},                             // of Sophos Firewall
		{OrganizationalUnit: []string{"Zscaler Inc."}},                       // only the unit tells
		{CommonName: "x", Organization: []string{"Fortinet\x1b[31m", "Any"}}, // unclean
	} {
		if inspector(chain(name, "sops.example"), "sops.example") == "" {
			t.Errorf("%v is not known", name)
		}
	}
	for _, name := range []string{"Unified Trust", "Let's Encrypt", "Avastone CA", "Example Burp GmbH", ""} {
		if got := inspector(chain(pkix.Name{CommonName: name}, "sops.example"), "sops.example"); got != "" {
			t.Errorf("%q is taken for %s", name, got)
		}
	}
	if got := inspector(nil, "sops.example"); got != "" {
		t.Errorf("no certificate is taken for %s", got)
	}
}

// TestRoots holds the list of public authorities against itself and against
// the products, and, where there is one, this system's store.
func TestRoots(t *testing.T) {
	n := 0
	for line := range strings.Lines(rootsFile) {
		word, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "#" {
			continue
		}
		n++
		if len(word) != 32 || name == "" {
			t.Errorf("line %q", line)
		}
		leaf := []*x509.Certificate{{Issuer: pkix.Name{CommonName: name}, DNSNames: []string{"sops.example"}}}
		if box := inspector(leaf, "sops.example"); box != "" {
			t.Errorf("the public authority %q is taken for %s", name, box)
		}
	}
	if n < 120 || len(publicKeys()) != n {
		t.Errorf("%d lines, %d keys", n, len(publicKeys()))
	}
	data, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		return
	}
	known, all := 0, 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all++
			if PublicRoot(c) {
				known++
			}
		}
	}
	if all > 50 && known*10 < all*9 {
		t.Errorf("%d of this system's %d authorities are known", known, all)
	}
}

// storeEnv is a machine whose authorities were all chosen by hand.
type storeEnv struct {
	*fakeEnv
	own bool
}

func (e storeEnv) OwnStore() bool { return e.own }

func TestOwnRoot(t *testing.T) {
	ca := newAuthority(t, "Company CA")
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "sops.example", -hour, hour)}}
	to := visitors(t, func(c net.Conn) {
		s := tls.Server(c, cfg)
		if s.HandshakeContext(t.Context()) == nil {
			_, _ = s.Read(make([]byte, 1))
		}
	})
	to.Host = "sops.example"
	public := to
	public.Public = true
	for name, tt := range map[string]struct {
		to     Target
		own    bool
		status Status
		code   Code
	}{
		"the customer's own name": {to, false, Pass, ""},
		"a name of the Internet":  {public, false, Note, TLSIntercepted},
		"a store of its own":      {public, true, Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := final(t, storeEnv{&fakeEnv{roots: ca.pool}, tt.own}, fast(), "tls", tt.to)
			if r.Status != tt.status || r.Code != tt.code || tt.code != "" && (r.Facts["variant"] != "trusted" || r.Facts["issuer"] != "Company CA") {
				t.Errorf("got %v %q %q", r.Status, r.Code, r.Facts)
			}
		})
	}
}

// TestManyNames has a certificate with ten thousand names: for the right
// server and for another.
func TestManyNames(t *testing.T) {
	like := certlab.Own("Many\x1b[2J")
	like.DNSNames = nil
	for i := range 10_000 {
		like.DNSNames = append(like.DNSNames, fmt.Sprintf("h%d.sops.example", i))
	}
	leaf := certlab.New(t, nil, like)
	pool := leaf.Pool()
	cfg := &tls.Config{Certificates: []tls.Certificate{leaf.TLS()}}
	to := visitors(t, func(c net.Conn) {
		s := tls.Server(c, cfg)
		if s.HandshakeContext(t.Context()) == nil {
			_, _ = s.Read(make([]byte, 1))
		}
	})
	for host, want := range map[string]Code{"h9999.sops.example": "", "other.example": TLSWrongName} {
		to.Host = host
		start := time.Now()
		r := final(t, &fakeEnv{roots: pool}, shortLimits(), "tls", to)
		if r.Code != want {
			t.Errorf("%s: got %v %q %q, want %q", host, r.Status, r.Code, r.Facts, want)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s took %v", host, took)
		}
		for k, v := range r.Facts {
			if len(v) > 4*4*factRunes {
				t.Errorf("the fact %s has %d bytes", k, len(v))
			}
		}
		allClean(t, r)
	}
}
