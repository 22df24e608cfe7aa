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
	// Through, as they happened. Ask from Through+1 next, or from some blocks
	// earlier to see what a reorganisation changed: the same event may then come
	// again.
	Events  []Seen
	Through uint64
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
)

// Poll asks for the newest block, the state of transactions, and all events
// from a block on. It is one request; a second one if more than 500 blocks were
// missed and the node refuses to tell them at once.
func (c *Client) Poll(ctx context.Context, sent []common.Hash, from uint64) (Tick, error) {
	tick := Tick{Sent: make([]Sent, len(sent))}
	var r reads
	r.add(into(&tick.Head, parseBlock), "eth_getBlockByNumber", "latest", false)
	for i, hash := range sent {
		r.add(into(&tick.Sent[i].Tx, parseTransaction), "eth_getTransactionByHash", hash)
		r.add(into(&tick.Sent[i].Receipt, parseReceipt), "eth_getTransactionReceipt", hash)
	}
	var logs []Result
	c.askEvents(&r, func(r Result) error { logs = append(logs, r); return nil }, quantity(from), "latest")
	if err := r.run(ctx, c.reader); err != nil {
		return Tick{}, err
	}
	head := tick.Head.Number
	c.saw(head)
	if head < from { // no block since; some nodes call the empty range an error
		tick.Through = max(from, 1) - 1
		return tick, nil
	}
	tick.Through = head
	events := c.events(&tick.Events)
	for _, answer := range logs {
		if answer.Err != nil && head-from >= logPage {
			return c.pages(ctx, tick, from)
		}
		if err := events(answer); err != nil {
			return Tick{}, fmt.Errorf("eth_getLogs: %w", err)
		}
	}
	tick.inOrder()
	return tick, nil
}

// pages reads the events of a long range in pieces.
func (c *Client) pages(ctx context.Context, tick Tick, from uint64) (Tick, error) {
	tick.Events = nil
	var r reads
	for range pagesAtOnce {
		tick.Through = min(from+logPage-1, tick.Head.Number)
		c.askEvents(&r, c.events(&tick.Events), quantity(from), quantity(tick.Through))
		if from = tick.Through + 1; from > tick.Head.Number {
			break
		}
	}
	if err := r.run(ctx, c.reader); err != nil {
		return Tick{}, err
	}
	tick.inOrder()
	return tick, nil
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
