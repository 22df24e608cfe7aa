package runner

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// How often the chain is asked. Blocks are a second apart where tasks take tens of
// seconds. A transaction is looked for more often than blocks come, because the page
// goes on at once when it is there, and the delivery with each block, because the nodes
// take some seconds to upload the files: both only while they are not late. What the nodes
// do in between can wait, until all have committed. On a slower chain there is less to
// ask, down to the second number.
var (
	pollSoon    = rhythm{500 * time.Millisecond, 3 * time.Second}
	pollSending = rhythm{time.Second, 6 * time.Second}
	pollRunning = rhythm{2500 * time.Millisecond, 12 * time.Second}
)

const (
	soonFor = 15 * time.Second
	// pollTrouble is the pause after a poll that failed, twice as long each time in a row.
	pollTrouble     = 5 * time.Second
	mostPollTrouble = time.Minute
	// pollSettling is how often is looked where the fee goes, when nothing else is waited for.
	pollSettling = 10 * time.Second
	// A page that nobody sees asks a quarter as often, and hardly ever.
	hiddenTimes = 4
	pollHidden  = 15 * time.Second
	// unknownTicks is for how many polls a node may not know a sent transaction
	// before another one with its nonce is looked for, and until it counts as dropped.
	unknownTicks = 8
	droppedTicks = 75
	// gapTicks is for how many polls a transaction of the task wallet waits before its
	// nonce is doubted.
	gapTicks = 25
)

// rhythm is how often something is looked for: where a block takes a second, and at
// the least.
type rhythm struct{ second, slowest time.Duration }

// at is the pause where a block takes so long; 0 = not known.
func (h rhythm) at(block time.Duration) time.Duration {
	pause := time.Duration(float64(h.second) * block.Seconds())
	return max(h.second, min(pause, h.slowest))
}

// pace is how long the chain is left alone now.
func (r *Runner) pace(n network) time.Duration {
	pause, now, block := pollSettling, r.now(), r.trail(n.ID).block
	for i := range r.jobs.list {
		s := &r.jobs.list[i]
		if s.Order.Network != n.ID || !underWay(*s) {
			continue
		}
		pause = min(pause, pollRunning.at(block))
		sending := s.Phase == job.ApprovalPending || s.Phase == job.CreatePending || s.Phase == job.CancelPending
		soon := now-s.Since < soonFor.Milliseconds()
		switch {
		case sending && soon:
			pause = min(pause, pollSoon.at(block))
		case sending, s.Phase == job.Fetching && soon, r.committed[s.ID] && s.Phase == job.Running:
			pause = min(pause, pollSending.at(block))
		}
	}
	if r.View != nil && r.View.Hidden() {
		pause = max(hiddenTimes*pause, pollHidden)
	}
	return pause
}

// watched reports whether the chain is asked about a job: what comes next, where its
// fee goes, or only whether the blocks that told of it are still there.
func (r *Runner) watched(s job.State) bool { return underWay(s) || r.unsettled(s) || r.unburied(s) }

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

// watch polls each network while there is something to wait for, and sooner than it was
// planned when something new is.
func (r *Runner) watch() {
	for id, n := range r.known() {
		t := r.trail(id)
		switch {
		case r.watching[id]:
			if t.wake != nil && t.troubles == 0 && r.Clock.Now().Add(r.pace(n)).Before(t.due) {
				t.wake()
			}
		case slices.ContainsFunc(r.jobs.list, func(s job.State) bool { return s.Order.Network == id && r.watched(s) }):
			r.watching[id] = true
			r.poll(n)
		}
	}
}

// lookedAt polls at once when somebody looks at the page again.
func (r *Runner) lookedAt() {
	for id := range r.known() {
		if t := r.trail(id); t.wake != nil && !r.View.Hidden() {
			t.wake()
		}
	}
}

// asked is what one poll asks of a network.
type asked struct {
	jobs    []string // all that are watched
	sent    []hash   // transactions, and the job of each
	owners  []string
	doubted []uint64 // tasks of which the contract itself is asked whether they are settled
	from    uint64   // events from this block on; noEvents = none
	blocks  []job.Block
	torn    bool
	parties map[address]bool
}

// ask gathers what there is to ask about all jobs of a network.
func (r *Runner) ask(n network) asked {
	t := r.trail(n.ID)
	q := asked{from: noEvents}
	for i := range r.jobs.list {
		s := r.jobs.list[i]
		if s.Order.Network != n.ID {
			continue
		}
		if !r.watched(s) {
			delete(r.cursors, s.ID)
			delete(r.missing, s.ID)
			delete(r.waited, s.ID)
			delete(r.committed, s.ID)
			continue
		}
		q.jobs = append(q.jobs, s.ID)
		if r.cursors[s.ID] == 0 {
			r.cursors[s.ID] = begin(s)
		}
		if !r.longOver(s) {
			q.from = min(q.from, r.cursors[s.ID])
		}
		if r.doubts(s) {
			q.doubted = append(q.doubted, s.TaskID)
		}
		for _, tx := range s.Looked() {
			q.sent, q.owners = append(q.sent, tx), append(q.owners, s.ID)
		}
		t.of(s)
	}
	q.blocks, q.torn = slices.Clone(t.blocks), t.torn
	q.parties = r.parties(n)
	return q
}

// poll asks a network once about all its jobs, and plans the next time.
func (r *Runner) poll(n network) {
	t := r.trail(n.ID)
	t.wake = nil
	q := r.ask(n)
	if len(q.jobs) == 0 {
		delete(r.watching, n.ID)
		return
	}
	known := chain.Block{}
	if b := t.newest(); b.Number != 0 {
		known = chain.Block{Number: b.Number, Hash: b.Hash}
	}
	go func() {
		// Before the events are read: what a task holds then has left it in their sight.
		tasks := r.tasks(r.ctx, n, q.doubted)
		var tick chain.Tick
		var facts map[hash]fact
		var payments []payment
		var has []bool // of a chain that lost blocks
		var err error
		if q.from != noEvents && !q.torn {
			tick, err = n.chain.Poll(r.ctx, q.sent, q.from, known)
		}
		switch {
		case err != nil:
		case tick.Reorg, q.torn:
			has, err = r.canonical(n, q.blocks)
		default:
			facts = r.facts(r.ctx, n, tick)
			payments, err = r.payments(r.ctx, n, tick, q.parties)
		}
		r.chainReached(err)
		r.post(func() {
			switch {
			case err != nil:
				pause := min(pollTrouble<<min(t.troubles, 8), mostPollTrouble)
				t.troubles++
				r.pollAfter(n, r.spread(pause))
				return
			case has != nil:
				t.troubles = 0
				r.reorganised(n, q.blocks, has)
				r.pollAfter(n, pollSoon.second)
				return
			}
			t.troubles = 0
			if q.from != noEvents {
				t.saw(tick.Head)
				for _, id := range q.jobs {
					r.cursors[id] = tick.Through + 1
				}
			}
			r.told(n, tick, q, facts, payments)
			r.taken(n, tick, tasks)
			r.pollAfter(n, r.pace(n)) // by what was just told
		})
	}()
}

// canonical asks which of some blocks the chain still has.
func (r *Runner) canonical(n network, blocks []job.Block) ([]bool, error) {
	list := make([]chain.Block, len(blocks))
	for i, b := range blocks {
		list[i] = chain.Block{Number: b.Number, Hash: b.Hash}
	}
	return n.chain.Canonical(r.ctx, list)
}

// pollAfter polls a network after a pause, or when it is woken.
func (r *Runner) pollAfter(n network, pause time.Duration) {
	t := r.trail(n.ID)
	ctx, wake := context.WithCancel(r.ctx)
	t.due, t.wake = r.Clock.Now().Add(pause), wake
	go func() {
		defer wake()
		_ = r.Clock.Sleep(ctx, pause) // cut short by wake
		if r.ctx.Err() == nil {
			r.post(func() {
				if n = r.network(n.ID); n.chain != nil { // other endpoints perhaps
					r.poll(n)
				}
			})
		}
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

// facts asks for them. A transaction that failed is not looked at closely before its
// block is deep: until then it may be mined again, and go well.
func (r *Runner) facts(ctx context.Context, n network, tick chain.Tick) map[common.Hash]fact {
	facts := map[common.Hash]fact{}
	for _, sent := range tick.Sent {
		receipt := sent.Receipt
		switch {
		case receipt == nil, !receipt.OK && !n.buried(receipt.Block, tick.Head.Number):
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
func (r *Runner) told(n network, tick chain.Tick, q asked, facts map[common.Hash]fact, payments []payment) {
	at := r.now()
	for i, sent := range tick.Sent {
		r.mined(n, q.owners[i], q.sent[i], sent, tick.Head.Number, facts, at)
		// One that was found late: what came after it was read for a job that had no task.
		if b := sent.Receipt; b != nil && b.OK && b.Block < q.from {
			r.cursors[q.owners[i]] = min(r.cursors[q.owners[i]], b.Block)
		}
	}
	r.enter(n, payments, at)
	for _, seen := range tick.Events {
		r.seen(n, seen, tick.Events, at)
	}
	for _, s := range r.jobs.list {
		if s.Order.Network == n.ID && s.Deadline != 0 && int64(tick.Head.Time) > s.Deadline && !s.Overdue && r.watched(s) {
			r.apply(s.ID, job.Late{At: at})
		}
	}
}

func (r *Runner) mined(n network, id string, tx hash, sent chain.Sent, head uint64, facts map[common.Hash]fact, at int64) {
	receipt := sent.Receipt
	if receipt == nil {
		if i := r.index(id); i >= 0 && r.jobs.list[i].Current().Hash != tx {
			return // one that the phase is not about
		}
		if r.waited[id]++; r.waited[id]%gapTicks == 0 {
			r.lookForGap(n, id)
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
	delete(r.waited, id)
	gas, fee := paid(n, receipt)
	if !receipt.OK {
		if !n.buried(receipt.Block, head) {
			return // it may still go the other way: paying again is offered only then
		}
		e := job.Reverted{At: at, Hash: receipt.TxHash, Gas: gas, Reason: facts[receipt.TxHash].reason, Moot: facts[receipt.TxHash].moot}
		if i := r.index(id); i >= 0 && r.jobs.list[i].Phase == job.CreatePending && r.jobs.list[i].Create.Repeated && r.jobs.list[i].Create.Hash == e.Hash {
			r.lookForOther(n, r.jobs.list[i], e)
			return
		}
		r.apply(id, e)
		return
	}
	e := job.Mined{At: at, Hash: receipt.TxHash, Block: receipt.Block, In: receipt.BlockHash, Gas: gas, Fee: fee, Deadline: facts[receipt.TxHash].deadline}
	if created, err := n.Contracts.Created(receipt); err == nil {
		if i := r.index(id); i >= 0 && created.TaskHash == r.jobs.list[i].Order.Hash {
			e.TaskID, e.Nodes = created.ID, nodesOf(n, receipt)
		}
	}
	r.apply(id, e)
}

// seen tells one event of the contracts to the job it belongs to.
func (r *Runner) seen(n network, seen chain.Seen, all []chain.Seen, at int64) {
	for _, s := range r.jobs.list {
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
				r.apply(s.ID, job.Succeeded{At: at, Result: job.Bytes(e.Result), Node: e.Node, Tx: seen.Log.TxHash, Block: seen.Log.Block, In: seen.Log.BlockHash})
			}
		case chain.TaskAborted:
			if e.ID == s.TaskID {
				r.apply(s.ID, job.AbortedOnChain{At: at, Reason: e.Reason, Tx: seen.Log.TxHash, Block: seen.Log.Block, In: seen.Log.BlockHash, Returned: returned(n, s, seen, all)})
			}
		case chain.Transfer:
			// The result node is paid when it reports the upload (protocol.md A.7).
			o := s.Outcome
			if o.Success && !o.Published && e.From == n.Contracts.Task && e.To == o.Node && seen.Log.Block >= o.Block && seen.Log.TxHash != o.Tx {
				r.apply(s.ID, job.Published{At: at, Block: seen.Log.Block})
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
