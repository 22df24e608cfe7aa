package runner

import (
	"context"
	"slices"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

const (
	// settleAfter is how long after its deadline, or its end, the contract is asked what
	// it holds of a task: nodes cancel a second after the deadline (protocol.md A.8).
	settleAfter = 2 * time.Minute
	// settleFor is how long after the end of a job its events are read. What has
	// happened since the page was last open is then only asked for as a sum.
	settleFor = time.Hour
)

// unsettled reports whether CNX or gas of a paid job may still move.
func (r *Runner) unsettled(s job.State) bool {
	if s.TaskID == 0 {
		return false
	}
	return !s.Settled() || s.Awaited() != (hash{}) && !r.longOver(s)
}

// longOver reports whether the events of a job that has ended are not read any more.
func (r *Runner) longOver(s job.State) bool {
	ended := s.Marks.Ended
	if ended == 0 && s.Phase == job.Failed && s.TaskID == 0 { // nothing was paid
		ended = s.Since
	}
	return ended != 0 && r.now()-ended > settleFor.Milliseconds()
}

// closing reports whether the contract is asked what it holds of a task whose end is
// known: everything that happens by itself has happened.
func (r *Runner) closing(s job.State) bool {
	known := s.Outcome.Success || s.Phase == job.Aborted
	last := max(s.Deadline*1000, s.Marks.Ended, s.Marks.Succeeded)
	return known && !s.Settled() && r.now()-last > settleAfter.Milliseconds()
}

// doubts reports whether the contract itself is asked about the task of a job:
// whether it is settled, when it is due, or what is left of its fee.
func (r *Runner) doubts(s job.State) bool {
	late := s.Phase == job.Fetching && !s.Outcome.Published && r.now()-s.Since > soonFor.Milliseconds()
	dateless := s.TaskID != 0 && s.Deadline == 0 && !s.Outcome.Success && s.Phase != job.Aborted
	return late || dateless || r.closing(s)
}

// tasks are what the contract remembers of some tasks, by id.
func (r *Runner) tasks(ctx context.Context, n network, ids []uint64) map[uint64]chain.Task {
	if len(ids) == 0 {
		return nil
	}
	list, err := n.chain.Tasks(ctx, ids)
	if err != nil {
		return nil // asked again with the next poll
	}
	tasks := map[uint64]chain.Task{}
	for i, t := range list {
		tasks[ids[i]] = t
	}
	return tasks
}

// taken turns what the contract remembered before a tick into events. After a
// TaskSuccess a task that holds nothing, or is deleted, says that the result node has
// reported its upload, because it is paid last and only then (protocol.md A.5, A.7).
// It is the second form of that news, should the log of the first be missed. An abort
// that was just told comes first: a cancelled task is deleted as well.
func (r *Runner) taken(n network, tick chain.Tick, tasks map[uint64]chain.Task) {
	for _, s := range r.jobs.list {
		t, ok := tasks[s.TaskID]
		if s.Order.Network != n.ID || !ok {
			continue
		}
		paid := t.State() == chain.Succeeded && t.Balance.IsZero()
		if s.Phase == job.Fetching && s.Outcome.Success && !s.Outcome.Published && (paid || t.State() == chain.Gone) {
			r.apply(s.ID, job.Published{At: r.now(), Block: tick.Head.Number})
		}
		if s.Deadline == 0 && t.Deadline != 0 {
			r.apply(s.ID, job.Dated{At: r.now(), Deadline: int64(t.Deadline)})
		}
		held := s.Held() // what came after the question may make it less
		whole := tick.Through >= tick.Head.Number
		if r.closing(s) && (whole || r.longOver(s)) && !t.Balance.Gt(&held) {
			r.apply(s.ID, job.Closed{At: r.now(), Held: t.Balance})
		}
	}
}

// payment is a Transfer of CNX out of the Task contract, and the task it belongs to.
type payment struct {
	task uint64
	tx   hash
	in   job.Block
	chain.Transfer
}

// parties are the accounts that may be paid for the tasks of a network's jobs:
// creators and nodes. Where others get theirs is of no interest.
func (r *Runner) parties(n network) map[address]bool {
	parties := map[address]bool{}
	for _, s := range r.jobs.list {
		if s.Order.Network == n.ID && r.watched(s) {
			parties[s.Order.Account] = true
			for _, node := range s.Nodes {
				parties[node] = true
			}
		}
	}
	return parties
}

// payments finds out which tasks the transfers of a tick belong to. Some of their
// transactions carry an event of the task; the others name it in what they call. That
// is one more request in a tick in which a party was paid, and none in all others.
func (r *Runner) payments(ctx context.Context, n network, tick chain.Tick, parties map[address]bool) (list []payment, err error) {
	for _, sent := range tick.Sent {
		if sent.Receipt != nil {
			for _, node := range nodesOf(n, sent.Receipt) { // of a task that is new to the page
				parties[node] = true
			}
		}
	}
	tasks := map[hash]uint64{}
	for _, seen := range tick.Events {
		switch e := seen.Event.(type) {
		case chain.TaskSuccess:
			tasks[seen.Log.TxHash] = e.ID
		case chain.TaskAborted:
			tasks[seen.Log.TxHash] = e.ID
		}
	}
	var unclear []hash
	for _, seen := range tick.Events {
		t, ok := seen.Event.(chain.Transfer)
		if !ok || t.From != n.Contracts.Task || t.Amount.IsZero() || !parties[t.To] {
			continue
		}
		tx := seen.Log.TxHash
		list = append(list, payment{tx: tx, in: job.Block{Number: seen.Log.Block, Hash: seen.Log.BlockHash}, Transfer: t})
		if _, ok := tasks[tx]; !ok && !slices.Contains(unclear, tx) {
			unclear = append(unclear, tx)
		}
	}
	if len(unclear) > 0 {
		found, err := n.chain.Transactions(ctx, unclear)
		if err != nil {
			return nil, err
		}
		for i, tx := range found {
			if id, ok := n.Contracts.TaskOf(tx); ok {
				tasks[unclear[i]] = id
			}
		}
	}
	for i := range list {
		list[i].task = tasks[list[i].tx]
	}
	return list, nil
}

// enter tells the jobs what was paid for them, one transaction after the other.
func (r *Runner) enter(n network, payments []payment, at int64) {
	for _, s := range r.jobs.list {
		if s.TaskID == 0 || s.Order.Network != n.ID {
			continue
		}
		var of []job.Payout
		for _, p := range payments {
			if p.task != s.TaskID {
				continue
			}
			i := slices.IndexFunc(of, func(o job.Payout) bool { return o.Tx == p.tx })
			if i < 0 {
				i = len(of)
				of = append(of, job.Payout{At: at, In: p.in.Hash, Payment: job.Payment{Tx: p.tx, Block: p.in.Number}})
			}
			to := &of[i].Nodes
			if p.To == s.Order.Account {
				to = &of[i].Returned
			}
			to.Add(to, &p.Amount)
		}
		for _, p := range of {
			r.apply(s.ID, p)
		}
	}
}

// nodesOf are the nodes that a createTask drew, by round; zero where there are none.
func nodesOf(n network, receipt *chain.Receipt) (nodes [3]address) {
	for _, l := range receipt.Logs {
		event, err := n.Contracts.Event(l)
		if created, ok := event.(chain.TaskCreated); ok && err == nil && created.Round < uint64(len(nodes)) {
			nodes[created.Round] = created.Node
		}
	}
	return nodes
}
