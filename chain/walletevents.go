package chain

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
)

// Events is the other half of a wallet: what it tells unasked (EIP-1193). The
// handler gets the event's JSON payload, one at a time, until cancel is called.
type Events interface {
	On(event string, handler func(payload json.RawMessage)) (cancel func())
}

// WalletEvent is AccountsChanged, ChainChanged or Disconnected.
type WalletEvent interface{ isWalletEvent() }

// AccountsChanged lists the accounts that are open to the page now, the chosen
// one first; none after the person closed them.
type AccountsChanged struct{ Accounts []common.Address }

// ChainChanged tells the chain that the wallet is on now.
type ChainChanged struct{ ID uint64 }

// Disconnected tells that the wallet can reach no chain. It comes back with
// ChainChanged, or not at all.
type Disconnected struct{}

func (AccountsChanged) isWalletEvent() {}
func (ChainChanged) isWalletEvent()    {}
func (Disconnected) isWalletEvent()    {}

// Watch decodes a wallet's events until cancel is called. For a payload that is
// not what EIP-1193 says, fail is called with ErrMalformed; the caller then
// asks the wallet itself.
func Watch(wallet Events, handle func(WalletEvent), fail func(error)) (cancel func()) {
	accounts := wallet.On("accountsChanged", func(payload json.RawMessage) {
		list, err := listOf(parseAccount)(payload)
		if err != nil {
			fail(err)
			return
		}
		handle(AccountsChanged{list})
	})
	chain := wallet.On("chainChanged", func(payload json.RawMessage) {
		id, err := parseUint64(payload)
		if err != nil {
			fail(err)
			return
		}
		handle(ChainChanged{id})
	})
	// The payload is an error; its code says no more than the event.
	gone := wallet.On("disconnect", func(json.RawMessage) { handle(Disconnected{}) })
	return func() {
		accounts()
		chain()
		gone()
	}
}
