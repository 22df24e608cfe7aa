//go:build !js

package chain_test

import (
	"context"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
)

// stingy tells the logs of so many blocks at most, and puts others into every answer.
type stingy struct {
	chain.Reader
	most   uint64
	poison func(filter map[string]any) []any

	asked, refused int
}

func (s *stingy) Batch(ctx context.Context, calls []chain.Call) ([]chain.Result, error) {
	s.asked++
	results, err := s.Reader.Batch(ctx, calls)
	for i, c := range calls {
		if c.Method != "eth_getLogs" || err != nil {
			continue
		}
		filter := c.Params.([]any)[0].(map[string]any)
		from, to := hexutil.MustDecodeUint64(filter["fromBlock"].(string)), hexutil.MustDecodeUint64(filter["toBlock"].(string))
		if s.most > 0 && to-from >= s.most {
			results[i] = chain.Result{Err: &chain.ProviderError{Code: -32005, Message: "query exceeds max block range"}}
			s.refused++
			continue
		}
		if s.poison == nil {
			continue
		}
		var logs []any
		if err := json.Unmarshal(results[i].Value, &logs); err != nil {
			return nil, err
		}
		if results[i].Value, err = json.Marshal(append(logs, s.poison(filter)...)); err != nil {
			return nil, err
		}
	}
	return results, err
}

// spending is a chain on which "me" has sent CNX to four accounts: one that
// created a task and has nothing left, one that holds it, one that sent it on, and
// one that got nothing.
func spending(t *testing.T) (n *network, me, worker, saver common.Address) {
	ctx := t.Context()
	n = newNetwork(t, devchain.Options{})
	key := n.dev.Key("me")
	me = addressOf(key)
	n.must(t, n.dev.Fund(ctx, me, coins(1), coins(500)))
	for _, name := range []string{"node-1", "node-2", "node-3"} {
		n.join(t, name, "NVIDIA GeForce RTX 4090", 24)
	}
	give := func(name string, amount int64) common.Address {
		t.Helper()
		to := addressOf(n.dev.Key(name))
		tx := n.contracts.Transfer(me, to, base(amount))
		_, err := n.dev.Transact(ctx, key, tx.To, nil, tx.Data)
		n.must(t, err)
		return to
	}
	does := func(name string, tx chain.Tx) {
		t.Helper()
		_, err := n.dev.Transact(ctx, n.dev.Key(name), tx.To, nil, tx.Data)
		n.must(t, err)
	}
	worker = give("worker", 10)
	give("worker", 20)
	n.must(t, n.dev.Fund(ctx, worker, coins(1), nil))
	does("worker", n.contracts.Approve(worker, base(30)))
	does("worker", n.contracts.CreateTask(worker, 0, common.Hash{1}, 8))

	passer := give("passer", 5)
	n.must(t, n.dev.Fund(ctx, passer, coins(1), nil))
	does("passer", n.contracts.Transfer(passer, addressOf(n.dev.Key("far")), base(5)))

	give("poison by nothing", 0)
	saver = give("saver", 84)
	n.dev.Pause()
	return n, me, worker, saver
}

var onlyWho = cmpopts.IgnoreFields(chain.Funded{}, "Last", "Balances")

func TestFundedBy(t *testing.T) {
	n, me, worker, saver := spending(t)
	want := []chain.Funded{{Account: saver, Received: base(84)}, {Account: worker, Received: base(30), Tasks: 1}}
	got, whole, err := n.FundedBy(t.Context(), me)
	if diff := cmp.Diff(want, got, onlyWho); diff != "" || !whole || err != nil {
		t.Fatal(diff, whole, err)
	}
	if got[0].CNX != base(84) || !got[1].CNX.IsZero() || got[1].Native.IsZero() || got[0].Last <= got[1].Last {
		t.Errorf("%+v", got)
	}
	if none, whole, err := n.FundedBy(t.Context(), saver); len(none) != 0 || !whole || err != nil {
		t.Error("who never sent anything:", none, whole, err)
	}
}

// TestFundedByIgnoresPoison is test 12 of taskwallet.md.
func TestFundedByIgnoresPoison(t *testing.T) {
	n, me, worker, saver := spending(t)
	bad := addressOf(n.dev.Key("thief"))
	topic := crypto.Keccak256Hash([]byte("Transfer(address,address,uint256)"))
	word := func(a common.Address) common.Hash { return common.BytesToHash(a[:]) }
	log := func(contract common.Address, amount int64, topics ...common.Hash) any {
		return map[string]any{
			"address": contract, "topics": topics, "data": common.BigToHash(new(big.Int).Mul(big.NewInt(amount), big.NewInt(1e18))),
			"blockNumber": "0xffff", "blockHash": common.Hash{1}, "transactionHash": common.Hash{2}, "logIndex": "0x0",
		}
	}
	for name, poison := range map[string]any{
		"another token":        log(common.HexToAddress("0x0bad"), 84, topic, word(me), word(bad)),
		"a transfer of none":   log(n.contracts.Token, 0, topic, word(me), word(bad)),
		"by somebody else":     log(n.contracts.Token, 84, topic, word(bad), word(bad)),
		"to nobody":            log(n.contracts.Token, 84, topic, word(me), common.Hash{}),
		"to the Task contract": log(n.contracts.Token, 84, topic, word(me), word(n.contracts.Task)),
		"to oneself":           log(n.contracts.Token, 84, topic, word(me), word(me)),
		"to a contract":        log(n.contracts.Token, 84, topic, word(me), word(n.contracts.Token)),
		"one topic short":      log(n.contracts.Token, 84, topic, word(me)),
		"another event":        log(n.contracts.Token, 84, common.Hash{3}, word(me), word(bad)),
	} {
		t.Run(name, func(t *testing.T) {
			reader := &stingy{Reader: n.rpc, poison: func(map[string]any) []any { return []any{poison} }}
			got, _, err := chain.NewClient(reader, n.contracts).FundedBy(t.Context(), me)
			want := []chain.Funded{{Account: saver, Received: base(84)}, {Account: worker, Received: base(30), Tasks: 1}}
			if diff := cmp.Diff(want, got, onlyWho); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
	t.Run("a true one is seen", func(t *testing.T) { // so that the tests above would notice
		reader := &stingy{Reader: n.rpc, poison: func(map[string]any) []any { return []any{log(n.contracts.Token, 1, topic, word(me), word(saver))} }}
		got, _, err := chain.NewClient(reader, n.contracts).FundedBy(t.Context(), me)
		if err != nil || got[0].Received != base(85) || got[0].Last != 0xffff {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestFundedByReadsALongChainInPieces(t *testing.T) {
	n, me, _, _ := spending(t)
	n.must(t, n.dev.Mine(3000))
	want, _, err := n.FundedBy(t.Context(), me)
	n.must(t, err)
	reader := &stingy{Reader: n.rpc, most: 500}
	got, whole, err := chain.NewClient(reader, n.contracts).FundedBy(t.Context(), me)
	if diff := cmp.Diff(want, got); diff != "" || !whole || err != nil {
		t.Error(diff, whole, err)
	}
	if reader.refused != 2 || reader.asked > 8 {
		t.Errorf("%d refusals, %d requests", reader.refused, reader.asked)
	}
	reader = &stingy{Reader: n.rpc, most: 1}
	if _, _, err := chain.NewClient(reader, n.contracts).FundedBy(t.Context(), me); err == nil {
		t.Error("a node that tells nothing is believed")
	}
}
