//go:build !js

package devrelay

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"crynux-dapp/chain/devchain"
)

// feed is what the nodes of one task hear about it from the chain, and what they
// share: all three would draw the same, so only the first one does.
type feed struct {
	id       uint64
	kind     uint64
	block    common.Hash // of TaskCreated; another one after a reorganisation
	fails    int         // how many of the nodes report an error, by fault
	cheats   int         // how many disclose a wrong result, by fault
	produce  func(args string) (*product, error)
	jobs     int // still at work; guarded by Nodes.mu
	gone     context.CancelFunc
	alive    context.Context
	ready    signal
	aborted  signal
	success  signal
	resultBy common.Address // set before success is given
}

// signal tells any number of listeners that something happened, once.
type signal struct {
	once sync.Once
	ch   chan struct{}
}

func newSignal() signal { return signal{ch: make(chan struct{})} }

func (s *signal) give() { s.once.Do(func() { close(s.ch) }) }

// jobKey is a node's place in a task.
type jobKey struct {
	task uint64
	node common.Address
}

// reorgDepth is how far back the nodes look again after a reorganisation.
const reorgDepth = 64

// firstBlock is where following must begin: at the next block, unless a node
// still has a task from before a restart.
func (n *Nodes) firstBlock(ctx context.Context) (uint64, error) {
	head, err := n.options.Chain.Client().BlockNumber(ctx)
	if err != nil {
		return 0, err
	}
	for _, w := range n.all {
		task, err := n.readNumber(ctx, n.contracts().Task, devchain.TaskABI(), "getNodeTask", w.address)
		if err != nil {
			return 0, err
		}
		if task != 0 {
			return 0, nil
		}
	}
	return head + 1, nil
}

// follow reads the Task contract's logs for all nodes, until ctx ends.
func (n *Nodes) follow(ctx context.Context, from uint64) {
	var last *types.Header // the newest block that was read
	for {
		head, err := n.readLogs(ctx, &from, last)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			n.options.Log.Warn("nodes cannot read the chain", "error", err)
		default:
			last = head
		}
		if n.clock.Sleep(ctx, n.options.Poll) != nil {
			return
		}
	}
}

// readLogs reads what came since last and returns the new head. from is the
// next block to read.
func (n *Nodes) readLogs(ctx context.Context, from *uint64, last *types.Header) (*types.Header, error) {
	client := n.options.Chain.Client()
	head, err := client.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, err
	}
	if last != nil {
		if head.Hash() == last.Hash() {
			return last, nil
		}
		same, err := client.HeaderByNumber(ctx, last.Number)
		if err != nil && !errors.Is(err, ethereum.NotFound) {
			return nil, err
		}
		if err != nil || same.Hash() != last.Hash() {
			*from -= min(*from, reorgDepth)
		}
	}
	if head.Number.Uint64() < *from {
		return head, nil
	}
	logs, err := client.FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(*from),
		ToBlock:   head.Number,
		Addresses: []common.Address{n.contracts().Task},
	})
	if err != nil {
		return nil, err
	}
	for _, log := range logs {
		if err := n.hear(ctx, log); err != nil {
			return nil, fmt.Errorf("log %d of %s: %w", log.Index, log.TxHash, err)
		}
	}
	n.startJobs()
	*from = head.Number.Uint64() + 1
	return head, nil
}

// hear passes a log on to whom it concerns. Hearing it twice does no harm.
func (n *Nodes) hear(ctx context.Context, log types.Log) error {
	if len(log.Topics) == 0 {
		return nil
	}
	event, err := devchain.TaskABI().EventByID(log.Topics[0])
	if err != nil || event.Name == "OwnershipTransferred" {
		return nil // no news for a node
	}
	values, err := event.Inputs.Unpack(log.Data)
	if err != nil {
		return err
	}
	id := values[0].(*big.Int).Uint64()
	if event.Name == "TaskCreated" {
		return n.begin(ctx, log, id, values[1].(*big.Int).Uint64(), values[4].(*big.Int).Uint64())
	}
	n.mu.Lock()
	feed := n.feeds[id]
	n.mu.Unlock()
	if feed == nil {
		return nil // not ours, or long over
	}
	now := n.clock.Now()
	switch event.Name {
	case "TaskResultCommitmentsReady":
		n.note(id, func(r *TaskReport) { first(&r.Ready, now) })
		feed.ready.give()
	case "TaskSuccess":
		n.mu.Lock()
		feed.resultBy = common.BytesToAddress(log.Topics[1][:])
		n.mu.Unlock()
		n.note(id, func(r *TaskReport) { first(&r.Succeeded, now) })
		feed.success.give()
	case "TaskAborted":
		n.note(id, func(r *TaskReport) { first(&r.Aborted, now); r.Reason = values[1].(string) })
		feed.aborted.give()
	}
	return nil
}

// begin prepares a node's part of a new task.
func (n *Nodes) begin(ctx context.Context, log types.Log, id, kind, round uint64) error {
	w := n.worker(common.BytesToAddress(log.Topics[2][:]))
	if w == nil {
		return nil // somebody else's node
	}
	current, err := n.readNumber(ctx, n.contracts().Task, devchain.TaskABI(), "getNodeTask", w.address)
	if err != nil {
		return err
	}
	if current != id {
		return nil // over before it was heard of
	}
	header, err := n.options.Chain.Client().HeaderByHash(ctx, log.BlockHash)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	key := jobKey{id, w.address}
	if n.started[key] == log.BlockHash {
		return nil
	}
	n.started[key] = log.BlockHash
	f := n.feeds[id]
	if f == nil || f.block != log.BlockHash {
		if f != nil {
			f.gone() // that task was created in a block that is no more
		}
		f = n.newFeed(ctx, id, kind, log.BlockHash)
		n.feeds[id] = f
		n.startReport(id, kind, time.Unix(int64(header.Time), 0).UTC())
	}
	f.jobs++
	n.waiting = append(n.waiting, &job{nodes: n, worker: w, feed: f, round: round})
	return nil
}

// startJobs lets the nodes begin after all logs of a batch were heard: the first
// node of a task must not be done before the last one knows of it.
func (n *Nodes) startJobs() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, j := range n.waiting {
		n.busy.Go(func() { j.run(j.feed.alive) })
	}
	n.waiting = nil
}

// newFeed takes the faults that are meant for the next task. n.mu is held.
func (n *Nodes) newFeed(ctx context.Context, id, kind uint64, block common.Hash) *feed {
	f := &feed{
		id: id, kind: kind, block: block,
		fails: n.faults.Errors, cheats: n.faults.Cheats,
		ready: newSignal(), aborted: newSignal(), success: newSignal(),
	}
	n.faults.Errors, n.faults.Cheats = 0, 0
	f.alive, f.gone = context.WithCancel(ctx)
	var once sync.Once
	var made *product
	var err error
	f.produce = func(args string) (*product, error) {
		once.Do(func() { made, err = produce(kind, args) })
		return made, err
	}
	return f
}

func (n *Nodes) worker(address common.Address) *worker {
	for _, w := range n.all {
		if w.address == address {
			return w
		}
	}
	return nil
}

// finish notes that a node is done with a task. The last one clears up.
func (n *Nodes) finish(f *feed) {
	n.mu.Lock()
	f.jobs--
	last := f.jobs == 0 && n.feeds[f.id] == f
	var report TaskReport
	if last {
		delete(n.feeds, f.id)
		if r := n.reports[f.id]; r != nil {
			report = *r
		}
	}
	n.mu.Unlock()
	if last {
		f.gone()
		if report.TaskID != 0 && n.options.OnReport != nil {
			n.options.OnReport(report)
		}
	}
}
