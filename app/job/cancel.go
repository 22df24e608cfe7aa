package job

import (
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// CancelGasHint is the gas to count with for cancelTask before it can be estimated:
// 534 000 are used where three nodes are set free.
const CancelGasHint = 650_000

// Refundable reports whether the person may claim back what is left of the fee: the
// chain has passed the deadline, nobody has finished the task, and nothing is being
// asked already. Never once TaskSuccess was seen: a cancel would lock the results
// away and free nodes that work for others (protocol.md A.7, G.21, G.22).
func (s State) Refundable() bool {
	if s.Imported != 0 || s.TaskID == 0 || !s.Overdue || s.Outcome.Success {
		return false
	}
	return s.Phase == Running || s.Phase == Uploading || s.Phase == Failed
}

// reclaim begins to claim the fee back. A cancel that may have left is looked for
// before anybody is asked once more.
func (s State) reclaim(at int64) (State, []Effect) {
	if s.Cancel.Asked != 0 && s.Cancel.Mined == 0 {
		s = s.enter(AwaitCancel, at)
		s.Again = true
		return s, []Effect{s.Cancel.again()}
	}
	return s.enter(CancelChecking, at), []Effect{CheckCancel{}}
}

// answered takes the answer of an effect of a cancel. When the task was finished
// meanwhile, a cancel that is not sent yet is not sent, and one that may have been
// is only remembered.
func (s State) answered(e Event) (State, []Effect) {
	switch s.Phase {
	case CancelChecking:
		return cancelChecking(s, e)
	case AwaitCancel:
		return asking(s, e)
	case CancelPending:
		return pending(s, e)
	}
	if sent, ok := e.(Sent); ok && s.Cancel.Asked != 0 && s.Cancel.Mined == 0 {
		s.Cancel.Hash = sent.Hash
	}
	return s, nil
}

// cancelling handles what comes to a job that claims its fee back, other than the
// answers of that: an upload that ends late, the chain, and the person.
func cancelling(s State, e Event) (State, []Effect) {
	switch e := e.(type) {
	case Uploaded:
		if s.Marks.Uploaded == 0 && e.of(s) {
			s.Marks.Uploaded, s.Relay = e.At, e.Relay
		}
	case SpeedUp, Mined, Reverted, Gap:
		if s.Phase == CancelPending {
			return pending(s, e)
		}
	}
	return s, nil
}

func cancelChecking(s State, e Event) (State, []Effect) {
	switch e := e.(type) {
	case Moot:
		return s.enter(Running, e.At), nil
	case CancelChecked:
		q := e.Quote
		s.Quote.Native, s.Quote.GasPrice, s.Quote.BaseFee = q.Native, q.GasPrice, q.BaseFee
		s.Quote.Nonce, s.Quote.Mined, s.Quote.Block = q.Nonce, q.Mined, q.Block
		if need := q.gasNeeded(); q.Native.Lt(need) {
			return s.fail(e.At, Fault{Code: NotEnoughGas, Need: *need, Have: q.Native})
		}
		return s.enter(AwaitCancel, e.At).ask(e.At, q.Gas)
	}
	return s.met(e, CheckCancel{})
}

// Current is the transaction that the phase is about.
func (s State) Current() Tx { return *s.current() }

// Awaited is the transaction whose receipt is waited for; the zero hash = none. A
// cancel that may be mined after the task was finished is one, because of its gas.
func (s State) Awaited() common.Hash {
	switch s.Phase {
	case ApprovalPending:
		return s.Approve.Hash
	case CreatePending:
		return s.Create.Hash
	case AwaitCancel: // not sent for certain
		return common.Hash{}
	}
	if s.Cancel.Mined == 0 {
		return s.Cancel.Hash
	}
	return common.Hash{}
}

// Looked are the transactions whose receipts are asked for: the one that is waited
// for, and an approval that was mined once and is not any more.
func (s State) Looked() (list []common.Hash) {
	for _, hash := range []common.Hash{s.Awaited(), s.Approve.Hash} {
		if hash == s.Approve.Hash && s.Phase != ApprovalPending && s.stray(hash) == nil {
			continue
		}
		if hash != (common.Hash{}) && !slices.Contains(list, hash) {
			list = append(list, hash)
		}
	}
	return list
}

// Held is what the contract still holds of the fee, as far as it is known.
func (s State) Held() uint256.Int {
	if s.Ledger.Closed {
		return s.Ledger.Held
	}
	return s.Ledger.rest(s.Create.Fee)
}

// Gas is what all transactions of the job have cost, in wei, failed ones included.
func (s State) Gas() (sum uint256.Int) {
	for _, tx := range []*Tx{&s.Approve, &s.Create, &s.Cancel} {
		sum.Add(&sum, &tx.Gas)
	}
	return sum
}
