package gateway

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/syncsign/sops-firewall/rules/check"
)

// askName asks the gateway's own name server for the gateway's name: some
// answer with a name that only one brand uses.
func askName(ctx context.Context, n Net, gw netip.Addr) func(*Signs) {
	if !gw.Is4() {
		return nil
	}
	b := gw.As4()
	ask, err := dnsmessage.NewName(fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa.", b[3], b[2], b[1], b[0]))
	if err != nil {
		return nil
	}
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: binary.BigEndian.Uint16(id[:]), RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: ask, Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}},
	}
	query, err := m.Pack()
	if err != nil {
		return nil
	}
	c, err := n.Dial(ctx, udpOf(gw), netip.AddrPortFrom(gw, 53))
	if err != nil {
		return nil
	}
	defer func() { _ = c.Close() }()
	defer within(ctx, c)()
	buf := make([]byte, 512)
	for range 2 {
		if _, err := c.Write(query); err != nil {
			return nil
		}
		_ = c.SetReadDeadline(time.Now().Add(searchTime / 2))
		k, err := c.Read(buf)
		if err != nil {
			continue
		}
		if name := pointer(buf[:k], m.ID, ask); name != "" {
			return func(s *Signs) { s.Name = check.Clean(name, signRunes) }
		}
		return nil
	}
	return nil
}

// pointer is the name in an answer to the question; empty for none.
func pointer(b []byte, id uint16, ask dnsmessage.Name) string {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil || h.ID != id || !h.Response {
		return ""
	}
	q, err := p.Question()
	if err != nil || q.Type != dnsmessage.TypePTR || !strings.EqualFold(q.Name.String(), ask.String()) || p.SkipAllQuestions() != nil {
		return ""
	}
	for range 8 {
		h, err := p.AnswerHeader()
		if err != nil {
			return ""
		}
		if h.Type != dnsmessage.TypePTR {
			if p.SkipAnswer() != nil {
				return ""
			}
			continue
		}
		r, err := p.PTRResource()
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(r.PTR.String(), ".")
	}
	return ""
}
