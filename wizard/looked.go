package wizard

import (
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/gateway"
)

// Looked is what a look at the default gateway found out.
type Looked struct {
	Signs gateway.Signs
	Guess gateway.Guess
}

// Looking tells that the gateway is being asked.
func (s *Session) Looking() { s.deps.Here.Looking = true }

// Looked takes what was found out. What the router shows of itself counts more
// than its maker's number; a guess that is none takes nothing away.
func (s *Session) Looked(l Looked) { s.deps.Here = s.deps.Here.Looked(l, s.deps.Words) }

// Looked is h with what a look found out.
func (h Here) Looked(l Looked, w *Words) Here {
	h.Looking = false
	h.WAN, h.WANBy, h.NoWAN = l.Signs.WAN, l.Signs.WANBy, l.Signs.NoWAN
	if l.Guess.Router != "" && h.Cloud == "" && !h.Inside() {
		h.Router, h.why = l.Guess.Router, remark{}
		h.RouterWhy = w.Text("gateway."+string(l.Guess.Where), map[string]string{"text": l.Guess.Text})
	}
	return h
}

// NAT is the finding on the router's address on the Internet; empty for none.
func (s *Session) NAT() Finding {
	c := s.deps.Here.NAT()
	if c == "" {
		return Finding{}
	}
	return s.deps.Words.Finding(check.Result{Code: c}, nil)
}

// NAT is what the router's address on the Internet tells: nothing, a second
// router in front (nat.double), an address shared with others (nat.cgnat), or one
// of these without which (nat.hidden).
func (h Here) NAT() check.Code {
	switch a := h.WAN; {
	case !a.IsValid() && h.NoWAN:
		return check.NATHidden
	case !a.IsValid():
		return ""
	case check.CarrierShared(a):
		return check.NATCGNAT
	case a.IsPrivate():
		return check.NATDouble
	}
	return ""
}
