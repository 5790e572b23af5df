// Package gateway recognises the router of this network from what it shows to
// everybody in it, and asks it for its address on the Internet. It reads only,
// talks to the gateway alone, and changes nothing there.
//
//	Net --Look--> Signs --Table.Guess--> Guess (a router's id, and why)
//
// What comes back is hostile: everything in Signs is bounded and clean.
package gateway

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Net is what Look may touch of the network.
type Net interface {
	// Dial opens a TCP connection or a connected UDP socket, as check.Env does.
	Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)
	// Search sends a datagram to addresses and hands every answer to each, until
	// ctx ends.
	Search(ctx context.Context, datagram []byte, to []netip.AddrPort, each func(from netip.AddrPort, answer []byte)) error
}

// Signs is what a gateway shows. Empty means: not shown.
type Signs struct {
	Address  netip.Addr
	Title    string // of its web page
	Server   string // HTTP header
	Realm    string // of its login
	Page     string // first bytes of its web page, for marks in it; never shown
	Subject  string // of its certificate: "CN=…, O=…"
	SSH      string // greeting
	UPnP     string // SSDP header SERVER
	Maker    string // UPnP description
	Model    string // UPnP description
	Name     string // by which its own name server knows it
	WAN      netip.Addr
	WANBy    string // how WAN was told: "UPnP", "NAT-PMP"
	NoWAN    bool   // it was asked, and says that it has no address on the Internet
	Mappings bool   // it offers to open ports by itself (UPnP or NAT-PMP)
}

// limits of a look; a router in the LAN answers in milliseconds, a small one
// needs a second for its page.
const (
	lookTime   = 2500 * time.Millisecond
	searchTime = 1200 * time.Millisecond
	pageBytes  = 8 << 10
	xmlBytes   = 64 << 10
	sshBytes   = 255
	signRunes  = 64
)

// Look asks the gateway at an address. It returns within three seconds.
func Look(ctx context.Context, n Net, gw netip.Addr) Signs {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	gw = gw.Unmap()
	s := Signs{Address: gw}
	if !gw.IsValid() || gw.IsLoopback() || gw.IsMulticast() || gw.IsUnspecified() {
		return s
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, ask := range []func(context.Context, Net, netip.Addr) func(*Signs){askWeb, askTLS, askSSH, askUPnP, askNATPMP, askName} {
		wg.Go(func() {
			defer func() { _ = recover() }() // a mistake of ours must not take the terminal with it
			found := ask(ctx, n, gw)
			if found == nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found(&s)
		})
	}
	wg.Wait()
	return s
}

// within ends reads and writes of c with ctx.
func within(ctx context.Context, c net.Conn) func() bool {
	return context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
}

func tcpOf(a netip.Addr) string {
	if a.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

func udpOf(a netip.Addr) string {
	if a.Is4() {
		return "udp4"
	}
	return "udp6"
}
