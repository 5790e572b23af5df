package wizard

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Ranges that net/netip has no word for.
var (
	cgnat    = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598: shared by customers of a provider
	thisNet  = netip.MustParsePrefix("0.0.0.0/8")
	reserved = netip.MustParsePrefix("240.0.0.0/4") // with the broadcast address
)

// usable refuses addresses that no server can have.
func usable(a netip.Addr) error {
	a = a.Unmap()
	switch {
	case a.Zone() != "":
		return fmt.Errorf("leave out the part from %% on: %s", a.WithZone(""))
	case a.IsLoopback():
		return fmt.Errorf("%s is every computer's own address: type the one that other devices use", a)
	case a.IsLinkLocalUnicast():
		return fmt.Errorf("%s is an address a computer gives itself: give it a fixed one first", a)
	case a.IsMulticast() || a.IsUnspecified() || thisNet.Contains(a) || reserved.Contains(a):
		return fmt.Errorf("%s is no address of one computer: type one such as 192.168.1.20", a)
	}
	return nil
}

// address reads one address; what else may have been meant is said.
func address(s, example string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, nil
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Addr(), nil
	}
	if h := hostOf(s); h != s {
		if a, err := netip.ParseAddr(h); err == nil {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%q is no IP address: type numbers such as %s", clip(s), example)
}

// validLANIP reads the server's address in its own network.
func validLANIP(s string) (netip.Addr, remark, error) {
	s, err := typed(s)
	if err != nil {
		return netip.Addr{}, remark{}, err
	}
	if s == "" {
		return netip.Addr{}, remark{}, errors.New("type the server's address in the LAN, such as 192.168.1.20")
	}
	a, err := address(s, "192.168.1.20")
	if err != nil {
		return a, remark{}, err
	}
	if err := usable(a); err != nil {
		return netip.Addr{}, remark{}, err
	}
	if a = a.Unmap(); a.Is4() && !a.IsPrivate() && !cgnat.Contains(a) {
		return a, remark{"lan-public", nil}, nil
	}
	return a, remark{}, nil
}

// validPublicIP reads the address that the Internet knows the server by.
func validPublicIP(s string) (netip.Addr, remark, error) {
	s, err := typed(s)
	if err != nil || s == "" {
		return netip.Addr{}, remark{}, err
	}
	a, err := address(s, "the ones your provider gave you")
	if err != nil {
		return a, remark{}, err
	}
	if err := usable(a); err != nil {
		return netip.Addr{}, remark{}, err
	}
	switch a = a.Unmap(); {
	case a.IsPrivate():
		return netip.Addr{}, remark{}, fmt.Errorf("%s is a private address that the Internet cannot reach: type the public one, or leave this empty", a)
	case cgnat.Contains(a):
		return netip.Addr{}, remark{}, fmt.Errorf("%s is shared by customers of your provider, so nothing from outside arrives: ask the provider for a public address, or leave this empty", a)
	}
	return a, remark{}, nil
}

// validSubnets reads networks, separated by commas or spaces.
func validSubnets(s string) ([]netip.Prefix, remark, error) {
	s, err := typed(s)
	if err != nil {
		return nil, remark{}, err
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
	if len(words) > maxSubnets {
		return nil, remark{}, fmt.Errorf("these are %d networks: %d at most; one larger network may hold several", len(words), maxSubnets)
	}
	var out []netip.Prefix
	var say remark
	for _, w := range words {
		p, err := network(w)
		if err != nil {
			return nil, remark{}, err
		}
		if m := p.Masked(); m != p {
			say = remark{"masked", map[string]string{"was": p.String(), "network": m.String()}}
			p = m
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, say, nil
}

// network reads one network as address/size or address/mask.
func network(w string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(w)
	if err != nil {
		p, err = maskNetwork(w)
	}
	if err != nil {
		return p, err
	}
	if p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q mixes two kinds of address: type a network such as 192.168.60.0/24", clip(w))
	}
	least := 8
	if p.Addr().Is6() {
		least = 32
	}
	switch a := p.Addr(); {
	case p.Bits() < least:
		return netip.Prefix{}, fmt.Errorf("%s is half the Internet: type the hubs' own network, such as 192.168.60.0/24", w)
	case a.IsLoopback(), a.IsMulticast(), a.IsLinkLocalUnicast(), a.IsUnspecified(), thisNet.Contains(a), reserved.Contains(a):
		return netip.Prefix{}, fmt.Errorf("%s is no network of an office: type the hubs' own, such as 192.168.60.0/24", w)
	}
	return p, nil
}

// maskNetwork reads 192.168.60.0/255.255.255.0, and tells what else was meant.
func maskNetwork(w string) (netip.Prefix, error) {
	if left, right, ok := strings.Cut(w, "/"); ok {
		a, err := netip.ParseAddr(left)
		if bits, good := maskBits(right); err == nil && good && a.Is4() {
			return netip.PrefixFrom(a, bits), nil
		}
	}
	a, err := netip.ParseAddr(w)
	switch {
	case err == nil && a.Zone() != "":
		return netip.Prefix{}, fmt.Errorf("leave out the part from %% on: %s", a.WithZone(""))
	case err == nil && a.Unmap().Is4():
		p, _ := a.Unmap().Prefix(24)
		return netip.Prefix{}, fmt.Errorf("%s is one address: for its whole network type %s, for this one alone %s/32", a.Unmap(), p, a.Unmap())
	case err == nil:
		p, _ := a.Prefix(64)
		return netip.Prefix{}, fmt.Errorf("%s is one address: for its whole network type %s", a, p)
	case strings.Contains(w, "-"):
		return netip.Prefix{}, fmt.Errorf("%q is a range: type it as network and size, such as 192.168.60.0/24", clip(w))
	}
	return netip.Prefix{}, fmt.Errorf("%q is no network: type four numbers and a size, such as 192.168.60.0/24", clip(w))
}

// maskBits is the size of a netmask such as 255.255.255.0.
func maskBits(s string) (int, bool) {
	m, err := netip.ParseAddr(s)
	if err != nil || !m.Is4() {
		return 0, false
	}
	var bits strings.Builder
	for _, b := range m.As4() {
		bits.WriteString(strconv.FormatUint(uint64(b)|1<<8, 2)[1:])
	}
	n := strings.IndexByte(bits.String()+"0", '0')
	return n, !strings.Contains(bits.String()[n:], "1")
}
