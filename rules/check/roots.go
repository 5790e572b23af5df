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

// publicKeys are the keys of the public certificate authorities, see roots.txt.
var publicKeys = sync.OnceValue(func() map[[16]byte]bool {
	keys := map[[16]byte]bool{}
	s := bufio.NewScanner(strings.NewReader(rootsFile))
	for s.Scan() {
		word, _, _ := strings.Cut(s.Text(), " ")
		if b, err := hex.DecodeString(word); err == nil && len(b) == 16 {
			keys[[16]byte(b)] = true
		}
	}
	return keys
})

// PublicRoot tells whether a certificate is that of a public authority.
func PublicRoot(c *x509.Certificate) bool {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return publicKeys()[[16]byte(sum[:16])]
}

// ownRoot tells whether the server of a public name was vouched for only by
// an authority that somebody added to this computer. Where the computer trusts
// no public authority at all, none is expected.
func ownRoot(env Env, to Target, chains [][]*x509.Certificate) bool {
	if !to.Public || len(chains) == 0 {
		return false
	}
	if s, ok := unwrapEnv(env).(interface{ OwnStore() bool }); ok && s.OwnStore() {
		return false
	}
	for _, chain := range chains {
		for _, c := range chain {
			if PublicRoot(c) {
				return false
			}
		}
	}
	return true
}
