package check

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// site serves a handler on a port of this machine and counts the connections.
func site(t *testing.T, h http.Handler) (Target, *atomic.Int32) {
	t.Helper()
	l := peerListener(t)
	var conns atomic.Int32
	srv := &http.Server{ReadHeaderTimeout: time.Second, Handler: h, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return peerTarget(l.Addr()), &conns
}

// afterUpgrade accepts WebSockets on any path and says these messages.
func afterUpgrade(typ websocket.MessageType, messages ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"mqtt"}})
		if err != nil {
			return
		}
		if _, _, err := ws.Read(r.Context()); err != nil {
			return
		}
		for _, m := range messages {
			if err := ws.Write(r.Context(), typ, []byte(m)); err != nil {
				return
			}
		}
		if len(messages) > 0 && messages[len(messages)-1] == "" {
			_ = ws.Close(websocket.StatusGoingAway, "")
			return
		}
		_, _, _ = ws.Read(r.Context())
	})
}

func TestWebSocketSites(t *testing.T) {
	accepted := "\x20\x02\x00\x00"
	root := func(miss http.HandlerFunc) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				miss(w, r)
				return
			}
			afterUpgrade(websocket.MessageBinary, accepted).ServeHTTP(w, r)
		})
	}
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "<html>a page</html>")
		}
	}
	for name, tt := range map[string]struct {
		site   http.Handler
		path   string
		status Status
		code   Code
		layers []string
		conns  int32
		fact   string
	}{
		"broker":                       {afterUpgrade(websocket.MessageBinary, accepted), "", Pass, "", []string{"tcp", "ws", "mqtt"}, 1, "status=0 accepted"},
		"broker in small frames":       {afterUpgrade(websocket.MessageBinary, "\x20", "\x02", "\x00", "\x05"), "", Pass, MQTTLogin, []string{"tcp", "ws", "mqtt"}, 1, "status=5 not authorised"},
		"broker at the root":           {root(http.NotFound), "", Pass, "", []string{"tcp", "ws", "mqtt"}, 1, ""},
		"broker at the root, 404 ends": {root(status(404, "Connection", "close")), "", Pass, "", []string{"tcp", "ws", "mqtt"}, 2, ""},
		"broker at the root, 400":      {root(status(400)), "", Pass, "", []string{"tcp", "ws", "mqtt"}, 1, ""},
		"asked for the root":           {root(http.NotFound), "/", Pass, "", []string{"tcp", "ws", "mqtt"}, 1, ""},
		"nothing anywhere":             {http.NotFoundHandler(), "", Fail, WSUpgradeLost, []string{"tcp", "ws"}, 1, "status=404"},
		"a page":                       {status(200, "Server", "nginx"), "", Fail, WSUpgradeLost, []string{"tcp", "ws"}, 1, "server=nginx"},
		"bad request":                  {status(400), "", Fail, WSUpgradeLost, []string{"tcp", "ws"}, 1, "status=400"},
		"upgrade required":             {status(426), "", Fail, WSUpgradeLost, []string{"tcp", "ws"}, 1, "status=426"},
		"forbidden":                    {status(403), "", Fail, WSUpgradeLost, []string{"tcp", "ws"}, 1, "status=403"},
		"proxy wants a login":          {status(407), "", Fail, HTTPProxyAuth, []string{"tcp", "ws"}, 1, "status=407"},
		"sign in first":                {status(302, "Location", "http://portal.example/login"), "", Fail, HTTPPortal, []string{"tcp", "ws"}, 1, "location=http://portal.example/login"},
		"sign in first, 511":           {status(511), "", Fail, HTTPPortal, []string{"tcp", "ws"}, 1, ""},
		"moved on the same host":       {status(301, "Location", "https://"+peerName+"/mqtt"), "", Fail, WSUpgradeLost, []string{"tcp", "ws"}, 1, "status=301"},
		"blocked by law":               {status(451), "", Fail, HTTPBlocked, []string{"tcp", "ws"}, 1, ""},
		"service down":                 {status(502), "", Note, HTTPServerError, []string{"tcp", "ws"}, 1, "status=502"},
		"upgrades, then text":          {afterUpgrade(websocket.MessageText, accepted), "", Fail, MQTTNotMQTT, []string{"tcp", "ws", "mqtt"}, 1, ""},
		"upgrades, then nonsense":      {afterUpgrade(websocket.MessageBinary, "hello\x1b[2J"), "", Fail, MQTTNotMQTT, []string{"tcp", "ws", "mqtt"}, 1, "banner=hello[2J"},
		"upgrades, then silence":       {afterUpgrade(websocket.MessageBinary), "", Fail, MQTTSilent, []string{"tcp", "ws", "mqtt"}, 1, ""},
		"upgrades, then closes":        {afterUpgrade(websocket.MessageBinary, ""), "", Fail, MQTTClosed, []string{"tcp", "ws", "mqtt"}, 1, ""},
		"upgrades, then a long frame":  {afterUpgrade(websocket.MessageBinary, "\x20\x02"+strings.Repeat("x", 5000)), "", Fail, MQTTNotMQTT, []string{"tcp", "ws", "mqtt"}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to, conns := site(t, tt.site)
			to.Path = tt.path
			r := runKind(t, "ws", peerEnv{}, to)
			if r.Status != tt.status || r.Code != tt.code {
				t.Errorf("got %v %q %v, want %v %q", r.Status, r.Code, r.Facts, tt.status, tt.code)
			}
			if got := layersOf(r); !slices.Equal(got, tt.layers) {
				t.Errorf("got layers %v, want %v", got, tt.layers)
			}
			if got := conns.Load(); got != tt.conns {
				t.Errorf("the site saw %d connections, want %d", got, tt.conns)
			}
			if k, v, ok := strings.Cut(tt.fact, "="); ok && r.Facts[k] != v {
				t.Errorf("got facts %v, want %s", r.Facts, tt.fact)
			}
			wholesome(t, r)
		})
	}
}

func TestWebSocketStrangers(t *testing.T) {
	for name, tt := range map[string]struct {
		peer   func(net.Conn)
		code   Code
		server string
	}{
		"silent":                {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, WSSilent, ""},
		"hangs up":              {func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }, WSClosed, ""},
		"resets":                {resetting, HTTPReset, ""},
		"an SSH server":         {replying("SSH-2.0-OpenSSH_9.6\r\n"), WSNotHTTP, "ssh"},
		"wants TLS":             {replying("\x15\x03\x01\x00\x02\x02\x46"), WSNotHTTP, "tls"},
		"a plain broker":        {replying("\x20\x02\x00\x05"), WSNotHTTP, "mqtt"},
		"floods":                {flooding("x"), WSNotHTTP, ""},
		"floods with headers":   {flooding("HTTP/1.1 200 OK\r\nX: 1\r\n"), WSNotHTTP, "http"},
		"drips a header":        {dripping("HTTP/1.1 200 OK\r\nX: ", 'x'), WSSilent, ""},
		"stripped headers":      {replying("HTTP/1.1 101 Switching Protocols\r\n\r\n"), WSUpgradeLost, ""},
		"escape sequences":      {replying("\x1b[2J\x1b[31mHTTP\r\n"), WSNotHTTP, ""},
		"escape in the header":  {replying("HTTP/1.1 200 OK\r\nServer: \x1b[31mred\r\nContent-Length: 0\r\n\r\n"), WSNotHTTP, "http"},
		"bidi in the header":    {replying("HTTP/1.1 200 OK\r\nServer: \u202ered\r\nContent-Length: 0\r\n\r\n"), WSUpgradeLost, "red"},
		"a body without an end": {flooding404, WSUpgradeLost, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := runKind(t, "ws", peerEnv{}, visitors(t, tt.peer))
			if r.Status != Fail || r.Code != tt.code || r.Facts["server"] != tt.server {
				t.Errorf("got %v %q %q, want fail %q from %q", r.Status, r.Code, r.Facts, tt.code, tt.server)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
			wholesome(t, r)
		})
	}
}

// flooding404 answers each request with a page that does not end.
func flooding404(c net.Conn) {
	if _, err := c.Read(make([]byte, 4096)); err != nil {
		return
	}
	_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 999999999\r\n\r\n")
	flooding("x")(c)
}

func TestWSHost(t *testing.T) {
	for want, tt := range map[string]struct {
		host string
		port uint16
		tls  bool
	}{
		"sops.example.com:8888":  {"sops.example.com", 8888, false},
		"sops.example.com":       {"sops.example.com", 443, true},
		"sops.example.com:443":   {"sops.example.com", 443, false},
		"192.168.50.10":          {"192.168.50.10", 80, false},
		"[2001:db8::1]":          {"2001:db8::1", 80, false},
		"[2001:db8::1]:8443":     {"2001:db8::1", 8443, true},
		"sops2.example.com:8443": {"sops2.example.com", 8443, true},
	} {
		if got := wsHost(Target{Host: tt.host, Port: tt.port}, tt.tls); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
