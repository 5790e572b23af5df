package check

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/net/proxy"
)

// tunnel is how the way through the environment's proxy ended.
type tunnel struct {
	conn  net.Conn // nil when it failed
	layer Layer
	proxy string // host:port, without the login
	err   error
}

// besideProxy tries the way through the proxy while the direct one is tried.
// One tunnel comes from the channel, always.
func besideProxy(ctx context.Context, env Env, lim Limits, via *url.URL, to Target) (_ <-chan tunnel, stop func()) {
	ch := make(chan tunnel, 1)
	ctx, cancel := context.WithTimeout(ctx, lim.TCP+lim.HTTP)
	go func() {
		defer cancel()
		ch <- dig(ctx, env, lim, via, to)
	}()
	return ch, cancel
}

// proxyAddr is the proxy's host and port.
func proxyAddr(via *url.URL) (Target, error) {
	ports := map[string]uint16{"http": 80, "": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
	port, known := ports[via.Scheme]
	if !known {
		return Target{}, fmt.Errorf("a proxy of kind %q is not understood: want http, https or socks5", via.Scheme)
	}
	if p := via.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return Target{}, errors.New("the proxy's port is no number from 1 to 65535")
		}
		port = uint16(n)
	}
	return Target{Host: via.Hostname(), Port: port, Proto: "tcp"}, nil
}

func dig(ctx context.Context, env Env, lim Limits, via *url.URL, to Target) tunnel {
	start := env.Now()
	t := tunnel{layer: Layer{Name: "proxy", Status: Fail, Code: ProxyDown}}
	end := func(c net.Conn, code Code, err error) tunnel {
		t.conn, t.err, t.layer.Code, t.layer.Took = c, err, code, env.Now().Sub(start)
		if c != nil {
			t.layer.Status = Pass
		}
		return t
	}
	at, err := proxyAddr(via)
	if err != nil {
		return end(nil, ProxyDown, err)
	}
	t.proxy = net.JoinHostPort(at.Host, strconv.Itoa(int(at.Port)))
	t.layer.Address = t.proxy
	quiet := quietEnv{env} // its progress is not the row's
	var res Result
	c := direct(ctx, quiet, lim, at, &res)
	res.settle(ctx)
	if c == nil {
		return end(nil, ProxyDown, errors.New(string(res.Code)))
	}
	if via.Scheme == "https" {
		if c = secure(ctx, quiet, lim, c, at, &res); c == nil {
			return end(nil, ProxyDown, errors.New(string(res.Code)))
		}
	}
	inner, cancel := context.WithTimeout(ctx, lim.HTTP)
	defer cancel()
	stop := bound(inner, c)
	code, err := askTunnel(lim, via, c, to)
	if !stop() && err == nil {
		err = context.DeadlineExceeded
	}
	if err != nil {
		_ = c.Close()
		return end(nil, code, err)
	}
	_ = c.SetDeadline(time.Time{})
	return end(c, "", nil)
}

// quietEnv hides the row behind an Env.
type quietEnv struct{ Env }

func (q quietEnv) cached(ctx context.Context, host string) names {
	if c, ok := q.Env.(interface {
		cached(ctx context.Context, host string) names
	}); ok {
		return c.cached(ctx, host)
	}
	return lookupNow(ctx, q.Env, DefaultLimits(), host)
}

// askTunnel asks the proxy at the other end of c to connect to the target.
func askTunnel(lim Limits, via *url.URL, c net.Conn, to Target) (Code, error) {
	if via.Scheme == "socks5" || via.Scheme == "socks5h" {
		return socks(via, c, to)
	}
	addr := net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port)))
	req := &http.Request{
		Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr,
		Header: http.Header{"User-Agent": {agent}},
	}
	if u := via.User; u != nil {
		pass, _ := u.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+pass)))
	}
	if err := req.Write(c); err != nil {
		return ProxyDown, err
	}
	status, err := connectReply(c, lim)
	switch {
	case err != nil:
		return ProxyDown, err
	case status == http.StatusProxyAuthRequired:
		return ProxyAuth, errors.New("status 407")
	case status/100 != 2:
		return ProxyRefused, fmt.Errorf("status %d", status)
	}
	return "", nil
}

// connectReply reads the proxy's answer byte by byte: what follows its empty
// line belongs to the target.
func connectReply(c net.Conn, lim Limits) (int, error) {
	var head []byte
	one := make([]byte, 1)
	for len(head) < lim.Header {
		if _, err := c.Read(one); err != nil {
			return 0, err
		}
		head = append(head, one[0])
		if n := len(head); n >= 4 && string(head[n-4:]) == "\r\n\r\n" || n >= 2 && string(head[n-2:]) == "\n\n" {
			var major, minor, status int
			if _, err := fmt.Sscanf(string(head[:min(n, 16)]), "HTTP/%d.%d %d", &major, &minor, &status); err != nil {
				return 0, errors.New("not an HTTP proxy")
			}
			return status, nil
		}
	}
	return 0, errors.New("an endless answer")
}

// given is a dialer that has its connection already.
type given struct{ net.Conn }

func (g given) Dial(string, string) (net.Conn, error) { return g.Conn, nil }

// socks asks a SOCKS 5 proxy for the tunnel.
func socks(via *url.URL, c net.Conn, to Target) (Code, error) {
	var auth *proxy.Auth
	if u := via.User; u != nil {
		pass, _ := u.Password()
		auth = &proxy.Auth{User: u.Username(), Password: pass}
	}
	d, err := proxy.SOCKS5("tcp", "proxy", auth, given{c})
	if err != nil {
		return ProxyDown, err
	}
	if _, err := d.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port)))); err != nil {
		return ProxyRefused, err
	}
	return "", nil
}

// beside adds the layer proxy where the direct way works. It does not wait
// longer than for a first word.
func (r *Result) beside(ctx context.Context, lim Limits, ch <-chan tunnel, stop func()) {
	defer time.AfterFunc(lim.Early, stop).Stop()
	t := <-ch // ends with the row's context
	if t.conn != nil {
		_ = t.conn.Close()
	} else if ctx.Err() != nil {
		return
	}
	if t.layer.Status == Fail {
		t.layer.Status = Note // the row does not need it
	}
	r.add(t.layer)
	r.fact("proxy", t.proxy)
}

// throughProxy goes on through the proxy where the direct way is closed.
func throughProxy(ctx context.Context, ch <-chan tunnel, r *Result) net.Conn {
	t := <-ch
	if ctx.Err() != nil {
		if t.conn != nil {
			_ = t.conn.Close()
		}
		return nil
	}
	r.add(t.layer)
	r.fact("proxy", t.proxy)
	if t.conn == nil {
		if t.layer.Code == ProxyAuth { // what can be mended first
			r.fail(ProxyAuth)
		}
		return nil
	}
	// What failed directly stays in the layers.
	r.note(ProxyOnly, "expected", string(r.Code))
	return tunnelled{t.conn}
}

// tunnelled is a connection whose other end is the proxy's.
type tunnelled struct{ net.Conn }
