package check

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1" // RFC 6455 asks for it; nothing is kept secret by it
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const (
	wsMaxFrame = 4 << 10 // bytes of one frame's payload
	wsMaxTotal = 4 * wsMaxFrame
)

var (
	errNotHTTP  = errors.New("not an HTTP answer")
	errWSFrame  = errors.New("not a WebSocket frame that fits here")
	errWSClosed = errors.New("the WebSocket was closed")
)

// wsConn is a client's end of a connection after the upgrade, or on its way to
// it. Reads and writes are those of binary messages.
type wsConn struct {
	conn net.Conn
	max  Limits            // of headers, and of what is read of a refusal to use the connection again
	lim  *io.LimitedReader // below br: what may still be read
	br   *bufio.Reader
	left int      // bytes of the current frame not yet read
	last bool     // a close frame came or was sent
	head headCopy // the first bytes that came
}

// headCopy keeps the first bytes written to it.
type headCopy []byte

func (h *headCopy) Write(b []byte) (int, error) {
	*h = append(*h, b[:min(len(b), headSize-len(*h))]...)
	return len(b), nil
}

func newWSConn(c net.Conn, lim Limits) *wsConn {
	w := &wsConn{conn: c, max: lim}
	w.lim = &io.LimitedReader{R: c}
	w.br = bufio.NewReader(io.TeeReader(w.lim, &w.head))
	return w
}

// wsReply is the answer to an upgrade request.
type wsReply struct {
	Status   int
	Upgraded bool   // 101 with all headers that RFC 6455 asks for
	Server   string // header Server, not cleaned
	Location string // header Location, not cleaned
	Again    bool   // the connection can carry another request
}

// wrongPath tells whether another path may do better.
func (r wsReply) wrongPath() bool {
	return r.Status == http.StatusNotFound || r.Status == http.StatusBadRequest
}

// upgrade asks for a WebSocket that carries MQTT. The caller bounds the time.
func (w *wsConn) upgrade(ctx context.Context, host, path string) (wsReply, error) {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	key := base64.StdEncoding.EncodeToString(nonce[:])
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/", nil)
	if err != nil {
		return wsReply{}, err
	}
	if u, perr := url.ParseRequestURI(path); perr == nil && u.Host == "" && u.Path != "" {
		req.URL.Path, req.URL.RawPath, req.URL.RawQuery = u.Path, u.RawPath, u.RawQuery
	}
	req.Header = http.Header{
		"Upgrade":                {"websocket"},
		"Connection":             {"Upgrade"},
		"Sec-Websocket-Key":      {key},
		"Sec-Websocket-Version":  {"13"},
		"Sec-Websocket-Protocol": {"mqtt"},
		"User-Agent":             {agent},
	}
	if err := req.Write(w.conn); err != nil {
		return wsReply{}, err
	}
	return w.readReply(req, key)
}

// readReply reads the headers, and of a refusal the body.
func (w *wsConn) readReply(req *http.Request, key string) (wsReply, error) {
	w.lim.N = int64(w.max.Header)
	resp, err := http.ReadResponse(w.br, req) //nolint:bodyclose // closing would wait for the rest of the body
	for n := 0; err == nil && resp.StatusCode/100 == 1 && resp.StatusCode != http.StatusSwitchingProtocols; n++ {
		if n == 3 {
			return wsReply{}, errNotHTTP
		}
		resp, err = http.ReadResponse(w.br, req) //nolint:bodyclose // as above
	}
	if err != nil {
		var ne net.Error
		if errors.As(err, &ne) || len(w.head) == 0 {
			return wsReply{}, err
		}
		return wsReply{}, errNotHTTP
	}
	r := wsReply{Status: resp.StatusCode, Server: resp.Header.Get("Server"), Location: resp.Header.Get("Location")}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		if r.wrongPath() {
			w.lim.N = int64(w.max.Body)
			_, err := io.Copy(io.Discard, resp.Body)
			r.Again = err == nil && !resp.Close && w.lim.N > 0
		}
		return r, nil
	}
	r.Upgraded = hasToken(resp.Header, "Upgrade", "websocket") && hasToken(resp.Header, "Connection", "upgrade") &&
		resp.Header.Get("Sec-Websocket-Accept") == wsAccept(key)
	w.lim.N = wsMaxTotal
	return r, nil
}

// wsAccept is what a server makes of the key (RFC 6455, section 4.2.2).
func wsAccept(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// hasToken looks for a word in a header of comma-separated words.
func hasToken(h http.Header, name, word string) bool {
	for _, v := range h.Values(name) {
		for t := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(t), word) {
				return true
			}
		}
	}
	return false
}

// The opcodes of RFC 6455.
const (
	opContinue = 0x0
	opText     = 0x1
	opBinary   = 0x2
	opClose    = 0x8
	opPing     = 0x9
	opPong     = 0xa
)

// Write sends b as one binary message.
func (w *wsConn) Write(b []byte) (int, error) {
	if err := w.send(opBinary, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// send writes one masked frame of at most 65,535 bytes.
func (w *wsConn) send(op byte, b []byte) error {
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // never fails
	frame := []byte{0x80 | op}
	if len(b) < 126 {
		frame = append(frame, 0x80|byte(len(b)))
	} else {
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(len(b)))
	}
	frame = append(frame, mask[:]...)
	for i, c := range b {
		frame = append(frame, c^mask[i%4])
	}
	_, err := w.conn.Write(frame)
	return err
}

// Read reads from the binary messages, answering pings between them.
func (w *wsConn) Read(b []byte) (int, error) {
	for w.left == 0 {
		if err := w.frame(); err != nil {
			return 0, err
		}
	}
	n, err := w.br.Read(b[:min(len(b), w.left)])
	w.left -= n
	return n, err
}

// frame reads the head of the next frame, and the whole of it if it is a control frame.
func (w *wsConn) frame() error {
	if w.last {
		return errWSClosed
	}
	var h [2]byte
	if _, err := io.ReadFull(w.br, h[:]); err != nil {
		return err
	}
	op, size := h[0]&0x0f, int(h[1]&0x7f)
	if h[0]&0x70 != 0 || h[1]&0x80 != 0 { // extensions we did not ask for, or a server that masks
		return errWSFrame
	}
	if op >= opClose {
		return w.control(op, size, h[0]&0x80 != 0)
	}
	switch size {
	case 126:
		var l [2]byte
		if _, err := io.ReadFull(w.br, l[:]); err != nil {
			return err
		}
		size = int(binary.BigEndian.Uint16(l[:]))
	case 127:
		return errWSFrame
	}
	if op != opBinary && op != opContinue || size > wsMaxFrame {
		return errWSFrame
	}
	w.left = size
	return nil
}

func (w *wsConn) control(op byte, size int, final bool) error {
	if size > 125 || !final {
		return errWSFrame
	}
	var buf [125]byte
	if _, err := io.ReadFull(w.br, buf[:size]); err != nil {
		return err
	}
	switch op {
	case opPing:
		return w.send(opPong, buf[:size])
	case opPong:
		return nil
	case opClose:
		w.last = true
		return errWSClosed
	}
	return errWSFrame
}

// bye sends a close frame: normal closure.
func (w *wsConn) bye() error {
	w.last = true
	return w.send(opClose, []byte{0x03, 0xe8})
}
