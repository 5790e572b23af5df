package proof

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"

	"github.com/syncsign/sops-firewall/rules/check"
)

// The sizes of the three frames, in bytes. An answer is never longer than what
// was asked: there is nothing to amplify.
const (
	helloSize = 160
	proofSize = 160
	doneSize  = 64
	macSize   = sha256.Size
)

// version is the first byte of every frame.
const version = 2

const (
	typeHello = 1
	typeProof = 2
	typeDone  = 3
)

// Proto is the IP protocol of a port.
type Proto uint8

// The protocols.
const (
	TCP Proto = 6
	UDP Proto = 17
)

// protoOf is the protocol of that name; TCP for any other.
func protoOf(name string) Proto {
	if name == UDP.String() {
		return UDP
	}
	return TCP
}

func (p Proto) String() string {
	if p == UDP {
		return "udp"
	}
	return "tcp"
}

type nonce [16]byte

// hello is the prober's question.
type hello struct {
	id     [16]byte
	nonce  nonce
	proto  Proto
	port   uint16
	dialed netip.Addr // the address that the prober reached for
	local  netip.Addr // the prober's own end, before any translation
	both   bool       // this port is asked over IPv4 and over IPv6
}

// bothFamilies is the byte of a HELLO whose port is asked over the other family too.
const bothFamilies = 1

// Layout: version, type, id 16, nonce 16, proto, port 2, dialed 16, local 16,
// families, zeros to 128, HMAC 32.
func (h hello) marshal(key []byte) []byte {
	b := make([]byte, 0, helloSize)
	b = append(b, version, typeHello)
	b = append(b, h.id[:]...)
	b = append(b, h.nonce[:]...)
	b = append(b, byte(h.proto))
	b = binary.BigEndian.AppendUint16(b, h.port)
	b = appendAddr(appendAddr(b, h.dialed), h.local)
	if h.both {
		b = append(b, bothFamilies)
	}
	return seal(key, nil, b, helloSize)
}

// parseHello reads a frame that sealed for this session; ok is false for
// everything else, without a word why. mine tells whether the frame names this
// session at all.
func parseHello(k keys, b []byte) (h hello, mine, ok bool) {
	if len(b) != helloSize || b[0] != version || b[1] != typeHello {
		return h, false, false
	}
	if !hmac.Equal(b[2:18], k.id[:]) {
		return h, false, false
	}
	if !opens(k.hello, nil, b) {
		return h, true, false
	}
	h.id = [16]byte(b[2:18])
	h.nonce = nonce(b[18:34])
	h.proto = Proto(b[34])
	h.port = binary.BigEndian.Uint16(b[35:])
	h.dialed, h.local = readAddr(b[37:]), readAddr(b[53:])
	h.both = b[69]&bothFamilies != 0
	return h, true, true
}

// answer is the listener's proof.
type answer struct {
	nonceL, nonceP nonce
	proto          Proto
	port           uint16
	source         netip.AddrPort // as the listener saw it
	seen           check.Seen
	posts          []check.Post // all ports of the session, at most maxPosts
	asked          hello        // what it answers; known to the listener alone
}

// Layout: version, type, nonceL 16, nonceP 16, proto, port 2, source 16, source
// port 2, seen, posts to 128, HMAC 32 over hello and this.
func (a answer) marshal(key, hello []byte) []byte {
	b := make([]byte, 0, proofSize)
	b = append(b, version, typeProof)
	b = append(b, a.nonceL[:]...)
	b = append(b, a.nonceP[:]...)
	b = append(b, byte(a.proto))
	b = binary.BigEndian.AppendUint16(b, a.port)
	b = appendAddr(b, a.source.Addr())
	b = binary.BigEndian.AppendUint16(b, a.source.Port())
	b = append(b, byte(a.seen))
	b = appendPosts(b, a.posts)
	return seal(key, hello, b, proofSize)
}

func parseAnswer(k keys, hello, b []byte) (a answer, ok bool) {
	if len(b) != proofSize || b[0] != version || b[1] != typeProof || !opens(k.proof, hello, b) {
		return a, false
	}
	a.nonceL, a.nonceP = nonce(b[2:18]), nonce(b[18:34])
	a.proto = Proto(b[34])
	a.port = binary.BigEndian.Uint16(b[35:])
	a.source = netip.AddrPortFrom(readAddr(b[37:]), binary.BigEndian.Uint16(b[53:]))
	a.seen = check.Seen(b[55])
	a.posts = readPosts(b[postsAt : proofSize-macSize])
	return a, a.seen >= check.SeenOutside && a.seen <= check.SeenInside
}

// doneFrame is the prober's last word: the proof reached it.
// Layout: version, type, nonceL 16, zeros to 32, HMAC 32 over hello, proof and this.
func doneFrame(key, hello, proof []byte, n nonce) []byte {
	b := append([]byte{version, typeDone}, n[:]...)
	return seal(key, append(append([]byte{}, hello...), proof...), b, doneSize)
}

func isDone(k keys, hello, proof, b []byte, n nonce) bool {
	return len(b) == doneSize && b[0] == version && b[1] == typeDone &&
		opens(k.done, append(append([]byte{}, hello...), proof...), b) && nonce(b[2:18]) == n
}

// seal fills b with zeros and puts the HMAC over before and b behind it.
func seal(key, before, b []byte, size int) []byte {
	b = append(b, make([]byte, size-macSize-len(b))...)
	return append(b, mac(key, before, b)...)
}

func opens(key, before, b []byte) bool {
	body := b[:len(b)-macSize]
	return hmac.Equal(b[len(body):], mac(key, before, body))
}

func mac(key, before, b []byte) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write(before) // a hash never fails
	_, _ = m.Write(b)
	return m.Sum(nil)
}

// appendAddr writes an address in 16 bytes; an invalid one is all zeros.
func appendAddr(b []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return append(b, make([]byte, 16)...)
	}
	x := a.As16()
	return append(b, x[:]...)
}

func readAddr(b []byte) netip.Addr {
	a := netip.AddrFrom16([16]byte(b[:16])).Unmap()
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}
