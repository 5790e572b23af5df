package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// otherBook is a rule book whose inbound rows are of other kinds than the
// manual's: UDP, and SSH.
const otherBook = `id: server-in-hubs
code: "4"
title: In
origin: ours
from: internet
rows:
  - {id: time, code: "4.1", proto: udp, hosts: ["{domain}"], ports: {123: ntp, 4460: ntp, 5683: ntp}, destination: server, function: UDP, importance: required, source: "https://example.com/"}
  - {id: shell, code: "4.2", proto: tcp, hosts: ["{domain}"], ports: {22: ssh}, destination: server, function: SSH, importance: required, source: "https://example.com/"}
  - {id: web, code: "4.3", proto: tcp, hosts: ["{domain}"], ports: {80: http, 123: tcp}, destination: server, function: web, importance: required, source: "https://example.com/"}
`

// sources is there since both tables are asked for.
const otherSources = `id: server-in-sources
code: "5"
title: In
origin: ours
from: internet
rows:
  - {id: more, code: "5.1", proto: tcp, hosts: ["{domain}"], ports: {443: https}, destination: server, function: web, importance: required, source: "https://example.com/"}
`

const (
	udpForwards  = `iifname "wan" udp dport { 123, 4460, 5683 } dnat ip to 192.168.50.10;`
	tcpForwards  = `iifname "wan" tcp dport { 22, 80, 123, 443 } dnat ip to 192.168.50.10;`
	sillyForward = `iifname "wan" udp dport { 123, 4460 } dnat ip to 192.168.50.20;` + udpForwards + tcpForwards
)

var otherWaysIn = map[string]wayIn{
	"proven": {forwards: udpForwards + tcpForwards, outside: proven, server: proven, ends: true},
	"IPv6 alone": {
		name: "six.", forwards: "none", rules: routerRules{input: `iifname "wan" ip version 4 drop;`}, outside: proven, server: proven, ends: true,
	},
	"IPv4 silent": {
		name: "both.", forwards: "none", rules: routerRules{input: `iifname "wan" ip version 4 drop;`}, outside: "note tcp.family", server: "note tcp.family", ends: true,
	},
	"UDP is not forwarded": {
		forwards: tcpForwards, rules: routerRules{input: `iifname "wan" drop;`}, outside: proven, server: proven,
		but:     map[string]string{"4.1 :123": "fail in.silent", "4.1 :4460": "fail in.silent", "4.1 :5683": "fail in.silent"},
		butHere: map[string]string{"4.1 :123": notYet, "4.1 :4460": notYet, "4.1 :5683": notYet},
	},
	"nothing is forwarded": {
		forwards: "none", rules: routerRules{input: `iifname "wan" drop;`}, outside: "fail in.silent",
		but: map[string]string{"4.1 :123": "unproven in.silent", "4.1 :4460": "unproven in.silent", "4.1 :5683": "unproven in.silent"},
	},
	"refused": {forwards: "none", outside: "fail tcp.refused"},
	"another host": { // which has a time server on one of the ports
		forwards: sillyForward, outside: proven, server: proven,
		set: func(c *customer) {
			c.time(c.device)
		},
		but:     map[string]string{"4.1 :123": "fail in.other-machine", "4.1 :4460": "fail tcp.refused"},
		butHere: map[string]string{"4.1 :123": notYet, "4.1 :4460": notYet},
	},
	"services hold ports": {
		forwards: udpForwards + tcpForwards, outside: proven, server: proven,
		set:     (*customer).holders,
		but:     map[string]string{"4.1 :123": "unproven in.unnamed"},
		butHere: map[string]string{"4.1 :123": notYet, "4.2 :22": notYet},
	},
	"another SSH server": {
		forwards: `iifname "wan" tcp dport 22 dnat ip to 192.168.50.20;` + udpForwards + tcpForwards, outside: proven, server: proven,
		set: func(c *customer) {
			c.holders()
			c.sshd(c.device, "device")
		},
		but:     map[string]string{"4.1 :123": "unproven in.unnamed", "4.2 :22": "fail in.other-machine"},
		butHere: map[string]string{"4.1 :123": notYet, "4.2 :22": notYet},
	},
}

// holders are services of the server that hold an SSH and a UDP port.
func (c *customer) holders() {
	c.sshd(c.server, "server")
	c.time(c.server)
}

// time is a time server.
func (c *customer) time(ns string) {
	name := filepath.Join(c.net.Dir, ns+"-"+filepath.Base(c.t.Name()))
	c.net.Daemon(ns, "chronyd", "-d", "-x", "-u", "root", "-f", c.net.File(name+".conf",
		"local stratum 2\nallow all\ncmdport 0\nport 123\npidfile "+name+".pid\nbindcmdaddress /\n"))
	c.net.Await(ns, "123/udp")
}

// sshd is an SSH server with two keys of its own.
func (c *customer) sshd(ns, name string) {
	conf := "Port 22\nMaxStartups 500\nPidFile none\nUsePAM no\n"
	for _, kind := range []string{"ed25519", "rsa"} {
		key := filepath.Join(c.net.Dir, fmt.Sprint(name, c.n, filepath.Base(c.t.Name()), kind))
		c.net.Must("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key)
		conf += "HostKey " + key + "\n"
	}
	c.net.Daemon(ns, "/usr/sbin/sshd", "-D", "-e", "-f", c.net.File(fmt.Sprint(name, c.n, ".sshd"), conf))
	c.net.Await(ns, "22/tcp")
}

// TestLabProofBook proves rows of UDP and SSH, of a rule book that is not ours.
func TestLabProofBook(t *testing.T) {
	l, free := newLabPool(t)
	l.sixOutside()
	l.file("book/4.yaml", otherBook)
	l.file("book/5.yaml", otherSources)
	for _, c := range l.customers {
		c.sopsDown()
		c.book = filepath.Join(l.dir, "book")
	}
	for _, name := range slices.Sorted(maps.Keys(otherWaysIn)) {
		w := otherWaysIn[name]
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			c := <-free
			defer func() { free <- c }()
			c.as(t).tries(w, l.outside)
		})
	}
}

// TestLabProofBookLoss loses every fifth packet each way.
func TestLabProofBookLoss(t *testing.T) {
	l, free := newLabPool(t)
	l.file("book/4.yaml", otherBook)
	l.file("book/5.yaml", otherSources)
	for _, c := range l.customers {
		c.sopsDown()
		c.book = filepath.Join(l.dir, "book")
		c.rules(c.router, routerRules{pre: udpForwards + tcpForwards})
		c.line.Set(netlab.Trouble{Loss: 0.2})
	}
	for i := range 8 {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			c := <-free
			defer func() { free <- c }()
			c.as(t).proofOnLossyLine(l.outside, false)
		})
	}
}
