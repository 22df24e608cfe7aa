//go:build !js

package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
)

// twin starts another chain with the id and the contracts of this one.
func (w *world) twin() *devchain.Chain {
	w.Helper()
	other, err := devchain.Start(w.Context(), devchain.Options{Clock: devchain.NewClock(rate)})
	w.must(err)
	w.Cleanup(func() { other.Close() })
	return other
}

// TestChainIsProvedThroughTheWalletBeforeTheFirstPrompt: the same id is not the same
// chain (protocol.md G.51).
func TestChainIsProvedThroughTheWalletBeforeTheFirstPrompt(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	alice.ReplaceChain(w.twin())
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.ForeignChain)
	p := job.Explain(s)
	if p.Retry == "" || !strings.Contains(p.Title, "same id") || !strings.Contains(p.Detail, "Nothing was charged.") {
		t.Errorf("it says %+v", p)
	}
	if n := len(alice.prompts()); n != 0 {
		t.Errorf("the person was asked %d times", n)
	}
	g.until("the page says so", func(s runner.Snapshot) bool { return s.Session.Foreign })
	alice.ReplaceChain(w.chain)
	g.retry(id)
	g.finish(id)
	g.until("the page says so no more", func(s runner.Snapshot) bool { return !s.Session.Foreign })
}

func TestChainIsProvedOnceForEachConnection(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	asked := g.conn.methods()
	g.finish(g.order(task.SD, sd(t, 2))) // five prompts
	g.finish(g.order(task.SD, sd(t, 1)))
	if n := asked()["eth_getCode"]; n != 2 {
		t.Errorf("the wallet was asked for %d contracts, want two, once", n)
	}
	alice.SetChain(1)
	g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
	alice.SetChain(w.net.ChainID)
	g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == w.net.ChainID })
	g.finish(g.order(task.SD, sd(t, 1)))
	if n := asked()["eth_getCode"]; n != 4 {
		t.Errorf("the wallet moved and was asked for %d contracts in all", n)
	}
}

func TestSwitchIsVerifiedThroughTheWallet(t *testing.T) {
	t.Run("another chain of the same id", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		alice.ReplaceChain(w.twin())
		alice.SetChain(1)
		g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
		g.SwitchChain()
		g.until("it is found out", func(s runner.Snapshot) bool {
			return s.Session.Foreign && s.Session.Fault.Code == job.ForeignChain
		})
		alice.ReplaceChain(w.chain)
		g.SwitchChain() // "check again"
		g.until("all is well", func(s runner.Snapshot) bool { return !s.Session.Foreign && s.Session.Fault.Zero() })
	})
	t.Run("a wallet that says yes and stays", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		alice.SetChain(1)
		g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
		g.conn.once("wallet_switchEthereumChain", func(asking) (json.RawMessage, error) { return json.RawMessage("null"), nil })
		g.SwitchChain()
		g.until("it is found out", func(s runner.Snapshot) bool { return s.Session.Fault.Code == job.WrongChain })
	})
	t.Run("a wallet that adds and stays", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		alice.SetChain(1)
		alice.ForgetChain(w.net.ChainID)
		g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
		g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			switch method {
			case "wallet_addEthereumChain": // EIP-3085 leaves open whether it switches
				return json.RawMessage("null"), nil
			case "wallet_switchEthereumChain": // MetaMask Mobile: the code is inside
				return nil, &chain.ProviderError{Code: -32603, Message: "Internal JSON-RPC error.", Data: json.RawMessage(`{"originalError":{"code":4902}}`)}
			}
			return ask()
		})
		g.SwitchChain()
		g.until("it is found out", func(s runner.Snapshot) bool { return s.Session.Fault.Code == job.WrongChain })
	})
	t.Run("a wallet that does not tell", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			if method == "eth_getCode" {
				return nil, &chain.ProviderError{Code: 4200, Message: "no"}
			}
			return ask()
		})
		g.stops(g.order(task.SD, sd(t, 1)), job.ForeignChain)
		if n := len(alice.prompts()); n != 0 {
			t.Errorf("the person was asked %d times", n)
		}
	})
}

// TestTokenThatIsNotCNXIsRefused changes the symbol on its way.
func TestTokenThatIsNotCNXIsRefused(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.http.setAlter(func(_ string, answer []byte) []byte {
		return bytes.ReplaceAll(answer, []byte("434e580000"), []byte("5553440000")) // USD
	})
	s := g.stops(g.order(task.SD, sd(t, 1)), job.NetworkMismatch)
	if p := job.Explain(s); !strings.Contains(p.Detail, "not CNX") {
		t.Errorf("it says %+v", p)
	}
	if n := len(alice.prompts()); n != 0 {
		t.Errorf("the person was asked %d times", n)
	}
}

func TestTokenIsListedInTheWallet(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.until("the wallet's network is known", func(s runner.Snapshot) bool { return s.Session.ChainID != 0 })
	is := func(l runner.Listing) func(runner.Snapshot) bool {
		return func(s runner.Snapshot) bool { return s.Session.Listing == l && s.Session.Fault.Zero() }
	}
	alice.Answer("wallet_watchAsset", devchain.Reject)
	g.ListToken()
	g.until("the no is known", is(runner.ListNo))
	g.ListToken()
	g.until("it is listed", is(runner.Listed))
	list := alice.Prompts()
	last := list[len(list)-1]
	want := []devchain.Fact{{Label: "Contract", Value: w.net.Contracts.Token.Hex()}, {Label: "Decimals", Value: "18"}}
	if last.Summary != "Show the token CNX" || len(last.Facts) != 2 || last.Facts[0] != want[0] || last.Facts[1] != want[1] {
		t.Errorf("the wallet shows %q %v", last.Summary, last.Facts)
	}
	g.conn.once("wallet_watchAsset", func(asking) (json.RawMessage, error) {
		return nil, &chain.ProviderError{Code: -32601, Message: "no such method"}
	})
	g.ListToken()
	g.until("it is known that there is no such list", is(runner.ListUnable))
	before := len(alice.Prompts())
	alice.SetChain(1)
	g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
	g.ListToken() // it would land on another chain
	g.SaveDraft(task.SD, "a mark")
	g.until("it was heard", func(s runner.Snapshot) bool { return s.Drafts[task.SD] == "a mark" })
	if n := len(alice.Prompts()) - before; n != 0 {
		t.Error("the token would be listed on another chain")
	}
}
