package check

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// portal tells whether an answer in clear text is a sign-in page of the
// network in place of the server's own. It wants evidence: the status made for
// it, a redirect to a stranger that has to do with signing in, or such a page.
func portal(p page, to Target) bool {
	if p.status == http.StatusNetworkAuthenticationRequired {
		return true
	}
	body := strings.ToLower(p.body)
	if strings.Contains(body, "<wispaccessgatewayparam") || strings.Contains(strings.ToLower(p.header.Get("Link")), "captive-portal") {
		return true
	}
	if loc := p.header.Get("Location"); p.status/100 == 3 && loc != "" {
		u, err := url.Parse(loc)
		return err == nil && u.Host != "" && stranger(u.Hostname(), to.Host) && (signIn(loc) || local(u.Hostname()))
	}
	// A page that sends the reader on, or asks for a login, where nobody asked for a page.
	if p.status/100 == 2 && strings.Contains(body, "<html") {
		asks := strings.Contains(body, `type="password"`) || strings.Contains(body, `type=password`) || strings.Contains(body, "http-equiv=\"refresh\"")
		return asks && signIn(body) && !strings.Contains(body, strings.ToLower(owner(to.Host)))
	}
	return false
}

// signIn tells whether the text has to do with getting into a network.
func signIn(s string) bool {
	s = strings.ToLower(s)
	for _, w := range []string{
		"captive", "hotspot", "portal", "login", "logon", "signin", "sign-in", "sign in", "wlan", "wifi", "wi-fi",
		"guest", "authenticate", "splash", "uamip", "anmelden", "redirurl", "continue=", "switch_url",
	} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// stranger tells whether a host has another owner than the one asked for.
func stranger(host, asked string) bool {
	return !strings.EqualFold(owner(host), owner(asked))
}

// owner is the part of a name that tells whose it is: the last two labels, or the address.
func owner(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	l := strings.Split(strings.TrimSuffix(host, "."), ".")
	return strings.Join(l[max(0, len(l)-2):], ".")
}

// local tells whether a redirect leads to a device of this network.
func local(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && (a.IsPrivate() || a.IsLinkLocalUnicast()) || !strings.Contains(host, ".")
}

// portalProbe looks for a sign-in page: it asks for a page in clear text and
// judges who answers.
type portalProbe struct{}

func (portalProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	to = or(to, Target{Host: timeHost, Port: 80, Proto: "tcp"})
	res := httpProbe{}.Run(ctx, env, lim, to)
	if res.Status == Fail && res.Code != HTTPPortal && res.Code != HTTPProxyAuth {
		res.Status = Unproven // no answer is no proof of a sign-in page, nor of none
	}
	return res
}

// timeHost is the vendor's host that answers in clear text, so that nobody is
// asked whom the hubs would not ask anyway.
const timeHost = "pub.sync-sign.com"

// or is the target a row names, or the usual one where it holds only a word.
func or(to, usual Target) Target {
	if strings.ContainsAny(to.Host, ".:") || len(to.Addrs) > 0 {
		if to.Port == 0 {
			to.Port = usual.Port
		}
		return to
	}
	return usual
}
