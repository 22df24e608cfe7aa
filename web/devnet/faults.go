//go:build !js

package devnet

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// faultsPath is where the panel reads and turns the switches.
const faultsPath = "/_devnet/faults"

// patience is how long a fault may take that waits for a block, in real time.
const patience = 20 * time.Second

// Fault is one way in which the network may misbehave at a person's wish.
type Fault struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Does string `json:"does"` // one line
	// Once happens when it is pressed; all others last until they are switched off.
	Once bool `json:"once"`

	rpc   func(*devchain.RPCFaults)
	relay func(*devrelay.Faults)
	nodes func(*devrelay.NodeFaults)
	chain func(ctx context.Context, n *Network, on bool) error // for Once with on = true
}

// Faults are all of them, in the order in which the panel shows them.
func Faults() []Fault { return faults }

var faults = []Fault{
	{ID: "chain-slow", Name: "Slow blocks", Does: "A block every 15 seconds.", chain: period},
	{ID: "chain-stopped", Name: "Stopped chain", Does: "No blocks; transactions wait.", chain: stopped},
	{ID: "reorg-1", Name: "Reorg of 1 block", Does: "An empty branch wins; the transactions are mined again.", Once: true, chain: reorg(1, devchain.Remined)},
	{ID: "reorg-5", Name: "Reorg of 5 blocks", Does: "The same, five blocks deep.", Once: true, chain: reorg(5, devchain.Remined)},
	{ID: "reorg-5-dropped", Name: "Reorg that drops", Does: "Five blocks are replaced and their transactions forgotten.", Once: true, chain: reorg(5, devchain.Dropped)},
	{ID: "fee-raised", Name: "Dearer tasks", Does: "The contract takes 60 CNX for a task instead of 30.", chain: fee},

	{ID: "rpc-down", Name: "RPC down", Does: "Connections to the RPC are dropped.", rpc: func(f *devchain.RPCFaults) { f.Down = true }},
	{ID: "rpc-hang", Name: "RPC silent", Does: "The RPC answers nothing.", rpc: func(f *devchain.RPCFaults) { f.Hang = true }},
	{ID: "rpc-429", Name: "RPC 429", Does: "The RPC asks for fewer requests, and to wait 3 seconds.", rpc: func(f *devchain.RPCFaults) { f.Status, f.RetryAfter = http.StatusTooManyRequests, 3*time.Second }},
	{ID: "rpc-503", Name: "RPC 503", Does: "The RPC answers 503.", rpc: func(f *devchain.RPCFaults) { f.Status, f.RetryAfter = http.StatusServiceUnavailable, 0 }},
	{ID: "rpc-garbage", Name: "RPC garbage", Does: "The RPC answers a page in HTML.", rpc: func(f *devchain.RPCFaults) { f.Garbage = true }},
	{ID: "rpc-lag", Name: "RPC behind", Does: "The RPC tells of nothing newer than 5 blocks.", rpc: func(f *devchain.RPCFaults) { f.Lag = 5 }},
	{ID: "rpc-chain-id", Name: "Wrong chain id", Does: "The RPC says that it is of chain 1.", rpc: func(f *devchain.RPCFaults) { f.ChainID = 1 }},
	{ID: "rpc-gas", Name: "Gas price × 100", Does: "The RPC tells a hundred times the price of gas.", rpc: func(f *devchain.RPCFaults) { f.GasPriceTimes = 100 }},
	{ID: "rpc-nonce", Name: "Wrong nonce", Does: "The RPC counts one transaction more than there are.", rpc: func(f *devchain.RPCFaults) { f.NonceOffset = 1 }},
	{ID: "rpc-withhold", Name: "Withheld transactions", Does: "The RPC takes transactions and nobody knows them until this is off. Wallets send past it, the task wallet does not.", rpc: func(f *devchain.RPCFaults) { f.Withhold = true }},

	{ID: "relay-down", Name: "Relay down", Does: "Connections to the Relay are dropped.", relay: func(f *devrelay.Faults) { f.Down = true }},
	{ID: "relay-hang", Name: "Relay silent", Does: "The Relay answers nothing.", relay: func(f *devrelay.Faults) { f.Hang = true }},
	{ID: "relay-502", Name: "Relay 502", Does: "A proxy answers in the Relay's place.", relay: func(f *devrelay.Faults) { f.Gateway = http.StatusBadGateway }},
	{ID: "relay-late-sync", Name: "Late sync", Does: "The Relay learns of tasks 30 seconds later.", relay: func(f *devrelay.Faults) { f.LateSync = 30 * time.Second }},
	{ID: "relay-late-results", Name: "Late results", Does: "The Relay hands results out 30 seconds later.", relay: func(f *devrelay.Faults) { f.LateResults = 30 * time.Second }},
	{ID: "relay-ahead", Name: "Relay clock ahead", Does: "The Relay's clock is 90 seconds ahead.", relay: func(f *devrelay.Faults) { f.ClockSkew = 90 * time.Second }},
	{ID: "relay-behind", Name: "Relay clock behind", Does: "The Relay's clock is 90 seconds behind.", relay: func(f *devrelay.Faults) { f.ClockSkew = -90 * time.Second }},

	{ID: "nodes-silent", Name: "Silent nodes", Does: "Nodes do nothing about their tasks.", nodes: func(f *devrelay.NodeFaults) { f.Silent = true }},
	{ID: "nodes-slow", Name: "Slow nodes", Does: "Nodes work 30 seconds longer.", nodes: func(f *devrelay.NodeFaults) { f.SlowWork = 30 * time.Second }},
	{ID: "nodes-wrong", Name: "Wrong results", Does: "Nodes upload files that are not the results; the Relay refuses them.", nodes: func(f *devrelay.NodeFaults) { f.WrongFile = true }},
	{ID: "nodes-cheat", Name: "A cheating node", Does: "One node of the next task makes up a result and loses its stake.", Once: true, nodes: func(f *devrelay.NodeFaults) { f.Cheats = 1 }},
	{ID: "nodes-error", Name: "Node errors", Does: "Two nodes of the next task report an error: it is aborted.", Once: true, nodes: func(f *devrelay.NodeFaults) { f.Errors = 2 }},
}

// The faults of the chain itself.

func period(_ context.Context, n *Network, on bool) error {
	if on {
		return n.Chain.SetPeriod(15 * time.Second)
	}
	return n.Chain.SetPeriod(0)
}

func stopped(_ context.Context, n *Network, on bool) error {
	if on {
		n.Chain.Pause()
	} else {
		n.Chain.Resume()
	}
	return nil
}

func reorg(depth int, orphans devchain.Orphans) func(context.Context, *Network, bool) error {
	return func(_ context.Context, n *Network, _ bool) error { return n.Chain.Reorg(depth, orphans) }
}

func fee(ctx context.Context, n *Network, on bool) error {
	perNode := int64(10)
	if on {
		perNode = 20
	}
	data, err := devchain.TaskABI().Pack("updateTaskFeePerNode", ether(perNode))
	if err != nil {
		return err
	}
	_, err = n.Chain.Transact(ctx, n.Chain.Deployer(), n.Chain.Contracts().Task, new(big.Int), data)
	return err
}

// switchboard knows which faults are on. What tests set by the networks' own
// switches is replaced by it, so it is used by one or the other.
type switchboard struct {
	mu sync.Mutex
	on map[string]bool
}

// Set switches a fault on or off, or has it happen once. The error says what the
// person can do.
func (n *Network) Set(ctx context.Context, id string, on bool) error {
	n.board.mu.Lock()
	defer n.board.mu.Unlock()
	for _, f := range faults {
		if f.ID == id {
			return n.set(ctx, f, on)
		}
	}
	return fmt.Errorf("there is no fault %q", id)
}

// AllWell switches everything off.
func (n *Network) AllWell(ctx context.Context) error {
	n.board.mu.Lock()
	defer n.board.mu.Unlock()
	n.Nodes.SetFaults(devrelay.NodeFaults{})
	for _, f := range faults {
		if n.board.on[f.ID] {
			if err := n.set(ctx, f, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// set does it. The board's lock is held.
func (n *Network) set(ctx context.Context, f Fault, on bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if f.chain != nil {
		if err := f.chain(ctx, n, on); err != nil {
			return err
		}
	}
	if f.Once {
		if f.nodes != nil {
			now := n.Nodes.Faults()
			f.nodes(&now)
			n.Nodes.SetFaults(now)
		}
		return nil
	}
	n.board.on[f.ID] = on
	var rpc devchain.RPCFaults
	var relay devrelay.Faults
	nodes := devrelay.NodeFaults{Errors: n.Nodes.Faults().Errors, Cheats: n.Nodes.Faults().Cheats}
	for _, f := range faults {
		if !n.board.on[f.ID] {
			continue
		}
		if f.rpc != nil {
			f.rpc(&rpc)
		}
		if f.relay != nil {
			f.relay(&relay)
		}
		if f.nodes != nil {
			f.nodes(&nodes)
		}
	}
	n.Chain.SetRPCFaults(rpc)
	n.Relay.SetFaults(relay)
	n.Nodes.SetFaults(nodes)
	return nil
}

// shownFault is a fault as the panel gets it.
type shownFault struct {
	Fault
	On bool `json:"on"`
}

// serveFaults lists the faults, and turns one: POST {"id": "rpc-down", "on": true},
// or {"id": ""} for all off.
func (n *Network) serveFaults(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if !fromThisPage(r) {
		http.Error(w, "the switches answer to the page of this very server on this computer only", http.StatusForbidden)
		return
	}
	if r.Method == http.MethodPost {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		var wish struct {
			ID string `json:"id"`
			On bool   `json:"on"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&wish); err != nil || kind != "application/json" {
			http.Error(w, `send {"id": "…", "on": true} as application/json`, http.StatusBadRequest)
			return
		}
		var err error
		if wish.ID == "" {
			err = n.AllWell(r.Context())
		} else {
			err = n.Set(r.Context(), wish.ID, wish.On)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
	}
	n.board.mu.Lock()
	list := make([]shownFault, len(faults))
	for i, f := range faults {
		list[i] = shownFault{f, n.board.on[f.ID]}
	}
	n.board.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list) // fails only when the visitor has left
}

// fromThisPage reports whether a request comes from this computer, by a name of
// it, and, if it changes anything, from a page of this server.
func fromThisPage(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().IsLoopback() {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return false
	}
	origin := r.Header.Get("Origin")
	return origin == "http://"+r.Host || origin == "" && r.Method == http.MethodGet
}
