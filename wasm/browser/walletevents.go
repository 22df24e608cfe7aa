//go:build js && wasm

package browser

import (
	"fmt"
	"syscall/js"
)

// WalletEvent is something a wallet tells without being asked (EIP-1193):
// AccountsChanged, ChainChanged or Disconnected.
type WalletEvent interface{ walletEvent() }

type (
	// AccountsChanged lists what the page may use from now on, the chosen one
	// first; empty: the wallet was locked, or the page's permission was taken.
	AccountsChanged struct{ Accounts []string }
	// ChainChanged names the wallet's new chain, as the wallet writes it ("0x2a").
	ChainChanged struct{ ChainID string }
	// Disconnected is a wallet that reaches no chain any more.
	Disconnected struct{}
)

func (AccountsChanged) walletEvent() {}
func (ChainChanged) walletEvent()    {}
func (Disconnected) walletEvent()    {}

// maxAccounts bounds the accounts of one event.
const maxAccounts = 1000

// Subscribe calls f with each event of the wallet until cancel is called. f
// must not block. A wallet without events is silent.
func (p *Provider) Subscribe(f func(WalletEvent)) (cancel func()) {
	var stop []func()
	for event, read := range map[string]func(js.Value) WalletEvent{
		"accountsChanged": accountsChanged,
		"chainChanged":    chainChanged,
		"disconnect":      func(js.Value) WalletEvent { return Disconnected{} },
	} {
		one, err := attach(p.value, "on", "removeListener", event, func(v js.Value) { f(read(v)) })
		if err != nil {
			continue // no events: the page asks the wallet before each use anyway
		}
		stop = append(stop, one)
	}
	return func() {
		for _, one := range stop {
			one()
		}
	}
}

func accountsChanged(v js.Value) WalletEvent {
	var accounts []string
	for i := range min(number(v, "length"), maxAccounts) {
		if a := text(v, fmt.Sprint(i)); a != "" {
			accounts = append(accounts, a)
		}
	}
	return AccountsChanged{accounts}
}

// chainChanged also takes numbers, which some wallets send.
func chainChanged(v js.Value) WalletEvent {
	switch v.Type() {
	case js.TypeString:
		return ChainChanged{v.String()}
	case js.TypeNumber:
		return ChainChanged{fmt.Sprintf("%#x", v.Int())}
	}
	return ChainChanged{}
}
