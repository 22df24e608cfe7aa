package app

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/widget"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// bridgeID names the host's wallet among the wallets of the frame.
const bridgeID = "host"

// bridge is the wallet of the host's page, as the frame reaches it: the only wallet
// there is in a frame. It is asked for the account, for a task's transactions, for
// the Relay's texts, and for what proves that it is on the right chain.
type bridge struct {
	host string
	ask  func(widget.Call)
	now  func() time.Time

	mu       sync.Mutex
	there    bool // the host has one
	network  profile.Network
	lastID   int
	waiting  map[int]chan widget.Reply
	lastOn   int
	handlers map[int]handler
	changed  func()
}

type handler struct {
	event string
	f     func(json.RawMessage)
}

var (
	_ runner.Wallets    = (*bridge)(nil)
	_ runner.Connection = (*bridge)(nil)
)

// List is the wallet of the host, where it has one.
func (b *bridge) List() []runner.Wallet {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.there {
		return nil
	}
	return []runner.Wallet{{ID: bridgeID, Name: "The wallet of " + b.host}}
}

// Connect reaches it.
func (b *bridge) Connect(id string) (runner.Connection, bool) { return b, id == bridgeID }

// Watch calls f when the host gets or loses its wallet.
func (b *bridge) Watch(f func()) (cancel func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed = f
	return func() {}
}

// bridgeReads are asked of the wallet without a prompt, and bridgeAsks with one.
var (
	bridgeReads = []string{"eth_accounts", "eth_chainId", "eth_blockNumber", "eth_getBlockByNumber", "eth_getCode"}
	bridgeAsks  = []string{"eth_requestAccounts", "personal_sign", "eth_sendTransaction"}
)

// refusedByUs is the answer to what is not asked of the wallet of a host.
var refusedByUs = &chain.ProviderError{Code: 4200, Message: "the widget does not ask the wallet of a host for this"}

// Request asks the host's wallet (EIP-1193). Without params there are none in the
// request: wallets refuse null. Whatever is no part of a task is not asked: the error
// is chain.ErrUnsupported.
func (b *bridge) Request(ctx context.Context, method string, params any) (json.RawMessage, error) {
	var text json.RawMessage
	if params != nil {
		var err error
		if text, err = json.Marshal(params); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(bridgeReads, method) && !slices.Contains(bridgeAsks, method) ||
		method == "eth_sendTransaction" && !b.paysTask(text) || method == "personal_sign" && !b.isRelayText(text) {
		return nil, refusedByUs
	}
	b.mu.Lock()
	b.lastID++
	id, reply := b.lastID, make(chan widget.Reply, 1)
	b.waiting[id] = reply
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.waiting, id)
		b.mu.Unlock()
	}()
	b.ask(widget.Call{ID: id, Method: method, Params: text})
	select {
	case r := <-reply:
		switch {
		case r.Error != nil:
			return nil, &chain.ProviderError{Code: r.Error.Code, Message: r.Error.Message, Data: r.Error.Data}
		case r.Result == nil:
			return json.RawMessage("null"), nil
		}
		return r.Result, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// paysTask wants a transaction of one of the three shapes that a task has.
func (b *bridge) paysTask(params []byte) bool {
	var list []struct {
		From  common.Address `json:"from"`
		To    common.Address `json:"to"`
		Value *hexutil.U256  `json:"value"`
		Data  hexutil.Bytes  `json:"data"`
		Input hexutil.Bytes  `json:"input"`
	}
	if json.Unmarshal(params, &list) != nil || len(list) != 1 || list[0].Value != nil && *list[0].Value != (hexutil.U256{}) {
		return false
	}
	b.mu.Lock()
	contracts := b.network.Contracts
	b.mu.Unlock()
	tx := list[0]
	if tx.Data == nil {
		tx.Data = tx.Input
	}
	intent, err := taskwallet.MatchCall(taskwallet.Identity{Address: tx.From, Contracts: taskwallet.Contracts(contracts)}, tx.To, [4]uint64{}, tx.Data)
	if err != nil {
		return false
	}
	switch intent.(type) {
	case taskwallet.Approve, taskwallet.Create, taskwallet.Cancel:
		return true
	}
	return false
}

// isRelayText wants one of the texts that the Relay reads.
func (b *bridge) isRelayText(params []byte) bool {
	var list []hexutil.Bytes
	if json.Unmarshal(params, &list) != nil || len(list) != 2 {
		return false
	}
	_, err := taskwallet.ReadText(list[0], b.now())
	return err == nil
}

// On calls f with each event of that name.
func (b *bridge) On(event string, f func(json.RawMessage)) (cancel func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lastOn++
	id := b.lastOn
	b.handlers[id] = handler{event, f}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.handlers, id)
	}
}

// answered takes what the host's wallet has answered.
func (b *bridge) answered(r widget.Reply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if reply, ok := b.waiting[r.ID]; ok {
		delete(b.waiting, r.ID)
		reply <- r
	}
}

// told takes an event of the host's wallet: one of the four of EIP-1193.
func (b *bridge) told(e widget.Event) {
	b.mu.Lock()
	var call []func(json.RawMessage)
	for _, h := range b.handlers {
		if h.event == e.Name {
			call = append(call, h.f)
		}
	}
	b.mu.Unlock()
	for _, f := range call {
		f(e.Payload)
	}
}

// set notes what there is at the host.
func (b *bridge) set(there bool) {
	b.mu.Lock()
	b.there = there
	changed := b.changed
	b.mu.Unlock()
	if changed != nil {
		changed()
	}
}

// on notes the network whose contracts are paid.
func (b *bridge) on(n profile.Network) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.network = n
}
