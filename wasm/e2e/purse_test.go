//go:build !js

package e2e

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// setUp makes the task wallet of a connected wallet and puts money for some tasks
// into it.
func (v *visitor) setUp(tasks int) {
	v.t.Helper()
	v.click("button", "Set up task wallet")
	v.click("button", "Make task wallet")
	v.putIn(tasks)
}

func (v *visitor) putIn(tasks int) {
	v.t.Helper()
	v.fill("spinbutton", "Number of tasks", fmt.Sprint(tasks))
	v.pressSend()
	v.sees(fmt.Sprintf("about %d task", tasks))
	v.click("button", "Close")
}

// pressSend presses the button that names what is sent.
func (v *visitor) pressSend() {
	v.t.Helper()
	v.click("button", v.begins("button", "Send ").name)
}

// TestPurse walks the way of everybody with an ordinary wallet.
func TestPurse(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	wallet := n.Wallets[1]
	before := len(wallet.Prompts())
	native, tokens := v.owns(wallet.Address())
	v.setUp(4)
	v.openPurse()
	purse := common.HexToAddress(regexp.MustCompile("0x[0-9A-Fa-f]{40}").FindString(v.text("dialog", "Task wallet")))
	v.click("button", "Close")
	v.shot("purse-funded-1440")
	if got := len(wallet.Prompts()) - before; got != 4 {
		t.Errorf("%d prompts to set up, want 4", got)
	}
	for i := range 2 {
		v.fill("textbox", "Prompt", fmt.Sprintf("a lighthouse, number %d", i))
		v.fill("spinbutton", "Pictures", "1")
		v.click("button", "Generate")
		v.find("image", fmt.Sprintf("a lighthouse, number %d", i))
	}
	v.click("link", "Chat")
	v.fill("textbox", "Question", "What is a lighthouse for?")
	v.click("button", "Ask")
	v.find("button", "Copy")
	if got := len(wallet.Prompts()) - before; got != 4 {
		t.Errorf("%d prompts after three tasks, want none after the fourth", got)
	}

	v.reload()
	v.click("button", "Unlock task wallet")
	v.click("button", "Unlock with one signature")
	v.click("button", "Take everything out")
	v.click("button", "Send everything back")
	v.sees("It was sent.")
	if got := len(wallet.Prompts()) - before; got != 5 {
		t.Errorf("%d prompts, want one more after the reload", got)
	}

	// To the wei: what is gone is the fee of three tasks, and gas.
	if left, leftCNX := v.owns(purse); left.Sign() != 0 || leftCNX.Sign() != 0 {
		t.Errorf("%s wei and %s CNX units stayed in the task wallet", left, leftCNX)
	}
	nativeNow, tokensNow := v.owns(wallet.Address())
	gas := v.gasOf(wallet.Address(), purse)
	if want := native.Sub(native, gas); nativeNow.Cmp(want) != 0 {
		t.Errorf("%s wei came back, want %s: %s were gas", nativeNow, want, gas)
	}
	fees := new(big.Int).Mul(big.NewInt(3*30), big.NewInt(1e18))
	if want := tokens.Sub(tokens, fees); tokensNow.Cmp(want) != 0 {
		t.Errorf("%s CNX units, want %s", tokensNow, want)
	}
}

// TestPurseIsNotOverpaidWhenTheFeeRises: the contract's owner raises the fee in
// the very block in which createTask is mined.
func TestPurseIsNotOverpaidWhenTheFeeRises(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.setUp(3)
	owner := n.Chain.Deployer()
	data, err := devchain.TaskABI().Pack("updateTaskFeePerNode", new(big.Int).Mul(big.NewInt(15), big.NewInt(1e18)))
	if err != nil {
		t.Fatal(err)
	}
	client := n.Chain.Client()
	waiting := func(want uint) {
		v.until(fmt.Sprintf("%d transactions in the pool", want), func() bool {
			got, err := client.PendingTransactionCount(v.ctx)
			return err == nil && got == want
		})
	}
	n.Chain.Pause()
	v.order("a dear picture", 1)
	waiting(1) // the approval
	v.mine()
	waiting(1) // createTask, tried and estimated before
	nonce, err := client.PendingNonceAt(v.ctx, crypto.PubkeyToAddress(owner.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	task := n.Chain.Contracts().Task
	raise, err := types.SignNewTx(owner, types.LatestSignerForChainID(n.Chain.ChainID()), &types.LegacyTx{
		Nonce: nonce, GasPrice: big.NewInt(9e9), Gas: 100_000, To: &task, Data: data, // dearer, so it is first
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SendTransaction(v.ctx, raise); err != nil {
		t.Fatal(err)
	}
	waiting(2)
	v.mine()
	n.Chain.Resume()
	v.problem("The contract refused the task", "Fewer CNX are approved than the task costs.", "No CNX was charged, only gas.")
	if n := v.tasks(); n != 0 {
		t.Errorf("%d tasks", n)
	}
	v.openPurse()
	v.until("all CNX are there", func() bool { return strings.Contains(v.text("dialog", "Task wallet"), "90 CNX") })
	v.whole()
}

// mine makes one block.
func (v *visitor) mine() {
	v.t.Helper()
	if err := v.net.Chain.Mine(1); err != nil {
		v.t.Fatal(err)
	}
}

// owns is what an account has, in wei and in base units of CNX.
func (v *visitor) owns(account common.Address) (native, tokens *big.Int) {
	v.t.Helper()
	native, err := v.net.Chain.Client().BalanceAt(v.ctx, account, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return native, v.view(v.net.Chain.Contracts().Token, devchain.TokenABI(), "balanceOf", account)[0].(*big.Int)
}

// gasOf is what some accounts paid for gas in all their transactions.
func (v *visitor) gasOf(accounts ...common.Address) *big.Int {
	v.t.Helper()
	client := v.net.Chain.Client()
	signer := types.LatestSignerForChainID(v.net.Chain.ChainID())
	paid := new(big.Int)
	head, err := client.BlockNumber(v.ctx)
	for i := uint64(0); err == nil && i <= head; i++ {
		var block *types.Block
		if block, err = client.BlockByNumber(v.ctx, new(big.Int).SetUint64(i)); err != nil {
			break
		}
		for _, tx := range block.Transactions() {
			from, _ := types.Sender(signer, tx) // the chain has checked it
			if !slices.Contains(accounts, from) {
				continue
			}
			receipt, e := client.TransactionReceipt(v.ctx, tx.Hash())
			if e != nil {
				v.t.Fatal(e)
			}
			paid.Add(paid, new(big.Int).Mul(receipt.EffectiveGasPrice, new(big.Int).SetUint64(receipt.GasUsed)))
		}
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return paid
}
