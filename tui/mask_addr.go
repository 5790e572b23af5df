package tui

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Stand-ins of addresses come from the ranges for documentation, RFC 5737 and
// 3849, and there from firstStand on: examples begin at 1.
var standNets = [][3]byte{{203, 0, 113}, {198, 51, 100}, {192, 0, 2}}

const firstStand, lastStand = 101, 254

// public tells whether an address belongs to somebody on the Internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Is4() {
		switch b := a.As4(); {
		case b[0] == 0 || b[0] >= 224: // wildcards, multicast, and masks of networks
			return false
		case check.CarrierShared(a):
			return false
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate()
}

// addr is what stands for an address; itself where it is not private.
func (m *masks) addr(a netip.Addr) netip.Addr {
	a = a.WithZone("")
	if !public(a) || m.given[a.String()] {
		return a
	}
	if a.Is4In6() {
		b := m.addr(a.Unmap()).As4()
		return netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff, 12: b[0], 13: b[1], 14: b[2], 15: b[3]})
	}
	if s, ok := m.addrs[a]; ok {
		return s
	}
	for n := 0; ; n++ {
		s := stand(n, a.Is4())
		_, taken := m.addrs[s]
		if !taken && s != a && !m.given[s.String()] {
			m.addrs[a], m.given[s.String()] = s, true
			return s
		}
	}
}

// stand is the stand-in number n.
func stand(n int, four bool) netip.Addr {
	const each = lastStand - firstStand + 1
	if four && n < each*len(standNets) {
		net := standNets[n/each]
		return netip.AddrFrom4([4]byte{net[0], net[1], net[2], byte(firstStand + n%each)})
	}
	if four { // more than anybody has: a range that is nobody's
		return netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)})
	}
	return netip.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 14: byte((n + 1) >> 8), 15: byte(n + 1)})
}

// addr6 masks the longest IPv6 address in a run of its characters.
func (m *masks) addr6(s string) string {
	const longest = 45
	for from := 0; from < len(s); from++ {
		for to := min(len(s), from+longest); to > from+1; to-- {
			if strings.Count(s[from:to], ":") < 2 {
				break
			}
			a, err := netip.ParseAddr(s[from:to])
			if err != nil {
				continue
			}
			rest := s[to:]
			if strings.Count(rest, ":") >= 2 {
				rest = m.addr6(rest)
			}
			if hardware(a) { // it holds the number of a network card
				return s[:from] + m.eui(a).String() + rest
			}
			if !public(a) {
				return s[:to] + rest
			}
			return s[:from] + m.addr(a).String() + rest
		}
	}
	return s
}

// hardware tells whether an address of a private range was made of a hardware address.
func hardware(a netip.Addr) bool {
	b := a.As16()
	return a.Is6() && !a.Is4In6() && (a.IsLinkLocalUnicast() || a.IsPrivate()) && b[11] == 0xff && b[12] == 0xfe
}

// eui is a with the stand-in of its hardware address.
func (m *masks) eui(a netip.Addr) netip.Addr {
	b := a.As16()
	const digits = "0123456789abcdef"
	var hex strings.Builder
	for i, v := range []byte{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]} {
		if i > 0 {
			hex.WriteByte(':')
		}
		hex.WriteByte(digits[v>>4])
		hex.WriteByte(digits[v&15])
	}
	mac := m.mac(hex.String())
	at := strings.Index(digits, mac[15:16])<<4 | strings.Index(digits, mac[16:17])
	copy(b[8:], []byte{0x02, 0x00, 0x5e, 0xff, 0xfe, 0x00, 0x53, byte(at)})
	return netip.AddrFrom16(b)
}

// addr4 masks an IPv4 address; with hyphens it is a part of a provider's name.
// Digits of something else may stand right before and behind it.
func (m *masks) addr4(s string) string {
	sep := "."
	if strings.Contains(s, "-") {
		sep = "-"
	}
	parts := strings.Split(s, sep)
	before, behind := tooMuch(&parts[0], false), tooMuch(&parts[3], true)
	for i, p := range parts {
		if parts[i] = strings.TrimLeft(p, "0"); parts[i] == "" {
			parts[i] = "0"
		}
	}
	a, err := netip.ParseAddr(strings.Join(parts, "."))
	if err != nil || !public(a) || m.given[a.String()] {
		return s
	}
	return before + strings.ReplaceAll(m.addr(a).String(), ".", sep) + behind
}

// tooMuch takes the digit from a number above 255 that does not belong to it.
func tooMuch(part *string, last bool) string {
	p := *part
	if n, err := strconv.Atoi(p); err != nil || n <= 255 {
		return ""
	}
	if last {
		*part = p[:len(p)-1]
		return p[len(p)-1:]
	}
	*part = p[1:]
	return p[:1]
}
