package check

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// wsPath is where brokers wait for WebSockets if nobody says otherwise.
const wsPath = "/mqtt"

// upgrade turns c into a WebSocket: the layer ws. A server that knows no such
// path is asked once more at its root, on a fresh connection only if it closed
// this one. The line is nil if that failed; the Result then says why and c is closed.
func (p mqttProbe) upgrade(ctx context.Context, env Env, lim Limits, c net.Conn, to Target, res Result) (*line, Result) {
	progress(env, WSSilent)
	layer, start := peer("ws", c), env.Now()
	inner, cancel := context.WithTimeout(ctx, lim.HTTP)
	defer cancel()
	path, host := cmp.Or(to.Path, wsPath), wsHost(to, p.tls)

	w := newWSConn(c, lim)
	reply, err := askUpgrade(inner, w, host, path)
	if err == nil && reply.wrongPath() && path != "/" {
		if !reply.Again {
			_ = c.Close()
			var again Result
			if c, again = p.carrier(inner, env, lim, to); c != nil {
				w = newWSConn(c, lim)
			}
			res.finally(again)
		}
		if c != nil {
			// A worse answer at the root does not count: the first one is about the path we need.
			if second, err2 := askUpgrade(inner, w, host, "/"); err2 == nil && second.Upgraded {
				reply = second
			}
		}
	}
	var v Result
	if err != nil {
		v.noUpgrade(ctx, w.head, err)
	} else {
		v.upgraded(reply, to)
	}
	layer.Took = env.Now().Sub(start)
	res.conclude(layer, v)
	if err == nil && reply.Upgraded {
		return &line{Conn: c, rw: w, ws: w}, res
	}
	if c != nil {
		_ = c.Close()
	}
	return nil, res
}

// askUpgrade sends one upgrade request within ctx.
func askUpgrade(ctx context.Context, w *wsConn, host, path string) (wsReply, error) {
	defer bound(ctx, w.conn)()
	return w.upgrade(ctx, host, path)
}

// wsHost is the Host header: the port only where it is not the scheme's own.
func wsHost(to Target, tls bool) string {
	if to.Port == 80 && !tls || to.Port == 443 && tls {
		if strings.Contains(to.Host, ":") {
			return "[" + to.Host + "]"
		}
		return to.Host
	}
	return net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port)))
}

// noUpgrade makes the Result tell what came instead of an HTTP answer.
func (r *Result) noUpgrade(ctx context.Context, head []byte, err error) {
	if errors.Is(err, errNotHTTP) || len(head) > 0 && spoken(head) != "http" && ctx.Err() == nil {
		r.stranger(WSNotHTTP, head)
		return
	}
	r.lost(ctx, err, endings{WSSilent, WSClosed, HTTPReset})
}

// upgraded makes the Result tell what the HTTP answer means.
func (r *Result) upgraded(a wsReply, to Target) {
	r.fact("status", strconv.Itoa(a.Status))
	r.fact("server", a.Server)
	r.fact("location", a.Location)
	switch {
	case a.Upgraded:
		*r = Result{}
		r.pass()
	case a.Status == http.StatusProxyAuthRequired:
		r.fail(HTTPProxyAuth)
	case a.Status == http.StatusNetworkAuthenticationRequired, a.Status/100 == 3 && elsewhere(a.Location, to.Host):
		r.fail(HTTPPortal)
	case a.Status == http.StatusUnavailableForLegalReasons:
		r.fail(HTTPBlocked)
	case a.Status/100 == 5:
		r.note(HTTPServerError) // the way is open, the service is ill
	default:
		r.fail(WSUpgradeLost)
		if a.Status == http.StatusNotFound {
			r.fact("variant", "path")
		}
	}
}

// elsewhere tells whether a redirect leads to another host.
func elsewhere(location, host string) bool {
	u, err := url.Parse(location)
	return err == nil && u.Hostname() != "" && !strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), host)
}
