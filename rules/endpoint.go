package rules

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// bareKinds check this computer's own network and have no port.
var bareKinds = []string{"route", "gateway", "dns", "clock", "portal"}

// pathKinds ask for a page and may have a path.
var pathKinds = []string{"http", "https", "https-public", "ws", "wss"}

// hosts reads the names of a row; inbound rows are for the server alone.
func (l *loader) hosts(n *yaml.Node, proto string, from Place) []string {
	var out []string
	for _, e := range l.list(n, "hosts", maxHosts) {
		s := l.text(e, "host", 253)
		switch {
		case s == "" || !l.host(e, s, proto, from):
		case slices.Contains(out, s):
			l.say(e.Line, "host %q is twice in the row: keep one", s)
		default:
			out = append(out, s)
		}
	}
	return out
}

// host says what is wrong with s, if anything.
func (l *loader) host(n *yaml.Node, s, proto string, from Place) bool {
	switch {
	case proto == "ip":
		if !idForm.MatchString(s) {
			l.say(n.Line, "host %q: a row with proto ip names what it looks at in one word, such as gateway", clip(s))
			return false
		}
		return true
	case from == FromInternet && s != DomainToken:
		l.say(n.Line, "host %q: a way in leads to the server: write %q", clip(s), DomainToken)
		return false
	case s == DomainToken:
		return true
	}
	want := hostWant(s)
	if want != "" {
		l.say(n.Line, "host %q: %s", clip(s), want)
	}
	return want == ""
}

// hostWant tells what would be right; empty when s is a DNS name or an address.
func hostWant(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" || a.Is4In6() || a.String() != s {
			return "write the address as " + a.Unmap().WithZone("").String()
		}
		return ""
	}
	switch {
	case strings.Contains(s, "://") || strings.ContainsAny(s, "/:"):
		return "write the name alone, without https://, port and path"
	case strings.Contains(s, "*"):
		return "a check needs a real name: write each name on its own"
	case strings.ContainsFunc(s, func(r rune) bool { return r > 127 }):
		return "write the name in its ASCII form (xn--…)"
	case s != strings.ToLower(s):
		return "write it in small letters"
	case strings.HasSuffix(s, "."):
		return "leave out the point at the end"
	case !dnsName(s):
		return `want a name such as "up.example.com", an IP address, or "` + DomainToken + `" for the server`
	}
	return ""
}

func dnsName(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || len(s) > 253 {
		return false
	}
	for _, label := range labels {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != "" // not a mistyped address
}

// ports reads "port: kind" or "port: {kind: …, path: …}" in the file's order.
func (l *loader) ports(n *yaml.Node, proto string) []Port {
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.MappingNode || len(n.Content) == 0:
		l.say(n.Line, "ports must be written as {443: https}")
		return nil
	case len(n.Content)/2 > maxPorts:
		l.say(n.Line, "ports has %d entries: %d at most", len(n.Content)/2, maxPorts)
		return nil
	}
	var out []Port
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		p, ok := l.port(k, n.Content[i+1], proto)
		switch {
		case !ok:
		case slices.ContainsFunc(out, func(o Port) bool { return o.Number == p.Number }):
			l.say(k.Line, "port %d is twice in the row: keep one", p.Number)
		default:
			out = append(out, p)
		}
	}
	return out
}

func (l *loader) port(k, v *yaml.Node, proto string) (p Port, ok bool) {
	num, err := strconv.ParseUint(k.Value, 10, 16)
	if k.Kind != yaml.ScalarNode || err != nil || strconv.FormatUint(num, 10) != k.Value {
		l.say(k.Line, "port %q: want a number from 1 to 65535", clip(k.Value))
		return p, false
	}
	p.Number = uint16(num)
	kind := v
	if v.Kind == yaml.MappingNode {
		m := l.mapping(v, "the port", []string{"kind"}, []string{"path"})
		if kind = m["kind"]; kind == nil {
			return p, false
		}
		if p.Path = l.path(m["path"]); m["path"] != nil && p.Path == "" {
			return p, false
		}
	}
	p.Kind = l.text(kind, "check", 20)
	return p, p.Kind != "" && l.kind(kind, p, proto)
}

// kind says what is wrong with a port's check, if anything.
func (l *loader) kind(n *yaml.Node, p Port, proto string) bool {
	bare := slices.Contains(bareKinds, p.Kind)
	switch {
	case !slices.Contains(l.kinds, p.Kind):
		l.say(n.Line, "check %q: want one of %s", clip(p.Kind), strings.Join(l.kinds, ", "))
	case p.Path != "" && !slices.Contains(pathKinds, p.Kind):
		l.say(n.Line, "check %q has no path: only %s have one", p.Kind, strings.Join(pathKinds, ", "))
	case proto == "":
		return true // said already
	case bare != (proto == "ip"):
		l.say(n.Line, "check %q does not fit proto %s: %s go with proto ip, all others with tcp or udp", p.Kind, proto, strings.Join(bareKinds, ", "))
	case bare != (p.Number == 0):
		l.say(n.Line, "port %d: want a number from 1 to 65535, and 0 with proto ip alone", p.Number)
	case (p.Kind == "ntp") != (proto == "udp"):
		l.say(n.Line, "check %q does not fit proto %s: ntp goes with udp, all others with tcp", p.Kind, proto)
	default:
		return true
	}
	return false
}

func (l *loader) path(n *yaml.Node) string {
	s := l.text(n, "path", maxText)
	if s == "" {
		return ""
	}
	if s[0] != '/' || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		l.say(n.Line, "path %q: want a path such as /health", clip(s))
		return ""
	}
	return s
}
