package proof

import (
	"encoding/binary"

	"github.com/syncsign/sops-firewall/rules/check"
)

// A PROOF has room behind its own fields for what the listener knows of all
// ports: 6 bytes each, until a port 0.
//
//	UDP 1 bit | state 2 | zero 4 | identity 25 | port 16
const (
	postsAt   = 56
	postSize  = 6
	maxPosts  = (proofSize - macSize - postsAt) / postSize
	postUDP   = 1 << 31
	stateBits = 29 // the state is above
)

func appendPosts(b []byte, posts []check.Post) []byte {
	for _, p := range posts[:min(len(posts), maxPosts)] {
		v := uint32(p.State)<<stateBits | p.Identity&identityMask
		if p.Proto == UDP.String() {
			v |= postUDP
		}
		b = binary.BigEndian.AppendUint32(b, v)
		b = binary.BigEndian.AppendUint16(b, p.Port)
	}
	return b
}

// readPosts reads as much as there is; b is authentic, and may be of a listener
// that has more to tell than we know.
func readPosts(b []byte) []check.Post {
	var out []check.Post
	for ; len(b) >= postSize; b = b[postSize:] {
		v, port := binary.BigEndian.Uint32(b), binary.BigEndian.Uint16(b[4:])
		if port == 0 {
			break
		}
		p := check.Post{Proto: TCP.String(), Port: port, State: check.PostState(v >> stateBits & 3), Identity: v & identityMask}
		if v&postUDP != 0 {
			p.Proto = UDP.String()
		}
		out = append(out, p)
	}
	return out
}
