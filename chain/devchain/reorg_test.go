//go:build !js

package devchain

import (
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

func TestReorg(t *testing.T) {
	for depth := 1; depth <= 5; depth++ {
		t.Run(fmt.Sprintf("%d blocks, remined", depth), func(t *testing.T) {
			c, receipt := minedTransfer(t, depth)
			removed := watchRemoved(t, c)
			before := c.head()
			dropped := c.header(t, receipt.BlockNumber.Uint64())

			if err := c.Reorg(depth, Remined); err != nil {
				t.Fatal(err)
			}
			if got := c.head(); got != before+1 {
				t.Errorf("head %d, want %d: the branch is one block longer", got, before+1)
			}
			if got := c.header(t, receipt.BlockNumber.Uint64()); got.Hash() == dropped.Hash() {
				t.Error("the old block is still there")
			} else if got.Time != dropped.Time {
				t.Errorf("the block that took its place is at %d, want %d", got.Time, dropped.Time)
			}
			if _, err := c.Client().TransactionReceipt(t.Context(), receipt.TxHash); !errors.Is(err, ethereum.NotFound) {
				t.Errorf("receipt after the reorg: %v", err)
			}
			if _, pending, err := c.Client().TransactionByHash(t.Context(), receipt.TxHash); err != nil || !pending {
				t.Errorf("the transaction is pending: %v, %v", pending, err)
			}
			if log := <-removed; log.TxHash != receipt.TxHash || !log.Removed {
				t.Errorf("told of the log %+v", log)
			}

			if err := c.Mine(1); err != nil {
				t.Fatal(err)
			}
			again, err := c.Client().TransactionReceipt(t.Context(), receipt.TxHash)
			if err != nil {
				t.Fatal(err)
			}
			if again.BlockNumber.Uint64() != before+2 || again.BlockHash == receipt.BlockHash {
				t.Errorf("mined again in block %v", again.BlockNumber)
			}
		})

		t.Run(fmt.Sprintf("%d blocks, dropped", depth), func(t *testing.T) {
			c, receipt := minedTransfer(t, depth)
			if err := c.Reorg(depth, Dropped); err != nil {
				t.Fatal(err)
			}
			if err := c.Mine(2); err != nil {
				t.Fatal(err)
			}
			if _, _, err := c.Client().TransactionByHash(t.Context(), receipt.TxHash); !errors.Is(err, ethereum.NotFound) {
				t.Errorf("the transaction is still known: %v", err)
			}
			nonce, err := c.Client().PendingNonceAt(t.Context(), c.account("alice"))
			if err != nil || nonce != 0 {
				t.Errorf("next nonce %d, %v", nonce, err)
			}
			if got := c.cnx(t, c.account("bob")); got.Sign() != 0 {
				t.Errorf("bob has %v CNX", got)
			}
		})
	}
}

// minedTransfer returns a paused chain on which a CNX transfer from alice to bob
// is in the block depth-1 below the head.
func minedTransfer(t *testing.T, depth int) (*Chain, *types.Receipt) {
	t.Helper()
	c := start(t, Options{Clock: fast()})
	if err := c.Fund(t.Context(), c.account("alice"), coins(1), coins(5)); err != nil {
		t.Fatal(err)
	}
	data := pack(t, TokenABI(), "transfer", c.account("bob"), coins(5))
	c.Pause()
	tx, err := c.send(t.Context(), c.Key("alice"), c.contracts.Token, nil, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Mine(depth); err != nil {
		t.Fatal(err)
	}
	receipt, err := c.wait(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	return c, receipt
}

// watchRemoved returns the logs that the chain takes back.
func watchRemoved(t *testing.T, c *Chain) <-chan types.Log {
	t.Helper()
	logs, removed := make(chan types.Log, 10), make(chan types.Log, 10)
	sub, err := c.Client().SubscribeFilterLogs(t.Context(), ethereum.FilterQuery{
		Addresses: []common.Address{c.contracts.Token},
	}, logs)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				if log.Removed {
					removed <- log
				}
			case <-sub.Err():
				return
			}
		}
	}()
	return removed
}

func TestReorgKeepsOtherTransactionsWaiting(t *testing.T) {
	c, _ := minedTransfer(t, 2)
	waiting, err := c.send(t.Context(), c.Deployer(), c.account("carol"), big.NewInt(7), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Reorg(2, Dropped); err != nil {
		t.Fatal(err)
	}
	if err := c.Mine(1); err != nil {
		t.Fatal(err)
	}
	if _, err := c.wait(t.Context(), waiting); err != nil {
		t.Error(err)
	}
}

func TestReorgWhileBlocksAreMade(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	until(t, "there are blocks to drop", func() bool { return c.head() > 4 })
	done := make(chan error, 1)
	go func() { done <- c.Fund(t.Context(), c.account("alice"), coins(1), coins(1)) }()
	for range 10 {
		if err := c.Reorg(2, Remined); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	until(t, "alice has her CNX", func() bool { return c.cnx(t, c.account("alice")).Cmp(coins(1)) == 0 })
}

func TestReorgRefuses(t *testing.T) {
	c := start(t, Options{Clock: fast()})
	c.Pause()
	if err := c.Mine(3); err != nil {
		t.Fatal(err)
	}
	for _, depth := range []int{-1, 0, int(c.head()), finality + 1} {
		if err := c.Reorg(depth, Remined); err == nil {
			t.Errorf("depth %d: no error", depth)
		}
	}
}
