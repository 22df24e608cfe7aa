package job

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Block names one block of a chain, whatever becomes of it.
type Block struct {
	Number uint64      `json:"number,omitempty"`
	Hash   common.Hash `json:"hash,omitzero"`
}

// reorganised takes back what the chain told in blocks that are no longer part of it.
// Nothing is paid by that: a transaction that is not mined any more is waited for
// again, and bytes that were signed are sent again as they are. What those blocks told
// of the task is heard once more, perhaps of another id: the old one may now be
// somebody else's. Files stay; they count again if the nodes agree on the same result.
func reorganised(s State, e Reorganised) (State, []Effect) {
	var effects []Effect
	again := func(tx Tx) {
		if tx.Raw != "" {
			effects = append(effects, Resend{Raw: tx.Raw})
		}
	}
	approve, create, cancel := s.Approve.lost(e.Block), s.Create.lost(e.Block), s.Cancel.lost(e.Block)
	if s.Seen.Number >= e.Block {
		s.Seen = Block{Number: s.Create.Mined, Hash: s.Create.In}
	}
	if approve {
		s.Approvals, s.Marks.Approved = max(s.Approvals-1, 0), 0
		again(s.Approve)
	}
	switch {
	case create: // a cancel is not sent again: its task may now be a stranger's
		again(s.Create)
		return s.unpaid(e.At), effects
	case approve && s.Phase == Checking:
		return s.enter(ApprovalPending, e.At), effects
	case s.TaskID == 0:
		return s, effects
	case cancel:
		again(s.Cancel)
	}
	s.Ledger.undo(e.Block)
	next, more := s.unheard(e)
	return next, append(effects, more...)
}

// lost reports whether the chain does not have a transaction any more that it had.
func (tx *Tx) lost(from uint64) bool {
	if tx.Mined == 0 || tx.Mined < from {
		return false
	}
	tx.Gas.Sub(&tx.Gas, &tx.Last)
	tx.Mined, tx.In, tx.Last = 0, common.Hash{}, uint256.Int{}
	return true
}

// unpaid is a job whose createTask is not mined any more.
func (s State) unpaid(at int64) State {
	s.Reorgs++
	s.TaskID, s.Deadline, s.Overdue, s.Eager = 0, 0, false, false
	s.Relay = ""
	s.Nodes, s.Create.Fee = State{}.Nodes, uint256.Int{}
	s.Outcome, s.Ledger = Outcome{Result: s.Outcome.Result}, Ledger{}
	s.Marks = Marks{Submitted: s.Marks.Submitted, Approved: s.Marks.Approved}
	return s.enter(CreatePending, at)
}

// unheard is a paid job of which the chain takes back how its task ended.
func (s State) unheard(e Reorganised) (State, []Effect) {
	o := &s.Outcome
	if o.Published && o.PublishedIn >= e.Block {
		o.Published, o.PublishedIn, s.Marks.Published = false, 0, 0
	}
	success := o.Success && o.Block >= e.Block
	if success {
		*o = Outcome{Result: o.Result, Reason: o.Reason, Returned: o.Returned, AbortedIn: o.AbortedIn}
		s.Marks.Succeeded, s.Marks.Published = 0, 0
	}
	aborted := s.Phase == Aborted && o.AbortedIn >= e.Block
	if aborted {
		o.Reason, o.Returned, o.AbortedIn = "", uint256.Int{}, 0
	}
	switch {
	case aborted && s.Cancel.Hash != (common.Hash{}) && !o.Success: // by the cancel, which is mined again or waited for
		s.Marks.Ended = 0
		return s.enter(CancelPending, e.At), nil
	case aborted, success && (s.Phase == Fetching || s.Phase == Done || s.Phase == Failed && s.From == Fetching):
		s.Marks.Ended = 0
		return s.goOn(e.At)
	}
	return s, nil
}

// goOn is a paid job in the phase that its marks and the chain's word lead to.
func (s State) goOn(at int64) (State, []Effect) {
	s.Eager = false // what was asked for is over
	switch {
	case s.Outcome.Success && s.Outcome.Published:
		return s.enter(Fetching, at).fetchNext(at)
	case s.Outcome.Success:
		return s.enter(Fetching, at), nil
	case s.Marks.Uploaded == 0:
		return s.handOver(at)
	}
	return s.enter(Running, at), nil
}

// undo forgets what blocks from this one on have moved. What the contract held then
// is asked again.
func (l *Ledger) undo(block uint64) {
	kept := Ledger{}
	n := 0
	for _, p := range l.Payments {
		if p.Tx != (common.Hash{}) && p.Block < block {
			kept.Payments[n] = p
			n++
		}
	}
	*l = kept
}

// saw notes the newest block that told something about the job.
func (s *State) saw(b Block) {
	if b.Number >= s.Seen.Number && b.Hash != (common.Hash{}) {
		s.Seen = b
	}
}

// Newest is the highest block that told something about the job; 0 = none did.
func (s State) Newest() uint64 {
	newest := max(s.Approve.Mined, s.Create.Mined, s.Cancel.Mined, s.Outcome.Block, s.Outcome.PublishedIn, s.Outcome.AbortedIn)
	for i := range s.Ledger.Payments {
		newest = max(newest, s.Ledger.Payments[i].Block)
	}
	return newest
}
