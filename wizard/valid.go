package wizard

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Bounds of typed values: far above what is right, so that a pasted book
// neither fills the screen nor the file.
const (
	maxTyped   = 1000 // bytes of a field
	maxSubnets = 32   // hub networks
	maxName    = 60   // runes of a site's name
)

// remark is a short word about a good value: a key below "remarks" in the
// words. Empty means nothing to say.
type remark struct {
	key   string
	facts map[string]string
}

// odd tells whether the remark is a warning: the value is taken, and may still
// not be what was meant.
func (r remark) odd() bool {
	switch r.key {
	case "local-name", "short-name", "lan-public", "gateway", "inside":
		return true
	}
	return false
}

// typed trims a field and refuses what nobody types.
func typed(s string) (string, error) {
	switch {
	case len(s) > maxTyped:
		return "", check.Say("problems.typed.long")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, hidden):
		return "", check.Say("problems.typed.hidden")
	}
	return strings.TrimSpace(s), nil
}

// hidden tells whether r is a control, bidi or other invisible character.
func hidden(r rune) bool {
	return r != '\t' && unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == utf8.RuneError
}

// names maps what was typed to the form of a DNS look-up. Hyphens in third and
// fourth place are somebody's real names.
var names = idna.New(idna.MapForLookup(), idna.StrictDomainName(true), idna.BidiRule(), idna.CheckHyphens(false))

// validDomain reads the server's public name: ASCII, lower case, no final dot.
// A pasted address of a web page is reduced to the name in it.
func validDomain(s string) (string, remark, error) {
	s, err := typed(s)
	if err != nil {
		return "", remark{}, err
	}
	if s == "" {
		return "", remark{}, check.Say("problems.name.none")
	}
	name := hostOf(s)
	if _, err := netip.ParseAddr(name); err == nil {
		return "", remark{}, check.Say("problems.name.address", "address", name)
	}
	ascii, err := dnsName(name)
	if err != nil {
		return "", remark{}, err
	}
	fact := map[string]string{"name": ascii}
	switch {
	case strings.HasSuffix(ascii, ".local"):
		return ascii, remark{"local-name", nil}, nil
	case strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }):
		return ascii, remark{"punycode", fact}, nil
	case name != s:
		return ascii, remark{"reduced", fact}, nil
	}
	return ascii, remark{}, nil
}

// hostOf is the host in a pasted URL or in host:port; anything else stays.
func hostOf(s string) string {
	rest := s
	if i := strings.Index(rest, "://"); i >= 0 {
		rest = rest[i+3:]
	} else {
		rest = strings.TrimPrefix(rest, "//")
	}
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 && rest != s { // only a URL carries a user
		rest = rest[i+1:]
	}
	if h, ok := strings.CutPrefix(rest, "["); ok {
		if i := strings.IndexByte(h, ']'); i >= 0 {
			return h[:i]
		}
	}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && strings.Count(rest, ":") == 1 {
		rest = rest[:i]
	}
	return strings.TrimSpace(rest)
}

// portOf is the port that a pasted URL or host:port names, also by its scheme
// http; 0 for none.
func portOf(s string) uint16 {
	s = strings.TrimSpace(s)
	rest, scheme := s, ""
	if i := strings.Index(s, "://"); i >= 0 {
		scheme, rest = strings.ToLower(s[:i]), s[i+3:]
	}
	if i := strings.IndexAny(rest, `/?#\`); i >= 0 {
		rest = rest[:i]
	}
	i := strings.LastIndexByte(rest, ':')
	if i >= 0 && (strings.Count(rest, ":") == 1 || strings.HasSuffix(rest[:i], "]")) {
		n, err := strconv.ParseUint(rest[i+1:], 10, 16)
		if err == nil {
			return uint16(n)
		}
	}
	if scheme == "http" {
		return 80
	}
	return 0
}

// dnsName is the ASCII form of a whole DNS name.
func dnsName(s string) (string, error) {
	bare := strings.TrimRight(s, ".。")
	switch {
	case bare == "":
		return "", check.Say("problems.name.empty")
	case strings.ContainsFunc(bare, unicode.IsSpace):
		return "", check.Say("problems.name.spaces")
	case strings.Contains(bare, "@"):
		return "", check.Say("problems.name.mail")
	case strings.Contains(bare, "*"):
		return "", check.Say("problems.name.star")
	case strings.Contains(bare, "_"):
		return "", check.Say("problems.name.underscore")
	}
	ascii, err := names.ToASCII(bare)
	ascii = strings.TrimRight(ascii, ".")
	labels := strings.Split(ascii, ".")
	last := labels[len(labels)-1]
	switch {
	case err != nil || !plainLabels(ascii):
		return "", check.Say("problems.name.form", "value", quoted(bare))
	case strings.Trim(last, "0123456789") == "":
		return "", check.Say("problems.name.digits", "value", quoted(bare))
	case last == "localhost":
		return "", check.Say("problems.name.localhost")
	case len(labels) < 2:
		return "", check.Say("problems.name.part", "value", quoted(bare), "name", ascii)
	}
	return ascii, nil
}

// plainLabels is the last word on a name, whatever the tables of idna let pass.
func plainLabels(name string) bool {
	if len(name) > 253 {
		return false
	}
	for l := range strings.SplitSeq(name, ".") {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// validHost reads the host of a data source: a name, also a short one of the
// own network, or an address.
func validHost(s string) (string, remark, error) {
	s, err := typed(s)
	if err != nil || s == "" {
		return "", remark{}, err
	}
	h := hostOf(s)
	if a, err := netip.ParseAddr(h); err == nil {
		if err := usable(a); err != nil {
			return "", remark{}, err
		}
		return a.Unmap().String(), remark{}, nil
	}
	if !strings.Contains(h, ".") {
		ascii, err := names.ToASCII(h)
		if err != nil || ascii == "localhost" || !plainLabels(ascii) || strings.Trim(ascii, "0123456789") == "" {
			return "", remark{}, check.Say("problems.host", "value", quoted(h))
		}
		return ascii, remark{"short-name", nil}, nil
	}
	ascii, err := dnsName(h)
	if err != nil {
		return "", remark{}, err
	}
	if ascii != s {
		return ascii, remark{"reduced", map[string]string{"name": ascii}}, nil
	}
	return ascii, remark{}, nil
}

// validPort reads a port; 0 for none.
func validPort(s string) (uint16, error) {
	s, err := typed(s)
	if err != nil || s == "" {
		return 0, err
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return 0, check.Say("problems.port", "value", quoted(s))
	}
	return uint16(n), nil
}

// validName reads the name of a site, for people; it may be empty.
func validName(s string) (string, error) {
	s, err := typed(s)
	if err != nil {
		return "", err
	}
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case utf8.RuneCountInString(s) > maxName:
		return "", check.Say("problems.site-name.long", "max", strconv.Itoa(maxName))
	case s != "" && slug(s) == "":
		return "", check.Say("problems.site-name.letters")
	}
	return s, nil
}

// quoted is what was typed, in quotes, inside a sentence.
func quoted(s string) string { return strconv.Quote(clip(s)) }

// clip shortens what was typed, to be shown in a sentence.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
