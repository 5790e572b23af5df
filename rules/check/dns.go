package check

import (
	"errors"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

var (
	errForeign  = errors.New("an answer to another question")
	errBadReply = errors.New("not a DNS answer that fits here")
)

// dnsReply is what one name server answered to one question.
type dnsReply struct {
	RCode     dnsmessage.RCode
	Addrs     []netip.Addr
	Truncated bool
}

// records is the most records of an answer that are looked at.
const records = 128

// question builds a question for an absolute name: no search lists.
func question(host string, t dnsmessage.Type) (dnsmessage.Question, error) {
	host = strings.TrimSuffix(host, ".")
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 {
			return dnsmessage.Question{}, errors.New("not a name that DNS can carry")
		}
	}
	name, err := dnsmessage.NewName(host + ".")
	if err != nil || len(host) > 253 {
		return dnsmessage.Question{}, errors.New("not a name that DNS can carry")
	}
	return dnsmessage.Question{Name: name, Type: t, Class: dnsmessage.ClassINET}, nil
}

// packQuery is the message that asks q. It has no EDNS: answers of addresses
// fit, and old routers stumble over it.
func packQuery(id uint16, q dnsmessage.Question) ([]byte, error) {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{q},
	}
	return m.Pack()
}

// parseReply reads the answer to q. It returns errForeign for what does not
// answer our question, which may be somebody's forgery: the true answer may
// still come.
func parseReply(b []byte, id uint16, q dnsmessage.Question, lim Limits) (dnsReply, error) {
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil || h.ID != id || !h.Response || h.OpCode != 0 {
		return dnsReply{}, errForeign
	}
	got, err := p.Question()
	if err != nil {
		// A server that cannot or will not answer may leave the question out.
		if errors.Is(err, dnsmessage.ErrSectionDone) && h.RCode != dnsmessage.RCodeSuccess {
			return dnsReply{RCode: h.RCode}, nil
		}
		return dnsReply{}, errForeign
	}
	if got.Type != q.Type || got.Class != q.Class || !sameName(got.Name, q.Name) {
		return dnsReply{}, errForeign
	}
	r := dnsReply{RCode: h.RCode, Truncated: h.Truncated}
	if r.RCode != dnsmessage.RCodeSuccess || r.Truncated {
		return r, nil
	}
	if err := p.SkipAllQuestions(); err != nil {
		return dnsReply{}, errBadReply
	}
	r.Addrs, err = answers(&p, q, lim)
	return r, err
}

func sameName(a, b dnsmessage.Name) bool { return strings.EqualFold(a.String(), b.String()) }

// answers follows the chain of names in the answer section to its addresses.
func answers(p *dnsmessage.Parser, q dnsmessage.Question, lim Limits) ([]netip.Addr, error) {
	alias := map[string]string{}
	found := map[string][]netip.Addr{}
	key := func(n dnsmessage.Name) string { return strings.ToLower(n.String()) }
	for range records {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return nil, errBadReply
		}
		switch {
		case h.Class == q.Class && h.Type == dnsmessage.TypeCNAME:
			r, err := p.CNAMEResource()
			if err != nil {
				return nil, errBadReply
			}
			alias[key(h.Name)] = key(r.CNAME)
		case h.Class == q.Class && h.Type == q.Type && q.Type == dnsmessage.TypeA:
			r, err := p.AResource()
			if err != nil {
				return nil, errBadReply
			}
			found[key(h.Name)] = append(found[key(h.Name)], netip.AddrFrom4(r.A))
		case h.Class == q.Class && h.Type == q.Type && q.Type == dnsmessage.TypeAAAA:
			r, err := p.AAAAResource()
			if err != nil {
				return nil, errBadReply
			}
			found[key(h.Name)] = append(found[key(h.Name)], netip.AddrFrom16(r.AAAA))
		default:
			if err := p.SkipAnswer(); err != nil {
				return nil, errBadReply
			}
		}
	}
	name := key(q.Name)
	for range lim.CNAMEs {
		next, ok := alias[name]
		if !ok || len(found[name]) > 0 {
			break
		}
		name = next
	}
	return found[name][:min(len(found[name]), lim.Addresses)], nil
}
