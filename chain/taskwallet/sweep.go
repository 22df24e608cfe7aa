package taskwallet

import "github.com/holiman/uint256"

// SweepPrice is the one price of a sweep, in a transaction of type 0, so that
// what it costs is known to the wei: what the node suggests, but enough for the
// next block, whose base fee may be an eighth higher (EIP-1559).
func SweepPrice(suggested, baseFee uint256.Int) Price {
	if next := raise(baseFee); !baseFee.IsZero() && next.Gt(&suggested) {
		suggested = next
	}
	return Price{Max: suggested, Shown: suggested}
}

// Affords wants a balance that pays for a transaction. The error is a *ShortError.
func Affords(native uint256.Int, gas uint64, price uint256.Int) error {
	var s sum
	return s.within(native, s.product(*uint256.NewInt(gas), price))
}

// SweepValue is how many native coins a sweep can move: the balance without its
// own gas at this price, and without the fee that chains on top of another one
// take besides (0 elsewhere). On a plain chain and to an account without code
// exactly nothing stays. The error is a *ShortError: so much has to be sent
// first.
func SweepValue(balance uint256.Int, gas uint64, price, l1Fee uint256.Int) (uint256.Int, error) {
	var s sum
	cost := s.plus(s.product(*uint256.NewInt(gas), price), l1Fee)
	if err := s.within(balance, cost); err != nil {
		return uint256.Int{}, err
	}
	return *new(uint256.Int).Sub(&balance, &cost), nil
}
