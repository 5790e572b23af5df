package main

// instead sends the connections to one server to another one.
func instead(host, port, other string) routerRules {
	return routerRules{pre: "ip daddr {" + host + "} tcp dport " + port + " dnat ip to {" + other + "};"}
}

// secureFaults are of encryption.
var secureFaults = map[string]fault{
	"re-signed by a known box": {
		rules: insteadOfTLS("inspected"), causes: "tls.intercepted",
		want: `
			1.1 *             skipped tls.intercepted
			[137].* *:443     skipped tls.intercepted`,
		says: "Fortinet",
	},
	"re-signed, its authority installed": {
		rules: insteadOfTLS("inspected"),
		trust: func(c labCerts) string { return c.company },
		want: `
			1.1 *             note tls.intercepted
			[137].* *:443     note tls.intercepted`,
	},
	"unknown authority":       {rules: instead("up", "443", "unknown-ca"), want: "1.1 *:443 fail tls.untrusted", says: "Somebody's CA"},
	"expired certificate":     {rules: instead("up", "443", "expired"), want: "1.1 *:443 fail tls.expired"},
	"not yet valid":           {rules: instead("up", "443", "future"), want: "1.1 *:443 fail tls.expired"},
	"certificate of another":  {rules: instead("up", "443", "wrong-name"), want: "1.1 *:443 fail tls.wrong-name", says: "printer.example.org"},
	"escapes in certificate":  {rules: instead("up", "443", "escape-cert"), want: "1.1 *:443 fail tls.untrusted"},
	"10,000 names":            {rules: instead("up", "443", "crowd-cert"), want: "1.1 *:443 fail tls.wrong-name"},
	"client certificate":      {rules: instead("up", "443", "client-cert"), want: "1.1 *:443 note tls.client-cert"},
	"alert":                   {rules: instead("up", "443", "alert"), want: "1.1 *:443 fail tls.alert"},
	"reset after hello":       {rules: instead("up", "443", "resets"), want: "1.1 *:443 fail tls.reset"},
	"closed after hello":      {rules: instead("up", "443", "hangs-up"), want: "1.1 *:443 fail tls.closed"},
	"tarpit":                  {rules: instead("up", "443", "tarpit"), want: "1.1 *:443 fail tls.silent"},
	"a byte a second":         {rules: instead("up", "443", "slow-tls"), want: "1.1 *:443 fail tls.silent"},
	"a page where TLS is due": {rules: instead("up", "443", "plain-page"), want: "1.1 *:443 fail tls.not-tls"},
	"silence inside":          {rules: instead("up", "443", "silent-inside"), want: "1.1 *:443 fail http.silent"},
	"a gigabyte":              {rules: instead("up", "443", "gigabyte")},
}

// insteadOfTLS sends all encrypted web traffic to one server, as a box that
// inspects it does.
func insteadOfTLS(other string) routerRules {
	return routerRules{pre: `
		iifname "lan" meta nfproto ipv4 ip daddr != 192.168.0.0/16 tcp dport { 443, 8433 } dnat ip to {` + other + `};
		iifname "lan" meta nfproto ipv6 tcp dport { 443, 8433 } dnat ip6 to {` + other + `6};`}
}

// insteadOfTime sends all questions for the time to one server.
func insteadOfTime(other string) routerRules {
	return routerRules{pre: `iifname "lan" udp dport 123 dnat ip to {` + other + `};`}
}

// serviceFaults are of the services in clear text, and of time.
var serviceFaults = map[string]fault{
	"ssh tarpit":         {rules: instead("github", "22", "tarpit"), want: "1.2 *:22 fail ssh.silent"},
	"ssh byte a second":  {rules: instead("github", "22", "slow-ssh"), want: "1.2 *:22 fail ssh.silent"},
	"ssh endless banner": {rules: instead("github", "22", "endless-banner"), want: "1.2 *:22 fail ssh.not-ssh"},
	"ssh endless line":   {rules: instead("github", "22", "endless-line"), want: "1.2 *:22 fail ssh.not-ssh"},
	"ssh escapes":        {rules: instead("github", "22", "escape-ssh")},
	"ssh web page":       {rules: instead("github", "22", "plain-page"), want: "1.2 *:22 fail ssh.not-ssh"},
	"ssh hangs up":       {rules: instead("github", "22", "hangs-up"), want: "1.2 *:22 fail ssh.closed"},
	"ssh resets":         {rules: instead("github", "22", "resets"), want: "1.2 *:22 fail ssh.reset"},

	"portal": {
		rules: routerRules{
			pre:     `iifname "lan" tcp dport 80 dnat ip to {portal};`,
			through: `iifname "lan" tcp dport { 22, 443, 8433 } drop; iifname "lan" udp dport 123 drop;`,
		},
		causes: "http.portal",
		want: `
			0.4 *      skipped http.portal
			0.5 *      fail http.portal
			[1237].* * skipped http.portal
			8.2 *      skipped http.portal`,
	},
	"portal, seen by a hub": {
		from: "hub", office: true,
		rules: routerRules{
			pre:     `iifname "lan" tcp dport 80 dnat ip to {portal};`,
			through: `iifname "lan" tcp dport { 443, 1883, 8443, 8883, 8888 } drop;`,
		},
		causes: "http.portal",
		want: `
			0.5 *      fail http.portal
			6.* *      skipped http.portal`,
	},
	"http filtered": {
		from: "hub", office: true, rules: instead("up", "80", "http-451"),
		want: `
			0.5 *    fail http.blocked
			6.7 *    fail http.blocked`,
	},
	"http server ill": {
		from: "hub", office: true, rules: instead("up", "80", "http-503"),
		want: `
			0.5 *    note http.server-error
			6.7 *    note http.server-error`,
	},
	"http escapes": {
		from: "hub", office: true, rules: instead("up", "80", "escape-http"),
		want: `
			6.7 *    fail http.not-http`,
	},
	"http tarpit": {
		from: "hub", office: true, rules: instead("up", "80", "tarpit"),
		want: `
			6.7 *    fail http.silent`,
	},
	"http byte a second": {
		from: "hub", office: true, rules: instead("up", "80", "slow-http"),
		want: `
			6.7 *    fail http.silent`,
	},
	"http endless header": {
		from: "hub", office: true, rules: instead("up", "80", "endless-header"),
		want: `
			6.7 *    fail http.not-http`,
	},

	"time dropped": {
		rules: routerRules{through: "udp dport 123 drop;"},
		want:  "2.1 * unproven ntp.silent",
	},
	"time rejected": {
		rules: routerRules{through: "udp dport 123 reject with icmpx type admin-prohibited;"},
		want:  "2.1 * fail ntp.blocked-by", says: "192.168.50.1",
	},
	"time refused":           {rules: routerRules{pre: `iifname "lan" udp dport 123 dnat ip to {up};`}, want: "2.1 * fail ntp.refused"},
	"time unsynchronised":    {rules: insteadOfTime("unsynced"), want: "2.1 * note ntp.unsynced"},
	"time says go away":      {rules: insteadOfTime("ntp-kiss"), want: "2.1 * note ntp.kod"},
	"time of another answer": {rules: insteadOfTime("ntp-other-question"), want: "2.1 * fail ntp.bad-reply"},
	"time an hour fast": { // the web says otherwise
		rules: insteadOfTime("ntp-hour-fast"),
		want:  "0.4 clock note ntp.disagree",
	},
	"this clock an hour slow": {
		rules: routerRules{pre: insteadOfTime("ntp-hour-fast").pre + instead("up", "80", "date-hour-fast").pre},
		want:  "0.4 clock fail clock.off", causes: "clock.off", says: "1h",
	},

	"mqtt port has a web page": {
		from: "hub", office: true, rules: routerRules{pre: `iifname "lan" tcp dport 1883 dnat ip to {web}:80;`},
		want: "6.2 *:1883 fail mqtt.not-mqtt",
	},
	"mqtt tarpit": {
		from: "hub", office: true, rules: routerRules{pre: `iifname "lan" tcp dport 1883 dnat ip to {tarpit};`},
		want: "6.2 *:1883 fail mqtt.silent",
	},
	"mqtt without TLS on the port of TLS": {
		from: "hub", forwards: `iifname "wan" tcp dport 8883 dnat ip to 192.168.50.10:1883;` + portForwards,
		want: "6.1 *:8883 fail tls.reset",
	},
	"mqtt wants a login": {
		from: "hub", forwards: `iifname "wan" tcp dport 1883 dnat ip to 192.168.50.10:1884;` + portForwards,
		want: "6.2 *:1883 pass mqtt.login",
	},
	"websocket stripped": {
		from: "hub", office: true, rules: routerRules{pre: `iifname "lan" tcp dport 8888 dnat ip to {web}:80;`},
		want: "6.2 *:8888 fail ws.upgrade-lost",
	},
	"websocket in TLS stripped": {
		from: "hub", forwards: `iifname "wan" tcp dport 8443 dnat ip to 192.168.50.10:443;` + portForwards,
		want: "6.1 *:8443 fail ws.upgrade-lost",
	},
	"hubs' office closed": {
		from: "hub", office: true, rules: routerRules{through: `tcp dport { 1883, 8883, 8443, 8888 } reject with icmp type admin-prohibited;`},
		want: "6.[12] * fail tcp.blocked-by", says: "192.168.60.1",
	},
}

// wayInFaults are of the way from the Internet to the server.
var wayInFaults = map[string]fault{
	"forwards missing": {from: "internet", forwards: "none", want: "[45].* * fail tcp.refused"},
	"forwards missing, dropped": {
		from: "internet", forwards: "none", rules: routerRules{input: `iifname "wan" drop;`},
		want: "[45].* * fail tcp.silent",
	},
	"one forward missing": {
		from: "internet", forwards: `iifname "wan" tcp dport { 80, 443, 1883, 8443, 8888 } dnat ip to 192.168.50.10;`,
		want: "4.1 *:8883 fail tcp.refused",
	},
	"forward to nobody": {
		from: "internet", forwards: `iifname "wan" tcp dport { 80, 443, 1883, 8443, 8883, 8888 } dnat ip to 192.168.50.77;`,
		want: "[45].* * fail tcp.no-host", says: "203.0.113.",
	},
	"forward to another device": {
		from: "internet", forwards: `iifname "wan" tcp dport { 80, 443, 1883, 8443, 8883, 8888 } dnat ip to 192.168.50.20;`,
		want: `
			4.[12] *      fail tcp.refused
			5.* *:443     fail cert.name
			4.* *:443     fail tls.wrong-name`,
	},
	"forward to the wrong port": {
		from: "internet", forwards: `iifname "wan" tcp dport 1883 dnat ip to 192.168.50.10:80;` + portForwards,
		want: "4.2 *:1883 fail mqtt.not-mqtt",
	},
	"second NAT": {
		from: "internet", set: (*customer).secondNAT, undo: (*customer).oneNAT,
		want: "[45].* * fail tcp.refused",
	},
	"hairpin off": {from: "lan", want: "6.[123] * fail tcp.refused"},
	"hairpin on": {
		from: "lan",
		rules: routerRules{
			pre:  `iifname "lan" ip daddr {public} tcp dport { 80, 443, 1883, 8443, 8883, 8888 } dnat ip to 192.168.50.10;`,
			post: `ip saddr 192.168.50.0/24 ip daddr 192.168.50.10 masquerade;`,
		},
		want: "6.[123] * pass -",
	},
	"broker down": {
		from: "internet", forwards: `iifname "wan" tcp dport 1883 dnat ip to 192.168.50.10:1885;` + portForwards,
		want: "4.2 *:1883 fail tcp.refused",
	},
}
