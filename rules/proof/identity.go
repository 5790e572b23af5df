package proof

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Identity is what tells a service from others: 2 bits for its Sort and 23 of a
// SHA-256 over what it shows. It tells a service from a router's own page; it is
// no protection against somebody who makes keys until one fits. 0 is none.
type Identity uint32

// Sort is what an Identity is made of.
type Sort uint8

// The sorts.
const (
	NoSort      Sort = iota
	Certificate      // its public key: whoever shows that has the private one
	HostKey          // an SSH server's, the same
	Page             // of a web server without TLS: a sign, since others may have the same
)

const (
	hashBits     = 23
	identityMask = 1<<25 - 1
)

// Sort is what id is made of.
func (id Identity) Sort() Sort { return Sort(id >> hashBits & 3) }

// identityOf makes an Identity of what a service shows.
func identityOf(s Sort, shown []byte) Identity {
	sum := sha256.Sum256(shown)
	return Identity(s)<<hashBits | Identity(binary.BigEndian.Uint32(sum[:])>>(32-hashBits))
}

// SortOf is the sort of identity that services of a check's kind have.
func SortOf(kind string) Sort {
	switch {
	case check.Encrypted(kind):
		return Certificate
	case kind == "ssh":
		return HostKey
	case kind == "http":
		return Page
	}
	return NoSort
}

// Dial opens a connection, as check.Env does.
type Dial func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)

// ErrNoIdentity is a service of a kind that shows nothing of its own.
var ErrNoIdentity = errors.New("such a service shows nothing that is its own")

// ServiceIdentity asks the service at an address who it is: on this computer, to
// put that into a code; from outside, to see whether the same one answers. name
// is the server's public name, which services may show other things by. It ends
// with ctx, and reads no more than a page or a handshake needs.
func ServiceIdentity(ctx context.Context, dial Dial, kind string, to netip.AddrPort, name string) (Identity, error) {
	ask := map[Sort]func(context.Context, net.Conn, string) (Identity, error){
		Certificate: certificate, HostKey: hostKey, Page: page,
	}[SortOf(kind)]
	if ask == nil {
		return 0, fmt.Errorf("%s: %w", kind, ErrNoIdentity)
	}
	c, err := dial(ctx, network(TCP, to.Addr().Unmap()), to)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })()
	if name == "" {
		name = to.Addr().Unmap().String()
	}
	return ask(ctx, c, name)
}

// certificate asks for the certificate. Nothing is sent but the handshake, and
// whether it is trusted does not matter: only whose it is.
func certificate(ctx context.Context, c net.Conn, name string) (Identity, error) {
	t := tls.Client(c, &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12})
	err := t.HandshakeContext(ctx)
	chain := check.Shown(t, err)
	switch {
	case len(chain) > 0:
	case err != nil:
		return 0, err
	default:
		return 0, errors.New("the service shows no certificate")
	}
	return identityOf(Certificate, chain[0].RawSubjectPublicKeyInfo), nil
}
