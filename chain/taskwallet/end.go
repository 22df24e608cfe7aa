package taskwallet

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// Next is the number of the key that an owner makes next for a site and chain,
// after those that are retired. more is false when there are no numbers left.
func Next(records []Record, owner common.Address, site string, chainID uint64) (number uint8, more bool) {
	for _, r := range records {
		same := r.Kind == Derived && r.Owner == owner && r.Site == site && r.ChainID == chainID
		if same && r.RetiredAt != 0 && r.Number >= number {
			number = r.Number + 1
		}
	}
	return number, number <= MaxNumber
}

// Retire allows a record to be retired: no job can refund any more, and what is
// left is not worth a transfer, or somebody else has the key as well. The error is
// Unsafe.
func (r Record) Retire(left chain.Standing, refundable int) error {
	const transfer = 100_000 // gas: what moves less costs more than it brings
	worth := new(uint256.Int).Mul(&left.GasPrice, uint256.NewInt(transfer))
	switch {
	case r.Kind == Derived && r.Number == MaxNumber:
		return Unsafe.Because("number %d is the last", r.Number)
	case refundable > 0:
		return Unsafe.Because("%d jobs can still refund", refundable)
	case left.HasCode:
		return nil
	case !left.CNX.IsZero() || left.Native.Gt(worth):
		return Unsafe.Because("not empty")
	}
	return nil
}

// Remains is what would be lost with a key, as far as can be seen.
type Remains struct {
	Balances   []chain.Balances // the same account, by each endpoint that was asked
	Refundable int              // jobs whose fee can still come back
}

// Delete allows a record to be deleted: it has a way back, two endpoints say
// that nothing is left, and nothing can come back; or else the person typed the
// last four characters of the address. The error is Unsafe.
func (r Record) Delete(left Remains, typed string) error {
	address := r.Address.Hex()
	if typed == address[len(address)-4:] {
		return nil
	}
	switch {
	case !r.HasWayBack():
		return Unsafe.Because("no way back to the key")
	case left.Refundable > 0:
		return Unsafe.Because("%d jobs can still refund", left.Refundable)
	case len(left.Balances) < 2:
		return Unsafe.Because("balance seen by %d endpoints", len(left.Balances))
	}
	for _, b := range left.Balances {
		if !b.Native.IsZero() || !b.CNX.IsZero() {
			return Unsafe.Because("not empty")
		}
	}
	return nil
}
