package check

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// fakeConn is a connection whose peer has said everything already.
type fakeConn struct {
	net.Conn
	io.Reader
	sent bytes.Buffer
}

func (c *fakeConn) Read(b []byte) (int, error)  { return c.Reader.Read(b) }
func (c *fakeConn) Write(b []byte) (int, error) { return c.sent.Write(b) }

// upgraded is a WebSocket whose peer has sent these frames.
func upgraded(frames string) (*wsConn, *fakeConn) {
	c := &fakeConn{Reader: strings.NewReader(frames)}
	w := newWSConn(c, DefaultLimits())
	w.lim.N = wsMaxTotal
	return w, c
}

// request is one with the key of RFC 6455's example.
func request(t *testing.T) (*http.Request, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://sops.example.com/mqtt", nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, "dGhlIHNhbXBsZSBub25jZQ=="
}

const good101 = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

func TestUpgradeReply(t *testing.T) {
	for name, tt := range map[string]struct {
		in   io.Reader
		want wsReply
		err  error
	}{
		"good":                    {in: strings.NewReader(good101), want: wsReply{Status: 101, Upgraded: true}},
		"early hints first":       {in: strings.NewReader("HTTP/1.1 103 Early Hints\r\n\r\n" + good101), want: wsReply{Status: 101, Upgraded: true}},
		"hints without end":       {in: strings.NewReader(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 9)), err: errNotHTTP},
		"headers stripped":        {in: strings.NewReader("HTTP/1.1 101 Switching Protocols\r\n\r\n"), want: wsReply{Status: 101}},
		"another key's accept":    {in: strings.NewReader(strings.Replace(good101, "s3p", "s3q", 1)), want: wsReply{Status: 101}},
		"another protocol":        {in: strings.NewReader(strings.Replace(good101, "WebSocket\r\n", "h2c\r\n", 1)), want: wsReply{Status: 101}},
		"a page":                  {in: strings.NewReader("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nhi"), want: wsReply{Status: 200, Server: "nginx"}},
		"a redirect":              {in: strings.NewReader("HTTP/1.1 302 Found\r\nLocation: https://portal.example/\r\n\r\n"), want: wsReply{Status: 302, Location: "https://portal.example/"}},
		"wrong path":              {in: strings.NewReader("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"), want: wsReply{Status: 404, Again: true}},
		"wrong path and closed":   {in: strings.NewReader("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nno"), want: wsReply{Status: 404}},
		"wrong path, endless":     {in: io.MultiReader(strings.NewReader("HTTP/1.1 404 Not Found\r\nContent-Length: 99999999\r\n\r\n"), endless('x')), want: wsReply{Status: 404}},
		"wrong path, half a body": {in: strings.NewReader("HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\n\r\nno"), want: wsReply{Status: 400}},
		"not HTTP":                {in: strings.NewReader("SSH-2.0-x\r\n"), err: errNotHTTP},
		"headers without end":     {in: io.MultiReader(strings.NewReader("HTTP/1.1 200 OK\r\nX: "), endless('x')), err: errNotHTTP},
		"endless":                 {in: endless('x'), err: errNotHTTP},
		"hung up":                 {in: strings.NewReader(""), err: io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWSConn(&fakeConn{Reader: tt.in}, DefaultLimits())
			req, key := request(t)
			got, err := w.readReply(req, key)
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("got %+v, %v, want %+v, %v", got, err, tt.want, tt.err)
			}
			if len(w.head) > headSize {
				t.Errorf("kept %d bytes", len(w.head))
			}
		})
	}
}

func TestWebSocketRead(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want string
		err  error
		sent int // frames' bytes we answered with
	}{
		"one message":          {in: "\x82\x03abc", want: "abc", err: io.EOF},
		"in two fragments":     {in: "\x02\x01a\x80\x02bc", want: "abc", err: io.EOF},
		"16-bit length":        {in: "\x82\x7e\x00\x80" + strings.Repeat("a", 128), want: strings.Repeat("a", 128), err: io.EOF},
		"empty then one":       {in: "\x82\x00\x82\x01a", want: "a", err: io.EOF},
		"ping between":         {in: "\x89\x02hi\x82\x01a", want: "a", err: io.EOF, sent: 8},
		"pong between":         {in: "\x8a\x00\x82\x01a", want: "a", err: io.EOF},
		"close":                {in: "\x88\x02\x03\xe8", err: errWSClosed},
		"close then more":      {in: "\x88\x00\x82\x01a", err: errWSClosed},
		"text":                 {in: "\x81\x01a", err: errWSFrame},
		"masked":               {in: "\x82\x81\x00\x00\x00\x00a", err: errWSFrame},
		"compressed":           {in: "\xc2\x01a", err: errWSFrame},
		"unknown operation":    {in: "\x83\x01a", err: errWSFrame},
		"unknown control":      {in: "\x8b\x01a", err: errWSFrame},
		"long ping":            {in: "\x89\x7e\x00\x80", err: errWSFrame},
		"fragmented ping":      {in: "\x09\x00", err: errWSFrame},
		"4096 bytes":           {in: "\x82\x7e\x10\x00" + strings.Repeat("a", 4096), want: strings.Repeat("a", 4096), err: io.EOF},
		"4097 bytes":           {in: "\x82\x7e\x10\x01" + strings.Repeat("a", 4097), err: errWSFrame},
		"a gigabyte":           {in: "\x82\x7f\x00\x00\x00\x00\x40\x00\x00\x00", err: errWSFrame},
		"pings without end":    {in: strings.Repeat("\x89\x00", 99999), err: io.EOF, sent: 6 * wsMaxTotal / 2},
		"nothings without end": {in: strings.Repeat("\x82\x00", 99999), err: io.EOF},
		"half a head":          {in: "\x82", err: io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			w, c := upgraded(tt.in)
			got, err := readAll(w)
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("got %d bytes %.20q, %v, want %d bytes %.20q, %v", len(got), got, err, len(tt.want), tt.want, tt.err)
			}
			if c.sent.Len() != tt.sent {
				t.Errorf("answered %d bytes %.40q, want %d", c.sent.Len(), c.sent.Bytes(), tt.sent)
			}
		})
	}
}

// peerListener is a free port of this machine.
func peerListener(t testing.TB) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// readAll reads until an error, and tells which.
func readAll(r io.Reader) (string, error) {
	var all []byte
	b := make([]byte, 512)
	for {
		n, err := r.Read(b)
		all = append(all, b[:n]...)
		if err != nil {
			return string(all), err
		}
	}
}

// TestWebSocketAgainstServer has a real server read what we write.
func TestWebSocketAgainstServer(t *testing.T) {
	l := peerListener(t)
	got := make(chan string, 3)
	srv := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		got <- r.Host + " " + r.URL.RequestURI()
		ws, err := websocket.Accept(rw, r, &websocket.AcceptOptions{Subprotocols: []string{"mqtt"}})
		if err != nil {
			return
		}
		for {
			typ, b, err := ws.Read(r.Context())
			if err != nil {
				got <- websocket.CloseStatus(err).String()
				return
			}
			_ = ws.Write(r.Context(), typ, b)
		}
	})}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })

	c, err := new(net.Dialer).DialContext(t.Context(), "tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	w := newWSConn(c, DefaultLimits())
	r, err := w.upgrade(t.Context(), "sops.example.com:8888", "/mqtt?a=b%20c")
	if err != nil || !r.Upgraded {
		t.Fatalf("got %+v, %v", r, err)
	}
	if g := <-got; g != "sops.example.com:8888 /mqtt?a=b%20c" {
		t.Errorf("the server was asked for %q", g)
	}
	for _, text := range []string{"short", strings.Repeat("long ", 60)} {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, len(text))
		if _, err := io.ReadFull(w, b); err != nil || string(b) != text {
			t.Errorf("got %q, %v back, want %q", b, err, text)
		}
	}
	if err := w.bye(); err != nil {
		t.Fatal(err)
	}
	if g := <-got; g != websocket.StatusNormalClosure.String() {
		t.Errorf("the server saw the close as %q", g)
	}
}

func FuzzUpgradeReply(f *testing.F) {
	for _, s := range []string{"", good101, good101 + "\x82\x04\x20\x02\x00\x00", "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "SSH-2.0-x\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w := newWSConn(&fakeConn{Reader: bytes.NewReader(b)}, DefaultLimits())
		req, key := request(t)
		r, err := w.readReply(req, key)
		if err != nil && r != (wsReply{}) || r.Upgraded && r.Status != 101 || r.Again && r.Status == 101 || len(w.head) > headSize {
			t.Fatalf("got %+v, %v of %q", r, err, b)
		}
		if r.Upgraded {
			_, _ = readAll(w)
		}
	})
}

func FuzzWebSocketRead(f *testing.F) {
	for _, s := range []string{"", "\x82\x04\x20\x02\x00\x05", "\x89\x02hi\x82\x01a", "\x88\x02\x03\xe8", "\x82\x7e\x00\x80", "\x82\x7f\x00\x00\x00\x00\x40\x00\x00\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w, _ := upgraded(string(b))
		got, err := readAll(w)
		if err == nil || len(got) > len(b) || len(got) > wsMaxTotal {
			t.Fatalf("got %d bytes, %v of %d", len(got), err, len(b))
		}
	})
}
