package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// Addresses of the lab's Internet: the last number of 198.51.100.x.
const (
	atUp, atGitHub, atDocker, atWeb = "10", "11", "12", "13"
	atDNS, atStage                  = "53", "66"
	atLiar                          = "99" // where a lying name server leads to; nothing is there
	atTime, atUnsynced              = "123", "124"
)

// sixOnly is a host with an IPv6 address alone.
const sixOnly = "six.example.net"

// labNames are the manual's names, and where each is in the lab.
var labNames = map[string]string{
	"up.sync-sign.com": atUp, "sync.sync-sign.com": atUp, "update.sync-sign.com": atUp,
	"file.sync-sign.com": atUp, "pub.sync-sign.com": atUp,
	"github.com": atGitHub, "registry.hub.docker.com": atDocker, "docker.io": atDocker,
	"pool.ntp.org": atTime, "europe.pool.ntp.org": atTime, "time.google.com": atTime,
	"www.googleapis.com": atWeb, "graph.microsoft.com": atWeb,
}

// records are all names of the lab and their addresses, IPv4 first. The hosts
// of the data sources have an IPv6 address too, as they have in the world.
func (l *lab) records(t testing.TB) map[string][]string {
	t.Helper()
	out := map[string][]string{sixOnly: {"2001:db8::6"}}
	for name, at := range labNames {
		out[name] = []string{"198.51.100." + at}
		if at == atWeb {
			out[name] = append(out[name], "2001:db8::13")
		}
	}
	for _, name := range labCompanions(t) {
		if out[name] == nil {
			out[name] = []string{"198.51.100." + atWeb}
		}
	}
	for _, c := range l.customers {
		out[c.domain] = []string{c.public}
		six := fmt.Sprintf("2001:db8:2%d::10", c.n)
		out["six."+c.domain], out["both."+c.domain] = []string{six}, []string{c.public, six}
	}
	return out
}

func (l *lab) names() []string {
	var names []string
	for n := range l.records(l.t) {
		names = append(names, n)
	}
	return names
}

// labCompanions are the names of our own tables, which the lab's Internet has too.
func labCompanions(t testing.TB) []string {
	t.Helper()
	b, err := rules.Load(sub("rules"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tab := range b.Tables {
		if tab.Origin != rules.Ours {
			continue
		}
		for _, r := range tab.Rows {
			for _, h := range r.Hosts {
				if strings.Contains(h, ".") {
					names = append(names, h)
				}
			}
		}
	}
	return names
}

// internet gives the lab's Internet its addresses and its real servers.
func (l *lab) internet(n *netlab.Net) {
	n.IP(l.inet, fmt.Sprintf(`
link add outside type veth peer name eth0 netns %s
addr add 203.0.113.225/28 dev outside
link set outside up`, l.outside))
	n.IP(l.outside, `
addr add 203.0.113.226/28 dev eth0
link set eth0 up
route add default via 203.0.113.225`)
	n.Resolver(l.outside, "198.51.100."+atDNS)
	for _, a := range []string{atUp, atGitHub, atDocker, atWeb, atDNS, atStage, atTime, atUnsynced} {
		n.IP(l.inet, "addr add 198.51.100."+a+"/32 dev lo")
	}
	for _, a := range []string{"6", "13", "66"} {
		n.IP(l.inet, "addr add 2001:db8::"+a+"/128 dev lo nodad")
	}
	var dns strings.Builder
	dns.WriteString("no-resolv\nno-hosts\nlocal=/#/\nlisten-address=198.51.100." + atDNS + "\nbind-interfaces\nuser=root\npid-file=\n")
	for name, addrs := range l.records(n.T) {
		dns.WriteString("host-record=" + name + "," + strings.Join(addrs, ",") + "\n")
	}
	n.Daemon(l.inet, "dnsmasq", "-k", "-C", n.File("dns.conf", dns.String()))
	n.Daemon(l.inet, "nginx", "-c", nginx(n, "web", l.certs.good, "443", "8433"))
	for at, local := range map[string]string{atTime: "local stratum 2\n", atUnsynced: ""} {
		n.Daemon(l.inet, "chronyd", "-d", "-x", "-u", "root", "-f", n.File("chrony"+at+".conf", local+
			"allow all\ncmdport 0\nport 123\nbindaddress 198.51.100."+at+"\npidfile "+n.Dir+"/chrony"+at+".pid\nbindcmdaddress /\n"))
	}
	n.Must("mkdir", "-p", "/run/sshd")
	n.Must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", n.Dir+"/hostkey")
	n.Daemon(l.inet, "/usr/sbin/sshd", "-D", "-e", "-f", n.File("sshd.conf",
		"Port 22\nListenAddress 198.51.100."+atGitHub+"\nMaxStartups 500\nHostKey "+n.Dir+"/hostkey\nPidFile none\nUsePAM no\n"))
	n.Await(l.inet, "53/udp", "53/tcp", "443/tcp", "8433/tcp", "80/tcp", "22/tcp", "123/udp")
}

// services starts SOPS's own servers and the routers' name servers.
func (c *customer) services() {
	n, certs := c.net, c.certs
	for ns, addr := range map[string]string{c.router: "192.168.50.1", c.office: "192.168.60.1"} {
		n.Daemon(ns, "dnsmasq", "-k", "-C", n.File(ns+".dns", "no-resolv\nno-hosts\ncache-size=0\nserver=198.51.100."+atDNS+
			"\nlisten-address="+addr+"\nbind-interfaces\nuser=root\npid-file=\n"))
	}
	web := n.Daemon(c.server, "nginx", "-c", nginx(n, fmt.Sprint("sops", c.n), certs.good, "443"))
	tls := "cafile " + certs.authority + "\ncertfile " + certs.good.cert + "\nkeyfile " + certs.good.key + "\n"
	broker := n.Daemon(c.server, "mosquitto", "-c", n.File(fmt.Sprintf("mosquitto%d.conf", c.n),
		"user root\nper_listener_settings true\nlistener 1883\nallow_anonymous true\nlistener 8883\nallow_anonymous true\n"+tls+
			"listener 8888\nprotocol websockets\nallow_anonymous true\nlistener 8443\nprotocol websockets\nallow_anonymous true\n"+tls+
			"listener 1884\nallow_anonymous false\n"))
	c.sopsDown = func() { web(); broker() }
	n.Await(c.server, "80/tcp", "443/tcp", "1883/tcp", "1884/tcp", "8883/tcp", "8888/tcp", "8443/tcp")
	n.Await(c.router, "53/udp")
	n.Await(c.office, "53/udp")
	// Any computer in the LAN: a printer with a web page, say.
	n.Daemon(c.device, "nginx", "-c", nginx(n, fmt.Sprint("device", c.n), certs.stranger, "443"))
	n.Await(c.device, "80/tcp", "443/tcp")
}

// nginx writes the configuration of a web server on port 80 and on ports with TLS.
func nginx(n *netlab.Net, name string, k keyPair, tlsPorts ...string) string {
	dir := n.Dir + "/" + name
	n.Must("mkdir", "-p", dir)
	var b strings.Builder
	b.WriteString("daemon off; user root; worker_processes 1; pid " + dir + "/pid; error_log " + dir + "/error.log;\nevents {}\nhttp { access_log off;\n")
	for _, p := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		b.WriteString(p + "_temp_path " + dir + "/" + p + ";\n")
	}
	b.WriteString("server { listen 80; listen [::]:80; location / { return 200 '" + name + "'; } }\n" +
		"server { listen 80; listen [::]:80; server_name github.com; return 301 https://github.com/; }\n")
	for _, p := range tlsPorts {
		b.WriteString("server { listen " + p + " ssl; listen [::]:" + p + " ssl; ssl_certificate " + k.cert + "; ssl_certificate_key " + k.key + "; location / { return 200 'ok'; } }\n")
	}
	b.WriteString("}\n")
	return n.File(dir+"/nginx.conf", b.String())
}
