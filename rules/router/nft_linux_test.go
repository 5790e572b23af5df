package router_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// nftHost is a host's own nftables.conf: all is dropped but SSH, the last rule
// rejects, and there is a drop of a block list in the middle.
const nftHost = `#!/usr/sbin/nft -f
flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		ip saddr 192.0.2.66 drop
		tcp dport 22 accept comment "our SSH"
		tcp dport 9998 accept comment "not SOPS in 80 443"
		reject
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
	chain output {
		type filter hook output priority filter; policy accept;
	}
}`

const nftFiles = "/etc/nftables.conf /etc/sops /etc/sops/nft /etc/sops/nft/*"

// newNFTLab is a host that loaded such a file.
func newNFTLab(t *testing.T, conf string) *hostLab {
	t.Helper()
	l := newHostLab(t)
	l.File("etc/nftables.conf", conf)
	l.restart()
	l.listen(l.host, hostPorts)
	l.listen(l.outside, "443,8433,8080")
	return l
}

// restart loads nothing but what is kept.
func (l *hostLab) restart() {
	l.t.Helper()
	l.sh("nft flush ruleset; nft -f /etc/nftables.conf")
}

// lines are the lines of a ruleset without their order: rules that accept
// different ports may stand in any.
func lines(s string) string {
	l := strings.Split(s, "\n")
	slices.Sort(l)
	return strings.Join(l, "\n")
}

func TestNFTHost(t *testing.T) {
	l := newNFTLab(t, nftHost)
	guide := hostGuide(t, "nftables/host", "open", inboundWants()...)
	before, kept := l.tables(), l.files(nftFiles)
	l.wantOpen("before the guide", both("22"))

	shows(t, l.sh(guide[router.Apply]), "Entered, and kept at a restart.")
	l.wantOpen("after the guide", allOpen)
	shows(t, l.sh(guide[router.Verify]), "policy drop", "tcp dport { 80, 443 } counter packets 1", `comment "SOPS in 1883 8888"`, `include "/etc/sops/nft/*.nft"`)
	once, written := l.tables(), l.files(nftFiles)
	l.sh(guide[router.Apply])
	same(t, "a second paste", l.tables(), once)
	same(t, "files after a second paste", l.files(nftFiles), written)

	l.restart()
	same(t, "after a restart", lines(l.tables()), lines(once))
	l.wantOpen("after a restart", allOpen)

	for _, time := range []string{"first", "second"} {
		l.grumble(guide[router.Undo])
		same(t, "after the "+time+" undo", l.tables(), before)
		// sed ends the last line of the file, and no other byte differs.
		same(t, "files after the "+time+" undo", strings.TrimSpace(l.files(nftFiles)), strings.TrimSpace(kept))
	}
	l.wantOpen("after undo", both("22"))
	l.restart()
	same(t, "after undo and a restart", l.tables(), before)
}

// TestNFTHostFewer: a guide for what is missing leaves the rules of an earlier
// guide alone, in its undo too.
func TestNFTHostFewer(t *testing.T) {
	l := newNFTLab(t, nftHost)
	all, one := hostGuide(t, "nftables/host", "open", inboundWants()...), hostGuide(t, "nftables/host", "open", inboundWants()[0])
	l.sh(all[router.Apply])
	once := lines(l.tables())
	l.sh(one[router.Apply])
	same(t, "after a guide for one row", lines(l.tables()), once)
	l.sh(one[router.Undo])
	l.wantOpen("after undo of one row", both("22", "80", "443", "1883", "8888"))
	l.restart()
	l.wantOpen("after a restart", both("22", "80", "443", "1883", "8888"))
}

// TestNFTHostForeignFile: where the file does not make the chain, a line in it
// would keep the whole file from loading. It is taken out again, and said.
func TestNFTHostForeignFile(t *testing.T) {
	l := newNFTLab(t, nftHost)
	l.File("etc/nftables.conf", "flush ruleset\ntable inet other {\n}\n")
	kept := l.files("/etc/nftables.conf")
	guide := hostGuide(t, "nftables/host", "open", inboundWants()...)
	shows(t, l.grumble(guide[router.Apply]), "Entered, but lost at a restart")
	l.wantOpen("after the guide", allOpen)
	same(t, "the file", l.files("/etc/nftables.conf"), kept)
	l.grumble(guide[router.Undo])
	l.wantOpen("after undo", both("22"))
}

func TestNFTHostOutbound(t *testing.T) {
	l := newNFTLab(t, strings.Replace(nftHost, "priority filter; policy accept;", "priority filter; policy drop; ct state established,related accept; meta l4proto { icmp, ipv6-icmp } accept", 1))
	guide := hostGuide(t, "nftables/host", "closed", outboundWants()...)
	before := l.tables()
	if got := l.open(l.host, "443,8433,8080", "10.77.0.2", "fd77::2"); got != "" {
		t.Fatalf("before the guide: got open %q, want none", got)
	}
	l.sh(guide[router.Apply])
	if got, want := l.open(l.host, "443,8433,8080", "10.77.0.2", "fd77::2"), both("443", "8433"); got != want {
		t.Errorf("after the guide: got open %q, want %q", got, want)
	}
	shows(t, l.sh(guide[router.Verify]), `udp dport 123`, `comment "SOPS DNS"`)
	l.sh(guide[router.Undo])
	same(t, "after undo", l.tables(), before)
}
