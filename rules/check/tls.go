package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// arrived may be an Env: it knows whether the far end confirmed what was sent.
type arrived interface {
	// Arrived tells whether the peer's system confirmed all of a bigger first
	// message; known is false where the system does not tell.
	Arrived(c net.Conn) (all, known bool)
}

// secure speaks TLS inside c and verifies the far end: the layer tls. It
// returns nil if that failed; res then says why and c is closed. Closing what
// it returns closes c.
func secure(ctx context.Context, env Env, lim Limits, c net.Conn, to Target, res *Result) net.Conn {
	progress(env, TLSSilent)
	row := ctx
	start := env.Now()
	l := Layer{Name: "tls", Status: Pass, Address: peerOf(c)}
	ctx, cancel := context.WithTimeout(ctx, lim.TLS)
	defer cancel()
	seen := &head{Conn: c}
	asked := false
	config := greetingWay{}.config(env, to.Host)
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = true
		return new(tls.Certificate), nil
	}
	t := tls.Client(seen, config)
	beside := hear(ctx, env, lim, c, to.Host)
	stop := bound(ctx, c)
	// The context itself would close c: then the kernel could not be asked about it.
	err := t.HandshakeContext(context.WithoutCancel(ctx))
	stop()
	l.Took = env.Now().Sub(start)
	if err == nil {
		beside.stop()
		res.verified(t.ConnectionState(), env, lim, to, &l)
		res.add(l)
		return t
	}
	found := beside.stop()
	l.Status, l.Code = Fail, tlsReason(row, err, seen.first, env, lim, to, res)
	if asked && l.Code == TLSAlert {
		l.Code = TLSClientCert // TLS 1.2 has no word of its own for it
	}
	lost := false
	if a, ok := unwrapEnv(env).(arrived); ok && l.Code == TLSSilent {
		all, known := a.Arrived(below(c))
		lost = known && !all
	}
	at, direct := remote(c)
	_ = c.Close()
	if l.Code == TLSSilent && row.Err() != nil { // it was cut short: silence is not known
		res.lost(row, err, endings{})
		l.Status, l.Code = res.Status, res.Code
		res.add(l)
		return nil
	}
	if direct && beside != nil && (l.Code == TLSReset || l.Code == TLSClosed) {
		found = diagnose(row, env, lim, at, to.Host)
	}
	var variant string
	l.Code, variant = found.explain(l.Code, lost)
	res.fact("variant", variant)
	if variant == "name" {
		res.fact("named", to.Host)
		if device := cutter(row, env, lim, at, to.Host); l.Code == TLSReset && device.IsValid() {
			res.fact("device", device.String())
		}
	}
	if l.Code == TLSClientCert {
		l.Status = Note // the way is open
	}
	res.add(l)
	res.end(l.Status, l.Code)
	return nil
}

// verified keeps who the far end is, and notes if that is only so for this
// computer.
func (r *Result) verified(state tls.ConnectionState, env Env, lim Limits, to Target, l *Layer) {
	r.certificate(state.PeerCertificates, lim)
	box := inspector(state.PeerCertificates, to.Host)
	if box == "" && !ownRoot(env, to, state.VerifiedChains) {
		return
	}
	// It verifies since its authority is installed here; hubs and containers may not know it.
	l.Status, l.Code = Note, TLSIntercepted
	r.note(TLSIntercepted, "variant", "trusted", "product", box)
}

// unwrapEnv is the Env that the caller of Runner gave.
func unwrapEnv(env Env) Env {
	switch e := env.(type) {
	case *row:
		return e.Env
	case *shared:
		return e.Env
	case quietEnv:
		return unwrapEnv(e.Env)
	}
	return env
}

func peerOf(c net.Conn) string {
	if a := c.RemoteAddr(); a != nil {
		return a.String()
	}
	return ""
}

// Shown are the certificates that the far end showed in a handshake which ended
// with err, trusted or not; none when it did not come to that.
func Shown(t *tls.Conn, err error) []*x509.Certificate {
	var bad *tls.CertificateVerificationError
	switch {
	case err == nil:
		return t.ConnectionState().PeerCertificates
	case errors.As(err, &bad):
		return bad.UnverifiedCertificates
	}
	return nil
}

// head keeps the first bytes that came.
type head struct {
	net.Conn
	first []byte
}

func (h *head) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	h.first = append(h.first, b[:min(n, headSize-len(h.first))]...)
	return n, err
}

// tlsReason tells what a failed handshake means, and keeps the evidence.
func tlsReason(ctx context.Context, err error, first []byte, env Env, lim Limits, to Target, res *Result) Code {
	var (
		bad    *tls.CertificateVerificationError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &bad):
		return badChain(ctx, bad, env, lim, to, res)
	case len(first) > 0 && spoken(first) != "" && spoken(first) != "tls", errors.As(err, &record):
		res.fact("server", spoken(first))
		res.fact("banner", string(first))
		return TLSNotTLS
	case isReset(err):
		return TLSReset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return TLSClosed
	case isTimeout(err), errors.Is(err, os.ErrDeadlineExceeded):
		return TLSSilent
	}
	return alert(err, res)
}

// alert reads the far end's own words for why it declines.
func alert(err error, res *Result) Code {
	var op *net.OpError
	res.fact("error", err.Error())
	if !errors.As(err, &op) || op.Op != "remote error" {
		return TLSBad
	}
	// The type of the error is not exported; its text is the specification's.
	if s := op.Err.Error(); strings.HasSuffix(s, "certificate required") || strings.HasSuffix(s, "no certificate") {
		return TLSClientCert
	}
	return TLSAlert
}

// badChain tells what is wrong with the certificates shown.
func badChain(ctx context.Context, bad *tls.CertificateVerificationError, env Env, lim Limits, to Target, res *Result) Code {
	chain := bad.UnverifiedCertificates
	res.certificate(chain, lim)
	var (
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
	)
	box := inspector(chain[:min(len(chain), lim.Certs)], to.Host)
	res.fact("product", box)
	switch {
	case len(chain) == 0:
		return TLSBad
	case box != "":
		return TLSIntercepted
	case errors.As(bad, &invalid) && invalid.Reason == x509.Expired:
		return notNow(ctx, chain[0], env, lim, res)
	case errors.As(bad, &host), chain[0].VerifyHostname(to.Host) != nil:
		// Whoever names another host than the one asked for is another machine,
		// known or not.
		res.fact("expected", to.Host)
		return TLSWrongName
	}
	return TLSUntrusted
}

// notNow tells whether it is the certificate or our clock that is wrong. The
// world's time decides; without it a certificate of the future speaks against
// the clock, since nobody hands those out.
func notNow(ctx context.Context, leaf *x509.Certificate, env Env, lim Limits, res *Result) Code {
	res.fact("not-before", leaf.NotBefore.UTC().Format(time.RFC3339))
	res.fact("not-after", leaf.NotAfter.UTC().Format(time.RFC3339))
	now := env.Now()
	offset, known := worldOffset(ctx, env, lim)
	truth := now.Add(offset)
	switch {
	case known && offset.Abs() >= lim.ClockNote && truth.After(leaf.NotBefore) && truth.Before(leaf.NotAfter):
		res.offset(offset)
		return TLSClock
	case !known && now.Before(leaf.NotBefore):
		return TLSClock
	case truth.Before(leaf.NotBefore):
		res.fact("variant", "future")
	}
	return TLSExpired
}

// certificate keeps who the far end says it is.
func (r *Result) certificate(chain []*x509.Certificate, lim Limits) {
	if len(chain) == 0 {
		return
	}
	chain = chain[:min(len(chain), lim.Certs)]
	r.shown = chain
	r.fact("issuer", issuer(chain[0]))
	names := strings.Join(chain[0].DNSNames[:min(len(chain[0].DNSNames), 4)], ", ")
	if names == "" {
		names = chain[0].Subject.CommonName
	}
	r.fact("server", names)
}

func issuer(c *x509.Certificate) string {
	parts := append([]string{c.Issuer.CommonName}, c.Issuer.Organization...)
	return strings.Join(parts, ", ")
}
