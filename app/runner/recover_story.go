package runner

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// afterOutcome is for how many requests it is looked where the fee of a task went after
// its end is known. What is not found then is told as a sum (job.State.Unseen).
const afterOutcome = 4

// story is what became of one task, as it is read from the chain.
type story struct {
	of       chain.Past
	now      chain.Task
	fee      uint256.Int
	next     uint64 // block
	requests int    // since the outcome
	outcomes []chain.Seen
	payments []payment
}

// stories tells what has happened to tasks since they were created, up to head: their
// outcome, and every payment for them. Nothing has happened to those that run.
func (r *Runner) stories(ctx context.Context, n network, list []chain.Past, made []chain.Creation, head chain.Block) ([][]job.Event, error) {
	all := make([]story, len(list))
	var open []*story
	for i, p := range list {
		s := &all[i]
		*s = story{of: p, now: made[i].Task, next: p.Block}
		if made[i].Receipt == nil {
			continue
		}
		_, s.fee = paid(n, made[i].Receipt)
		if s.now.State() != chain.Running {
			open = append(open, s)
		}
	}
	for len(open) > 0 {
		from := uint64(math.MaxUint64)
		parties := map[address]bool{}
		for _, s := range open {
			from = min(from, s.next)
			parties[s.of.Creator] = true
			for _, node := range s.of.Nodes {
				parties[node] = true
			}
		}
		var payees []address
		for at := range parties {
			payees = append(payees, at)
		}
		events, through, err := n.chain.Outcomes(ctx, from, head.Number, payees)
		if err != nil {
			return nil, err
		}
		payments, err := r.payments(ctx, n, chain.Tick{Events: events}, parties)
		if err != nil {
			return nil, err
		}
		open = slices.DeleteFunc(open, func(s *story) bool { return s.read(events, payments, through) || through >= head.Number })
	}
	events := make([][]job.Event, len(list))
	times, err := times(ctx, n, all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		events[i] = all[i].tell(times)
		if d := int64(all[i].now.Deadline); all[i].now.State() == chain.Running && d != 0 && int64(head.Time) > d {
			events[i] = append(events[i], job.Late{At: int64(head.Time) * 1000})
		}
	}
	return events, nil
}

// read takes what a range of blocks up to through says about the task; it reports
// whether there is no more to be read.
func (s *story) read(events []chain.Seen, payments []payment, through uint64) (over bool) {
	if s.next > through {
		return false
	}
	s.next = through + 1
	for _, seen := range events {
		switch e := seen.Event.(type) {
		case chain.TaskSuccess:
			if e.ID == s.of.ID {
				s.outcomes = append(s.outcomes, seen)
			}
		case chain.TaskAborted:
			if e.ID == s.of.ID {
				s.outcomes = append(s.outcomes, seen)
			}
		}
	}
	rest := s.fee
	for _, p := range payments {
		if p.task == s.of.ID {
			s.payments = append(s.payments, p)
		}
	}
	for _, p := range s.payments {
		if p.Amount.Gt(&rest) {
			rest.Clear()
			break
		}
		rest.Sub(&rest, &p.Amount)
	}
	if len(s.outcomes) == 0 {
		return false
	}
	s.requests++
	return !rest.Gt(&s.now.Balance) || s.requests > afterOutcome
}

// times are those of the blocks in which tasks ended, in unix milliseconds.
func times(ctx context.Context, n network, all []story) (map[uint64]int64, error) {
	var blocks []uint64
	for _, s := range all {
		for _, o := range s.outcomes {
			if !slices.Contains(blocks, o.Log.Block) {
				blocks = append(blocks, o.Log.Block)
			}
		}
	}
	at := map[uint64]int64{}
	if len(blocks) == 0 {
		return at, nil
	}
	list, err := n.chain.Times(ctx, blocks)
	for i := range list {
		at[blocks[i]] = int64(list[i]) * 1000
	}
	return at, err
}

// tell makes events of what was read. The result node is paid last, when it has
// reported its upload (protocol.md A.7); a contract that holds nothing after a success
// says the same.
func (s *story) tell(times map[uint64]int64) (list []job.Event) {
	var success chain.Seen
	var node address
	slices.SortStableFunc(s.outcomes, func(a, b chain.Seen) int {
		return cmp.Or(cmp.Compare(a.Log.Block, b.Log.Block), cmp.Compare(a.Log.Index, b.Log.Index))
	})
	for _, seen := range s.outcomes {
		at := times[seen.Log.Block]
		switch e := seen.Event.(type) {
		case chain.TaskSuccess:
			success, node = seen, e.Node
			list = append(list, job.Succeeded{At: at, Result: job.Bytes(e.Result), Node: e.Node, Tx: seen.Log.TxHash, Block: seen.Log.Block, In: seen.Log.BlockHash})
		case chain.TaskAborted:
			list = append(list, job.AbortedOnChain{At: at, Reason: e.Reason, Tx: seen.Log.TxHash, Block: seen.Log.Block, In: seen.Log.BlockHash, Returned: s.returned(seen.Log.TxHash)})
		}
	}
	published, in := s.now.Balance.IsZero(), success.Log.Block
	var sums []job.Payout
	for _, p := range s.payments {
		published, in = published || p.To == node && p.tx != success.Log.TxHash, max(in, p.in.Number)
		i := slices.IndexFunc(sums, func(o job.Payout) bool { return o.Tx == p.tx })
		if i < 0 {
			i = len(sums)
			sums = append(sums, job.Payout{In: p.in.Hash, Payment: job.Payment{Tx: p.tx, Block: p.in.Number}})
		}
		to := &sums[i].Nodes
		if p.To == s.of.Creator {
			to = &sums[i].Returned
		}
		to.Add(to, &p.Amount)
	}
	for _, p := range sums {
		list = append(list, p)
	}
	if node != (address{}) && published {
		list = append(list, job.Published{At: times[success.Log.Block], Block: in})
	}
	return list
}

// returned is the CNX that came back to the creator in one transaction.
func (s *story) returned(tx hash) (sum uint256.Int) {
	for _, p := range s.payments {
		if p.tx == tx && p.To == s.of.Creator {
			sum.Add(&sum, &p.Amount)
		}
	}
	return sum
}
