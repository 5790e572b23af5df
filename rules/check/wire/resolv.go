package wire

import (
	"bufio"
	"io"
	"net/netip"
	"slices"
	"strings"
)

// Bounds on files of the system: they may be a mistake, but not our end.
const (
	fileSize = 1 << 20
	fileRows = 4096
)

// parseResolv reads the name servers of a resolv.conf, at most the three that
// the C library uses.
func parseResolv(r io.Reader) []netip.AddrPort {
	var out []netip.AddrPort
	for line := range rows(r) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil && len(out) < 3 {
			if ap := netip.AddrPortFrom(a.Unmap(), 53); !slices.Contains(out, ap) {
				out = append(out, ap)
			}
		}
	}
	return out
}

// parseHosts reads the addresses of a name from a hosts file.
func parseHosts(r io.Reader, host string) []netip.Addr {
	var out []netip.Addr
	for line := range rows(r) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 || !slices.ContainsFunc(f[1:], func(n string) bool {
			return strings.EqualFold(strings.TrimSuffix(n, "."), host)
		}) {
			continue
		}
		if a, err := netip.ParseAddr(f[0]); err == nil {
			out = append(out, a.Unmap())
		}
	}
	return out
}

// rows are the lines of a file, bounded.
func rows(r io.Reader) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		s := bufio.NewScanner(io.LimitReader(r, fileSize))
		for n := 0; n < fileRows && s.Scan(); n++ {
			if !yield(s.Text()) {
				return
			}
		}
	}
}
