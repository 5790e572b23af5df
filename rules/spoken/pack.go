package spoken

import (
	"errors"
	"math/big"
)

// Packer writes symbols as briefly as their likelihood allows: arithmetic coding
// in whole numbers, exact and without rounding. Its zero value is ready.
type Packer struct {
	low, width, whole big.Int
	begun             bool
}

func (p *Packer) begin() {
	if !p.begun {
		p.begun = true
		p.width.SetInt64(1)
		p.whole.SetInt64(1)
	}
}

// Put adds one symbol of a model, which learns it.
func (p *Packer) Put(m *Model, symbol int) {
	p.begin()
	before, total := m.before(symbol), m.total()
	var step big.Int
	p.low.Add(p.low.Mul(&p.low, big.NewInt(total)), step.Mul(&p.width, big.NewInt(before)))
	p.width.Mul(&p.width, big.NewInt(m.weights[symbol]))
	p.whole.Mul(&p.whole, big.NewInt(total))
	m.learn(symbol)
}

// Values are the shortest number of base 32 that stands for all that was put.
func (p *Packer) Values() []byte {
	p.begin()
	var high big.Int
	high.Add(&p.low, &p.width)
	scale := big.NewInt(1)
	for n := 0; ; n++ {
		// The least v with low/whole <= v/32^n; it must also be < high/whole.
		var v, rest, back big.Int
		v.DivMod(rest.Mul(&p.low, scale), &p.whole, &back)
		if back.Sign() > 0 {
			v.Add(&v, big.NewInt(1))
		}
		if rest.Mul(&v, &p.whole).Cmp(back.Mul(&high, scale)) < 0 {
			out := make([]byte, n)
			for i := n - 1; i >= 0; i-- {
				v.DivMod(&v, big.NewInt(32), &rest)
				out[i] = byte(rest.Int64())
			}
			return out
		}
		scale = new(big.Int).Lsh(scale, 5)
	}
}

// Unpacker reads what a Packer wrote, with the same models in the same order.
type Unpacker struct {
	value, scale      big.Int
	low, width, whole big.Int
}

// NewUnpacker reads values, each 0 to 31.
func NewUnpacker(values []byte) *Unpacker {
	u := &Unpacker{}
	for _, v := range values {
		u.value.Add(u.value.Lsh(&u.value, 5), big.NewInt(int64(v&31)))
	}
	u.scale.Lsh(big.NewInt(1), uint(5*len(values)))
	u.width.SetInt64(1)
	u.whole.SetInt64(1)
	return u
}

// Take reads one symbol. Values that nobody packed give some symbol too: the
// caller has a check of its own.
func (u *Unpacker) Take(m *Model) int {
	total := big.NewInt(m.total())
	u.low.Mul(&u.low, total)
	u.whole.Mul(&u.whole, total)
	var mark, high, step big.Int
	mark.Mul(&u.value, &u.whole)
	symbol, before := len(m.weights)-1, int64(0)
	for i, w := range m.weights {
		high.Mul(high.Add(&u.low, step.Mul(&u.width, big.NewInt(before+w))), &u.scale)
		if mark.Cmp(&high) < 0 {
			symbol = i
			break
		}
		before += w
	}
	before = m.before(symbol)
	u.low.Add(&u.low, step.Mul(&u.width, big.NewInt(before)))
	u.width.Mul(&u.width, big.NewInt(m.weights[symbol]))
	m.learn(symbol)
	return symbol
}

// ErrRest is a code that says more than it should.
var ErrRest = errors.New("more than was packed")

// Done tells whether the values are the shortest for what was taken: a code of
// another kind hardly ever is.
func (u *Unpacker) Done(values []byte) error {
	p := Packer{begun: true}
	p.low.Set(&u.low)
	p.width.Set(&u.width)
	p.whole.Set(&u.whole)
	if string(p.Values()) != string(values) {
		return ErrRest
	}
	return nil
}

// Model is how likely each of some symbols is; it learns from those it has seen.
type Model struct {
	weights []int64
	step    int64
}

// Even is a model of n symbols, all as likely, that learns nothing.
func Even(n int) *Model {
	m := &Model{weights: make([]int64, n)}
	for i := range m.weights {
		m.weights[i] = 1
	}
	return m
}

// Learning is a model with first weights, each at least 1, that adds step to a
// symbol's weight whenever it is seen.
func Learning(step int64, weights ...int64) *Model { return &Model{weights: weights, step: step} }

func (m *Model) total() int64 { return m.before(len(m.weights)) }

func (m *Model) before(symbol int) int64 {
	var sum int64
	for _, w := range m.weights[:symbol] {
		sum += w
	}
	return sum
}

func (m *Model) learn(symbol int) { m.weights[symbol] += m.step }
