package router_test

import (
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// nftRouter is a router's own nftables.conf: the way out is shut for all but the
// router itself.
const nftRouter = `flush ruleset
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		iifname "br0" accept
		tcp dport 22 accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		reject
	}
}
table ip nat {
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname "eth0" masquerade
	}
}
`

func nftNAT(t *testing.T, conf string) (*natLab, natKind) {
	t.Helper()
	l := newNATLab(t)
	l.File("etc/nftables.conf", conf)
	l.restart()
	return l, natKind{
		id: "nftables/nat", inputs: map[string]string{"wan": "eth0", "lan": "br0"}, rules: l.tables, restart: l.restart, files: nftFiles,
		shown:    []string{"dnat to 192.168.178.20", `masquerade comment "SOPS in 80 443 inside"`, "ct status dnat counter packets", `comment "SOPS out 123"`, `include "/etc/sops/nft/*.nft"`},
		shownHub: []string{"policy drop", `comment "SOPS hub 8443 8883 from 192.168.60.0/24"`},
	}
}

func TestNFTRouterServer(t *testing.T) {
	l, k := nftNAT(t, nftRouter)
	l.serverSide(k)
}

func TestNFTRouterHubs(t *testing.T) {
	l, k := nftNAT(t, nftRouter)
	l.hubsSide(k)
}

// TestNFTRouterNoFilter: a router that forwards all has no chain for it; the
// guide says so and the forwards work.
func TestNFTRouterNoFilter(t *testing.T) {
	_, nat, _ := strings.Cut(nftRouter, "table ip nat")
	l, k := nftNAT(t, "flush ruleset\ntable ip nat"+nat)
	guide := natGuide(t, k.id, router.SideSite, k.inputs, webhookWants()...)
	before := k.rules()
	shows(t, l.sh(guide[router.Apply]), "nothing was entered there", "kept at a restart")
	l.wantFrom("after the guide", l.outside, "80,443,8883", "203.0.113.5", four("80", "443"))
	l.sh(guide[router.Undo])
	same(t, "after undo", k.rules(), before)
}
