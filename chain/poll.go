package chain

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// Tick is what the chain says at one moment.
type Tick struct {
	Head Block
	// Sent are the transactions asked for, in the same order.
	Sent []Sent
	// Events of the Task contract from the block asked for up to and including
	// Through, in the order of the chain. Ask from Through+1 next, or from some
	// blocks earlier to see what a reorganisation changed: the same event may
	// then come again.
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
	logPage    = 500 // blocks in one eth_getLogs, which all nodes allow
	pagesAtOne = 8   // pages in one request; a longer gap takes more ticks
)

// Poll asks for the newest block, the state of transactions, and all events of
// the Task contract from a block on. It is one request; a second one if more
// than 500 blocks were missed and the node refuses to tell them at once.
func (c *Client) Poll(ctx context.Context, sent []common.Hash, from uint64) (Tick, error) {
	tick := Tick{Sent: make([]Sent, len(sent))}
	var logs Result
	var r reads
	r.add(into(&tick.Head, parseBlock), "eth_getBlockByNumber", "latest", false)
	for i, hash := range sent {
		r.add(into(&tick.Sent[i].Tx, parseTransaction), "eth_getTransactionByHash", hash)
		r.add(into(&tick.Sent[i].Receipt, parseReceipt), "eth_getTransactionReceipt", hash)
	}
	r.add(func(r Result) error { logs = r; return nil }, "eth_getLogs", c.taskLogs(quantity(from), "latest"))
	if err := r.run(ctx, c.reader); err != nil {
		return Tick{}, err
	}
	head := tick.Head.Number
	c.saw(head)

	var err error
	switch {
	case head < from: // no block since; some nodes call the empty range an error
		tick.Through = max(from, 1) - 1
	case logs.Err != nil && head-from >= logPage:
		tick.Events, tick.Through, err = c.pages(ctx, from, head)
	default:
		tick.Through = head
		err = into(&tick.Events, c.seen(head))(logs)
	}
	if err != nil {
		return Tick{}, fmt.Errorf("eth_getLogs: %w", err)
	}
	return tick, nil
}

// pages reads a long range in pieces, and how far it came.
func (c *Client) pages(ctx context.Context, from, head uint64) (events []Seen, through uint64, err error) {
	var r reads
	var pages [pagesAtOne][]Seen
	for i := range pages {
		if from > head {
			break
		}
		through = min(from+logPage-1, head)
		r.add(into(&pages[i], c.seen(through)), "eth_getLogs", c.taskLogs(quantity(from), quantity(through)))
		from = through + 1
	}
	if err := r.run(ctx, c.reader); err != nil {
		return nil, 0, err
	}
	for _, page := range pages {
		events = append(events, page...)
	}
	return events, through, nil
}

func (c *Client) taskLogs(from, to string) map[string]any {
	return map[string]any{"address": data(c.contracts.Task[:]), "fromBlock": from, "toBlock": to}
}

// seen decodes logs up to a block. Later ones are left for the next time: the
// node may have got a new block while it answered.
func (c *Client) seen(through uint64) func(json.RawMessage) ([]Seen, error) {
	return func(raw json.RawMessage) ([]Seen, error) {
		logs, err := listOf(parseLog)(raw)
		if err != nil {
			return nil, err
		}
		var events []Seen
		for _, l := range logs {
			event, err := c.contracts.Event(l)
			if err != nil {
				return nil, err
			}
			if event != nil && l.Block <= through {
				events = append(events, Seen{Event: event, Log: l})
			}
		}
		return events, nil
	}
}
