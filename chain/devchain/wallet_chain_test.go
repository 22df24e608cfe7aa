//go:build !js

package devchain_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"crynux-dapp/chain/devchain"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

var (
	_ devchain.WalletChain = (*devchain.Chain)(nil)
	_ devchain.WalletClock = (*devchain.Clock)(nil)
)

// On the development network itself the wallet pays like any other.
func TestWalletOnTheDevelopmentNetwork(t *testing.T) {
	ctx := within(t)
	c, err := devchain.Start(ctx, devchain.Options{Clock: devchain.NewClock(50)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	key := c.Key("alice")
	me := crypto.PubkeyToAddress(key.PublicKey)
	if err := c.Fund(ctx, me, cnx(1), cnx(100)); err != nil {
		t.Fatal(err)
	}
	w := newWallet(t, c, func(o *devchain.WalletOptions) { o.Keys = []*ecdsa.PrivateKey{key}; o.Clock = c.Clock() })
	site := w.Site(shop)
	must(t, site, "eth_requestAccounts")
	send := func(to common.Address, data string) *types.Receipt {
		var hash common.Hash
		if err := json.Unmarshal([]byte(must(t, site, "eth_sendTransaction", map[string]any{"from": me, "to": to, "data": data})), &hash); err != nil {
			t.Fatal(err)
		}
		return mined(t, c.Client(), hash)
	}

	if r := send(c.Contracts().Token, approveData(c.Contracts().Task, cnx(30))); r.Status != types.ReceiptStatusSuccessful {
		t.Errorf("approve: status %d", r.Status)
	}
	// No node has joined, so createTask reverts: the person is warned, and
	// the transaction is mined all the same.
	if r := send(c.Contracts().Task, createTaskData(0)); r.Status != types.ReceiptStatusFailed {
		t.Errorf("createTask: status %d", r.Status)
	}
	last := w.Prompts()[2]
	if last.Balance == "" || last.Warning == "" || last.Summary != "Create an image task" {
		t.Errorf("prompt = %+v", last)
	}
	var price string
	for _, f := range last.Facts {
		if f.Label == "Price" {
			price = f.Value
		}
	}
	if price != "up to 30 CNX, as approved" {
		t.Errorf("price %q", price)
	}
	if got := must(t, site, "eth_chainId"); got != `"0x`+new(big.Int).Set(c.ChainID()).Text(16)+`"` {
		t.Errorf("eth_chainId = %s", got)
	}
}

func mined(t *testing.T, client *ethclient.Client, hash common.Hash) *types.Receipt {
	t.Helper()
	ctx := within(t)
	for {
		receipt, err := client.TransactionReceipt(ctx, hash)
		if err == nil {
			return receipt
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%s was never mined: %v", hash, err)
		}
	}
}

func TestDemoWallets(t *testing.T) {
	ctx := within(t)
	c, err := devchain.Start(ctx, devchain.Options{Clock: devchain.NewClock(50)})
	if err != nil {
		t.Fatal(err)
	}
	wallets := devchain.DemoWallets(c)
	t.Cleanup(func() {
		for _, w := range wallets {
			w.Close()
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, want := range []struct{ name, key string }{{"Demo (signs digests)", "alice"}, {"Demo (like today's MetaMask)", "bob"}} {
		w := wallets[i]
		if w.Name() != want.name || w.Address() != crypto.PubkeyToAddress(c.Key(want.key).PublicKey) {
			t.Errorf("wallet %d is %s of %s", i, w.Name(), w.Address())
		}
		open := later(t, w, "eth_requestAccounts")
		p, err := w.AwaitPrompt(ctx, "eth_requestAccounts")
		if err != nil {
			t.Fatal("it does not ask the person: ", err)
		}
		if err := w.Decide(p.ID, devchain.Approve); err != nil {
			t.Fatal(err)
		}
		<-open
	}
}
