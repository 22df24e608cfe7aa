//go:build !js

package devchain

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Orphans says what becomes of the transactions whose blocks a reorg drops.
type Orphans int

const (
	// Remined puts them back among the waiting transactions: their receipts are
	// gone until the next block takes them in.
	Remined Orphans = iota

	// Dropped forgets them as if they had never been sent. Their nonces are free again.
	Dropped
)

// Reorg replaces the newest depth blocks by a branch of depth+1 empty ones. The
// branch becomes the head in one step, so nobody ever sees a lower block number.
// depth is at least 1 and at most 32, and never reaches the contracts' deployment.
func (c *Chain) Reorg(depth int, orphans Orphans) error {
	c.maker.turn.Lock()
	defer c.maker.turn.Unlock()

	bc := c.backend.BlockChain()
	head := bc.CurrentBlock()
	if depth < 1 || depth > finality || uint64(depth) >= head.Number.Uint64() {
		return fmt.Errorf("devchain: reorg of %d blocks at block %v", depth, head.Number)
	}
	fork := head.Number.Uint64() - uint64(depth)
	orphaned := make(map[common.Hash]bool)
	tip := bc.GetBlockByNumber(fork)
	for n := fork + 1; n <= head.Number.Uint64(); n++ {
		old := bc.GetBlockByNumber(n)
		for _, tx := range old.Transactions() {
			orphaned[tx.Hash()] = true
		}
		var err error
		if tip, err = c.seal(tip.Hash(), old.Time(), true); err != nil {
			return err
		}
	}
	tip, err := c.seal(tip.Hash(), c.timeAfter(head), true)
	if err != nil {
		return err
	}
	if err := c.setHead(tip); err != nil {
		return err
	}
	if orphans == Dropped {
		c.forget(orphaned)
	}
	return nil
}

// forget takes transactions out of the pool, which knows only how to lose all of
// them: the others are handed in again. The turn is held.
func (c *Chain) forget(unwanted map[common.Hash]bool) {
	pool := c.backend.TxPool()
	var kept []*types.Transaction
	runnable, blocked := pool.Content()
	for _, queue := range []map[common.Address][]*types.Transaction{runnable, blocked} {
		for _, txs := range queue {
			for _, tx := range txs {
				if !unwanted[tx.Hash()] {
					kept = append(kept, tx)
				}
			}
		}
	}
	slices.SortFunc(kept, func(a, b *types.Transaction) int {
		return cmp.Compare(a.Nonce(), b.Nonce())
	})
	pool.Clear()
	// A transaction that no longer stands on its own, because it spent what an
	// unwanted one brought, is refused here and gone with it.
	_ = pool.Add(kept, true)
}
