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
	start := env.Now()
	l := Layer{Name: "tls", Status: Pass, Address: peerOf(c)}
	ctx, cancel := context.WithTimeout(ctx, lim.TLS)
	defer cancel()
	seen := &head{Conn: c}
	t := tls.Client(seen, &tls.Config{
		ServerName: to.Host, RootCAs: env.Roots(), Time: env.Now, MinVersion: tls.VersionTLS12,
	})
	stop := bound(ctx, c)
	// The context itself would close c: then the kernel could not be asked about it.
	err := t.HandshakeContext(context.WithoutCancel(ctx))
	stop()
	l.Took = env.Now().Sub(start)
	if err == nil {
		res.certificate(t.ConnectionState().PeerCertificates, lim)
		if box := inspector(t.ConnectionState().PeerCertificates); box != "" {
			// It verifies since its authority is installed here; hubs and containers may not know it.
			l.Status, l.Code = Note, TLSIntercepted
			res.note(TLSIntercepted)
		}
		res.add(l)
		return t
	}
	l.Status, l.Code = Fail, tlsReason(err, seen.first, env, lim, res)
	if l.Code == TLSSilent {
		if a, ok := unwrapEnv(env).(arrived); ok {
			if all, known := a.Arrived(below(c)); known && !all {
				l.Code = TLSHelloLost
			}
		}
	}
	_ = c.Close()
	res.add(l)
	res.fail(l.Code)
	return nil
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
func tlsReason(err error, first []byte, env Env, lim Limits, res *Result) Code {
	var (
		bad    *tls.CertificateVerificationError
		record tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &bad):
		return badChain(bad, env, lim, res)
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
func badChain(bad *tls.CertificateVerificationError, env Env, lim Limits, res *Result) Code {
	chain := bad.UnverifiedCertificates
	res.certificate(chain, lim)
	var (
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
	)
	switch {
	case len(chain) == 0:
		return TLSBad
	case inspector(chain) != "":
		return TLSIntercepted
	case errors.As(bad, &invalid) && invalid.Reason == x509.Expired:
		leaf := chain[0]
		res.fact("not-before", leaf.NotBefore.UTC().Format(time.RFC3339))
		res.fact("not-after", leaf.NotAfter.UTC().Format(time.RFC3339))
		if env.Now().Before(leaf.NotBefore) {
			return TLSClock // nobody hands out certificates of the future
		}
		return TLSExpired
	case errors.As(bad, &host):
		res.fact("expected", host.Host)
		return TLSWrongName
	}
	return TLSUntrusted
}

// certificate keeps who the far end says it is.
func (r *Result) certificate(chain []*x509.Certificate, lim Limits) {
	if len(chain) == 0 {
		return
	}
	chain = chain[:min(len(chain), lim.Certs)]
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
