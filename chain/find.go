package chain

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

const (
	probes     = 15   // states asked for in one request
	scanPage   = 20   // whole blocks in one request
	scanAtMost = 2000 // blocks
)

// Find returns the mined transaction of a sender with a nonce, whatever its
// hash: that which was sent, or one that replaced it (sped up or cancelled in
// the wallet). nil if the nonce is not used in any block yet. from is a block
// before it was sent; a nonce that was used by then is looked for in the 2000 blocks
// before, because a reorganisation may have put it there, or a node that was late
// may have told it. It takes a few requests.
//
// The block is narrowed down by the sender's nonce at earlier blocks; where
// the node no longer has those states, blocks are read one after another, at
// most 2000.
func (c *Client) Find(ctx context.Context, sender common.Address, nonce, from uint64) (*Transaction, error) {
	var head Block
	var used, before uint64
	var r reads
	r.add(into(&head, parseBlock), "eth_getBlockByNumber", "latest", false)
	r.add(into(&used, parseUint64), "eth_getTransactionCount", data(sender[:]), "latest")
	r.add(optional(into(&before, parseUint64)), "eth_getTransactionCount", data(sender[:]), quantity(from))
	if err := r.run(ctx, c.reader); err != nil {
		return nil, err
	}
	c.saw(head.Number)
	if used <= nonce {
		return nil, nil
	}
	low, high := from, head.Number
	if before > nonce {
		low, high = from-min(from, scanAtMost), from
	}
	low, high, err := c.narrow(ctx, sender, nonce, low, high)
	if err != nil {
		return nil, err
	}
	return c.scan(ctx, sender, nonce, low, high)
}

// narrow returns blocks between which the nonce was used: not yet at low, but
// at high. They are neighbours, unless the node no longer has the states.
func (c *Client) narrow(ctx context.Context, sender common.Address, nonce, low, high uint64) (uint64, uint64, error) {
	for high > low+1 {
		var at []uint64
		step := (high - low + probes) / (probes + 1)
		for n := low + step; n < high; n += step {
			at = append(at, n)
		}
		counts := make([]Result, len(at))
		var r reads
		for i, n := range at {
			r.add(func(r Result) error { counts[i] = r; return nil }, "eth_getTransactionCount", data(sender[:]), quantity(n))
		}
		if err := r.run(ctx, c.reader); err != nil {
			return 0, 0, err
		}
		known := false
		for i, result := range counts {
			var used uint64
			if into(&used, parseUint64)(result) != nil {
				continue // no such state any more
			}
			known = true
			if used > nonce {
				high = min(high, at[i])
			} else {
				low = max(low, at[i])
			}
		}
		if !known {
			break
		}
	}
	return low, high, nil
}

// scan reads the blocks after low up to high.
func (c *Client) scan(ctx context.Context, sender common.Address, nonce, low, high uint64) (*Transaction, error) {
	if high-min(low, high) <= scanAtMost {
		for low < high {
			var found *Transaction
			var r reads
			for page := min(low+scanPage, high); low < page; {
				low++
				r.add(func(r Result) error {
					if r.Err != nil {
						return r.Err
					}
					t, err := transactionIn(r.Value, sender, nonce)
					if t != nil {
						found = t
					}
					return err
				}, "eth_getBlockByNumber", quantity(low), true)
			}
			if err := r.run(ctx, c.reader); err != nil || found != nil {
				return found, err
			}
		}
	}
	return nil, fmt.Errorf("%w: nonce %d is used, by a transaction the node does not show", ErrUnavailable, nonce)
}

// transactionIn picks a transaction out of a whole block, nil if it is not
// there. Others are not looked at closely: every chain has kinds of its own.
func transactionIn(raw json.RawMessage, sender common.Address, nonce uint64) (*Transaction, error) {
	block := newFields(raw)
	for _, raw := range field(block, "transactions", listOf(parseAny)) {
		f := newFields(raw)
		if f.address("from") == sender && f.uint64("nonce") == nonce && f.err == nil {
			return parseTransaction(raw)
		}
	}
	return nil, block.err
}
