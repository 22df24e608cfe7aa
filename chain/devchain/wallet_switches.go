//go:build !js

package devchain

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// AnswerWith sets the rule for prompts that no script covers.
func (w *Wallet) AnswerWith(rule func(Prompt) Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rule = rule
}

// Answer prepares the verdicts of the next prompts of a method, in order.
func (w *Wallet) Answer(method string, verdicts ...Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.byMethod[method] = append(w.byMethod[method], verdicts...)
}

// AnswerNth prepares the verdict of the wallet's n-th prompt, 1 being its first.
func (w *Wallet) AnswerNth(n int, v Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.byNumber[n] = v
}

// SetDelay makes scripted answers take d of the wallet's clock.
func (w *Wallet) SetDelay(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delay = d
}

// EditApprovals makes scripted approvals of CNX allow amount (base units)
// whatever was asked, as a person may do in MetaMask. nil = as asked.
func (w *Wallet) EditApprovals(amount *big.Int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spendingCap = amount
}

// SetMode changes whether eth_sign exists.
func (w *Wallet) SetMode(m WalletMode) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mode = m
}

// Lock hides all accounts: eth_accounts is empty, eth_requestAccounts waits
// for [Wallet.Unlock], signing is not authorised.
func (w *Wallet) Lock() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change(func() { w.locked = true })
}

// Unlock shows the accounts again and lets waiting requests go on.
func (w *Wallet) Unlock() {
	w.mu.Lock()
	w.change(func() { w.locked = false })
	var waiting []int
	for _, p := range w.prompts {
		if p.Kind == PromptUnlock && p.Verdict == Ask {
			waiting = append(waiting, p.ID)
		}
	}
	w.mu.Unlock()
	for _, id := range waiting {
		// Decided in between by the overlay: the same outcome.
		_ = w.Decide(id, Approve)
	}
}

// SwitchAccount selects another account of the wallet, and connects it where
// the wallet is connected already.
func (w *Wallet) SwitchAccount(to common.Address) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keys[to] == nil {
		return fmt.Errorf("devchain: wallet %s has no account %s", w.name, to)
	}
	w.change(func() {
		w.selected = to
		for origin, accounts := range w.granted {
			w.granted[origin] = firstOf(to, accounts)
		}
	})
	return nil
}

// firstOf returns accounts with first in front, added if missing.
func firstOf(first common.Address, accounts []common.Address) []common.Address {
	rest := slices.DeleteFunc(slices.Clone(accounts), func(a common.Address) bool { return a == first })
	return append([]common.Address{first}, rest...)
}

// Disconnect takes back what was granted to an origin.
func (w *Wallet) Disconnect(origin string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change(func() { delete(w.granted, origin) })
}

// SetChain puts the wallet on another network, as a person does in its menu.
// A network the wallet has no chain for is empty: no code, no money.
func (w *Wallet) SetChain(id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.networks[id]; !ok {
		w.networks[id] = walletNetwork{name: fmt.Sprintf("Chain %d", id)}
	}
	w.setActive(id)
}

// ReplaceChain makes the wallet use another network under the id of c; two
// networks may share one id (protocol.md G.51).
func (w *Wallet) ReplaceChain(c WalletChain) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := c.ChainID().Uint64()
	w.networks[id] = walletNetwork{name: fmt.Sprintf("Chain %d", id), chain: c}
	w.setActive(id)
}

// ForgetChain makes a network unknown, so that switching to it fails with
// 4902 until the page adds it.
func (w *Wallet) ForgetChain(id uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.networks[id]
	n.forgotten = true
	w.networks[id] = n
}

// setActive changes the network and tells the pages. The caller holds w.mu.
func (w *Wallet) setActive(id uint64) {
	if w.active == id {
		return
	}
	w.active = id
	w.tell("", walletEvent("chainChanged", hexutil.EncodeUint64(id)))
}

// GoOffline cuts the wallet off from every chain: requests fail with 4900 and
// pages hear "disconnect". GoOnline undoes it.
func (w *Wallet) GoOffline() { w.setOffline(true) }

// GoOnline ends [Wallet.GoOffline]; pages hear "connect".
func (w *Wallet) GoOnline() { w.setOffline(false) }

func (w *Wallet) setOffline(offline bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.offline == offline {
		return
	}
	w.offline = offline
	if offline {
		w.tell("", walletEvent("disconnect", map[string]any{
			"code": 1013, "message": "MetaMask: Disconnected from chain. Attempting to connect.",
		}))
		return
	}
	w.tell("", walletEvent("connect", map[string]string{"chainId": hexutil.EncodeUint64(w.active)}))
}
