package chain

import (
	"context"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
)

// Client reads one network: its node through a Reader, its contracts at their
// addresses. Every method says how many requests it makes; errors are those of
// RPC, with the failed method in front. It is safe for concurrent use.
type Client struct {
	reader    Reader
	contracts Contracts
	head      atomic.Uint64 // newest block number seen, for bounded searches
	span      atomic.Uint64 // blocks in one eth_getLogs, as the node allows; 0 = as many as there are
}

// NewClient returns a client. It sends nothing.
func NewClient(r Reader, c Contracts) *Client {
	return &Client{reader: r, contracts: c}
}

// Task asks for one task. One request.
func (c *Client) Task(ctx context.Context, id uint64) (Task, error) {
	var task Task
	var r reads
	r.view(into(&task, returned(readTask)), c.contracts.Task, getTask.with(uintWord(id)))
	err := r.run(ctx, c.reader)
	return task, err
}

// Tasks asks for several tasks at once, in the same order. One request.
func (c *Client) Tasks(ctx context.Context, ids []uint64) ([]Task, error) {
	tasks := make([]Task, len(ids))
	var r reads
	for i, id := range ids {
		r.view(into(&tasks[i], returned(readTask)), c.contracts.Task, getTask.with(uintWord(id)))
	}
	err := r.run(ctx, c.reader)
	return tasks, err
}

// NodeTasks returns what each node works on, 0 for nothing. One request.
func (c *Client) NodeTasks(ctx context.Context, nodes []common.Address) ([]uint64, error) {
	ids := make([]uint64, len(nodes))
	var r reads
	for i, node := range nodes {
		r.view(into(&ids[i], returned((*tuple).uint64)), c.contracts.Task, getNodeTask.with(addressWord(node)))
	}
	err := r.run(ctx, c.reader)
	return ids, err
}

// Nonces returns the account's next nonce by the newest block, and by the
// transactions that wait as well. One request.
func (c *Client) Nonces(ctx context.Context, account common.Address) (mined, pending uint64, err error) {
	var r reads
	r.add(into(&mined, parseUint64), "eth_getTransactionCount", data(account[:]), "latest")
	r.add(into(&pending, parseUint64), "eth_getTransactionCount", data(account[:]), "pending")
	err = r.run(ctx, c.reader)
	return mined, pending, err
}

// Landing tells whether a transaction has come to its end.
type Landing struct {
	Receipt *Receipt // nil while it is not mined
	Nonce   uint64   // next of the account by the newest block: beyond its own, something took its place
}

// Landed looks for a transaction of an account. One request.
func (c *Client) Landed(ctx context.Context, account common.Address, hash common.Hash) (l Landing, err error) {
	var r reads
	r.add(into(&l.Receipt, parseReceipt), "eth_getTransactionReceipt", hash)
	r.add(into(&l.Nonce, parseUint64), "eth_getTransactionCount", data(account[:]), "latest")
	err = r.run(ctx, c.reader)
	return l, err
}

// saw remembers the newest block.
func (c *Client) saw(head uint64) { c.head.Store(head) }
