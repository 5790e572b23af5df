package wizard

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Ranges that net/netip has no word for.
var (
	thisNet  = netip.MustParsePrefix("0.0.0.0/8")
	reserved = netip.MustParsePrefix("240.0.0.0/4") // with the broadcast address
)

// usable refuses addresses that no server can have.
func usable(a netip.Addr) error {
	a = a.Unmap()
	switch {
	case a.Zone() != "":
		return check.Say("problems.address.zone", "address", a.WithZone("").String())
	case a.IsLoopback():
		return check.Say("problems.address.loopback", "address", a.String())
	case a.IsLinkLocalUnicast():
		return check.Say("problems.address.link-local", "address", a.String())
	case a.IsMulticast() || a.IsUnspecified() || thisNet.Contains(a) || reserved.Contains(a):
		return check.Say("problems.address.kind", "address", a.String())
	}
	return nil
}

// address reads one address; what else may have been meant is said.
// key is the sentence where it is none.
func address(s, key string) (netip.Addr, error) {
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
	return netip.Addr{}, check.Say(key, "value", quoted(s))
}

// validLANIP reads the server's address in its own network.
func validLANIP(s string) (netip.Addr, remark, error) {
	s, err := typed(s)
	if err != nil {
		return netip.Addr{}, remark{}, err
	}
	if s == "" {
		return netip.Addr{}, remark{}, check.Say("problems.address.none")
	}
	a, err := address(s, "problems.address.lan")
	if err != nil {
		return a, remark{}, err
	}
	if err := usable(a); err != nil {
		return netip.Addr{}, remark{}, err
	}
	if a = a.Unmap(); a.Is4() && !a.IsPrivate() && !check.CarrierShared(a) {
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
	a, err := address(s, "problems.address.public")
	if err != nil {
		return a, remark{}, err
	}
	if err := usable(a); err != nil {
		return netip.Addr{}, remark{}, err
	}
	switch a = a.Unmap(); {
	case a.IsPrivate():
		return netip.Addr{}, remark{}, check.Say("problems.address.private", "address", a.String())
	case check.CarrierShared(a):
		return netip.Addr{}, remark{}, check.Say("problems.address.shared", "address", a.String())
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
		return nil, remark{}, check.Say("problems.network.too-many", "n", strconv.Itoa(len(words)), "max", strconv.Itoa(maxSubnets))
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
		return netip.Prefix{}, check.Say("problems.network.mixed", "value", quoted(w))
	}
	least := 8
	if p.Addr().Is6() {
		least = 32
	}
	switch a := p.Addr(); {
	case p.Bits() < least:
		return netip.Prefix{}, check.Say("problems.network.large", "value", w)
	case a.IsLoopback(), a.IsMulticast(), a.IsLinkLocalUnicast(), a.IsUnspecified(), thisNet.Contains(a), reserved.Contains(a):
		return netip.Prefix{}, check.Say("problems.network.kind", "value", w)
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
		return netip.Prefix{}, check.Say("problems.address.zone", "address", a.WithZone("").String())
	case err == nil && a.Unmap().Is4():
		p, _ := a.Unmap().Prefix(24)
		return netip.Prefix{}, check.Say("problems.network.single", "address", a.Unmap().String(), "network", p.String())
	case err == nil:
		p, _ := a.Prefix(64)
		return netip.Prefix{}, check.Say("problems.network.single6", "address", a.String(), "network", p.String())
	case strings.Contains(w, "-"):
		return netip.Prefix{}, check.Say("problems.network.range", "value", quoted(w))
	}
	return netip.Prefix{}, check.Say("problems.network.form", "value", quoted(w))
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
