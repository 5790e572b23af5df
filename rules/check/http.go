package check

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// httpProbe asks for one page. Any answer of the right server proves the way.
type httpProbe struct{ secure bool }

// agent is our name in requests.
const agent = "sops-firewall"

func (p httpProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	if !p.secure {
		w := ask80(ctx, env, lim, to)
		if w.ok {
			w.res.judge(w.page, to, false)
		}
		return w.res
	}
	c, res := open(ctx, env, lim, to)
	if c == nil {
		return res
	}
	if c = secure(ctx, env, lim, c, to, &res); c == nil {
		return res
	}
	defer func() { _ = c.Close() }()
	page, ok := fetch(ctx, env, lim, c, to, &res)
	if ok {
		res.judge(page, to, true)
	}
	return res
}

// tlsProbe proves an encrypted connection to the right server, no more.
type tlsProbe struct{}

func (tlsProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	c, res := open(ctx, env, lim, to)
	if c == nil {
		return res
	}
	if c = secure(ctx, env, lim, c, to, &res); c == nil {
		return res
	}
	defer func() { _ = c.Close() }()
	// TLS 1.3 tells a missing client certificate only after the handshake.
	ctx, cancel := context.WithTimeout(ctx, lim.TLSAfter)
	defer cancel()
	defer bound(ctx, c)()
	_, err := c.Read(make([]byte, 1))
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		code := alert(err, &res)
		last := &res.Layers[len(res.Layers)-1]
		res.declined(code)
		last.Status, last.Code = res.Status, code
		return res
	}
	res.pass()
	return res
}

// page is an answer, bounded and not cleaned.
type page struct {
	status int
	header http.Header
	body   string
	got    time.Time // when the header was there
	sent   time.Time
}

// fetch sends one GET and reads the answer: the layer http, which it adds only
// if there was no usable answer; judge adds it else.
func fetch(ctx context.Context, env Env, lim Limits, c net.Conn, to Target, res *Result) (page, bool) {
	progress(env, HTTPSilent)
	start := env.Now()
	inner, cancel := context.WithTimeout(ctx, lim.HTTP)
	defer cancel()
	defer bound(inner, c)()
	p, head, err := get(inner, env, lim, c, to)
	if err == nil {
		p.sent = start
		return p, true
	}
	if inner.Err() != nil { // a line that was cut short reads as a bad one
		err = inner.Err()
	}
	l := Layer{Name: "http", Status: Fail, Took: env.Now().Sub(start), Address: peerOf(c)}
	l.Code = httpReason(err, head, res)
	res.declined(l.Code)
	l.Status = res.Status
	res.add(l)
	return page{}, false
}

func httpReason(err error, head []byte, res *Result) Code {
	var op *net.OpError
	switch {
	case len(head) > 0 && !begins(head, "HTTP/"):
		res.fact("server", spoken(head))
		res.fact("banner", string(head))
		return HTTPNotHTTP
	case isTimeout(err):
		return HTTPSilent
	case isReset(err):
		return HTTPReset
	case errors.As(err, &op) && op.Op == "remote error":
		return alert(err, res)
	case len(head) == 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)):
		return HTTPClosed
	}
	res.fact("error", err.Error())
	res.fact("banner", string(head))
	return HTTPNotHTTP
}

// hostHeader is the target as a Host header has it.
func hostHeader(to Target, usual uint16) string {
	h := to.Host
	if strings.Contains(h, ":") {
		h = "[" + h + "]"
	}
	if to.Port != usual {
		h += ":" + strconv.Itoa(int(to.Port))
	}
	return h
}

func get(ctx context.Context, env Env, lim Limits, c net.Conn, to Target) (page, []byte, error) {
	usual := uint16(80)
	if to.Port == 443 {
		usual = 443
	}
	path := to.Path
	if path == "" {
		path = "/"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+hostHeader(to, usual)+"/", nil)
	if err != nil {
		return page{}, nil, err
	}
	if u, err := url.ParseRequestURI(path); err == nil && u.Host == "" {
		req.URL.Path, req.URL.RawPath, req.URL.RawQuery = u.Path, u.RawPath, u.RawQuery
	}
	req.Close = true
	req.Header = http.Header{"User-Agent": {agent}, "Accept": {"*/*"}}
	if err := req.Write(c); err != nil && !isReset(err) { // what was cut off may still have said why
		return page{}, nil, err
	}
	return readPage(c, req, env, lim)
}

// readPage reads an answer within the bounds; head is its beginning, whatever it was.
func readPage(c io.Reader, req *http.Request, env Env, lim Limits) (page, []byte, error) {
	var head headCopy
	limited := &io.LimitedReader{R: c, N: int64(lim.Header)}
	br := bufio.NewReader(io.TeeReader(limited, &head))
	for range 4 { // a few interim answers may come before the real one
		resp, err := http.ReadResponse(br, req)
		if err != nil {
			return page{}, head, err
		}
		p := page{status: resp.StatusCode, header: resp.Header, got: env.Now()}
		if p.status/100 == 1 && p.status != http.StatusSwitchingProtocols {
			continue
		}
		if p.status != http.StatusSwitchingProtocols {
			limited.N = int64(lim.Body)
			// The body is evidence only: what came of it in time is enough.
			b, _ := io.ReadAll(io.LimitReader(resp.Body, int64(lim.Body)))
			p.body = string(b)
		}
		_ = resp.Body.Close()
		return p, head, nil
	}
	return page{}, head, errors.New("no end of interim answers")
}

// judge is the verdict of the layer http on an answer.
func (r *Result) judge(p page, to Target, secured bool) {
	r.fact("status", strconv.Itoa(p.status))
	l := Layer{Name: "http", Status: Pass, Took: p.got.Sub(p.sent)}
	r.fact("location", p.header.Get("Location"))
	if !secured { // a verified certificate's name stands in the fact already
		r.fact("server", p.header.Get("Server"))
	}
	switch {
	case p.status == http.StatusProxyAuthRequired:
		l.Status, l.Code = Fail, HTTPProxyAuth
	case !secured && portal(p, to):
		l.Status, l.Code = Fail, HTTPPortal
	case (!secured || r.Code == TLSIntercepted) && blockPage(p):
		l.Status, l.Code = Fail, HTTPBlocked
	case p.status == http.StatusUnavailableForLegalReasons:
		l.Status, l.Code = Fail, HTTPBlocked
	case p.status >= 500 && p.status != http.StatusNotImplemented:
		l.Status, l.Code = Note, HTTPServerError
	}
	r.add(l)
	switch {
	case l.Code == "":
		r.pass()
	case l.Status == Fail || r.Status != Note:
		r.end(l.Status, l.Code)
	}
}

// blockPage tells whether a page is a web filter's in place of the server's
// own: a page for people that says it is blocked, and by what.
func blockPage(p page) bool {
	body := strings.ToLower(p.body)
	if p.status/100 == 3 || !strings.Contains(body, "<html") || !strings.Contains(body, "blocked") {
		return false
	}
	for _, w := range []string{"policy", "category", "filter", "administrator", "fortiguard", "umbrella"} {
		if strings.Contains(body, w) {
			return true
		}
	}
	return false
}
