package router_test

import (
	"maps"
	"net/netip"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// natLab makes the host of the lab a router with a LAN behind it:
//
//	outside 10.77.0.2 ==== eth0 10.77.0.1, 203.0.113.5 router br0 192.168.178.1 ==== server .20
//	                                                       192.168.60.1         |=== PC .30
//	                                                                            |=== hub 192.168.60.2
//
// The server has the listeners; the router has its own SSH and a page on 443.
type natLab struct {
	*hostLab
	server, pc, hub string
}

func newNATLab(t *testing.T, tools ...string) *natLab {
	t.Helper()
	l := &natLab{hostLab: newHostLab(t, tools...)}
	l.server, l.pc, l.hub = l.Space("server"), l.Space("pc"), l.Space("hub")
	l.Forwards(l.host)
	l.IP(l.host, `link add br0 type bridge
link set br0 up
addr add 192.168.178.1/24 dev br0
addr add 192.168.60.1/24 dev br0
addr add 203.0.113.5/32 dev eth0`)
	for ns, ip := range map[string]string{l.server: "192.168.178.20", l.pc: "192.168.178.30", l.hub: "192.168.60.2"} {
		port := "lan" + ip[len(ip)-2:]
		l.IP(l.host, "link add "+port+" type veth peer name eth0 netns "+ns+"\nlink set "+port+" master br0 up")
		gateway := ip[:strings.LastIndex(ip, ".")] + ".1"
		l.IP(ns, "addr add "+ip+"/24 dev eth0\nlink set eth0 up\nroute add default via "+gateway)
	}
	// Somebody at the provider may send packets for the LAN itself.
	l.IP(l.outside, "route add 203.0.113.5/32 via 10.77.0.1\nroute add 192.168.178.0/24 via 10.77.0.1")
	l.listen(l.server, hostPorts)
	l.listen(l.host, "22,443")
	l.listen(l.outside, "443,8433,8080,8883,8443,80")
	return l
}

// natGuide is the guide of a router in front of the server, or of the hubs.
func natGuide(t *testing.T, id string, side router.Side, inputs map[string]string, wants ...router.Want) map[router.Part]string {
	t.Helper()
	site := webSite()
	site.Outbound = "closed"
	site.Hubs = append(site.Hubs, netip.MustParsePrefix("fd99::/64"))
	in := maps.Clone(inputs)
	if side != router.SideHubs {
		in["net"] = "192.168.178.0/24"
	}
	return codeOf(t, id, router.Request{Side: side, Site: site, Inputs: in, Wants: wants})
}

// wantFrom compares what is open at an address from one of the namespaces.
func (l *natLab) wantFrom(when, from, ports, host, want string) {
	l.t.Helper()
	if got := l.open(from, ports, host); got != want {
		l.t.Errorf("%s: got open %q at %s, want %q", when, got, host, want)
	}
}

// natKind is one firewall program on a router.
type natKind struct {
	id       string
	inputs   map[string]string
	rules    func() string // what the kernel holds
	restart  func()        // loads nothing but what is kept
	files    string        // that keep it
	shown    []string      // by verify, of the server's guide
	shownHub []string      // and of the hubs'
}

// serverSide pastes the guide for a router in front of the server and asks from
// outside, from the LAN and from the server.
func (l *natLab) serverSide(k natKind) {
	l.t.Helper()
	guide := natGuide(l.t, k.id, router.SideServer, k.inputs, append(inboundWants(), outboundWants()...)...)
	before, kept := k.rules(), l.files(k.files)
	closed := func(when string) {
		l.t.Helper()
		l.wantFrom(when+", from outside", l.outside, hostPorts, "203.0.113.5", four("22"))
		l.wantFrom(when+", from inside", l.pc, hostPorts, "203.0.113.5", four("22", "443"))
		l.wantFrom(when+", from the server", l.server, "443,8433,8080", "10.77.0.2", "")
	}
	open := func(when string) {
		l.t.Helper()
		all := four("22", "80", "443", "1883", "8443", "8883", "8888")
		l.wantFrom(when+", from outside", l.outside, hostPorts, "203.0.113.5", all)
		l.wantFrom(when+", from outside past the forward", l.outside, hostPorts, "192.168.178.20", "")
		l.wantFrom(when+", from inside by the public address", l.pc, hostPorts, "203.0.113.5", all)
		l.wantFrom(when+", the router's own page", l.pc, "443,8883", "192.168.178.1", four("443"))
		l.wantFrom(when+", from the server", l.server, "443,8433,8080", "10.77.0.2", four("443", "8433"))
		l.wantFrom(when+", from another computer", l.pc, "443,8433,8080", "10.77.0.2", "")
	}
	closed("before the guide")

	l.sh(guide[router.Apply])
	open("after the guide")
	shows(l.t, l.sh(guide[router.Verify]), k.shown...)
	once, written := k.rules(), l.files(k.files)
	l.sh(guide[router.Apply])
	same(l.t, "a second paste", k.rules(), once)
	same(l.t, "files after a second paste", l.files(k.files), written)
	k.restart()
	same(l.t, "after a restart", lines(k.rules()), lines(once))
	open("after a restart")

	for _, time := range []string{"first", "second"} {
		l.sh(guide[router.Undo])
		same(l.t, "after the "+time+" undo", k.rules(), before)
		same(l.t, "files after the "+time+" undo", l.files(k.files), kept)
	}
	closed("after undo")
	k.restart()
	same(l.t, "after undo and a restart", k.rules(), before)
}

// hubsSide does the same for the router of the hubs: they only call out.
func (l *natLab) hubsSide(k natKind) {
	l.t.Helper()
	guide := natGuide(l.t, k.id, router.SideHubs, k.inputs, hubWants()...)
	before, kept := k.rules(), l.files(k.files)
	const ports = "80,443,8443,8883"
	l.wantFrom("before the guide", l.hub, ports, "10.77.0.2", "")
	l.sh(guide[router.Apply])
	l.wantFrom("after the guide", l.hub, ports, "10.77.0.2", four("80", "8443", "8883"))
	l.wantFrom("after the guide, from another computer", l.pc, ports, "10.77.0.2", "")
	l.wantFrom("after the guide, from outside", l.outside, hostPorts, "203.0.113.5", four("22"))
	shows(l.t, l.sh(guide[router.Verify]), k.shownHub...)
	once := k.rules()
	l.sh(guide[router.Apply])
	same(l.t, "a second paste", k.rules(), once)
	k.restart()
	l.wantFrom("after a restart", l.hub, ports, "10.77.0.2", four("80", "8443", "8883"))
	l.sh(guide[router.Undo])
	same(l.t, "after undo", k.rules(), before)
	same(l.t, "files after undo", l.files(k.files), kept)
}
