package main

import "github.com/syncsign/sops-firewall/rules/check/wire/netlab"

// lookElsewhere sends questions to name servers to another one.
func lookElsewhere(server string) routerRules {
	return routerRules{pre: `iifname "lan" meta l4proto { tcp, udp } th dport 53 dnat ip to {` + server + `};`}
}

// rejects is a router that rejects one row, over IPv4.
func rejects(how string) routerRules {
	return routerRules{through: "ip daddr {github} tcp dport 22 reject with " + how + ";"}
}

// rejects6 is a router that rejects a row which has IPv6 alone.
func rejects6(how string) routerRules {
	return routerRules{through: "ip6 daddr 2001:db8::6 reject with icmpv6 type " + how + ";"}
}

// pathFaults are of the way to the servers.
var pathFaults = map[string]fault{
	"default deny": {
		rules: routerRules{through: `iifname "lan" ct state new drop;`},
		want: `
			[137].* *                fail tcp.silent
			8.2 *                    fail tcp.silent
			2.1 *                    unproven ntp.silent
			0.4 clock                unproven clock.unknown
			0.5 sign-in-page         unproven tcp.silent`,
	},
	"silent port": {
		rules: routerRules{through: "tcp dport 8433 drop;"},
		want:  "1.1 *:8433 fail tcp.silent", says: "TCP 8433",
	},
	"reset by the router": {
		rules: routerRules{through: "tcp dport 22 reject with tcp reset;"},
		want:  "1.2 *:22 fail tcp.refused",
	},
	"reset by the server": {
		rules: routerRules{pre: "ip daddr {github} tcp dport 22 dnat ip to {github}:2222;"},
		want:  "1.2 *:22 fail tcp.refused",
	},
	"icmp net-unreachable":   {rules: rejects("icmp type net-unreachable"), want: "1.2 *:22 fail tcp.no-host", says: "192.168.50.1"},
	"icmp host-unreachable":  {rules: rejects("icmp type host-unreachable"), want: "1.2 *:22 fail tcp.no-host", says: "192.168.50.1"},
	"icmp prot-unreachable":  {rules: rejects("icmp type prot-unreachable"), want: "1.2 *:22 fail tcp.blocked-by", says: "192.168.50.1"},
	"icmp port-unreachable":  {rules: rejects("icmp type port-unreachable"), want: "1.2 *:22 fail tcp.blocked-by", says: "192.168.50.1"},
	"icmp net-prohibited":    {rules: rejects("icmp type net-prohibited"), want: "1.2 *:22 fail tcp.blocked-by", says: "192.168.50.1"},
	"icmp host-prohibited":   {rules: rejects("icmp type host-prohibited"), want: "1.2 *:22 fail tcp.blocked-by", says: "192.168.50.1"},
	"icmp admin-prohibited":  {rules: rejects("icmp type admin-prohibited"), want: "1.2 *:22 fail tcp.blocked-by", says: "192.168.50.1"},
	"icmp6 no-route":         {rules: rejects6("no-route"), want: "8.2 * fail tcp.no-host", says: "2001:db8:2"},
	"icmp6 addr-unreachable": {rules: rejects6("addr-unreachable"), want: "8.2 * fail tcp.no-host", says: "2001:db8:2"},
	"icmp6 port-unreachable": {rules: rejects6("port-unreachable"), want: "8.2 * fail tcp.blocked-by", says: "2001:db8:2"},
	"icmp6 admin-prohibited": {rules: rejects6("admin-prohibited"), want: "8.2 * fail tcp.blocked-by", says: "2001:db8:2"},
	"icmp6 policy-fail":      {rules: rejects6("policy-fail"), want: "8.2 * fail tcp.blocked-by", says: "2001:db8:2"},
	"icmp6 reject-route":     {rules: rejects6("reject-route"), want: "8.2 * fail tcp.blocked-by", says: "2001:db8:2"},
	"rejected by the second router": {
		set: (*customer).secondNAT, undo: (*customer).oneNAT,
		want: "1.2 *:22 fail tcp.blocked-by", says: "192.168.1.1",
	},
	"IPv6 black hole": {
		rules:  routerRules{through: "meta nfproto ipv6 drop;"},
		causes: "net.ipv6",
		want: `
			3.* * note tcp.family
			8.2 * fail tcp.silent`,
	},
	"IPv6 rejected": {
		rules: routerRules{through: "meta nfproto ipv6 reject with icmpv6 type admin-prohibited;"},
		want: `
			3.* * note tcp.family
			8.2 * fail tcp.blocked-by`,
	},
	"IPv4 black hole of a host that has both": {
		rules: routerRules{through: "ip daddr {web} tcp dport 443 drop;"},
		want: `
			3.* * note tcp.family
			7.* * fail tcp.silent`,
	},
	"large hello dropped": {
		rules: routerRules{through: "ip daddr {up} tcp dport 443 meta length > 600 drop;"},
		want:  "1.1 *:443 fail tls.hello-lost",
	},
	"MTU black hole": {
		line: netlab.Trouble{Size: 1400},
		want: `
			1.2 *:22 pass -
			[137].* * fail tls.hello-lost`,
	},
	"line down": {
		set:    func(c *customer) { c.net.IP(c.modem, "link set line down") },
		undo:   func(c *customer) { c.net.IP(c.modem, "link set line up") },
		causes: "dns.silent",
		want: `
			0.3 *         fail dns.silent
			0.[45] *      skipped dns.silent
			[1237].* *    skipped dns.silent
			8.2 *         skipped dns.silent`,
	},
	"no default route": {
		set:    func(c *customer) { c.noWays(c.server) },
		undo:   func(c *customer) { c.ways(c.server) },
		causes: "route.none",
		want: `
			0.1 *         fail route.none
			0.2 *         unproven route.none
			0.[45] *      skipped route.none
			[1237].* *    skipped route.none
			8.2 *         skipped route.none`,
	},
	"gateway gone": {
		set:    func(c *customer) { c.net.IP(c.router, "link set port0 nomaster") },
		undo:   func(c *customer) { c.net.IP(c.router, "link set port0 master lan") },
		causes: "gateway.silent",
		want: `
			0.2 *          unproven gateway.silent
			0.[345] *      skipped gateway.silent
			[12378].* *    skipped gateway.silent`,
	},
	"device of the LAN gone": {
		set: func(c *customer) {
			c.net.IP(c.device, "addr del 192.168.50.20/24 dev eth0")
			c.net.IP(c.server, "neigh flush dev eth0")
		},
		undo: func(c *customer) { c.net.IP(c.device, "addr add 192.168.50.20/24 dev eth0"); c.ways(c.device) },
		want: "8.1 * fail tcp.lan-absent", says: "192.168.50.20",
	},
	"service of the LAN down": {
		rules: routerRules{},
		set:   func(c *customer) { c.net.NFT(c.device, onlyResets) },
		undo:  func(c *customer) { c.net.NFT(c.device, "delete table inet closed") },
		want:  "8.1 * fail tcp.refused",
	},
	"only by the proxy": {
		rules: routerRules{through: `iifname "lan" oifname "wan" tcp dport != { 10000-10200 } drop;`},
		env:   []string{"https_proxy=http://{proxy}", "http_proxy=http://{proxy}", "no_proxy=192.168.50.0/24"},
		want: `
			0.5 sign-in-page note proxy.only
			[137].* *        note proxy.only
			8.2 *            note proxy.only`,
	},
	"only by the proxy, no names": {
		rules: routerRules{through: `iifname "lan" oifname "wan" tcp dport != { 10000-10200 } drop;`, pre: lookElsewhere("dns-nothing").pre},
		env:   []string{"https_proxy=http://{proxy}", "http_proxy=http://{proxy}", "no_proxy=192.168.50.0/24"},
		want: `
			0.3 *            fail dns.nxdomain
			0.4 clock        pass -
			0.5 sign-in-page note proxy.only
			2.1 *            fail dns.nxdomain
			[137].* *        note proxy.only
			8.2 *            note proxy.only`,
	},
	"the proxy wants a login": {
		rules: routerRules{through: `iifname "lan" oifname "wan" tcp dport != { 10000-10200 } drop;`},
		env:   []string{"https_proxy=http://{proxy-login}", "http_proxy=http://{proxy-login}", "no_proxy=192.168.50.0/24"},
		want: `
			0.5 sign-in-page unproven proxy.auth
			[137].* *        fail proxy.auth
			8.2 *            fail proxy.auth`,
	},
}

// onlyResets is a computer on which nothing listens.
const onlyResets = `table inet closed {
	chain input { type filter hook input priority 0; tcp flags syn reject with tcp reset; }
}`

// nameFaults are of the name servers.
var nameFaults = map[string]fault{
	"DNS dead": {
		rules:  routerRules{input: "meta l4proto { tcp, udp } th dport 53 drop;"},
		causes: "dns.silent",
		want: `
			0.3 *         fail dns.silent
			0.[45] *      skipped dns.silent
			[1237].* *    skipped dns.silent
			8.2 *         skipped dns.silent`,
	},
	"DNS refuses": {
		rules: lookElsewhere("dns-refuses"), causes: "dns.refused",
		want: `
			0.3 *         fail dns.refused
			0.[45] *      skipped dns.refused
			[1237].* *    skipped dns.refused
			8.2 *         skipped dns.refused`,
	},
	"DNS fails": {
		rules: lookElsewhere("dns-fails"), causes: "dns.servfail",
		want: `
			0.3 *         fail dns.servfail
			0.[45] *      skipped dns.servfail
			[1237].* *    skipped dns.servfail
			8.2 *         skipped dns.servfail`,
	},
	"DNS talks garbage": {
		rules: lookElsewhere("dns-garbage"), causes: "dns.bad-reply",
		want: `
			0.3 *         fail dns.bad-reply
			0.[45] *      skipped dns.bad-reply
			[1237].* *    skipped dns.bad-reply
			8.2 *         skipped dns.bad-reply`,
	},
	"DNS hides a name":        {rules: lookElsewhere("dns-hides"), want: "1.2 * fail dns.nxdomain", says: "github.com"},
	"DNS empties a name":      {rules: lookElsewhere("dns-empties"), want: "1.2 * fail dns.nodata", says: "github.com"},
	"DNS sinkhole":            {rules: lookElsewhere("dns-sinkhole"), want: "1.2 * fail dns.rewritten", says: "github.com"},
	"DNS leads to block page": {rules: lookElsewhere("dns-block-page"), want: "1.2 * fail dns.rewritten", says: "192.168.50.20"},
	"DNS lies about all names": {
		rules: routerRules{
			pre: lookElsewhere("dns-lies").pre + `
				ip daddr {liar} tcp dport 80 dnat ip to {portal};
				ip daddr {liar} tcp dport { 443, 8433 } dnat ip to {unknown-ca};`,
			through: "ip daddr {liar} drop;",
		},
		causes: "http.portal",
		want: `
			0.3 *         note dns.rewritten
			0.4 *         skipped http.portal
			0.5 *         fail http.portal
			[1237].* *    skipped http.portal`,
	},
	"DNS cuts its answers": {rules: lookElsewhere("dns-cuts")},
	"one of two name servers dead": {
		set: func(c *customer) {
			c.net.File("/etc/netns/"+c.server+"/resolv.conf", "nameserver 192.168.50.99\nnameserver 192.168.50.1\n")
		},
		undo: func(c *customer) { c.net.File("/etc/netns/"+c.server+"/resolv.conf", "nameserver 192.168.50.1\n") },
		want: "0.3 * note dns.some-silent", says: "192.168.50.99",
	},
}
