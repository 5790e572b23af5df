package check

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// portal tells whether an answer in clear text is a sign-in page of the
// network in place of the server's own. It wants evidence: the status made for
// it, a redirect to a stranger that has to do with signing in, or such a page.
func portal(p page, to Target) bool {
	if announced(p) {
		return true
	}
	body := strings.ToLower(p.body)
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

// portalProbe looks for a sign-in page: it asks in clear text and judges who
// answers. Two hosts of different owners are asked, one of which always gives
// the same answer: if that answer does not come, somebody else gave it.
type portalProbe struct{}

// challenge is a host whose answer in clear text is known: it sends everybody
// to its own encrypted page.
const challenge = "github.com"

// witness is what came of asking one host.
type witness struct {
	to   Target
	page page
	ok   bool // there is an answer
	res  Result
}

func (portalProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	if strings.ContainsAny(to.Host, ".:") || len(to.Addrs) > 0 {
		to.Port = cmp.Or(to.Port, 80)
		w := ask80(ctx, env, lim, to)
		w.res.fact("host", to.Host)
		if w.ok {
			w.res.judge(w.page, to, false)
		}
		w.res.unproven()
		return w.res
	}
	progress(env, HTTPSilent)
	both := make([]witness, 2)
	var wg sync.WaitGroup
	for i, host := range []string{timeHost, challenge} {
		wg.Go(func() {
			both[i] = ask80(ctx, quietEnv{env}, lim, Target{Host: host, Port: 80, Proto: "tcp", Public: true})
			both[i].res.fact("host", host)
		})
	}
	wg.Wait()
	return overrule(both[0], both[1])
}

// ask80 asks one host for its page, once for all rows that want it. A failure
// is not taken over: the row looks itself. It does not wait for one that is long
// in coming either: its own two looks must fit into its time.
func ask80(ctx context.Context, env Env, lim Limits, to Target) witness {
	s := sharedOf(env)
	if s == nil {
		return askPage(ctx, env, lim, to)
	}
	progress(env, HTTPSilent)
	mine := false
	wait, end := context.WithTimeout(ctx, lim.Second)
	defer end()
	w, done := s.pages.do(wait, fmt.Sprintf("%+v", to), func() witness {
		mine = true
		all, cancel := context.WithTimeout(s.ctx, lim.Row)
		defer cancel()
		return askPage(all, quietEnv{s}, lim, to)
	})
	if !done || !w.ok && !mine {
		return askPage(ctx, env, lim, to)
	}
	w.res = w.res.clone()
	return w
}

func askPage(ctx context.Context, env Env, lim Limits, to Target) witness {
	c, res := open(ctx, env, lim, to)
	w := witness{to: to}
	if c != nil {
		w.page, w.ok = fetch(ctx, env, lim, c, to, &res)
		_ = c.Close()
	}
	res.settle(ctx)
	w.res = res
	return w
}

// unproven makes a failure that says nothing of sign-in pages just that.
func (r *Result) unproven() {
	if r.Status == Fail && r.Code != HTTPPortal && r.Code != HTTPProxyAuth {
		r.Status = Unproven // no answer is no proof of a sign-in page, nor of none
	}
}

// overrule is the verdict of two witnesses, the second of which has a known answer.
func overrule(plain, known witness) Result {
	own, foreign := known.own()
	switch {
	case known.ok && announced(known.page), known.ok && foreign && plain.ok && same(plain, known):
		known.res.judge(known.page, known.to, false)
		known.res.fail(HTTPPortal)
		return known.res
	case own && plain.ok:
		// Its own answer came in clear text: nothing stands in front of the Internet.
		// Whatever the other says is then about the other.
		plain.res.judge(plain.page, plain.to, false)
		if plain.res.Code == HTTPPortal {
			plain.res.note(HTTPOtherServer, "expected", plain.to.Host)
		}
		return plain.res
	case own:
		known.res.judge(known.page, known.to, false)
		return known.res
	case plain.ok:
		plain.res.judge(plain.page, plain.to, false)
		if plain.res.Status == Pass && foreign {
			known.res.judge(known.page, known.to, false)
			known.res.note(HTTPBlocked)
			return known.res
		}
		return plain.res
	case foreign:
		known.res.judge(known.page, known.to, false)
		if known.res.Status == Pass {
			known.res.note(HTTPOtherServer, "expected", known.to.Host)
		}
		return known.res
	case known.ok:
		known.res.judge(known.page, known.to, false)
		known.res.unproven()
		return known.res
	}
	plain.res.unproven()
	return plain.res
}

// own tells whether the known answer came, or a stranger's: a redirect to
// another owner, or a page where there is none.
func (w witness) own() (own, foreign bool) {
	if !w.ok {
		return false, false
	}
	u, err := url.Parse(w.page.header.Get("Location"))
	if w.page.status/100 == 3 && err == nil {
		mine := strings.EqualFold(owner(u.Hostname()), owner(w.to.Host))
		return mine, !mine
	}
	return false, strings.Contains(strings.ToLower(w.page.body), "<html") || announced(w.page)
}

// announced tells whether a sign-in page says itself that it is one: by the
// status made for it (RFC 6585), the WISPr protocol, or a link to it (RFC 8908).
func announced(p page) bool {
	return p.status == http.StatusNetworkAuthenticationRequired ||
		strings.Contains(strings.ToLower(p.body), "<wispaccessgatewayparam") ||
		strings.Contains(strings.ToLower(p.header.Get("Link")), "captive-portal")
}

// same tells whether two hosts of different owners give one answer.
func same(a, b witness) bool {
	la, lerr := url.Parse(a.page.header.Get("Location"))
	lb, berr := url.Parse(b.page.header.Get("Location"))
	if a.page.status/100 == 3 && b.page.status/100 == 3 && lerr == nil && berr == nil {
		return la.Hostname() != "" && strings.EqualFold(la.Hostname(), lb.Hostname())
	}
	return a.page.status == b.page.status && a.page.body != "" && a.page.body == b.page.body
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
