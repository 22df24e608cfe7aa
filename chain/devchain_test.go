//go:build !js

package chain_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holiman/uint256"
)

// network is a development chain whose blocks are made by the test, and a
// client of package chain that talks to it over HTTP.
type network struct {
	*chain.Client
	dev       *devchain.Chain
	rpc       *chain.RPC
	requests  *int // HTTP requests so far
	contracts chain.Contracts
}

type counting struct{ requests *int }

func (c counting) PostJSON(ctx context.Context, url string, body []byte, limit int) (int, []byte, error) {
	*c.requests++
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, int64(limit)+1))
	return response.StatusCode, answer, err
}

func newNetwork(t *testing.T, o devchain.Options) *network {
	t.Helper()
	if o.Clock == nil {
		o.Clock = devchain.NewClock(100) // a block each 10 ms until the test takes over
	}
	dev, err := devchain.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(dev)
	t.Cleanup(func() {
		server.Close()
		if err := dev.Close(); err != nil {
			t.Error(err)
		}
	})
	n := &network{dev: dev, requests: new(int), contracts: chain.Contracts(dev.Contracts())}
	n.rpc = chain.NewRPC(server.URL, counting{n.requests})
	n.Client = chain.NewClient(n.rpc, n.contracts)
	return n
}

func coins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func base(n int64) uint256.Int { return *uint256.MustFromBig(coins(n)) }

func addressOf(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func (n *network) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// join makes a worker node with a graphics card.
func (n *network) join(t *testing.T, name, gpu string, vram int64) {
	t.Helper()
	key := n.dev.Key(name)
	n.must(t, n.dev.Fund(t.Context(), addressOf(key), coins(1), coins(400)))
	approve, err := devchain.TokenABI().Pack("approve", n.contracts.Node, coins(400))
	n.must(t, err)
	_, err = n.dev.Transact(t.Context(), key, n.contracts.Token, nil, approve)
	n.must(t, err)
	join, err := devchain.NodeABI().Pack("join", gpu, big.NewInt(vram))
	n.must(t, err)
	_, err = n.dev.Transact(t.Context(), key, n.contracts.Node, nil, join)
	n.must(t, err)
}

// raw signs a transaction and sends it through the RPC client.
func (n *network) raw(t *testing.T, key *ecdsa.PrivateKey, tx chain.Tx, nonce, gas uint64, gwei int64) (common.Hash, error) {
	t.Helper()
	signed, err := types.SignNewTx(key, types.LatestSignerForChainID(n.dev.ChainID()), &types.LegacyTx{
		Nonce: nonce, To: &tx.To, Data: tx.Data, Gas: gas, GasPrice: big.NewInt(gwei * 1e9),
	})
	n.must(t, err)
	encoded, err := signed.MarshalBinary()
	n.must(t, err)
	_, err = n.rpc.Request(t.Context(), "eth_sendRawTransaction", []string{hexutil.Encode(encoded)})
	return signed.Hash(), err
}

// mine makes blocks and returns what there is to see from a block on.
func (n *network) mine(t *testing.T, from uint64, sent ...common.Hash) chain.Tick {
	t.Helper()
	n.must(t, n.dev.Mine(1))
	tick, err := n.Poll(t.Context(), sent, from, chain.Block{})
	n.must(t, err)
	return tick
}

func TestPreflight(t *testing.T) {
	n := newNetwork(t, devchain.Options{})
	me := addressOf(n.dev.Key("me"))
	n.must(t, n.dev.Fund(t.Context(), me, coins(1), coins(100)))
	check := func(kind uint8, vram uint64) chain.Preflight {
		t.Helper()
		p, err := n.Preflight(t.Context(), me, kind, vram)
		n.must(t, err)
		return p
	}

	t.Run("reads everything at once", func(t *testing.T) {
		got := check(0, 0)
		header, err := n.dev.Client().HeaderByNumber(t.Context(), new(big.Int).SetUint64(got.Head.Number))
		n.must(t, err)
		want := chain.Preflight{
			ChainID: n.dev.ChainID().Uint64(), GasPrice: *uint256.NewInt(1e9), Native: base(1), CNX: base(100),
			Symbol: "CNX", Decimals: 18, HasToken: true, HasNode: true, HasTask: true,
			Head: chain.Block{Number: header.Number.Uint64(), Hash: header.Hash(), Parent: header.ParentHash, Time: header.Time, BaseFee: got.Head.BaseFee},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("is one request, from the second on", func(t *testing.T) {
		before := *n.requests
		check(0, 8)
		if made := *n.requests - before; made != 1 {
			t.Error(made)
		}
	})
	t.Run("refuses a kind that the contract does not have", func(t *testing.T) {
		nobody, err := n.Preflight(t.Context(), common.Address{}, 0, 8)
		n.must(t, err)
		if !nobody.CNX.IsZero() || !nobody.Native.IsZero() || nobody.Nonce != 0 || !nobody.HasToken || nobody.Symbol != "CNX" || nobody.Head.Number == 0 {
			t.Errorf("without an account: %+v", nobody)
		}
		if _, err := n.Preflight(t.Context(), me, 2, 0); !errors.Is(err, chain.RevertTaskType) {
			t.Error(err)
		}
	})
	t.Run("counts the nodes that fit", func(t *testing.T) {
		n.join(t, "node-1", "NVIDIA GeForce RTX 4090", 24)
		n.join(t, "node-2", "NVIDIA GeForce RTX 4090", 24)
		n.join(t, "node-3", "NVIDIA GeForce RTX 3060", 12)
		for _, x := range []struct {
			kind   uint8
			vram   uint64
			free   uint64
			enough bool
		}{
			{0, 0, 3, true}, {0, 8, 3, true}, {0, 16, 2, false}, {0, 48, 0, false},
			{1, 0, 0, false}, {1, 8, 0, false}, // two of a kind and one of another
		} {
			if p := check(x.kind, x.vram); p.FreeNodes != x.free || p.EnoughNodes != x.enough {
				t.Errorf("kind %d, %d GB: %d, %v", x.kind, x.vram, p.FreeNodes, p.EnoughNodes)
			}
		}
		n.join(t, "node-4", "NVIDIA GeForce RTX 4090", 24)
		if p := check(1, 24); p.FreeNodes != 3 || !p.EnoughNodes {
			t.Error("three of a kind:", p.FreeNodes, p.EnoughNodes)
		}
	})
	t.Run("works through a wallet alone", func(t *testing.T) {
		wallet, err := devchain.NewWallet(devchain.WalletOptions{Name: "Alice", Chain: n.dev, Keys: []*ecdsa.PrivateKey{n.dev.Key("me")}})
		n.must(t, err)
		defer wallet.Close()
		got, err := chain.NewClient(chain.SingleReads(wallet), n.contracts).Preflight(t.Context(), me, 0, 8)
		n.must(t, err)
		if diff := cmp.Diff(check(0, 8), got, cmpopts.IgnoreFields(chain.Preflight{}, "Head")); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("tells which contracts are not there", func(t *testing.T) {
		wrong := chain.Contracts{Token: common.Address{1}, Node: n.contracts.Token, Task: common.Address{2}}
		p, err := chain.NewClient(n.rpc, wrong).Preflight(t.Context(), me, 0, 8)
		n.must(t, err)
		if p.HasToken || p.HasNode || p.HasTask || p.EnoughNodes || p.Symbol != "" || p.ChainID == 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestOneTask(t *testing.T) {
	ctx := t.Context()
	n := newNetwork(t, devchain.Options{})
	me := addressOf(n.dev.Key("me"))
	n.must(t, n.dev.Fund(ctx, me, coins(1), coins(100)))
	for _, name := range []string{"node-1", "node-2", "node-3"} {
		n.join(t, name, "NVIDIA GeForce RTX 4090", 24)
	}
	n.dev.Pause()
	wallet, err := devchain.NewWallet(devchain.WalletOptions{Name: "Alice", Chain: n.dev, Keys: []*ecdsa.PrivateKey{n.dev.Key("me")}})
	n.must(t, err)
	t.Cleanup(wallet.Close)
	hash := common.Hash{1, 2, 3}
	create := n.contracts.CreateTask(me, 0, hash, 8)
	start, err := n.Poll(ctx, nil, 0, chain.Block{})
	n.must(t, err)
	from := start.Through + 1

	if accounts, err := chain.Accounts(ctx, wallet); len(accounts) != 0 || err != nil {
		t.Fatal("accounts before the person agreed:", accounts, err)
	}
	if accounts, err := chain.RequestAccounts(ctx, wallet); err != nil || accounts[0] != me {
		t.Fatal(accounts, err)
	}
	if id, err := chain.ChainID(ctx, wallet); err != nil || id != n.dev.ChainID().Uint64() {
		t.Fatal(id, err)
	}
	if _, err := n.Estimate(ctx, create); !errors.Is(err, chain.RevertAllowance) {
		t.Fatal("createTask before the approval:", err)
	}

	wallet.Answer("eth_sendTransaction", devchain.Reject)
	if _, err := chain.SendTransaction(ctx, wallet, n.contracts.Approve(me, base(30))); !errors.Is(err, chain.ErrRejected) {
		t.Fatal("the person said no:", err)
	}
	approved, err := chain.SendTransaction(ctx, wallet, n.contracts.Approve(me, base(30)))
	n.must(t, err)

	tick, err := n.Poll(ctx, []common.Hash{approved, {9}}, from, chain.Block{})
	n.must(t, err)
	if waiting := tick.Sent[0]; waiting.Tx == nil || waiting.Tx.Mined || waiting.Receipt != nil || waiting.Tx.From != me {
		t.Fatalf("a waiting transaction: %+v", waiting)
	}
	if unknown := tick.Sent[1]; unknown.Tx != nil || unknown.Receipt != nil {
		t.Fatalf("an unknown transaction: %+v", unknown)
	}
	if mined, pending, err := n.Nonces(ctx, me); mined != 0 || pending != 1 || err != nil {
		t.Fatal(mined, pending, err)
	}

	tick = n.mine(t, from, approved)
	if done := tick.Sent[0]; !done.Tx.Mined || !done.Receipt.OK || done.Receipt.Block != tick.Head.Number {
		t.Fatalf("%+v", done)
	}
	create.Gas, err = n.Estimate(ctx, create)
	n.must(t, err)
	created, err := chain.SendTransaction(ctx, wallet, create)
	n.must(t, err)
	tick = n.mine(t, tick.Through+1, created)
	receipt := tick.Sent[0].Receipt
	if receipt == nil || !receipt.OK || receipt.GasUsed > create.Gas {
		t.Fatalf("%+v", receipt)
	}
	first, err := n.contracts.Created(receipt)
	n.must(t, err)
	if first.ID != 1 || first.Creator != me || first.TaskHash != hash {
		t.Fatalf("%+v", first)
	}
	var nodes []common.Address
	for _, seen := range tick.Events {
		nodes = append(nodes, seen.Event.(chain.TaskCreated).Node)
	}
	if len(nodes) != 3 || tick.Events[0].Log.TxHash != created {
		t.Fatal("events:", tick.Events)
	}

	t.Run("is what the contract remembers", func(t *testing.T) {
		task, err := n.Task(ctx, 1)
		n.must(t, err)
		want := chain.Task{ID: 1, Creator: me, TaskHash: hash, VRAM: 8, Nodes: nodes, Commitments: make([]common.Hash, 3), Nonces: make([]common.Hash, 3),
			Results: make([][]byte, 3), Deadline: tick.Head.Time + 900, Balance: base(30)}
		if diff := cmp.Diff(want, task); diff != "" || task.State() != chain.Running {
			t.Error(diff, task.State())
		}
		if busy, err := n.NodeTasks(ctx, append(nodes, me)); !cmp.Equal(busy, []uint64{1, 1, 1, 0}) {
			t.Error(busy, err)
		}
		if gone, err := n.Task(ctx, 2); gone.State() != chain.Gone || err != nil {
			t.Error(gone, err)
		}
	})
	t.Run("shows in the figures of the network", func(t *testing.T) {
		stats, err := n.Stats(ctx)
		if diff := cmp.Diff(chain.Stats{Nodes: 3, Created: 1}, stats); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
	t.Run("tells the fee to the next one", func(t *testing.T) {
		p, err := n.Preflight(ctx, me, 0, 8)
		if p.FeeHint != base(30) || !p.Allowance.IsZero() || err != nil {
			t.Error(p.FeeHint.Dec(), err)
		}
	})
	t.Run("is cancelled after the deadline, not before", func(t *testing.T) {
		cancel := n.contracts.CancelTask(me, 1)
		if _, err := n.Estimate(ctx, cancel); !errors.Is(err, chain.RevertCancelEarly) {
			t.Fatal(err)
		}
		n.dev.Clock().Advance(901 * time.Second)
		from := n.mine(t, tick.Through+1).Through + 1
		cancelled, err := chain.SendTransaction(ctx, wallet, cancel)
		n.must(t, err)
		tick := n.mine(t, from, cancelled)
		var events []chain.Event
		for _, seen := range tick.Events {
			events = append(events, seen.Event)
		}
		want := []chain.Event{chain.Transfer{From: n.contracts.Task, To: me, Amount: base(30)}, chain.TaskAborted{ID: 1, Reason: chain.AbortedByCancel}}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Error(diff)
		}
		if has, err := n.Holdings(ctx, me); has.CNX != base(100) || has.Native.IsZero() || err != nil {
			t.Error("refund:", has, err)
		}
	})
}

func TestFailureTellsWhy(t *testing.T) {
	ctx := t.Context()
	n := newNetwork(t, devchain.Options{})
	key := n.dev.Key("me")
	me := addressOf(key)
	n.must(t, n.dev.Fund(ctx, me, coins(1), coins(100)))
	for _, name := range []string{"node-1", "node-2", "node-3"} {
		n.join(t, name, "NVIDIA GeForce RTX 4090", 24)
	}
	n.dev.Pause()
	send := func(nonce, gas uint64, tx chain.Tx) *chain.Receipt {
		t.Helper()
		hash, err := n.raw(t, key, tx, nonce, gas, 2)
		n.must(t, err)
		return n.mine(t, 0, hash).Sent[0].Receipt
	}
	send(0, 100_000, n.contracts.Approve(me, base(30)))
	for name, x := range map[string]struct {
		receipt *chain.Receipt
		want    error
	}{
		"the contract refused":       {send(1, 900_000, n.contracts.CreateTask(me, 0, common.Hash{1}, 48)), chain.RevertNoVRAM},
		"a kind it does not have":    {send(2, 900_000, n.contracts.CreateTask(me, 9, common.Hash{1}, 8)), chain.RevertTaskType},
		"out of gas":                 {send(3, 27_000, n.contracts.Approve(me, base(60))), chain.ErrOutOfGas},
		"out of gas in a call of it": {send(4, 36_000, n.contracts.CreateTask(me, 0, common.Hash{1}, 8)), chain.ErrOutOfGas},
	} {
		if x.receipt == nil || x.receipt.OK {
			t.Fatalf("%s: %+v", name, x.receipt)
		}
		if reason, err := n.Failure(ctx, x.receipt); !errors.Is(reason, x.want) || err != nil {
			t.Errorf("%s: %v %v", name, reason, err)
		}
	}
}

func TestRefusedTransactions(t *testing.T) {
	ctx := t.Context()
	n := newNetwork(t, devchain.Options{})
	rich, poor := n.dev.Key("rich"), n.dev.Key("poor")
	n.must(t, n.dev.Fund(ctx, addressOf(rich), coins(1), nil))
	n.dev.Pause()
	approve := n.contracts.Approve(addressOf(rich), base(30))
	first, err := n.raw(t, rich, approve, 0, 100_000, 2)
	n.must(t, err)

	refused := func(key *ecdsa.PrivateKey, nonce, gas uint64, gwei int64, want error) {
		t.Helper()
		if _, err := n.raw(t, key, approve, nonce, gas, gwei); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	refused(rich, 0, 100_000, 2, chain.ErrAlreadyKnown)
	refused(rich, 0, 99_999, 2, chain.ErrUnderpriced)
	refused(rich, 1, 21_000, 2, chain.ErrOutOfGas)
	refused(rich, 1, 100_000_000, 2, chain.ErrGasLimit)
	refused(poor, 0, 100_000, 2, chain.ErrInsufficientFunds)
	if tick := n.mine(t, 0, first); !tick.Sent[0].Receipt.OK {
		t.Fatal("not mined")
	}
	refused(rich, 0, 100_000, 3, chain.ErrNonceTooLow)
}

func TestFind(t *testing.T) {
	ctx := t.Context()
	n := newNetwork(t, devchain.Options{})
	key := n.dev.Key("me")
	me := addressOf(key)
	n.must(t, n.dev.Fund(ctx, me, coins(1), nil))
	n.dev.Pause()
	from := n.mine(t, 0).Head.Number

	lost, err := n.raw(t, key, n.contracts.Approve(me, base(30)), 0, 100_000, 2)
	n.must(t, err)
	if found, err := n.Find(ctx, me, 0, from); found != nil || err != nil {
		t.Fatal("found before it was mined:", found, err)
	}
	n.must(t, n.dev.Mine(0))
	replaced, err := n.raw(t, key, n.contracts.Approve(me, base(60)), 0, 100_000, 5)
	n.must(t, err)
	tick := n.mine(t, from, lost, replaced)
	if tick.Sent[0].Tx != nil || !tick.Sent[1].Receipt.OK {
		t.Fatalf("%+v", tick.Sent)
	}
	for _, later := range []int{0, 1, 60, 300} { // the last is beyond the states that a full node keeps
		n.must(t, n.dev.Mine(later))
		found, err := n.Find(ctx, me, 0, from)
		if err != nil || found == nil || found.Hash != replaced || found.Block != from+1 {
			t.Errorf("%d blocks later: %+v %v", later, found, err)
		}
	}
	for _, after := range []uint64{1, 2, 50, 361} { // asked from a block where it was used already
		found, err := n.Find(ctx, me, 0, from+after)
		if err != nil || found == nil || found.Hash != replaced {
			t.Errorf("from %d blocks after: %+v %v", after, found, err)
		}
	}
	if found, err := n.Find(ctx, me, 1, from); found != nil || err != nil {
		t.Error("the next nonce:", found, err)
	}
}

// paged refuses long ranges of logs, as public endpoints do.
type paged struct {
	chain.Reader
	refused int
}

func (p *paged) Batch(ctx context.Context, calls []chain.Call) ([]chain.Result, error) {
	results, err := p.Reader.Batch(ctx, calls)
	for i, c := range calls {
		if c.Method == "eth_getLogs" && c.Params.([]any)[0].(map[string]any)["toBlock"] == "latest" {
			results[i] = chain.Result{Err: &chain.ProviderError{Code: -32005, Message: "query exceeds max block range 500"}}
			p.refused++
		}
	}
	return results, err
}

func TestPollReadsALongGapInPages(t *testing.T) {
	ctx := t.Context()
	n := newNetwork(t, devchain.Options{})
	me := addressOf(n.dev.Key("me"))
	n.must(t, n.dev.Fund(ctx, me, coins(1), coins(100)))
	for _, name := range []string{"node-1", "node-2", "node-3"} {
		n.join(t, name, "NVIDIA GeForce RTX 4090", 24)
	}
	approve, create := n.contracts.Approve(me, base(30)), n.contracts.CreateTask(me, 0, common.Hash{1}, 8)
	for _, tx := range []chain.Tx{approve, create} {
		_, err := n.dev.Transact(ctx, n.dev.Key("me"), tx.To, nil, tx.Data)
		n.must(t, err)
	}
	n.dev.Pause()
	n.must(t, n.dev.Mine(1100))

	reader := &paged{Reader: n.rpc}
	before := *n.requests
	tick, err := chain.NewClient(reader, n.contracts).Poll(ctx, nil, 0, chain.Block{})
	n.must(t, err)
	if tick.Through != tick.Head.Number || tick.Head.Number < 1100 || len(tick.Events) != 3 || reader.refused != 2 || *n.requests-before != 2 {
		t.Errorf("through %d of %d, %d events, %d requests", tick.Through, tick.Head.Number, len(tick.Events), *n.requests-before)
	}
	whole, err := n.Poll(ctx, nil, 0, chain.Block{})
	if diff := cmp.Diff(whole, tick); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if later, err := n.Poll(ctx, nil, tick.Through+1, chain.Block{}); later.Through != tick.Through || later.Events != nil || err != nil {
		t.Error("no block since:", later, err)
	}
}

// small tells the logs of a few blocks only, as endpoints do that bound an answer.
type small struct {
	chain.Reader
	most     uint64
	requests int
}

func (s *small) Batch(ctx context.Context, calls []chain.Call) ([]chain.Result, error) {
	s.requests++
	results, err := s.Reader.Batch(ctx, calls)
	for i, c := range calls {
		if c.Method != "eth_getLogs" {
			continue
		}
		filter := c.Params.([]any)[0].(map[string]any)
		from, _ := strconv.ParseUint(filter["fromBlock"].(string), 0, 64)
		to, open := strconv.ParseUint(filter["toBlock"].(string), 0, 64)
		if open != nil || to-from >= s.most {
			results[i] = chain.Result{Err: &chain.ProviderError{Code: -32602, Message: "query returned more than 10000 results"}}
		}
	}
	return results, err
}

// TestPollLearnsHowMuchANodeTells: the first tick looks for it, the next ones know.
func TestPollLearnsHowMuchANodeTells(t *testing.T) {
	n := newNetwork(t, devchain.Options{})
	n.dev.Pause()
	n.must(t, n.dev.Mine(300))
	reader := &small{Reader: n.rpc, most: 40}
	client := chain.NewClient(reader, n.contracts)
	var from uint64
	var took []int
	for range 30 {
		before := reader.requests
		tick, err := client.Poll(t.Context(), nil, from, chain.Block{})
		n.must(t, err)
		took = append(took, reader.requests-before)
		from = tick.Through + 1
		if tick.Through == tick.Head.Number {
			break
		}
	}
	if head := from - 1; head < 300 || took[0] > 4 || len(took) > 3 {
		t.Errorf("up to block %d in ticks of %v requests", head, took)
	}
}

// TestPollTellsAReorg: only where another block is in the place of the known one.
func TestPollTellsAReorg(t *testing.T) {
	n := newNetwork(t, devchain.Options{})
	n.dev.Pause()
	n.must(t, n.dev.Mine(5))
	ctx := t.Context()
	fork, err := n.Poll(ctx, nil, 0, chain.Block{})
	n.must(t, err)
	n.must(t, n.dev.Mine(3))
	before := *n.requests
	known, err := n.Poll(ctx, nil, 0, fork.Head)
	n.must(t, err)
	if known.Reorg || *n.requests-before != 1 {
		t.Errorf("reorg %v without one, in %d requests", known.Reorg, *n.requests-before)
	}
	n.must(t, n.dev.Reorg(3, devchain.Dropped))
	for _, tt := range []struct {
		name  string
		known chain.Block
		want  bool
	}{{"the old head", known.Head, true}, {"the fork", fork.Head, false}, {"a block that is not there yet", chain.Block{Number: 1 << 40, Hash: common.Hash{1}}, false}, {"none", chain.Block{}, false}} {
		if tick, err := n.Poll(ctx, nil, 0, tt.known); tick.Reorg != tt.want || err != nil {
			t.Errorf("%s: reorg %v, %v", tt.name, tick.Reorg, err)
		}
	}
	has, err := n.Canonical(ctx, []chain.Block{fork.Head, known.Head})
	if diff := cmp.Diff([]bool{true, false}, has); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestBigBatchesAreSplit: 150 transactions are 301 calls.
func TestBigBatchesAreSplit(t *testing.T) {
	n := newNetwork(t, devchain.Options{})
	before := *n.requests
	tick, err := n.Poll(t.Context(), make([]common.Hash, 150), 0, chain.Block{})
	if err != nil || len(tick.Sent) != 150 || *n.requests-before != 4 {
		t.Errorf("%d transactions, %d requests, %v", len(tick.Sent), *n.requests-before, err)
	}
}

// lateWallet is one whose node has not seen the newest blocks.
type lateWallet struct {
	chain.Provider
	newest uint64
}

func (w lateWallet) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	list, _ := params.([]any)
	switch method {
	case "eth_blockNumber":
		return json.Marshal(hexutil.EncodeUint64(w.newest))
	case "eth_getBlockByNumber":
		if number, err := hexutil.DecodeUint64(list[0].(string)); err == nil && number > w.newest {
			return json.RawMessage("null"), nil
		}
	}
	return w.Provider.Request(ctx, method, params)
}

func TestProveComparesTheChainsThemselves(t *testing.T) {
	ctx := t.Context()
	n, other := newNetwork(t, devchain.Options{ChainID: 42}), newNetwork(t, devchain.Options{ChainID: 42})
	walletOn := func(on *network) *devchain.Wallet {
		wallet, err := devchain.NewWallet(devchain.WalletOptions{Name: "Alice", Chain: on.dev, Keys: []*ecdsa.PrivateKey{n.dev.Key("me")}})
		n.must(t, err)
		t.Cleanup(wallet.Close)
		return wallet
	}
	for _, on := range []*network{n, other} {
		on.dev.Pause()
		// The chains start alike: what they mine from here on differs in time.
		on.must(t, on.dev.Mine(300))
	}
	if err := n.Prove(ctx, walletOn(n)); err != nil {
		t.Error("the same chain:", err)
	}
	if err := n.Prove(ctx, walletOn(other)); !errors.Is(err, chain.ErrSameID) || !errors.Is(err, chain.ErrWrongChain) {
		t.Error("another chain with the same id and contracts:", err)
	}
	elsewhere := walletOn(n)
	elsewhere.SetChain(1)
	if err := n.Prove(ctx, elsewhere); !errors.Is(err, chain.ErrWrongChain) || errors.Is(err, chain.ErrSameID) {
		t.Error("another id:", err)
	}
	for late, want := range map[uint64]error{9: nil, 200: nil, 270: chain.ErrSameID, 300: chain.ErrSameID} {
		head, err := n.dev.Client().BlockNumber(ctx)
		n.must(t, err)
		if err := n.Prove(ctx, lateWallet{walletOn(n), head - late}); !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("%d blocks late: %v", late, err)
		}
		if err := n.Prove(ctx, lateWallet{walletOn(other), head - late}); !errors.Is(err, chain.ErrSameID) {
			t.Errorf("another chain, %d blocks late: %v", late, err)
		}
	}
	cut := walletOn(n)
	cut.GoOffline()
	var silent *chain.WalletError
	if err := n.Prove(ctx, cut); !errors.As(err, &silent) || !errors.Is(err, chain.ErrDisconnected) {
		t.Error("a wallet that does not tell:", err)
	}
}

func TestSwitchChain(t *testing.T) {
	ctx := t.Context()
	n := newNetwork(t, devchain.Options{})
	id := n.dev.ChainID().Uint64()
	wallet, err := devchain.NewWallet(devchain.WalletOptions{Name: "Alice", Chain: n.dev, Keys: []*ecdsa.PrivateKey{n.dev.Key("me")}})
	n.must(t, err)
	t.Cleanup(wallet.Close)
	if err := chain.SwitchChain(ctx, wallet, 42); !errors.Is(err, chain.ErrUnknownChain) {
		t.Error("unknown:", err)
	}
	wallet.SetChain(1)
	wallet.Answer("wallet_switchEthereumChain", devchain.Reject)
	if err := chain.SwitchChain(ctx, wallet, id); !errors.Is(err, chain.ErrRejected) {
		t.Error("rejected:", err)
	}
	if err := chain.SwitchChain(ctx, wallet, id); err != nil {
		t.Error(err)
	}
	me := addressOf(n.dev.Key("me"))
	if _, err := chain.RequestAccounts(ctx, wallet); err != nil {
		t.Fatal(err)
	}
	wallet.SetChain(1)
	tx := n.contracts.Approve(me, base(30))
	tx.ChainID = id
	if hash, err := chain.SendTransaction(ctx, wallet, tx); err == nil {
		t.Error("sent on another chain:", hash)
	}
}
