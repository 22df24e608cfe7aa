//go:build !js

package runner_test

import (
	"context"
	"crypto/ecdsa"
	"hash/fnv"
	"log/slog"
	"math/big"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// The network of a test lives faster than real time; patience is how long, in
// real time, a test waits for anything.
const (
	rate     = 25
	patience = 30 * time.Second
	pollStep = 50 * time.Millisecond // of network time
)

// world is a whole development network for one test.
type world struct {
	*testing.T
	chain *devchain.Chain
	relay *devrelay.Relay
	nodes *devrelay.Nodes
	net   profile.Network
	// Of the next page: nil vault or renewal = none, nil worker = one that works, nil clock = the
	// network's, nil chance = none, href "" = this machine, rdns "" = Alice's wallet; former
	// are earlier names of its site.
	clock   runner.Clock
	chance  func() float64
	vault   runner.Vault
	renewal runner.Renewal
	worker  runner.Worker
	href    string
	rdns    string
	former  []string
	eyes    map[*page]*eye // who looks at each page
}

// setup says what is special about a world. The zero value is four equal nodes
// and a Relay that takes raw signatures only.
type setup struct {
	gpus   []devrelay.GPU
	eip191 bool
	free   bool          // gas costs nothing
	modern bool          // the chain has a base fee, and accounts may have code
	period time.Duration // from block to block; 0 = a second
}

// worldsOf is how many worlds there are to one of a short run: make test lives in all
// of them, and in a short run with the race detector, which is three times as slow.
const worldsOf = 5

// begin starts a network that ends with the test.
func begin(t *testing.T, s setup) *world {
	t.Helper()
	t.Parallel()
	if name := fnv.New32(); testing.Short() {
		name.Write([]byte(t.Name()))
		if name.Sum32()%worldsOf != 0 {
			t.Skipf("-short lives in one of %d worlds", worldsOf)
		}
	}
	w := &world{T: t, eyes: map[*page]*eye{}}
	var err error
	var price *big.Int // the usual one
	if s.free {
		price = new(big.Int)
	}
	w.chain, err = devchain.Start(t.Context(), devchain.Options{Clock: devchain.NewClock(rate), GasPrice: price, Modern: s.modern, Period: s.period})
	w.must(err)
	t.Cleanup(func() { w.chain.Close() })
	rpc := httptest.NewServer(w.chain)
	t.Cleanup(rpc.Close)

	at := w.chain.Contracts()
	w.relay, err = devrelay.New(devrelay.Options{Chain: w.chain.Client(), Clock: w.chain.Clock(), Contracts: at, EIP191: s.eip191})
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.relay.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	relay := httptest.NewServer(w.relay)
	t.Cleanup(relay.Close)

	if s.gpus == nil {
		s.gpus = []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 4}}
	}
	w.nodes, err = devrelay.StartNodes(t.Context(), devrelay.NodesOptions{Chain: w.chain, RelayURL: relay.URL, GPUs: s.gpus, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	w.must(err)
	t.Cleanup(w.nodes.Close)

	w.net = profile.Network{
		ID: "dev", Name: "Test network", ChainID: w.chain.ChainID().Uint64(), Coin: "ETH",
		RPC: []string{rpc.URL}, Relays: []string{relay.URL}, EIP191: s.eip191, Fee: cnx(30), Development: true,
		Contracts: chain.Contracts{Token: at.Token, Node: at.Node, Task: at.Task},
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// until polls until something holds.
func (w *world) until(what string, ok func() bool) {
	w.Helper()
	for late := time.Now().Add(patience); !ok(); {
		if time.Now().After(late) {
			w.Fatalf("waited in vain until %s", what)
		}
		w.must(w.chain.Clock().Sleep(w.Context(), pollStep))
	}
}

// person is somebody with a wallet.
type person struct {
	*devchain.Wallet
	account common.Address
}

// rich makes a person with 1 ETH and 300 CNX and a wallet that signs digests.
func (w *world) rich() person { return w.person(coins(1), coins(300), devchain.WalletLegacy) }

func (w *world) person(native, cnx *big.Int, mode devchain.WalletMode) person {
	w.Helper()
	keys := []*ecdsa.PrivateKey{w.chain.Key("alice"), w.chain.Key("alice's other account")}
	wallet, err := devchain.NewWallet(devchain.WalletOptions{
		Name: "Alice's wallet", RDNS: "test.alice", Chain: w.chain, Keys: keys, Mode: mode, Clock: w.chain.Clock(),
	})
	w.must(err)
	w.Cleanup(wallet.Close)
	w.must(w.chain.Fund(w.Context(), wallet.Address(), native, cnx))
	return person{wallet, wallet.Address()}
}

// created counts the tasks that an account has paid for, by round 0 of TaskCreated.
func (w *world) created(account common.Address) int {
	w.Helper()
	event := devchain.TaskABI().Events["TaskCreated"]
	n := 0
	for _, l := range w.logs(w.net.Contracts.Task, event.ID, common.BytesToHash(account[:])) {
		values, err := event.Inputs.NonIndexed().Unpack(l.Data)
		w.must(err)
		if values[4].(*big.Int).Sign() == 0 {
			n++
		}
	}
	return n
}

// received sums up the CNX that an account got from the Task contract.
func (w *world) received(account common.Address) uint256.Int {
	w.Helper()
	var sum uint256.Int
	task := w.net.Contracts.Task
	topics := []common.Hash{devchain.TokenABI().Events["Transfer"].ID, common.BytesToHash(task[:]), common.BytesToHash(account[:])}
	for _, l := range w.logs(w.net.Contracts.Token, topics...) {
		sum.Add(&sum, new(uint256.Int).SetBytes(l.Data))
	}
	return sum
}

func (w *world) logs(of common.Address, topics ...common.Hash) []types.Log {
	w.Helper()
	q := ethereum.FilterQuery{FromBlock: new(big.Int), Addresses: []common.Address{of}}
	for _, topic := range topics {
		q.Topics = append(q.Topics, []common.Hash{topic})
	}
	logs, err := w.chain.Client().FilterLogs(w.Context(), q)
	w.must(err)
	return logs
}

// holds is what an account has: wei and CNX.
func (w *world) holds(account common.Address) (native, tokens uint256.Int) {
	w.Helper()
	wei, err := w.chain.Client().BalanceAt(w.Context(), account, nil)
	w.must(err)
	data, err := devchain.TokenABI().Pack("balanceOf", account)
	w.must(err)
	out, err := w.chain.Client().CallContract(w.Context(), ethereum.CallMsg{To: &w.net.Contracts.Token, Data: data}, nil)
	w.must(err)
	return *uint256.MustFromBig(wei), *new(uint256.Int).SetBytes(out)
}

// approve lets the Task contract take CNX, as an earlier visit would have.
func (w *world) approve(p person, amount *big.Int) {
	w.Helper()
	data, err := devchain.TokenABI().Pack("approve", w.net.Contracts.Task, amount)
	w.must(err)
	_, err = w.chain.Transact(w.Context(), p.key(w), w.net.Contracts.Token, nil, data)
	w.must(err)
}

// pays makes somebody without a page create a task that nobody will upload.
func (w *world) pays(name string, fee int64) {
	w.Helper()
	key := w.chain.Key(name)
	w.must(w.chain.Fund(w.Context(), addressOf(key), coins(1), coins(fee)))
	approve, err := devchain.TokenABI().Pack("approve", w.net.Contracts.Task, coins(fee))
	w.must(err)
	_, err = w.chain.Transact(w.Context(), key, w.net.Contracts.Token, nil, approve)
	w.must(err)
	create, err := devchain.TaskABI().Pack("createTask", new(big.Int), [32]byte{1}, [32]byte{}, new(big.Int))
	w.must(err)
	_, err = w.chain.Transact(w.Context(), key, w.net.Contracts.Task, nil, create)
	w.must(err)
}

func (p person) key(w *world) *ecdsa.PrivateKey {
	if key := w.chain.Key("alice"); addressOf(key) == p.account {
		return key
	}
	return w.chain.Key("alice's other account")
}

func addressOf(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func coins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func cnx(n int64) uint256.Int { return *uint256.MustFromBig(coins(n)) }
