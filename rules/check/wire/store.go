package wire

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"

	"github.com/syncsign/sops-firewall/rules/check"
)

// storeSize bounds a file of authorities, in bytes.
const storeSize = 4 << 20

// ownStore tells whether the file that SSL_CERT_FILE names has authorities,
// and none of them is a public one.
func ownStore(path string) bool {
	if path == "" {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, storeSize))
	if err != nil {
		return false
	}
	found := false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		if check.PublicRoot(c) {
			return false
		}
		found = true
	}
	return found
}
