// Package wire is the world of package check: real sockets, the system's name
// servers, routes and proxy.
//
//	check.Runner --check.Env--> wire.Env --sockets, procfs, resolv.conf--> the network
package wire

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Config is what an Env is made of. Its zero value asks no proxy, trusts the
// system's authorities and reads the system's name servers.
type Config struct {
	Env       func(string) string // the environment: HTTPS_PROXY and the like, SSL_CERT_FILE is Go's own; nil means none
	Roots     *x509.CertPool      // nil means the system's
	Resolvers []netip.AddrPort    // in place of the system's; nil means those
	Now       func() time.Time    // the local clock
}

// Env is the real network. It is safe for concurrent use.
type Env struct {
	roots     *x509.CertPool
	ownStore  bool
	now       func() time.Time
	proxy     func(*url.URL) (*url.URL, error)
	resolvers []netip.AddrPort
	routes    [2]route // of IPv4 and IPv6
}

// route is what is known of a family's default route.
type route struct {
	exists  bool
	gateway netip.Addr // invalid where the route has none, or nobody tells
}

var _ check.Env = (*Env)(nil)

// New reads the system once: an Env is made for one run of checks, so that a
// change of network is seen by the next.
func New(cfg Config) *Env {
	e := &Env{roots: cfg.Roots, now: cfg.Now, resolvers: cfg.Resolvers, routes: defaultRoutes()}
	if e.now == nil {
		e.now = time.Now
	}
	e.ownStore = e.roots != nil
	if cfg.Env != nil && !e.ownStore {
		e.ownStore = ownStore(cfg.Env("SSL_CERT_FILE"))
	}
	if e.resolvers == nil {
		e.resolvers = systemResolvers()
	}
	if cfg.Env != nil {
		e.proxy = proxyConfig(cfg.Env).ProxyFunc()
	}
	return e
}

func proxyConfig(env func(string) string) *httpproxy.Config {
	first := func(names ...string) string {
		for _, n := range names {
			if v := env(n); v != "" {
				return v
			}
		}
		return ""
	}
	all := first("ALL_PROXY", "all_proxy")
	c := &httpproxy.Config{
		HTTPProxy:  first("http_proxy", "HTTP_PROXY"),
		HTTPSProxy: first("HTTPS_PROXY", "https_proxy"),
		NoProxy:    first("NO_PROXY", "no_proxy"),
	}
	if c.HTTPProxy == "" {
		c.HTTPProxy = all
	}
	if c.HTTPSProxy == "" {
		c.HTTPSProxy = all
	}
	return c
}

// Proxy is the environment's proxy for host:port. Port 80 is asked for as
// http, any other as https, as programs do. An unusable setting is none.
func (e *Env) Proxy(host string, port uint16) *url.URL {
	if e.proxy == nil {
		return nil
	}
	u := &url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(int(port)))}
	if port == 80 {
		u.Scheme = "http"
	}
	via, err := e.proxy(u)
	if err != nil || via == nil || via.Hostname() == "" || strings.HasPrefix(via.Path, "//") {
		return nil
	}
	return via
}

// Resolvers are the configured name servers, in order.
func (e *Env) Resolvers() []netip.AddrPort { return e.resolvers }

// SystemLookup asks the operating system's own resolver: hosts file, VPN, and
// whatever else it knows.
func (e *Env) SystemLookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if addrs := hosts(host); len(addrs) > 0 {
		return addrs, nil
	}
	// The trailing dot keeps search lists out of it.
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host+".")
}

// HostsFile is what the hosts file says about a name; nil where there is none.
func (e *Env) HostsFile(host string) []netip.Addr { return hosts(host) }

// OwnStore tells whether the authorities trusted here were chosen by hand and
// none of them is a public one.
func (e *Env) OwnStore() bool { return e.ownStore }

// HasRoute tells whether there is a default route of that family.
func (e *Env) HasRoute(f check.Family) bool {
	switch f {
	case 4:
		return e.routes[0].exists
	case 6:
		return e.routes[1].exists
	}
	return e.routes[0].exists || e.routes[1].exists
}

// Gateway is the default gateway of that family; invalid when unknown.
func (e *Env) Gateway(f check.Family) netip.Addr {
	if f == 6 {
		return e.routes[1].gateway
	}
	return e.routes[0].gateway
}

// Roots are the trusted certificate authorities; nil means the system's.
func (e *Env) Roots() *x509.CertPool { return e.roots }

// Now is the local clock.
func (e *Env) Now() time.Time { return e.now() }
