package chain

import (
	"bytes"
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Functions of the Task contract that may pay out of a task. The first argument of
// each is the task's id (protocol.md A.3).
var paying = []selector{
	cancelTask,
	function("submitTaskResultCommitment(uint256,uint256,bytes32,bytes32)"),
	function("discloseTaskResult(uint256,uint256,bytes)"),
	function("reportResultsUploaded(uint256,uint256)"),
	function("reportTaskError(uint256,uint256)"),
}

// TaskOf returns the task that a transaction to the Task contract is about. The
// Transfers that it makes tell only whom they pay: no event names the task when the
// third result is disclosed, or an upload is reported (protocol.md A.7). ok is false
// for a transaction to another contract, of another kind, or with an id that no
// Relay knows.
func (c Contracts) TaskOf(t *Transaction) (id uint64, ok bool) {
	if t == nil || t.To != c.Task || len(t.Data) < 4+32 {
		return 0, false
	}
	for _, f := range paying {
		if bytes.HasPrefix(t.Data, f[:]) {
			id := new(uint256.Int).SetBytes(t.Data[4 : 4+32])
			return id.Uint64(), id.IsUint64()
		}
	}
	return 0, false
}

// Transactions asks for transactions by hash, in the same order; nil for one that
// the node does not know. One request.
func (c *Client) Transactions(ctx context.Context, hashes []common.Hash) ([]*Transaction, error) {
	list := make([]*Transaction, len(hashes))
	var r reads
	for i, hash := range hashes {
		r.add(into(&list[i], parseTransaction), "eth_getTransactionByHash", hash)
	}
	err := r.run(ctx, c.reader)
	return list, err
}
