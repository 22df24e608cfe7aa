package runner

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// How often the chain is asked. Blocks are a second apart where tasks take tens of
// seconds. A transaction and the delivery are looked for more often than blocks
// come, because the page goes on at once when they are there, but only while they
// are not late. What the nodes do in between can wait, until all have committed.
const (
	pollSoon    = 500 * time.Millisecond
	soonFor     = 15 * time.Second
	pollSending = 1000 * time.Millisecond
	pollRunning = 2500 * time.Millisecond
	pollTrouble = 5 * time.Second
	// pollSettling is how often is looked where the fee goes, when nothing else is waited for.
	pollSettling = 10 * time.Second
	// unknownTicks is for how many polls a node may not know a sent transaction
	// before another one with its nonce is looked for, and until it counts as dropped.
	unknownTicks = 8
	droppedTicks = 75
)

// pace is how long the chain is left alone now.
func (r *Runner) pace(n network) time.Duration {
	pause, now := pollSettling, r.now()
	for _, s := range r.jobs {
		if s.Order.Network != n.ID || !underWay(s) {
			continue
		}
		pause = min(pause, pollRunning)
		sending := s.Phase == job.ApprovalPending || s.Phase == job.CreatePending || s.Phase == job.CancelPending
		switch {
		case (sending || s.Phase == job.Fetching) && now-s.Since < soonFor.Milliseconds():
			pause = min(pause, pollSoon)
		case sending, r.committed[s.ID] && s.Phase == job.Running:
			pause = min(pause, pollSending)
		}
	}
	return pause
}

// watched reports whether the chain is asked about a job: what comes next, or only
// where its fee goes.
func (r *Runner) watched(s job.State) bool { return underWay(s) || r.unsettled(s) }

// underWay reports whether a job goes on by what the chain says.
func underWay(s job.State) bool {
	switch s.Phase {
	case job.ApprovalPending, job.CreatePending, job.Running, job.Uploading, job.CancelChecking, job.AwaitCancel, job.CancelPending:
		return true
	case job.Fetching: // also while the Relay is asked early
		return !s.Outcome.Published
	case job.Failed: // paid, stopped on the way: the chain goes on without it
		return s.TaskID != 0 && !s.Outcome.Published
	}
	return false
}

// watch polls each network while there is something to wait for.
func (r *Runner) watch() {
	for _, s := range r.jobs {
		if id := s.Order.Network; r.watched(s) && !r.watching[id] {
			if n, ok := r.networks[id]; ok {
				r.watching[id] = true
				r.poll(n)
			}
		}
	}
}

// poll asks a network once about all its jobs, and plans the next time.
func (r *Runner) poll(n network) {
	var jobs, owners []string // all that are watched, and those with a transaction
	var sent []common.Hash
	var doubted []uint64 // tasks of which the contract itself is asked whether they are settled
	from := uint64(math.MaxUint64)
	for _, s := range r.jobs {
		if s.Order.Network != n.ID {
			continue
		}
		if !r.watched(s) {
			delete(r.cursors, s.ID)
			delete(r.missing, s.ID)
			delete(r.committed, s.ID)
			continue
		}
		jobs = append(jobs, s.ID)
		if r.cursors[s.ID] == 0 {
			r.cursors[s.ID] = begin(s)
		}
		if !r.longOver(s) {
			from = min(from, r.cursors[s.ID])
		}
		if r.doubts(s) {
			doubted = append(doubted, s.TaskID)
		}
		if tx := s.Awaited(); tx != (hash{}) {
			sent, owners = append(sent, tx), append(owners, s.ID)
		}
	}
	parties := r.parties(n)
	if len(jobs) == 0 {
		delete(r.watching, n.ID)
		return
	}
	go func() {
		// Before the events are read: what a task holds then has left it in their sight.
		tasks := r.tasks(r.ctx, n, doubted)
		var tick chain.Tick
		var facts map[common.Hash]fact
		var payments []payment
		var err error
		if from != math.MaxUint64 {
			tick, err = n.chain.Poll(r.ctx, sent, from)
		}
		if err == nil {
			facts = r.facts(r.ctx, n, tick)
			payments, err = r.payments(r.ctx, n, tick, parties)
		}
		r.chainReached(err)
		r.post(func() {
			pause := r.spread(pollTrouble)
			if err == nil {
				for _, id := range jobs {
					r.cursors[id] = tick.Through + 1
				}
				r.told(n, tick, owners, facts, payments)
				r.taken(n, tick, tasks)
				pause = r.pace(n) // by what was just told
			}
			go func() {
				if r.Clock.Sleep(r.ctx, pause) == nil {
					r.post(func() { r.poll(n) })
				}
			}()
		})
	}()
}

// begin is the first block that can tell something new about a job.
func begin(s job.State) uint64 {
	if s.Outcome.Block != 0 {
		return s.Outcome.Block
	}
	return max(s.Create.Mined, s.Create.Block, s.Approve.Block, 1)
}

// fact is what a tick does not say by itself: why a transaction failed, and when
// a new task may be cancelled.
type fact struct {
	reason   string
	moot     bool // job.Moot
	deadline int64
}

func (r *Runner) facts(ctx context.Context, n network, tick chain.Tick) map[common.Hash]fact {
	facts := map[common.Hash]fact{}
	for _, sent := range tick.Sent {
		receipt := sent.Receipt
		switch {
		case receipt == nil:
		case !receipt.OK:
			reason, err := n.chain.Failure(ctx, receipt)
			if err == nil {
				facts[receipt.TxHash] = fact{reason: why(reason), moot: moot(reason)}
			}
		default:
			if created, err := n.Contracts.Created(receipt); err == nil {
				if t, err := n.chain.Task(ctx, created.ID); err == nil {
					facts[receipt.TxHash] = fact{deadline: int64(t.Deadline)}
				}
			}
		}
	}
	return facts
}

// why is the reason of a failed transaction in the contract's own words; "" when
// there is none.
func why(reason error) string {
	var revert *chain.RevertError
	switch {
	case errors.As(reason, &revert):
		return revert.Reason
	case errors.Is(reason, chain.ErrOutOfGas):
		return "It needed more gas than it was given."
	}
	return ""
}

// told turns one tick into events of the jobs.
func (r *Runner) told(n network, tick chain.Tick, owners []string, facts map[common.Hash]fact, payments []payment) {
	at := r.now()
	for i, sent := range tick.Sent {
		r.mined(n, owners[i], sent, facts, at)
	}
	r.enter(n, payments, at)
	for _, seen := range tick.Events {
		r.seen(n, seen, tick.Events, at)
	}
	for _, s := range r.jobs {
		if s.Order.Network == n.ID && s.Deadline != 0 && int64(tick.Head.Time) > s.Deadline && !s.Overdue && r.watched(s) {
			r.apply(s.ID, job.Late{At: at})
		}
	}
}

func (r *Runner) mined(n network, id string, sent chain.Sent, facts map[common.Hash]fact, at int64) {
	receipt := sent.Receipt
	if receipt == nil {
		if i := r.index(id); i >= 0 && r.jobs[i].Current().Hash != r.jobs[i].Awaited() {
			return // a cancel that nobody waits for
		}
		if sent.Tx != nil {
			delete(r.missing, id)
			return
		}
		if r.missing[id]++; r.missing[id]%unknownTicks == 0 {
			r.lookFor(n, id, r.missing[id] >= droppedTicks)
		}
		return
	}
	delete(r.missing, id)
	gas, fee := paid(n, receipt)
	if !receipt.OK {
		r.apply(id, job.Reverted{At: at, Hash: receipt.TxHash, Gas: gas, Reason: facts[receipt.TxHash].reason, Moot: facts[receipt.TxHash].moot})
		return
	}
	e := job.Mined{At: at, Hash: receipt.TxHash, Block: receipt.Block, Gas: gas, Fee: fee, Deadline: facts[receipt.TxHash].deadline}
	if created, err := n.Contracts.Created(receipt); err == nil {
		if i := r.index(id); i >= 0 && created.TaskHash == r.jobs[i].Order.Hash {
			e.TaskID, e.Nodes = created.ID, nodesOf(n, receipt)
		}
	}
	r.apply(id, e)
}

// seen tells one event of the contracts to the job it belongs to.
func (r *Runner) seen(n network, seen chain.Seen, all []chain.Seen, at int64) {
	for _, s := range r.jobs {
		if s.Order.Network != n.ID || s.TaskID == 0 {
			continue
		}
		switch e := seen.Event.(type) {
		case chain.CommitmentsReady:
			if e.ID == s.TaskID {
				r.committed[s.ID] = true
			}
		case chain.TaskSuccess:
			if e.ID == s.TaskID {
				r.apply(s.ID, job.Succeeded{At: at, Result: job.Bytes(e.Result), Node: e.Node, Tx: seen.Log.TxHash, Block: seen.Log.Block})
			}
		case chain.TaskAborted:
			if e.ID == s.TaskID {
				r.apply(s.ID, job.AbortedOnChain{At: at, Reason: e.Reason, Tx: seen.Log.TxHash, Block: seen.Log.Block, Returned: returned(n, s, seen, all)})
			}
		case chain.Transfer:
			// The result node is paid when it reports the upload (protocol.md A.7).
			o := s.Outcome
			if o.Success && !o.Published && e.From == n.Contracts.Task && e.To == o.Node && seen.Log.Block >= o.Block && seen.Log.TxHash != o.Tx {
				r.apply(s.ID, job.Published{At: at})
			}
		}
	}
}

// returned is the CNX that came back to the creator in the aborting transaction.
func returned(n network, s job.State, aborted chain.Seen, all []chain.Seen) (sum uint256.Int) {
	for _, seen := range all {
		t, ok := seen.Event.(chain.Transfer)
		if ok && seen.Log.TxHash == aborted.Log.TxHash && t.From == n.Contracts.Task && t.To == s.Order.Account {
			sum.Add(&sum, &t.Amount)
		}
	}
	return sum
}
