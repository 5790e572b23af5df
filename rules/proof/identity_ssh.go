package proof

import (
	"context"
	"errors"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// sshBytes is what is read of an SSH server: a greeting and the exchange of keys
// are about 3 KiB.
const sshBytes = 64 << 10

// keyOrder is the same at both ends, so that a server with several host keys
// shows both the same one.
var keyOrder = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}

var errSeen = errors.New("its key was seen")

// hostKey asks an SSH server for its host key and leaves before any login. The
// server has signed with that key by then.
func hostKey(_ context.Context, c net.Conn, name string) (Identity, error) {
	var id Identity
	_, _, _, err := ssh.NewClientConn(&bounded{c, sshBytes}, name, &ssh.ClientConfig{
		ClientVersion: "SSH-2.0-sopsfirewall", HostKeyAlgorithms: keyOrder,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			id = identityOf(HostKey, key.Marshal())
			return errSeen
		},
	})
	if id.Sort() == NoSort {
		return 0, err
	}
	return id, nil
}

// bounded is a connection that ends after so many bytes.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.EOF
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
