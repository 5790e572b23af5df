package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// chainName is what the server at the end of the chain is called.
const chainName = "sops.example"

// TestMain lets this program also be the client and the server of a chain: only
// a process of its own is in a namespace with all its threads.
func TestMain(m *testing.M) {
	switch os.Getenv("SOPS_CHAIN_AS") {
	case "client":
		chainClient()
	case "server":
		chainServer()
	default:
		m.Run()
	}
}

// chainRow is a row as the client is told it, and what became of it.
type chainRow struct {
	Job    check.Job
	Status string
	Code   check.Code
	Layers []check.Layer
	Facts  check.Facts
	Took   time.Duration
}

// chainClient runs the rows it reads and writes what became of them.
func chainClient() {
	pool := x509.NewCertPool()
	pem, _ := os.ReadFile(os.Getenv("SOPS_CHAIN_CERT"))
	pool.AppendCertsFromPEM(pem)
	var jobs []check.Job
	if err := json.NewDecoder(os.Stdin).Decode(&jobs); err != nil {
		panic(err) // the parent sees it
	}
	var out []chainRow
	env := New(Config{Roots: pool, Resolvers: []netip.AddrPort{}})
	for r := range (check.Runner{Env: env}).Run(context.Background(), jobs) {
		if !r.Provisional {
			out = append(out, chainRow{r.Job, r.Status.String(), r.Code, r.Layers, r.Facts, r.Took})
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(out)
}

// chainServer serves until its standard input ends: TLS on ports 443 and 3001
// to 3009 but for 3005, which accepts and stays silent, and so does 80.
func chainServer() {
	cert, err := tls.LoadX509KeyPair(os.Getenv("SOPS_CHAIN_CERT"), os.Getenv("SOPS_CHAIN_CERT"))
	if err != nil {
		panic(err) // the parent sees it
	}
	for _, port := range []int{443, 80, 3001, 3002, 3003, 3004, 3005, 3006} {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			panic(err)
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer func() { _ = c.Close() }()
					if port != 80 && port != 3005 {
						c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
					}
					_, _ = io.Copy(io.Discard, c)
				}()
			}
		}()
	}
	_, _ = fmt.Fprintln(os.Stdout, "ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// chain is a client behind two routers:
//
//	client 10.78.1.2 --- .1.1 home .9.1 --- .9.2 provider .2.1 --- server 10.78.2.2
//
// and the same over IPv6 with fd78:1:: and so on.
type chain struct {
	*netlab.Net

	client, home, provider, server string
	cert                           string // file
}

func newChain(t *testing.T) chain {
	t.Helper()
	n := netlab.New(t, "nft")
	l := chain{Net: n, client: n.Space("client"), home: n.Space("home"), provider: n.Space("provider"), server: n.Space("server")}
	link := func(a, dev, b, peer string, net, hostA, hostB int) {
		n.IP(a, "link add "+dev+" type veth peer name "+peer+" netns "+b)
		for _, side := range []struct {
			ns, dev string
			host    int
		}{{a, dev, hostA}, {b, peer, hostB}} {
			n.IP(side.ns, fmt.Sprintf("addr add 10.78.%[1]d.%[2]d/24 dev %[3]s\naddr add fd78:%[1]d::%[2]d/64 dev %[3]s nodad\nlink set %[3]s up", net, side.host, side.dev))
		}
	}
	link(l.home, "lan", l.client, "eth0", 1, 1, 2)
	link(l.provider, "cust", l.home, "wan", 9, 2, 1)
	link(l.provider, "inet", l.server, "eth0", 2, 1, 2)
	for ns, routes := range map[string]string{
		l.client: `route add default via 10.78.1.1
			route add default via fd78:1::1
			route add unreachable 10.99.0.0/16
			route add prohibit 10.98.0.0/16`,
		l.home:     "route add default via 10.78.9.2\nroute add default via fd78:9::2",
		l.server:   "route add default via 10.78.2.1\nroute add default via fd78:2::1",
		l.provider: "route add 10.78.1.0/24 via 10.78.9.1\nroute add fd78:1::/64 via fd78:9::1",
	} {
		n.IP(ns, routes)
	}
	n.Forwards(l.home)
	n.Forwards(l.provider)
	l.cert = chainCert(t)
	s := l.as(l.server, "server")
	in, err := s.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = s.Wait() })
	ready := make([]byte, 5)
	if _, err := io.ReadFull(out, ready); err != nil {
		t.Fatalf("the server does not start: %v", err)
	}
	return l
}

// as is this program in a namespace, in that part.
func (l chain) as(ns, part string) *exec.Cmd {
	l.T.Helper()
	exe, err := os.Executable()
	if err != nil {
		l.T.Fatal(err)
	}
	c := l.Command(ns, exe)
	c.Env = append(os.Environ(), "SOPS_CHAIN_AS="+part, "SOPS_CHAIN_CERT="+l.cert)
	c.Stderr = os.Stderr
	return c
}

// forward sets the rules of a namespace's firewall, of the chain named.
func (l chain) rules(ns, hook string, rules ...string) {
	l.T.Helper()
	text := "add table inet f\ndelete table inet f\nadd table inet f\nadd chain inet f fw { type filter hook " + hook + " priority 0; }\n"
	for _, r := range rules {
		text += "add rule inet f fw " + r + "\n"
	}
	l.NFT(ns, text)
}

// check runs jobs in the client, and returns what became of them by key.
func (l chain) check(jobs []check.Job) map[string]chainRow {
	l.T.Helper()
	in, err := json.Marshal(jobs)
	if err != nil {
		l.T.Fatal(err)
	}
	c := l.as(l.client, "client")
	c.Stdin = bytes.NewReader(in)
	out, err := c.Output()
	if err != nil {
		l.T.Fatalf("the client: %v", err)
	}
	var rows []chainRow
	if err := json.Unmarshal(out, &rows); err != nil {
		l.T.Fatalf("the client: %v: %s", err, out)
	}
	by := map[string]chainRow{}
	for _, r := range rows {
		by[r.Job.Key] = r
	}
	return by
}

// chainCert is a file with a certificate for chainName and its key.
func chainCert(t *testing.T) string {
	t.Helper()
	// Some weight, as real chains have it: the answer must not fit one small packet.
	names := []string{chainName}
	for i := range 60 {
		names = append(names, fmt.Sprintf("host-%d.%s", i, chainName))
	}
	c := certlab.New(t, nil, certlab.Own(names...))
	file := t.TempDir() + "/cert.pem"
	if err := os.WriteFile(file, []byte(c.PEM()+c.KeyPEM(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
