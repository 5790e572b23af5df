package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// labNames are the manual's names and ours, and the address each has in the lab.
var labNames = map[string]string{
	"up.sync-sign.com": "198.51.100.10", "sync.sync-sign.com": "198.51.100.10", "update.sync-sign.com": "198.51.100.10",
	"file.sync-sign.com": "198.51.100.10", "pub.sync-sign.com": "198.51.100.10",
	"github.com": "198.51.100.11", "registry.hub.docker.com": "198.51.100.12", "docker.io": "198.51.100.12",
	"pool.ntp.org": "198.51.100.123", "europe.pool.ntp.org": "198.51.100.123", "time.google.com": "198.51.100.123",
	"www.googleapis.com": "198.51.100.13", "graph.microsoft.com": "198.51.100.13",
	"sops.example.com": "203.0.113.5",
}

// services starts the real servers and waits until they listen.
func (l *lab) services() {
	var dns strings.Builder
	dns.WriteString("no-resolv\nno-hosts\nlocal=/#/\nlisten-address=198.51.100.53\nbind-interfaces\nuser=root\npid-file=\n")
	for n, a := range labNames {
		dns.WriteString("host-record=" + n + "," + a + "\n")
	}
	// Names of our own tables are on the web server too.
	for _, n := range labCompanions(l.t) {
		if _, known := labNames[n]; !known {
			dns.WriteString("host-record=" + n + ",198.51.100.13\n")
		}
	}
	l.daemon(l.inet, "dnsmasq", "-k", "-C", l.file(filepath.Join(l.dir, "dns.conf"), dns.String()))
	l.daemon(l.inet, "nginx", "-c", l.nginx("web", []string{"443", "8433"}))
	l.daemon(l.inet, "chronyd", "-d", "-x", "-u", "root", "-f", l.file(filepath.Join(l.dir, "chrony.conf"),
		"local stratum 2\nallow all\ncmdport 0\nport 123\npidfile "+l.dir+"/chrony.pid\nbindcmdaddress /\n"))
	l.must("mkdir", "-p", "/run/sshd")
	l.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(l.dir, "hostkey"))
	l.daemon(l.inet, "/usr/sbin/sshd", "-D", "-e", "-f", l.file(filepath.Join(l.dir, "sshd.conf"),
		"Port 22\nListenAddress 198.51.100.11\nHostKey "+l.dir+"/hostkey\nPidFile none\nUsePAM no\n"))
	l.daemon(l.server, "nginx", "-c", l.nginx("sops", []string{"443"}))
	tls := "cafile " + l.ca + "\ncertfile " + l.dir + "/lab.crt\nkeyfile " + l.dir + "/lab.key\n"
	l.daemon(l.server, "mosquitto", "-c", l.file(filepath.Join(l.dir, "mosquitto.conf"),
		"user root\nallow_anonymous true\nlistener 1883\nlistener 8883\n"+tls+"listener 8888\nprotocol websockets\nlistener 8443\nprotocol websockets\n"+tls))
	l.listening(l.inet, "53", "443", "8433", "80", "22")
	l.listening(l.server, "80", "443", "1883", "8883", "8888", "8443")
	l.udp(l.inet, "123")
}

func (l *lab) nginx(name string, tlsPorts []string) string {
	dir := filepath.Join(l.dir, name)
	l.must("mkdir", "-p", dir)
	var b strings.Builder
	b.WriteString("daemon off; user root; worker_processes 1; pid " + dir + "/pid; error_log " + dir + "/error.log;\nevents {}\nhttp { access_log off;\n")
	for _, p := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		b.WriteString(p + "_temp_path " + dir + "/" + p + ";\n")
	}
	b.WriteString("server { listen 80; location / { return 200 'ok'; } }\n")
	for _, p := range tlsPorts {
		b.WriteString("server { listen " + p + " ssl; ssl_certificate " + l.dir + "/lab.crt; ssl_certificate_key " + l.dir + "/lab.key; location / { return 200 'ok'; } }\n")
	}
	b.WriteString("}\n")
	return l.file(filepath.Join(dir, "nginx.conf"), b.String())
}

// daemon starts a server in a namespace and ends it with the test.
func (l *lab) daemon(ns, name string, args ...string) {
	l.t.Helper()
	c := l.in(ns, name, args...)
	log, err := os.Create(filepath.Join(l.dir, ns+filepath.Base(name)+".log"))
	if err != nil {
		l.t.Fatal(err)
	}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	l.t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = log.Close()
		if l.t.Failed() {
			if text, err := os.ReadFile(log.Name()); err == nil && len(text) > 0 {
				l.t.Logf("%s:\n%s", name, text)
			}
		}
	})
}

func (l *lab) listening(ns string, ports ...string) { l.socket(ns, "-Hltn", ports) }
func (l *lab) udp(ns string, ports ...string)       { l.socket(ns, "-Hlun", ports) }

// socket waits until every port is listened on.
func (l *lab) socket(ns, flags string, ports []string) {
	l.t.Helper()
	end := time.Now().Add(15 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		out, err := exec.CommandContext(l.t.Context(), "ip", "netns", "exec", ns, "ss", flags).Output()
		missing := ""
		for _, p := range ports {
			if err != nil || !strings.Contains(string(out), ":"+p+" ") {
				missing = p
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			l.t.Fatalf("nothing listens on port %s in %s:\n%s", missing, ns, out)
		}
		<-tick.C
	}
}

// labCertificates writes an own authority and one certificate for all names of
// the lab, and returns the authority's file.
func labCertificates(t *testing.T, dir string) string {
	t.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	caKey, leafKey := key(), key()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lab CA"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "lab"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for n := range labNames {
		leaf.DNSNames = append(leaf.DNSNames, n)
	}
	leaf.DNSNames = append(leaf.DNSNames, labCompanions(t)...)
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	sign := func(c, by *x509.Certificate, pub *ecdsa.PublicKey) []byte {
		der, err := x509.CreateCertificate(rand.Reader, c, by, pub, caKey)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	keyDER, err := x509.MarshalECPrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	write("lab.key", "EC PRIVATE KEY", keyDER)
	write("lab.crt", "CERTIFICATE", sign(leaf, ca, &leafKey.PublicKey))
	return write("ca.pem", "CERTIFICATE", sign(ca, ca, &caKey.PublicKey))
}
