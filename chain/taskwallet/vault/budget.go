package vault

import (
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// budget is the soft limit (§9): it counts the confirmed fees of the tasks that
// were signed since the person last said how much may be spent. It keeps a
// mistake in the page from emptying the wallet; a page that lies about fees is
// stopped by the allowance, which is held to the same limit.
type budget struct {
	most, spent uint256.Int
	fees        map[uint64]uint256.Int // by nonce: a replacement is paid once
}

func newBudget(most uint256.Int) budget {
	return budget{most: most, fees: make(map[uint64]uint256.Int)}
}

// left is what may still be spent, not counting what this nonce already did.
func (b *budget) left(nonce uint64) uint256.Int {
	before := b.fees[nonce]
	left := new(uint256.Int).Sub(&b.most, &b.spent)
	return *left.Add(left, &before)
}

// check wants an allowance and a fee within what is left. The error is
// OverBudget, or BadAmount for a task without a confirmed fee.
func (b *budget) check(i taskwallet.Intent, nonce uint64) error {
	var amount uint256.Int
	left := b.left(nonce)
	switch i := i.(type) {
	case taskwallet.Approve:
		amount = i.Amount
	case taskwallet.Create:
		if amount = i.Fee; amount.IsZero() {
			return taskwallet.BadAmount.Because("a task without its fee")
		}
	}
	if amount.Gt(&left) {
		return taskwallet.OverBudget.Because("%s, %s left", amount.Dec(), left.Dec())
	}
	return nil
}

// count notes what was signed.
func (b *budget) count(i taskwallet.Intent, nonce uint64) {
	create, ok := i.(taskwallet.Create)
	if !ok {
		return
	}
	before := b.fees[nonce]
	b.spent.Sub(&b.spent, &before)
	b.spent.Add(&b.spent, &create.Fee)
	b.fees[nonce] = create.Fee
}
