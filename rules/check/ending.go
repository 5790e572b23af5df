package check

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
)

// endings are a protocol's codes for a conversation that ended without an answer.
type endings struct{ silent, closed, reset Code }

// lost makes the Result tell how the conversation ended.
// ctx is the row's, not the one that carries the layer's own budget.
func (r *Result) lost(ctx context.Context, err error, e endings) {
	var op *net.OpError
	switch {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled):
		r.end(Skipped, Cancelled)
	case ctx.Err() != nil:
		r.end(Unproven, CheckTimeout)
	case errors.Is(err, os.ErrDeadlineExceeded):
		r.fail(e.silent)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errWSClosed):
		r.fail(e.closed)
	case errors.As(err, &op) && op.Op == "remote error":
		r.declined(alert(err, r))
	case isReset(err):
		r.fail(e.reset)
	default:
		r.fail(e.reset, "error", err.Error())
	}
}

// declined makes the Result tell why the far end ended it. One that wants a
// certificate of ours was reached: the way is open.
func (r *Result) declined(code Code) {
	if code == TLSClientCert {
		r.note(code)
		return
	}
	r.fail(code)
}

// stranger makes the Result tell that somebody else speaks here, and who as
// far as head shows.
func (r *Result) stranger(code Code, head []byte) {
	r.fail(code, "server", spoken(head), "banner", string(head))
}

// peer names a layer of the connection c.
func peer(name string, c net.Conn) Layer {
	l := Layer{Name: name, Address: peerOf(c)}
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		l.Family = 6
		if a.IP.To4() != nil {
			l.Family = 4
		}
	}
	return l
}

// conclude adds the layer with its own verdict v, and lets that decide on r: a
// pass leaves the note an earlier layer earned.
func (r *Result) conclude(l Layer, v Result) {
	l.Status, l.Code = v.Status, v.Code
	r.add(l)
	if v.Status == Fail {
		delete(r.Facts, "server") // the certificate's name does not say who speaks inside
	}
	for k, text := range v.Facts {
		r.fact(k, text)
	}
	if v.Status == Pass && r.Status == Note {
		return
	}
	r.Status, r.Code = v.Status, v.Code
}

// finally has a second connection's own Result, of which nothing is told, end
// what it left running when r does.
func (r *Result) finally(again Result) {
	r.later = append(r.later, func(ctx context.Context, _ *Result) { again.settle(ctx) })
}
