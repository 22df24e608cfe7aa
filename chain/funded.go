package chain

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Funded is an account that somebody sent CNX to, and that may be their task
// wallet.
type Funded struct {
	Account  common.Address
	Balances             // that it has now
	Received uint256.Int // CNX that was sent to it in all, in base units
	Last     uint64      // block of the newest transfer to it
	Tasks    uint64      // that it created, as far as was searched
}

const (
	mostFunded   = 50 // accounts that are looked at, those that got something last
	delegateSize = 23 // bytes of code of an account that is delegated (EIP-7702)
)

// delegate begins the code of an account that has a key all the same (EIP-7702).
var delegate = []byte{0xef, 0x01, 0x00}

// FundedBy finds the accounts that an owner sent CNX to and that created tasks or
// still hold CNX, the one that got something last first. Contracts are left out:
// they create no tasks. So is whatever anybody can write into the logs: transfers
// of nothing, and those of other tokens. whole is false when older blocks were not
// searched.
//
// It takes two requests and one more for each, where the node tells the whole
// chain at once; many where it does not.
func (c *Client) FundedBy(ctx context.Context, owner common.Address) (list []Funded, whole bool, err error) {
	var head uint64
	var r reads
	r.add(into(&head, parseUint64), "eth_blockNumber")
	if err := r.run(ctx, c.reader); err != nil {
		return nil, false, err
	}
	found := map[common.Address]*Funded{}
	whole, err = c.history(ctx, c.contracts.Token, []any{topicTransfer, common.Hash(addressWord(owner))}, head, func(l Log) {
		event, _ := c.contracts.Event(l) // what cannot be read is none of ours
		t, ok := event.(Transfer)
		none := t.To == common.Address{} || t.To == owner || t.To == c.contracts.Task || t.To == c.contracts.Node
		if !ok || t.From != owner || t.Amount.IsZero() || none {
			return
		}
		f := found[t.To]
		if f == nil {
			f = &Funded{Account: t.To}
			found[t.To] = f
		}
		f.Received.Add(&f.Received, &t.Amount)
		f.Last = max(f.Last, l.Block)
	})
	if err != nil || len(found) == 0 {
		return nil, whole, err
	}
	for _, f := range found {
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Funded) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), bytes.Compare(a.Account[:], b.Account[:]))
	})
	list = list[:min(len(list), mostFunded)]
	if list, err = c.keyed(ctx, list); err != nil || len(list) == 0 {
		return nil, whole, err
	}
	all, err := c.countTasks(ctx, list, head)
	if err != nil {
		return nil, false, err
	}
	list = slices.DeleteFunc(list, func(f Funded) bool { return f.Tasks == 0 && f.CNX.IsZero() })
	return list, whole && all, nil
}

// keyed reads what the accounts have, and leaves out those without a key.
func (c *Client) keyed(ctx context.Context, list []Funded) ([]Funded, error) {
	code := make([][]byte, len(list))
	var r reads
	for i := range list {
		at := list[i].Account
		r.add(into(&list[i].Native, parseAmount), "eth_getBalance", data(at[:]), "latest")
		r.view(into(&list[i].CNX, returned((*tuple).amount)), c.contracts.Token, balanceOf.with(addressWord(at)))
		r.add(into(&code[i], parseData), "eth_getCode", data(at[:]), "latest")
	}
	if err := r.run(ctx, c.reader); err != nil {
		return nil, err
	}
	var kept []Funded
	for i, f := range list {
		if len(code[i]) == 0 || len(code[i]) == delegateSize && bytes.HasPrefix(code[i], delegate) {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// countTasks counts what the accounts created.
func (c *Client) countTasks(ctx context.Context, list []Funded, head uint64) (whole bool, err error) {
	creators := make([]common.Hash, len(list))
	at := map[common.Address]*Funded{}
	for i := range list {
		creators[i] = common.Hash(addressWord(list[i].Account))
		at[list[i].Account] = &list[i]
	}
	return c.history(ctx, c.contracts.Task, []any{topicTaskCreated, creators}, head, func(l Log) {
		event, _ := c.contracts.Event(l) // what cannot be read is none of ours
		if created, ok := event.(TaskCreated); ok && created.Round == 0 && at[created.Creator] != nil {
			at[created.Creator].Tasks++
		}
	})
}
