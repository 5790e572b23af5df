package check

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"strings"
	"sync"
)

//go:embed roots.txt
var rootsFile string

// publicKeys are the keys of the public certificate authorities and their names,
// see roots.txt.
var publicKeys = sync.OnceValue(func() map[[16]byte]string {
	keys := map[[16]byte]string{}
	s := bufio.NewScanner(strings.NewReader(rootsFile))
	for s.Scan() {
		word, name, _ := strings.Cut(s.Text(), " ")
		if b, err := hex.DecodeString(word); err == nil && len(b) == 16 {
			keys[[16]byte(b)] = name
		}
	}
	return keys
})

// PublicRoot tells whether a certificate is that of a public authority.
func PublicRoot(c *x509.Certificate) bool {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	_, public := publicKeys()[[16]byte(sum[:16])]
	return public
}

// publicName tells whether a public authority is called so.
func publicName(name string) bool {
	for _, n := range publicKeys() {
		if n == name && name != "" {
			return true
		}
	}
	return false
}

// ownRoot tells whether the server of a public name was vouched for only by
// an authority that somebody added to this computer. Where the computer trusts
// no public authority at all, none is expected.
func ownRoot(env Env, to Target, chains [][]*x509.Certificate) bool {
	if !to.Public || len(chains) == 0 {
		return false
	}
	return !ownStore(env) && !vouched(chains)
}
