package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// lab is a small Internet of network namespaces on this machine, with real
// servers in it, and customers who live in it:
//
//	server .50.10 --+                                      +-- inet: DNS, and all names of the manual
//	                +-- router .50.1 -- modem ===(40 ms)===+
//	device .50.20 --+   192.168.50.0/24                    +-- outside: a computer elsewhere
//	                                                       +-- office .60.1 -- hub 192.168.60.10
//
// The server holds SOPS's own services, the device is any other computer of
// its LAN, the modem is a plain bridge. Everything goes away with the test.
type lab struct {
	*customer // the first one

	customers []*customer
	outside   string
}

// customer is one installation.
type customer struct {
	t   testing.TB
	net *netlab.Net
	dir string
	bin string // the program under test
	ca  string // file with the lab's certificate authority
	n   int    // which customer

	inet, router, modem, server, device, office, hub string

	line     *netlab.Line // to the Internet
	zone     *int         // in which the routers keep their connections, see rules
	sopsDown func()       // stops SOPS's own services

	certs  labCerts
	book   string // folder of a rule book in place of the shipped one
	own    string // answers in place of the usual ones, see site
	domain string // SOPS's name
	public string // and its address
}

// labTools are the programs of the lab; the names of their packages differ.
var labTools = []string{"nft", "ping", "dnsmasq", "nginx", "sshd", "chronyd", "mosquitto"}

// roundTrip is that of the customer's line.
const roundTrip = 40 * time.Millisecond

// newLab builds the lab with one customer, or skips the test with a plain word.
// With SOPS_LAB=must a skip is a failure.
func newLab(t testing.TB, more ...string) *lab {
	t.Helper()
	return newLabFor(t, 1, more...)
}

// newLabFor builds the lab with up to eight customers; more are tools it needs too.
func newLabFor(t testing.TB, customers int, more ...string) *lab {
	t.Helper()
	n := netlab.New(t, slices.Concat(labTools, more)...)
	bin := filepath.Join(n.Dir, "sops-firewall")
	n.Must("go", "build", "-o", bin, ".")
	l := &lab{outside: n.Space("outside")}
	inet := n.Space("inet")
	n.Forwards(inet)
	for i := range customers {
		c := &customer{t: t, net: n, dir: n.Dir, bin: bin, n: i, inet: inet, zone: new(int), domain: "sops.example.com", public: fmt.Sprintf("203.0.113.%d", 16*i+5)}
		if i > 0 {
			c.domain = fmt.Sprintf("sops%d.example.com", i)
		}
		l.customers = append(l.customers, c)
	}
	l.customer = l.customers[0]
	certs := newLabCerts(n, l.names())
	for _, c := range l.customers {
		c.certs, c.ca = certs, certs.authority
	}
	l.internet(n)
	for _, c := range l.customers {
		c.wires()
		c.services()
		for _, far := range []string{"198.51.100." + atWeb, "2001:db8::" + atWeb} { // the first packets find the neighbours
			n.Must("ip", "netns", "exec", c.server, "ping", "-q", "-c", "1", "-w", "10", far)
		}
	}
	return l
}

// as is the same customer in a part of the test.
func (c *customer) as(t testing.TB) *customer {
	d := *c
	d.t, d.net = t, c.net.For(t)
	return &d
}

// wires makes the customer's namespaces and the lines between them.
func (c *customer) wires() {
	n, inet := c.net, c.inet
	for _, s := range []struct {
		name, dns string
		ns        *string
	}{
		{"router", "198.51.100.53", &c.router},
		{"modem", "", &c.modem},
		{"server", "192.168.50.1", &c.server},
		{"device", "192.168.50.1", &c.device},
		{"office", "198.51.100.53", &c.office},
		{"hub", "192.168.60.1", &c.hub},
	} {
		*s.ns = n.Space(fmt.Sprint(s.name, c.n))
		if s.dns != "" {
			n.Resolver(*s.ns, s.dns)
		}
	}
	for _, ns := range []string{c.router, c.modem, c.office} {
		n.Forwards(ns)
	}
	cust, office := fmt.Sprint("cust", c.n), fmt.Sprint("office", c.n)
	c.line = n.Line(c.modem, "line", inet, cust, roundTrip/2)
	n.IP(inet, fmt.Sprintf(`
link add %[2]s type veth peer name wan netns %[3]s
addr add 203.0.113.%[4]d/28 dev %[1]s
addr add 2001:db8:1%[6]d::1/64 dev %[1]s nodad
addr add 203.0.113.%[5]d/29 dev %[2]s
link set %[1]s up
link set %[2]s up
route add 2001:db8:2%[6]d::/64 via 2001:db8:1%[6]d::5`, cust, office, c.office, 16*c.n+1, 129+8*c.n, c.n))
	n.IP(c.modem, `
link add bridge0 type bridge
link set line master bridge0
link set bridge0 up
link set line up`)
	n.IP(c.router, fmt.Sprintf(`
link add lan type bridge
link add port0 type veth peer name eth0 netns %[1]s
link add port1 type veth peer name eth0 netns %[2]s
link add wan type veth peer name port netns %[3]s
link set port0 master lan
link set port1 master lan
addr add 192.168.50.1/24 dev lan
addr add 2001:db8:2%[5]d::1/64 dev lan nodad
addr add %[4]s/28 dev wan
addr add 2001:db8:1%[5]d::5/64 dev wan nodad
link set port0 up
link set port1 up
link set lan up
link set wan up
route add default via 203.0.113.%[6]d
route add default via 2001:db8:1%[5]d::1`, c.server, c.device, c.modem, c.public, c.n, 16*c.n+1))
	n.IP(c.modem, "link set port master bridge0\nlink set port up")
	for ns, host := range map[string]string{c.server: "10", c.device: "20"} {
		n.IP(ns, fmt.Sprintf(`
addr add 192.168.50.%[1]s/24 dev eth0
addr add 2001:db8:2%[2]d::%[1]s/64 dev eth0 nodad
link set eth0 up`, host, c.n))
		c.ways(ns)
	}
	n.IP(c.office, fmt.Sprintf(`
link add lan type veth peer name eth0 netns %s
addr add 192.168.60.1/24 dev lan
addr add 203.0.113.%d/29 dev wan
link set lan up
link set wan up
route add default via 203.0.113.%d`, c.hub, 130+8*c.n, 129+8*c.n))
	n.IP(c.hub, `
addr add 192.168.60.10/24 dev eth0
link set eth0 up
route add default via 192.168.60.1`)
	c.rules(c.router, routerRules{pre: portForwards})
	c.rules(c.office, routerRules{})
}

// ways sets the default routes of a computer in the LAN.
func (c *customer) ways(ns string) {
	c.net.IP(ns, fmt.Sprintf("route replace default via 192.168.50.1\nroute replace default via 2001:db8:2%d::1", c.n))
}

// noWays takes them away.
func (c *customer) noWays(ns string) {
	c.net.IP(ns, fmt.Sprintf("route del default via 192.168.50.1\nroute del default via 2001:db8:2%d::1", c.n))
}

// secondNAT makes a router of the modem: the customer's own router has a
// private address now, and nobody forwards to it.
func (c *customer) secondNAT() {
	c.net.IP(c.modem, fmt.Sprintf(`
link set port nomaster
addr add 192.168.1.1/24 dev port
addr add 2001:db8:3%[2]d::1/64 dev port nodad
addr add %[1]s/28 dev bridge0
addr add 2001:db8:1%[2]d::5/64 dev bridge0 nodad
route replace default via 203.0.113.%[3]d
route replace default via 2001:db8:1%[2]d::1
route replace 2001:db8:2%[2]d::/64 via 2001:db8:3%[2]d::2`, c.public, c.n, 16*c.n+1))
	c.net.NFT(c.modem, `table inet lab {
	chain post { type nat hook postrouting priority 100; meta nfproto ipv4 oifname "bridge0" masquerade; }
	chain through { type filter hook forward priority 0; tcp dport 22 reject with icmp type admin-prohibited; }
}`)
	c.net.IP(c.router, fmt.Sprintf(`
addr del %[1]s/28 dev wan
addr del 2001:db8:1%[2]d::5/64 dev wan
addr add 192.168.1.2/24 dev wan
addr add 2001:db8:3%[2]d::2/64 dev wan nodad
route replace default via 192.168.1.1
route replace default via 2001:db8:3%[2]d::1`, c.public, c.n))
	c.net.IP(c.inet, fmt.Sprint("neigh flush dev cust", c.n))
}

// oneNAT makes a bridge of the modem again.
func (c *customer) oneNAT() {
	c.net.NFT(c.modem, "delete table inet lab")
	c.net.IP(c.modem, fmt.Sprintf(`
addr del %[1]s/28 dev bridge0
addr del 2001:db8:1%[2]d::5/64 dev bridge0
addr del 192.168.1.1/24 dev port
addr del 2001:db8:3%[2]d::1/64 dev port
link set port master bridge0`, c.public, c.n))
	c.net.IP(c.router, fmt.Sprintf(`
addr del 192.168.1.2/24 dev wan
addr del 2001:db8:3%[2]d::2/64 dev wan
addr add %[1]s/28 dev wan
addr add 2001:db8:1%[2]d::5/64 dev wan nodad
route replace default via 203.0.113.%[3]d
route replace default via 2001:db8:1%[2]d::1`, c.public, c.n, 16*c.n+1))
	c.net.IP(c.inet, fmt.Sprint("neigh flush dev cust", c.n))
}

// routerRules are nftables rules of a router, beside its masquerading.
type routerRules struct {
	pre     string // where packets are sent instead: port forwards, boxes in the way
	post    string // as whose they are sent on
	input   string // to the router itself
	through string // what it forwards, and what not
}

// portForwards are those of table 4.
const portForwards = `iifname "wan" tcp dport { 80, 443, 1883, 8443, 8883, 8888 } dnat ip to 192.168.50.10;`

// rules sets a router's rules, in place of those it had. It forgets all
// connections: with a new zone none of them is known.
func (c *customer) rules(ns string, r routerRules) {
	c.t.Helper()
	*c.zone++
	zone := fmt.Sprintf("priority -300; ct zone set %d;", *c.zone)
	c.net.NFT(ns, `
table inet lab {}
delete table inet lab
table inet lab {
	chain first { type filter hook prerouting `+zone+` }
	chain own { type filter hook output `+zone+` }
	chain pre { type nat hook prerouting priority -100; `+r.pre+` }
	chain post { type nat hook postrouting priority 100; meta nfproto ipv4 oifname "wan" masquerade; `+r.post+` }
	chain input { type filter hook input priority 0; policy accept; `+r.input+` }
	chain through { type filter hook forward priority 0; policy accept; `+r.through+` }
}`)
}

// nat sets what the customer's router does not let through.
func (c *customer) nat(through string) {
	c.t.Helper()
	c.rules(c.router, routerRules{pre: portForwards, through: through})
}

func (c *customer) file(path, text string) string { return c.net.File(path, text) }

// in is a command inside a namespace, with the lab's certificate authority
// trusted and a home of its own.
func (c *customer) in(ns, name string, args ...string) *exec.Cmd {
	cmd := c.net.Command(ns, name, args...)
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+c.ca, "SSL_CERT_DIR=/nowhere", "LC_ALL=C.UTF-8", "HOME="+c.dir, "XDG_STATE_HOME="+filepath.Join(c.dir, fmt.Sprint("state", c.n)))
	return cmd
}

// run runs the program in a namespace and returns stdout and the exit code.
func (c *customer) run(ns string, args ...string) (stdout string, code int) {
	c.t.Helper()
	return c.runWith(nil, ns, args...)
}

// runWith is run with more in the program's environment.
func (c *customer) runWith(env []string, ns string, args ...string) (stdout string, code int) {
	c.t.Helper()
	cmd := c.in(ns, c.bin, args...)
	cmd.Env = append(cmd.Env, env...)
	var out, errw bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	err := cmd.Run()
	if cmd.ProcessState == nil {
		c.t.Fatalf("%v: %v", args, err)
	}
	if text := strings.TrimSpace(errw.String()); text != "" {
		c.t.Logf("stderr: %s", text)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
