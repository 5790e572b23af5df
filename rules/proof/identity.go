package proof

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"time"
)

// ServiceIdentity asks the service at an address for its certificate: on this
// computer, to put its identity into a code; from outside, to see whether the
// same service answers. name is the server's domain, for services that show
// other certificates without it. Nothing is sent but the handshake, and whether
// the certificate is trusted does not matter: only whose it is.
func ServiceIdentity(ctx context.Context, dial func(context.Context, string, netip.AddrPort) (net.Conn, error), to netip.AddrPort, name string) (Identity, error) {
	c, err := dial(ctx, network(TCP, to.Addr().Unmap()), to)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if name == "" {
		name = to.Addr().String()
	}
	t := tls.Client(c, &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12})
	err = t.HandshakeContext(ctx)
	var bad *tls.CertificateVerificationError
	var chain []*x509.Certificate
	switch {
	case err == nil:
		chain = t.ConnectionState().PeerCertificates
	case errors.As(err, &bad):
		chain = bad.UnverifiedCertificates
	default:
		return 0, err
	}
	if len(chain) == 0 {
		return 0, errors.New("the service shows no certificate")
	}
	return IdentityOf(chain[0]), nil
}
