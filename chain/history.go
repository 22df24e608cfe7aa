package chain

import (
	"context"
	"maps"

	"github.com/ethereum/go-ethereum/common"
)

const (
	// historySplit is into how many pieces a range of blocks is cut that a node does
	// not tell at once, and how many pieces one request asks for.
	historySplit = 8
	// historyRequests bounds a search that nobody can stop: a node that tells only 500
	// blocks at a time is asked for the newest million and some.
	historyRequests = 300
)

// history reads the logs of one contract with these topics, of the whole chain up
// to head, the newest part first. whole is false when the older part was left out,
// because it would have taken too many requests. A node that refuses even short
// ranges is an error.
func (c *Client) history(ctx context.Context, contract common.Address, topics []any, head uint64, see func(Log)) (whole bool, err error) {
	requests := 0
	err = c.backwards(ctx, contract, topics, head, see, func(left uint64) (on bool, err error) {
		requests++
		whole = left == 0
		return requests < historyRequests, nil
	})
	return whole, err
}

// backwards reads the logs of one contract with these topics from head to the first
// block. A range that the node refuses is cut in pieces. After each request next is
// told how many of the oldest blocks are left, and says whether to go on.
func (c *Client) backwards(ctx context.Context, contract common.Address, topics []any, head uint64, see func(Log), next func(left uint64) (on bool, err error)) error {
	type blocks struct{ from, to uint64 }
	filter := map[string]any{"address": data(contract[:]), "topics": topics}
	todo := []blocks{{0, head}} // the last is the newest
	for len(todo) > 0 {
		page := todo[max(0, len(todo)-historySplit):]
		todo = todo[:len(todo)-len(page)]
		var again []blocks
		var r reads
		for _, b := range page {
			asked := maps.Clone(filter)
			asked["fromBlock"], asked["toBlock"] = quantity(b.from), quantity(b.to)
			r.add(func(r Result) error {
				var logs []Log
				err := into(&logs, listOf(parseLog))(r)
				if r.Err != nil && b.to-b.from >= logPage {
					step := (b.to-b.from)/historySplit + 1
					for from := b.from; from <= b.to; from += step {
						again = append(again, blocks{from, min(from+step-1, b.to)})
					}
					return nil
				}
				for _, l := range logs {
					see(l)
				}
				return err
			}, "eth_getLogs", asked)
		}
		if err := r.run(ctx, c.reader); err != nil {
			return err
		}
		todo = append(todo, again...)
		left := uint64(0)
		if len(todo) > 0 {
			left = todo[len(todo)-1].to + 1
		}
		if on, err := next(left); err != nil || !on {
			return err
		}
	}
	return nil
}
