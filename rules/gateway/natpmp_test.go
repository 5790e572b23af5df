package gateway

import (
	"bytes"
	"net/netip"
	"testing"
)

func TestNATPMP(t *testing.T) {
	b := newBox(t)
	b.udp(5351, func(q []byte) []byte {
		if !bytes.Equal(q, []byte{0, 0}) {
			t.Errorf("asked %x: only the question that changes nothing may be sent", q)
		}
		return []byte{0, 128, 0, 0, 0, 0, 0, 9, 100, 64, 1, 2}
	})
	if s := Look(t.Context(), b, gw); s.WAN != netip.MustParseAddr("100.64.1.2") || s.WANBy != "NAT-PMP" || !s.Mappings {
		t.Errorf("got %+v", s)
	}
}

// TestNoOuterAddress: a gateway without an address on the Internet says so.
func TestNoOuterAddress(t *testing.T) {
	for name, answer := range map[string][]byte{
		"result 3":        {0, 128, 0, 3, 0, 0, 0, 9, 0, 0, 0, 0},
		"result 3, short": {0, 128, 0, 3, 0, 0, 0, 9},
		"0.0.0.0":         {0, 128, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0},
	} {
		b := newBox(t)
		b.udp(5351, func([]byte) []byte { return answer })
		if s := Look(t.Context(), b, gw); s.WAN.IsValid() || !s.NoWAN || !s.Mappings {
			t.Errorf("%s: got %+v", name, s)
		}
	}
	b := newBox(t)
	b.udp(5351, func([]byte) []byte { return []byte{0, 128, 0, 2, 0, 0, 0, 9} }) // switched off
	if s := Look(t.Context(), b, gw); s.NoWAN || s.Mappings {
		t.Errorf("switched off: got %+v", s)
	}
}
