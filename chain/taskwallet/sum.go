package taskwallet

import "github.com/holiman/uint256"

// sum does arithmetic that remembers whether a result was too big.
type sum struct{ overflow bool }

func (s *sum) plus(a, b uint256.Int) uint256.Int {
	v, over := new(uint256.Int).AddOverflow(&a, &b)
	s.overflow = s.overflow || over
	return *v
}

func (s *sum) product(a, b uint256.Int) uint256.Int {
	v, over := new(uint256.Int).MulOverflow(&a, &b)
	s.overflow = s.overflow || over
	return *v
}

func (s *sum) times(a uint256.Int, n uint64) uint256.Int { return s.product(a, *uint256.NewInt(n)) }

// within wants a need that a balance covers.
func (s *sum) within(have, need uint256.Int) error {
	if s.overflow {
		need.SetAllOne()
	}
	if s.overflow || need.Gt(&have) {
		return &ShortError{Missing: *new(uint256.Int).Sub(&need, &have)}
	}
	return nil
}
