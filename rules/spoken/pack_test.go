package spoken

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPack packs and unpacks all kinds of symbols, and wants likely ones short.
func TestPack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		n := r.IntN(60)
		symbols := make([]int, n)
		for i := range symbols {
			if round%3 == 0 || r.IntN(6) == 0 {
				symbols[i] = r.IntN(7)
			}
		}
		var p Packer
		in, even := Learning(8, 6, 1, 1, 1, 1, 1, 1), Even(5)
		for i, s := range symbols {
			p.Put(in, s)
			p.Put(even, i%5)
		}
		code := p.Values()
		u := NewUnpacker(code)
		out, even := Learning(8, 6, 1, 1, 1, 1, 1, 1), Even(5)
		for i, s := range symbols {
			if got := u.Take(out); got != s {
				t.Fatalf("round %d, symbol %d: got %d, want %d", round, i, got, s)
			}
			if got := u.Take(even); got != i%5 {
				t.Fatalf("round %d, symbol %d: got %d of the even ones", round, i, got)
			}
		}
		if err := u.Done(code); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := u.Done(append(slices.Clone(code), 3)); err == nil {
			t.Fatalf("round %d: a longer code is taken too", round)
		}
	}
	var p Packer
	m := Learning(8, 6, 1, 1, 1, 1, 1, 1)
	for range 45 {
		p.Put(m, 0)
	}
	if got := len(p.Values()); got > 2 {
		t.Errorf("45 times the usual takes %d characters", got)
	}
}
