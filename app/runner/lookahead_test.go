//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// methods notes what a page asks of its wallet.
func (c *connection) methods() (asked func() map[string]int) {
	count := map[string]int{}
	c.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
		c.mu.Lock()
		count[method]++
		c.mu.Unlock()
		return ask()
	})
	return func() map[string]int {
		c.mu.Lock()
		defer c.mu.Unlock()
		now := map[string]int{}
		for m, n := range count {
			now[m] = n
		}
		return now
	}
}

func TestNetworkIsShownToSomebodyWithoutAWallet(t *testing.T) {
	w := begin(t, setup{})
	g := w.reopen(w.rich(), onDisk(newDisk()))
	asked := g.conn.methods()
	look := func() runner.Ahead {
		g.LookAhead(task.SD, sd(t, 1))
		return g.until("it was read", func(s runner.Snapshot) bool { return s.Ahead.Known }).Ahead
	}
	a := look()
	if a.Account != (common.Address{}) || a.Preflight.FreeNodes != 4 || a.Fee != cnx(30) || a.Preflight.GasPrice.IsZero() {
		t.Errorf("%+v", a)
	}
	g.LookAhead(task.GPT, gpt(t))
	before := w.chain.Stats().Requests
	g.until("the other kind was read", func(s runner.Snapshot) bool { return s.Ahead.Kind == task.GPT })
	if n := w.chain.Stats().Requests - before; n > 1 {
		t.Errorf("%d requests for one look", n)
	}
	if n := asked(); len(n) != 0 {
		t.Errorf("a wallet was asked %v", n)
	}
}

// TestPageFromElsewhereAsksThisComputerNothingByItself: the development network is
// the first of the shipped ones, and lives at 127.0.0.1 (design.md 7).
func TestPageFromElsewhereAsksThisComputerNothingByItself(t *testing.T) {
	w := begin(t, setup{})
	w.href = "https://crynux.example.org/"
	g := w.reopen(w.rich(), onDisk(newDisk()))
	before := w.chain.Stats().Requests
	g.LookAhead(task.SD, sd(t, 1))
	g.SaveDraft(task.SD, "a mark") // comes after it
	g.until("it was heard", func(s runner.Snapshot) bool { return s.Drafts[task.SD] == "a mark" })
	if s, _ := g.now(); s.Ahead.Known {
		t.Error("it was read")
	}
	if n := w.chain.Stats().Requests - before; n != 0 {
		t.Errorf("%d requests", n)
	}
	g.UseNetwork(w.net.ID)
	g.LookAhead(task.SD, sd(t, 1))
	g.until("it was read", func(s runner.Snapshot) bool { return s.Ahead.Known })
}

// TestWalletIsTakenUpAgainWithoutAQuestion: silent reconnection is eth_accounts and
// nothing that could open a window.
func TestWalletIsTakenUpAgainWithoutAQuestion(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.store.until(w, "the wallet is remembered", func(s map[string][]byte) bool { return string(s["wallet"]) == "test.alice" })
	disk := g.store.disk
	g.close()
	prompts := len(alice.Prompts())

	g = w.reopen(alice, onDisk(disk))
	asked := g.conn.methods()
	g.until("it is connected", func(s runner.Snapshot) bool { return s.Session.Connected && s.Session.ChainID != 0 })
	for method := range asked() {
		if method != "eth_accounts" && method != "eth_chainId" {
			t.Errorf("the wallet was asked for %s", method)
		}
	}
	if n := len(alice.Prompts()) - prompts; n != 0 {
		t.Errorf("the person was asked %d times", n)
	}

	g.Disconnect()
	g.until("it is disconnected", func(s runner.Snapshot) bool { return !s.Session.Connected })
	g.store.until(w, "the wallet is forgotten", func(s map[string][]byte) bool { return len(s["wallet"]) == 0 })
	w.until("the wallet has taken the page off its list", func() bool { return asked()["wallet_revokePermissions"] == 1 })
	accounts, err := g.conn.site.Request(t.Context(), "eth_accounts", nil)
	if err != nil || string(accounts) != "[]" {
		t.Errorf("accounts %s, %v", accounts, err)
	}
}

// TestWalletThatNoLongerAllowsItStaysAway: a page that opens asks for nothing.
func TestWalletThatNoLongerAllowsItStaysAway(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.store.until(w, "the wallet is remembered", func(s map[string][]byte) bool { return string(s["wallet"]) == "test.alice" })
	disk := g.store.disk
	g.close()
	alice.Disconnect("https://dapp.example")
	prompts := len(alice.Prompts())
	g = w.reopen(alice, onDisk(disk))
	asked := g.conn.methods()
	g.SaveDraft(task.SD, "a mark")
	g.until("it was heard", func(s runner.Snapshot) bool { return s.Drafts[task.SD] == "a mark" })
	w.must(w.chain.Clock().Sleep(t.Context(), pollStep))
	if s, _ := g.now(); s.Session.Connected || len(alice.Prompts()) != prompts {
		t.Errorf("session %+v, the wallet was asked %v", s.Session, asked())
	}
}
