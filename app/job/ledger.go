package job

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// mostPayments is how many transactions move parts of one fee: one for each of the
// three nodes, and some to spare (protocol.md A.7).
const mostPayments = 6

// Ledger is where the fee of a task went, by the Transfers of CNX out of the Task
// contract that belong to the task.
type Ledger struct {
	Payments [mostPayments]Payment `json:"payments,omitzero"`
	// Closed tells that the contract itself was asked, after everything that can
	// happen by itself: it held Held then, in CNX base units.
	Closed bool        `json:"closed,omitempty"`
	Held   uint256.Int `json:"held,omitzero"`
}

// Payment is what one transaction moved. It is known by its hash, so that one that
// is seen twice, or mined again in another block, counts once.
type Payment struct {
	Tx       common.Hash `json:"tx,omitzero"`
	Block    uint64      `json:"block,omitempty"`
	Nodes    uint256.Int `json:"nodes,omitzero"`    // CNX base units
	Returned uint256.Int `json:"returned,omitzero"` // to the creator
}

// ToNodes is what the nodes got.
func (l Ledger) ToNodes() (sum uint256.Int) {
	for i := range l.Payments {
		sum.Add(&sum, &l.Payments[i].Nodes)
	}
	return sum
}

// Returned is what came back to the creator.
func (l Ledger) Returned() (sum uint256.Int) {
	for i := range l.Payments {
		sum.Add(&sum, &l.Payments[i].Returned)
	}
	return sum
}

// rest is what is left of a fee after all payments that were seen.
func (l Ledger) rest(fee uint256.Int) uint256.Int {
	for _, part := range []uint256.Int{l.ToNodes(), l.Returned()} {
		if part.Gt(&fee) {
			return uint256.Int{}
		}
		fee.Sub(&fee, &part)
	}
	return fee
}

// Unseen is what has left the contract without being seen: more than zero only where
// the contract was asked long after the end. Nobody knows then who got it.
func (s State) Unseen() uint256.Int {
	rest := s.Ledger.rest(s.Create.Fee)
	if held := s.Held(); rest.Gt(&held) {
		return *new(uint256.Int).Sub(&rest, &held)
	}
	return uint256.Int{}
}

// Settled reports whether no more of the fee can move, as far as it is looked at.
// Where the fee of an imported job goes is looked at by the browser that made it.
func (s State) Settled() bool {
	if s.Imported != 0 {
		return true
	}
	rest := s.Ledger.rest(s.Create.Fee)
	return s.TaskID == 0 || s.Ledger.Closed || rest.IsZero()
}

// accounted handles what is about money alone. It comes in every phase, after the
// end as well: a refund for a cheat is paid at the third disclosure, when the
// results may already be here (protocol.md A.7).
func accounted(s State, e Event) (State, bool) {
	switch e := e.(type) {
	case Payout:
		if s.TaskID != 0 {
			s.Ledger.enter(e.Payment)
			s.saw(Block{e.Block, e.In})
		}
		return s, true
	case Closed:
		if s.TaskID != 0 {
			s.Ledger.Closed, s.Ledger.Held = true, e.Held
		}
		return s, true
	case Mined:
		if tx := s.stray(e.Hash); tx != nil {
			tx.mined(e)
			if tx == &s.Approve {
				s.Approvals++
				s.Marks.Approved = e.At
			}
			s.saw(Block{e.Block, e.In})
			return s, true
		}
	case Reverted:
		if tx := s.stray(e.Hash); tx != nil {
			tx.Gas.Add(&tx.Gas, &e.Gas)
			tx.clear()
			return s, true
		}
	}
	return s, false
}

// stray is a transaction that the phase is not about, and that may be mined all the
// same: a cancel that nobody waits for any more, or an approval whose block was taken
// back after createTask was sent. nil if the hash is of none.
func (s *State) stray(hash common.Hash) *Tx {
	switch {
	case hash == (common.Hash{}):
	case hash == s.Cancel.Hash && s.Phase != CancelPending && s.Cancel.Mined == 0:
		return &s.Cancel
	case hash == s.Approve.Hash && s.Create.Asked != 0 && s.Approve.Mined == 0 && s.current() != &s.Approve:
		return &s.Approve
	}
	return nil
}

// mined notes a receipt.
func (tx *Tx) mined(e Mined) {
	tx.Mined, tx.In, tx.Last = e.Block, e.In, e.Gas
	tx.Gas.Add(&tx.Gas, &e.Gas)
}

// enter notes a payment. A new one opens the ledger again: the contract has been
// asked too early.
func (l *Ledger) enter(p Payment) {
	for i := range l.Payments {
		at := &l.Payments[i]
		if at.Tx == (common.Hash{}) {
			l.Closed, l.Held = false, uint256.Int{}
		}
		if at.Tx == (common.Hash{}) || at.Tx == p.Tx {
			*at = p
			return
		}
	}
}
