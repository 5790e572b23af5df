package wizard

import (
	"net/netip"
	"strings"
	"testing"
)

func TestValidDomain(t *testing.T) {
	for in, want := range map[string]string{
		"sops.example.com": "sops.example.com", " SOPS.Example.COM. ": "sops.example.com",
		"https://Sops.Example.com:8443/x":         "sops.example.com",
		"https://me:secret@sops.example.com/?a=b": "sops.example.com",
		"sops.example.com:443":                    "sops.example.com", "sops.example.com/admin": "sops.example.com",
		"bücher.example":     "xn--bcher-kva.example",
		"sops。example。com":   "sops.example.com",
		"r3---sn.example.de": "r3---sn.example.de", "sops.local": "sops.local",
	} {
		got, _, err := validDomain(in)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
	for in, word := range map[string]string{
		"": "type the server's name", "192.168.1.1": "is an address", "https://[2001:db8::1]:443/": "is an address", "192.168.1": "mistake",
		"sops": "sops.example.com", "localhost": "every computer", "a.localhost": "every computer", "a b.example.com": "spaces",
		"me@example.com": "mail", "*.example.com": "without *", "a_b.example.com": "underscore", "-a.example.com": "DNS", "a..example.com": "DNS",
		"a\x1b[2J.example.com": "cannot be seen", "a\u202e.example.com": "cannot be seen", "a;reboot.example.com": "DNS", "$(x).example.com": "DNS",
		"https://": "no name", strings.Repeat("a", 64) + ".example.com": "DNS", strings.Repeat("a.", 200) + "com": "DNS", strings.Repeat("a", 2000): "too long",
	} {
		if got, _, err := validDomain(in); err == nil || !strings.Contains(english(t).Error(err), word) {
			t.Errorf("%q: got %q, %v; want an error with %q", in, got, err, word)
		}
	}
}

func TestValidAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"192.168.1.20": "192.168.1.20", "10.0.0.1/24": "10.0.0.1", "::ffff:10.0.0.1": "10.0.0.1", "fd00::5": "fd00::5",
		"http://192.168.1.20:8080/": "192.168.1.20", "203.0.113.7": "203.0.113.7",
		"": "!type the server's address", "127.0.0.1": "!own address", "::1": "!own address", "169.254.1.1": "!gives itself", "fe80::1": "!gives itself",
		"fe80::1%eth0": "!leave out", "224.0.0.1": "!no address", "255.255.255.255": "!no address", "0.0.0.0": "!no address", "sops": "!no IP address", "1.2.3": "!no IP address",
	} {
		a, _, err := validLANIP(in)
		checkValid(t, in, want, addrText(a), err)
	}
	if _, r, err := validLANIP("203.0.113.7"); err != nil || r.key != "lan-public" {
		t.Errorf("public address in the LAN: %v, %v", r, err)
	}
	for in, want := range map[string]string{
		"": "", "203.0.113.5": "203.0.113.5", "2001:db8::1": "2001:db8::1",
		"10.0.0.1": "!private", "fd00::1": "!private", "100.64.0.1": "!shared", "127.0.0.1": "!own address", "x": "!no IP address",
	} {
		a, _, err := validPublicIP(in)
		checkValid(t, in, want, addrText(a), err)
	}
	for in, want := range map[string]string{
		"": "", "192.168.60.0/24": "192.168.60.0/24", "192.168.60.7/24, 10.1.0.0/16;fd00::/48": "192.168.60.0/24, 10.1.0.0/16, fd00::/48",
		"192.168.60.0/255.255.255.0": "192.168.60.0/24", "10.0.0.0/24 10.0.0.9/24": "10.0.0.0/24", "192.168.1.5/32": "192.168.1.5/32",
		"192.168.60.5": "!192.168.60.0/24", "fd00::5": "!fd00::/64", "0.0.0.0/0": "!half the Internet", "::/0": "!half the Internet", "127.0.0.0/8": "!no network",
		"192.168.60.0-192.168.60.9": "!range", "192.168.60.": "!no network", "10.0.0.0/255.0.255.0": "!no network", "10.0.0.0/33": "!no network", "fe80::1%x": "!leave out",
	} {
		list, _, err := validSubnets(in)
		checkValid(t, in, want, joinPrefixes(list), err)
	}
	if _, r, _ := validSubnets("192.168.60.7/24"); r.key != "masked" {
		t.Errorf("host bits without a word: %v", r)
	}
	for in, want := range map[string]uint16{"": 0, "1": 1, " 65535 ": 65535} {
		if n, err := validPort(in); n != want || err != nil {
			t.Errorf("port %q: %d, %v", in, n, err)
		}
	}
	for _, in := range []string{"0", "65536", "-1", "+1", "http", "4 43"} {
		if n, err := validPort(in); err == nil {
			t.Errorf("port %q taken as %d", in, n)
		}
	}
}

// checkValid compares a value, or a piece of the error after "!".
func checkValid(t *testing.T, in, want, got string, err error) {
	t.Helper()
	if word, bad := strings.CutPrefix(want, "!"); bad {
		if err == nil || !strings.Contains(english(t).Error(err), word) {
			t.Errorf("%q: got %q, %v; want an error with %q", in, got, err, word)
		}
		return
	}
	if err != nil || got != want {
		t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
	}
}

// FuzzTyped: what a field takes is safe, and taken again as it is.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{"sops.example.com", "https://[::1]:1/", "bücher.example", "a b", "xn--a.example", "192.168.0.1/24", "fe80::1%$(x)", "ß.de", "a\u200d.b", "1.2.3.4, ::1/64"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, _, err := validDomain(s); err == nil {
			again, _, err := validDomain(d)
			if err != nil || again != d || !plainLabels(d) || !strings.Contains(d, ".") {
				t.Fatalf("domain %q from %q: %q, %v", d, s, again, err)
			}
		}
		if h, _, err := validHost(s); err == nil && h != "" {
			a, aerr := netip.ParseAddr(h)
			if again, _, err := validHost(h); err != nil || again != h || aerr != nil && !plainLabels(h) || aerr == nil && a.Zone() != "" {
				t.Fatalf("host %q from %q: %q, %v", h, s, again, err)
			}
		}
		if a, _, err := validLANIP(s); err == nil && (!a.IsValid() || a.Zone() != "" || a.Is4In6()) {
			t.Fatalf("address %v from %q", a, s)
		}
		if list, _, err := validSubnets(s); err == nil {
			for _, p := range list {
				if p != p.Masked() || p.Bits() < 8 {
					t.Fatalf("network %v from %q", p, s)
				}
			}
		}
		if n, err := validName(s); err == nil && n != "" && (slug(n) == "" || strings.ContainsFunc(n, hidden)) {
			t.Fatalf("name %q from %q", n, s)
		}
		if g := slug(s); strings.ContainsAny(g, `/\ `) || strings.HasPrefix(g, ".") || slug(g) != g {
			t.Fatalf("folder %q from %q", g, s)
		}
	})
}
