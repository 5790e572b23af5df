package proof

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/spoken"
)

// session is the memory of a listener: what was said, by whom, how often. It is
// safe for concurrent use.
type session struct {
	keys   keys
	here   Here
	posts  []check.Post
	lim    Limits
	now    func() time.Time
	random io.Reader
	close  func() // ends the session: somebody is guessing

	mu      sync.Mutex
	seen    map[nonce]bool // no HELLO counts twice
	hellos  int
	wrong   int
	phones  map[Port]bool // tokens that were used
	sources map[netip.Addr]*bucket
}

// bucket counts the connections of one source.
type bucket struct {
	left int
	at   time.Time
}

// admit tells whether a source may open another connection now.
func (s *session) admit(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	a = bundle(a)
	b := s.sources[a]
	if b == nil {
		if len(s.sources) >= s.lim.Sources {
			s.forget(now)
		}
		if len(s.sources) >= s.lim.Sources {
			return false
		}
		b = &bucket{left: s.lim.Burst, at: now}
		s.sources[a] = b
	}
	if n := int(now.Sub(b.at) / s.lim.PerSource); n > 0 {
		b.left = min(s.lim.Burst, b.left+n)
		b.at = b.at.Add(time.Duration(n) * s.lim.PerSource)
	}
	if b.left <= 0 {
		return false
	}
	b.left--
	return true
}

// forget drops the sources that came so long ago that their count is full again.
func (s *session) forget(now time.Time) {
	for a, b := range s.sources {
		if now.Sub(b.at) > time.Duration(s.lim.Burst)*s.lim.PerSource {
			delete(s.sources, a)
		}
	}
}

// bundle is the unit that is counted: an IPv6 customer has a whole /64.
func bundle(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if a.Is4() {
		return a
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}

// hello judges a frame that came to a port; ok is false for whatever gets no
// answer, for any reason.
func (s *session) hello(b []byte, at Port, source netip.AddrPort) (answer, bool) {
	h, mine, ok := parseHello(s.keys, b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !ok {
		if mine {
			// The session's name is read on the wire only: somebody who does not
			// have the secret tries his luck.
			if s.wrong++; s.wrong >= s.lim.Wrong {
				s.close()
			}
		}
		return answer{}, false
	}
	if h.proto != at.Proto || h.port != at.Number || s.seen[h.nonce] || s.hellos >= s.lim.Hellos {
		return answer{}, false
	}
	s.seen[h.nonce] = true
	s.hellos++
	a := answer{nonceP: h.nonce, proto: h.proto, port: h.port, posts: s.posts, asked: h, source: netip.AddrPortFrom(source.Addr().Unmap(), source.Port())}
	a.seen = s.here.judge(source.Addr(), h.local)
	if _, err := io.ReadFull(s.random, a.nonceL[:]); err != nil {
		return answer{}, false
	}
	return a, true
}

// phone takes a token once per port. One that comes from inside proves nothing
// and is not used up: its phone will try again with Wi-Fi off.
func (s *session) phone(token string, at Port, seen check.Seen) bool {
	if !hmac.Equal([]byte(token), []byte(s.keys.token(at))) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phones[at] {
		return false
	}
	s.phones[at] = seen != check.SeenInside
	return true
}

// token is what a phone's browser brings to a port: 60 bits made of the secret.
func (k keys) token(at Port) string {
	m := hmac.New(sha256.New, k.phone)
	_, _ = m.Write([]byte{byte(at.Proto), byte(at.Number >> 8), byte(at.Number)}) // a hash never fails
	bits := binary.BigEndian.Uint64(m.Sum(nil))
	out := make([]byte, 12)
	for i := range out {
		out[i] = byte(bits >> 59)
		bits <<= 5
	}
	return strings.ReplaceAll(spoken.Write(out), "-", "")
}

// PhoneURL is what a phone's browser opens to reach a port: it works once.
func (c Code) PhoneURL(host string, at Port) string {
	k, err := c.keys()
	if err != nil {
		return ""
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(int(at.Number))) + "/" + k.token(at)
}
