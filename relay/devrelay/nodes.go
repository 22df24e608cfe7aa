//go:build !js

package devrelay

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// GPU is a kind of graphics card and how many nodes have it.
type GPU struct {
	Name  string
	VRAM  uint64 // GB
	Count int
}

// NodesOptions describe the worker nodes. Chain and RelayURL must be set. All
// durations are network time.
type NodesOptions struct {
	Chain    *devchain.Chain
	RelayURL string // without a slash at the end

	// GPUs are the nodes' cards; nil = DefaultGPUs. Nodes are numbered in this
	// order, and node i has the key Chain.Key("node-i").
	GPUs []GPU

	// WorkTime is how long a node works on a task, at least. The time that
	// drawing takes comes on top.
	WorkTime time.Duration

	// Poll is how often the nodes look for new blocks; 0 = DefaultPoll.
	Poll time.Duration

	// OnReport, if set, is called once for each task, when all nodes are done with it.
	OnReport func(TaskReport)

	Log *slog.Logger // where nodes tell what goes wrong; nil = nowhere
}

// DefaultGPUs are seven nodes, enough for two tasks at a time of which one may
// be a text, which needs three equal cards.
var DefaultGPUs = []GPU{{"NVIDIA GeForce RTX 4090", 24, 4}, {"NVIDIA GeForce RTX 3060", 12, 3}}

// DefaultPoll is quicker than the second of the real nodes: a page should wait
// for the chain, not for the emulator.
const DefaultPoll = 250 * time.Millisecond

// What a node keeps in hand, in whole coins.
const (
	nodeNative = 100
	nodeStake  = 400
)

// Nodes are the workers of the development network: they join with stake, fetch
// arguments from the Relay, draw or write, commit, disclose, upload and report
// (protocol.md A.8). A node that loses its stake gets a new one and joins again.
type Nodes struct {
	options NodesOptions
	clock   *devchain.Clock
	relay   relayClient
	all     []*worker

	stop context.CancelFunc
	busy sync.WaitGroup

	mu      sync.Mutex // guards the rest
	faults  NodeFaults
	paused  bool
	feeds   map[uint64]*feed
	started map[jobKey]common.Hash // block of TaskCreated
	waiting []*job                 // to be started when the batch of logs is read
	reports map[uint64]*TaskReport
}

// worker is one node.
type worker struct {
	key     *ecdsa.PrivateKey
	address common.Address
	gpu     GPU
}

// StartNodes lets the nodes join and work until Close. ctx bounds the joining only.
func StartNodes(ctx context.Context, o NodesOptions) (*Nodes, error) {
	if o.Chain == nil || o.RelayURL == "" {
		return nil, errors.New("devrelay: nodes need a chain and a Relay")
	}
	if o.GPUs == nil {
		o.GPUs = DefaultGPUs
	}
	if o.Poll <= 0 {
		o.Poll = DefaultPoll
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	n := &Nodes{
		options: o,
		clock:   o.Chain.Clock(),
		relay:   relayClient{url: o.RelayURL, clock: o.Chain.Clock(), http: &http.Client{Timeout: relayTimeout}},
		feeds:   map[uint64]*feed{},
		started: map[jobKey]common.Hash{},
		reports: map[uint64]*TaskReport{},
	}
	for _, gpu := range o.GPUs {
		for range gpu.Count {
			key := o.Chain.Key("node-" + strconv.Itoa(len(n.all)))
			n.all = append(n.all, &worker{key, crypto.PubkeyToAddress(key.PublicKey), gpu})
		}
	}
	from, err := n.firstBlock(ctx)
	if err != nil {
		return nil, err
	}
	if err := n.each(func(w *worker) error { return n.join(ctx, w) }); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	n.stop = stop
	n.busy.Go(func() { n.follow(running, from) })
	return n, nil
}

// Close ends all work and waits for it. The nodes stay members of the network.
func (n *Nodes) Close() {
	n.stop()
	n.busy.Wait()
}

// Addresses are the nodes' accounts, in their order.
func (n *Nodes) Addresses() []common.Address {
	list := make([]common.Address, len(n.all))
	for i, w := range n.all {
		list[i] = w.address
	}
	return list
}

// Pause takes all nodes out of the network; those at work leave after it. When
// it returns no new task finds a node.
func (n *Nodes) Pause(ctx context.Context) error {
	n.setPaused(true)
	return n.each(func(w *worker) error {
		status, err := n.status(ctx, w)
		if err != nil || status != nodeAvailable && status != nodeBusy {
			return err
		}
		return n.transact(ctx, w, n.contracts().Node, devchain.NodeABI(), "pause")
	})
}

// Resume brings them back. Those that are still at work come back after it.
func (n *Nodes) Resume(ctx context.Context) error {
	n.setPaused(false)
	return n.each(func(w *worker) error { return n.recover(ctx, w) })
}

func (n *Nodes) setPaused(paused bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.paused = paused
}

// each does something for all nodes at once and returns all errors.
func (n *Nodes) each(do func(*worker) error) error {
	errs := make([]error, len(n.all))
	var busy sync.WaitGroup
	for i, w := range n.all {
		busy.Go(func() { errs[i] = do(w) })
	}
	busy.Wait()
	return errors.Join(errs...)
}

// The states of a node (protocol.md A.6).
const (
	nodeQuit = iota
	nodeAvailable
	nodeBusy
	nodePendingPause
	nodePendingQuit
	nodePaused
)

// join makes a node a member of the network unless it is one.
func (n *Nodes) join(ctx context.Context, w *worker) error {
	status, err := n.status(ctx, w)
	if err != nil || status != nodeQuit {
		return err
	}
	stake := wholeCoins(nodeStake)
	if err := n.options.Chain.Fund(ctx, w.address, wholeCoins(nodeNative), stake); err != nil {
		return err
	}
	at := n.contracts()
	if err := n.transact(ctx, w, at.Token, devchain.TokenABI(), "approve", at.Node, stake); err != nil {
		return err
	}
	return n.transact(ctx, w, at.Node, devchain.NodeABI(), "join", w.gpu.Name, new(big.Int).SetUint64(w.gpu.VRAM))
}

// recover brings a node back that was slashed, or that was paused and shall not be.
func (n *Nodes) recover(ctx context.Context, w *worker) error {
	status, err := n.status(ctx, w)
	if err != nil {
		return err
	}
	n.mu.Lock()
	paused := n.paused
	n.mu.Unlock()
	switch {
	case status == nodeQuit:
		return n.join(ctx, w)
	case status == nodePaused && !paused:
		return n.transact(ctx, w, n.contracts().Node, devchain.NodeABI(), "resume")
	}
	return nil
}

func (n *Nodes) status(ctx context.Context, w *worker) (uint64, error) {
	return n.readNumber(ctx, n.contracts().Node, devchain.NodeABI(), "getNodeStatus", w.address)
}

func (n *Nodes) contracts() devchain.Contracts { return n.options.Chain.Contracts() }

func (n *Nodes) transact(ctx context.Context, w *worker, to common.Address, of *abi.ABI, method string, args ...any) error {
	data, err := of.Pack(method, args...)
	if err != nil {
		return err
	}
	if _, err := n.options.Chain.Transact(ctx, w.key, to, nil, data); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

func wholeCoins(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
