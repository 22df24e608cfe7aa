package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// Tick is what the chain says at one moment.
type Tick struct {
	Head Block
	// Sent are the transactions asked for, in the same order.
	Sent []Sent
	// Events of the Task contract, and the Transfers of CNX out of it (refunds,
	// and what nodes earn), from the block asked for up to and including
	// Through, as they happened. Ask from Through+1 next.
	Events  []Seen
	Through uint64
	// Reorg tells that the block that was known is not part of the chain any more: what
	// was told from some block on has to be asked for again.
	Reorg bool
}

// Sent is what a node knows about a transaction. Both nil means unknown:
// dropped, or replaced if its nonce is used (Client.Find).
type Sent struct {
	Tx      *Transaction
	Receipt *Receipt
}

// Seen is an event with the log it came from.
type Seen struct {
	Event Event
	Log   Log
}

const (
	logPage     = 500 // blocks in one eth_getLogs, which all nodes allow
	pagesAtOnce = 8   // pages in one request; a longer gap takes more ticks
	// smallerPages is how often in one Poll fewer blocks are asked for, a quarter each
	// time: nodes also bound the number of logs in an answer.
	smallerPages = 5
)

// Poll asks for the newest block, the state of transactions, and all events from a
// block on. It also asks whether the chain still has a block that was seen before; the
// zero Block = none. It is one request, whatever it asks for, up to the limit of a
// batch; some more if there are more events than a node tells at once.
func (c *Client) Poll(ctx context.Context, sent []common.Hash, from uint64, known Block) (Tick, error) {
	tick := Tick{Sent: make([]Sent, len(sent))}
	var r reads
	r.add(into(&tick.Head, parseBlock), "eth_getBlockByNumber", "latest", false)
	if known.Hash != (common.Hash{}) {
		r.add(func(r Result) error { tick.Reorg = replaced(r, known); return nil }, "eth_getBlockByNumber", quantity(known.Number), false)
	}
	for i, hash := range sent {
		r.add(into(&tick.Sent[i].Tx, parseTransaction), "eth_getTransactionByHash", hash)
		r.add(into(&tick.Sent[i].Receipt, parseReceipt), "eth_getTransactionReceipt", hash)
	}
	var logs []Result
	span := c.span.Load()
	if span == 0 {
		c.askEvents(&r, func(r Result) error { logs = append(logs, r); return nil }, quantity(from), "latest")
	}
	if err := r.run(ctx, c.reader); err != nil {
		return Tick{}, err
	}
	head := tick.Head.Number
	c.saw(head)
	if head < from { // no block since; some nodes call the empty range an error
		tick.Through = max(from, 1) - 1
		return tick, nil
	}
	if span != 0 {
		return c.pages(ctx, tick, from, span)
	}
	tick.Through = head
	events := c.events(&tick.Events)
	for _, answer := range logs {
		switch err := events(answer); {
		case err != nil && answer.Err == nil, err != nil && head == from:
			return Tick{}, fmt.Errorf("eth_getLogs: %w", err)
		case err != nil:
			return c.pages(ctx, tick, from, min(logPage, (head-from+1)/2))
		}
	}
	tick.inOrder()
	return tick, nil
}

// replaced reports whether another block is in the place of one that was known. A node
// that does not tell, or is late, says nothing about that.
func replaced(r Result, known Block) bool {
	var b Block
	return r.Err == nil && !isNull(r.Value) && into(&b, parseBlock)(r) == nil && b.Number == known.Number && b.Hash != known.Hash
}

// Canonical reports of each block whether the chain still has it. A block that the
// node does not tell of counts as one that it has: it may be late. One request.
func (c *Client) Canonical(ctx context.Context, blocks []Block) ([]bool, error) {
	has := make([]bool, len(blocks))
	var r reads
	for i, b := range blocks {
		r.add(func(r Result) error { has[i] = !replaced(r, b); return nil }, "eth_getBlockByNumber", quantity(b.Number), false)
	}
	err := r.run(ctx, c.reader)
	return has, err
}

// pages reads the events of a long range in pieces of span blocks, and of fewer where
// the node refuses that. What it allows is remembered.
func (c *Client) pages(ctx context.Context, tick Tick, from, span uint64) (Tick, error) {
	for smaller := 0; ; smaller++ {
		next, refused, err := c.pagesOf(ctx, tick, from, span)
		switch {
		case err != nil:
			return Tick{}, err
		case refused == nil:
			if span >= logPage && next.Through == next.Head.Number {
				span = 0 // nothing special any more
			} else {
				span = min(2*span, logPage)
			}
			c.span.Store(span)
			return next, nil
		case span == 1 || smaller == smallerPages:
			return Tick{}, refused
		}
		span = max(span/4, 1)
	}
}

// pagesOf asks for some pages at once. refused is why the node does not tell one.
func (c *Client) pagesOf(ctx context.Context, tick Tick, from, span uint64) (_ Tick, refused, err error) {
	tick.Events = nil
	var r reads
	events := c.events(&tick.Events)
	for range pagesAtOnce {
		tick.Through = min(from+span-1, tick.Head.Number)
		c.askEvents(&r, func(r Result) error {
			err := events(r)
			if err != nil && r.Err != nil {
				refused, err = fmt.Errorf("eth_getLogs: %w", err), nil
			}
			return err
		}, quantity(from), quantity(tick.Through))
		if from = tick.Through + 1; from > tick.Head.Number {
			break
		}
	}
	if err := r.run(ctx, c.reader); err != nil {
		return Tick{}, nil, err
	}
	tick.inOrder()
	return tick, refused, nil
}

// askEvents asks for the logs of the Task contract, and for those of the token
// that tell what the Task contract paid. One filter cannot say both.
func (c *Client) askEvents(r *reads, t take, from, to string) {
	r.add(t, "eth_getLogs", map[string]any{"fromBlock": from, "toBlock": to, "address": data(c.contracts.Task[:])})
	r.add(t, "eth_getLogs", map[string]any{"fromBlock": from, "toBlock": to, "address": data(c.contracts.Token[:]),
		"topics": []common.Hash{topicTransfer, addressWord(c.contracts.Task)}})
}

// events appends what logs mean to a list.
func (c *Client) events(list *[]Seen) take {
	return func(r Result) error {
		var logs []Log
		if err := into(&logs, listOf(parseLog))(r); err != nil {
			return err
		}
		for _, l := range logs {
			event, err := c.contracts.Event(l)
			if err != nil {
				return err
			}
			if event != nil {
				*list = append(*list, Seen{Event: event, Log: l})
			}
		}
		return nil
	}
}

// inOrder sorts the events as they happened. Those after Through are left for
// the next time: the node may have got a new block while it answered.
func (t *Tick) inOrder() {
	t.Events = slices.DeleteFunc(t.Events, func(s Seen) bool { return s.Log.Block > t.Through })
	slices.SortFunc(t.Events, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Log.Block, b.Log.Block), cmp.Compare(a.Log.Index, b.Log.Index))
	})
}
