package tui

import (
	"net/netip"
	"regexp"
	"strings"
)

// addressLike finds what may be an address; ParseAddr decides.
var addressLike = regexp.MustCompile(`[0-9a-fA-F:.]*[0-9a-fA-F]`)

// show is s as it may stand on the screen: cleaned, and with --mask or m without
// the names of servers and sites and without public addresses, the same on every screen.
func (d *desk) show(s string) string {
	s = clean(s)
	if !d.mask {
		return s
	}
	maskedName, maskedAddress := d.t("screens.hidden.name"), d.t("screens.hidden.address")
	names := []string{d.site.Server.Domain}
	if d.earlier { // the first question lists the saved sites
		names = append(names, d.session.Names()...)
	}
	for _, name := range names {
		if name != "" {
			s = replaceFold(s, name, maskedName)
		}
	}
	for _, src := range d.site.Sources {
		if src.Host != "" {
			s = replaceFold(s, src.Host, maskedName)
		}
	}
	return addressLike.ReplaceAllStringFunc(s, func(w string) string {
		core := strings.TrimRight(w, ":")
		a, err := netip.ParseAddr(core)
		if err != nil || !public(a) {
			return w
		}
		return maskedAddress + w[len(core):]
	})
}

func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !carrier.Contains(a.Unmap())
}

// carrier is the range of carrier-grade NAT, RFC 6598: private like RFC 1918.
var carrier = netip.MustParsePrefix("100.64.0.0/10")

func replaceFold(s, old, with string) string {
	low, old := strings.ToLower(s), strings.ToLower(old)
	if len(low) != len(s) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(low, old)
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i] + with)
		s, low = s[i+len(old):], low[i+len(old):]
	}
}
