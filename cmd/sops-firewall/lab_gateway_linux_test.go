package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// elsewhere is an address that is no example's: the daemon takes none of those
// for one on the Internet. Nothing is ever sent there.
const elsewhere = "11.0.113.5"

// TestLabGateway asks a real gateway for its address on the Internet, from the
// server, in each way it offers, and where it has none.
func TestLabGateway(t *testing.T) {
	l := newLab(t, "miniupnpd")
	l.net.IP(l.router, "addr del "+l.public+"/28 dev wan\naddr add "+elsewhere+"/24 dev wan")
	for _, tt := range []struct {
		name      string
		wan       string // the router's address from now on
		upnp, pmp bool
		said, by  string
		nat       string
	}{
		{name: "nothing is offered"},
		{name: "UPnP", upnp: true, said: elsewhere, by: "UPnP"},
		{name: "NAT-PMP", pmp: true, said: elsewhere, by: "NAT-PMP"},
		{name: "both", upnp: true, pmp: true, said: elsewhere, by: "UPnP"},
		// This one keeps an address to itself that is not the Internet's.
		{name: "second NAT", wan: "192.168.1.2", upnp: true, pmp: true, nat: "nat.hidden"},
		{name: "carrier NAT", wan: "100.64.7.2", pmp: true, nat: "nat.hidden"},
	} {
		if tt.wan != "" {
			l.net.IP(l.router, "addr flush dev wan\naddr add "+tt.wan+"/24 dev wan")
		}
		stop := func() {}
		if tt.upnp || tt.pmp {
			stop = l.opener(tt.upnp, tt.pmp)
		}
		out, exit := l.run(l.server, "detect", "--format", "json")
		var h hereReport
		if err := json.Unmarshal([]byte(out), &h); err != nil || exit != 0 {
			t.Fatalf("%s: detect: %v, exit %d\n%s", tt.name, err, exit, out)
		}
		if h.WAN != tt.said || h.WANBy != tt.by || h.NAT != tt.nat {
			t.Errorf("%s: got %s by %q, %q; want %s by %q, %q\n%s", tt.name, h.WAN, h.WANBy, h.NAT, tt.said, tt.by, tt.nat, out)
		}
		text, _ := l.run(l.server, "detect")
		if tt.said != "" && !strings.Contains(text, tt.said+", the router says ("+tt.by+")") {
			t.Errorf("%s: the text does not tell:\n%s", tt.name, text)
		}
		stop()
	}
}

// opener starts a daemon on the router that opens ports for whoever asks, and
// tells the router's address.
func (c *customer) opener(upnp, pmp bool) (stop func()) {
	yes := map[bool]string{true: "yes", false: "no"}
	c.net.NFT(c.router, `table inet opener {
	chain forward { type filter hook forward priority 0; policy accept; }
	chain prerouting { type nat hook prerouting priority -100; policy accept; }
	chain postrouting { type nat hook postrouting priority 100; policy accept; }
}`)
	conf := c.file("miniupnpd.conf", `ext_ifname=wan
listening_ip=lan
http_port=5000
enable_upnp=`+yes[upnp]+`
enable_natpmp=`+yes[pmp]+`
secure_mode=yes
uuid=73b9c1e4-5a0f-4f0e-9d54-0b7d7a3f6c11
upnp_table_name=opener
upnp_nat_table_name=opener
upnp_forward_chain=forward
upnp_nat_chain=prerouting
upnp_nat_postrouting_chain=postrouting
allow 1024-65535 192.168.50.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
`)
	stop = c.net.Daemon(c.router, "miniupnpd", "-d", "-f", conf, "-P", filepath.Join(c.net.T.TempDir(), "pid"))
	if upnp {
		c.net.Await(c.router, "1900/udp", "5000/tcp")
	}
	if pmp {
		c.net.Await(c.router, "5351/udp")
	}
	return stop
}
