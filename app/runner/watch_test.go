//go:build !js

package runner_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// replace sends another transaction with the nonce of one that waits, at three
// times its price, as "speed up" and "cancel" in a wallet do.
func (w *world) replace(p person, hash common.Hash, change func(*types.DynamicFeeTx)) {
	w.Helper()
	old, waiting, err := w.chain.Client().TransactionByHash(w.Context(), hash)
	w.must(err)
	if !waiting {
		w.Fatal("it is mined already")
	}
	triple := func(n *big.Int) *big.Int { return new(big.Int).Mul(n, big.NewInt(3)) }
	tx := &types.DynamicFeeTx{
		ChainID: old.ChainId(), Nonce: old.Nonce(), To: old.To(), Data: old.Data(), Gas: old.Gas(),
		GasTipCap: triple(old.GasTipCap()), GasFeeCap: triple(old.GasFeeCap()),
	}
	change(tx)
	signed, err := types.SignNewTx(p.key(w), types.LatestSignerForChainID(old.ChainId()), tx)
	w.must(err)
	w.must(w.chain.Client().SendTransaction(w.Context(), signed))
}

func TestPaymentThatWasSpedUpIsFound(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	w.chain.Pause()
	id := g.order(task.SD, sd(t, 1))
	first := g.reaches(id, job.CreatePending).Create.Hash
	w.replace(alice, first, func(*types.DynamicFeeTx) {})
	w.chain.Resume()
	s := g.finish(id)
	if s.Create.Hash == first || w.created(alice.account) != 1 {
		t.Errorf("paid by %s, %d tasks", s.Create.Hash, w.created(alice.account))
	}
}

func TestPaymentThatWasCancelledInTheWalletIsSaid(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	w.chain.Pause()
	id := g.order(task.SD, sd(t, 1))
	w.replace(alice, g.reaches(id, job.CreatePending).Create.Hash, func(tx *types.DynamicFeeTx) { tx.To, tx.Data = &alice.account, nil })
	w.chain.Resume()
	g.stops(id, job.TxReplaced)
	g.retry(id)
	g.finish(id)
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

func TestApprovalThatWasMadeSmallerWhenSpedUpIsFound(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	w.chain.Pause()
	id := g.order(task.SD, sd(t, 1))
	w.replace(alice, g.reaches(id, job.ApprovalPending).Approve.Hash, func(tx *types.DynamicFeeTx) {
		tx.Data, _ = devchain.TokenABI().Pack("approve", w.net.Contracts.Task, coins(1))
	})
	w.chain.Resume()
	g.stops(id, job.AllowanceShort)
	g.retry(id)
	g.finish(id)
}

// TestDroppedPaymentIsSaid: the network forgets a transaction with its block.
func TestDroppedPaymentIsSaid(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	w.chain.Pause()
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.CreatePending)
	g.http.fail(w.net.RPC[0], errOffline) // the page does not see the block
	w.chain.Resume()
	for w.created(alice.account) == 0 {
		w.must(w.chain.Clock().Sleep(t.Context(), pollStep))
	}
	w.chain.Pause()
	w.must(w.chain.Reorg(w.age(alice.account), devchain.Dropped))
	w.chain.Resume()
	w.nodes.SetFaults(devrelay.NodeFaults{})
	g.http.fail(w.net.RPC[0], nil)
	s := g.stops(id, job.TxDropped)
	if p := job.Explain(s); !strings.Contains(p.Detail, "not certain") {
		t.Errorf("it says %q", p.Detail)
	}
	g.retry(id)
	g.finish(id)
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// age is how many blocks there are from that of the account's only task on.
func (w *world) age(account common.Address) int {
	w.Helper()
	logs := w.logs(w.net.Contracts.Task, devchain.TaskABI().Events["TaskCreated"].ID, common.BytesToHash(account[:]))
	head, err := w.chain.Client().BlockNumber(w.Context())
	w.must(err)
	return int(head-logs[0].BlockNumber) + 1
}

var errOffline = errors.New("no route to host")

func TestChainThatIsDownForAWhile(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.http.fail(w.net.RPC[0], errOffline)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.ChainDown)
	if p := job.Explain(s); !strings.Contains(p.Detail, "Nothing was charged.") {
		t.Errorf("it says %q", p.Detail)
	}
	g.until("the page says so", func(s runner.Snapshot) bool { return s.ChainDown && !s.RelayDown })

	g.http.fail(w.net.RPC[0], nil)
	g.retry(id)
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	g.reaches(id, job.Running)
	g.http.fail(w.net.RPC[0], errOffline)
	g.until("the page says so again", func(s runner.Snapshot) bool { return s.ChainDown })
	w.nodes.SetFaults(devrelay.NodeFaults{})
	g.http.fail(w.net.RPC[0], nil)
	g.finish(id)
	g.until("all is well", func(s runner.Snapshot) bool { return !s.ChainDown })
}

func TestAnotherChainBehindTheAddressIsRefused(t *testing.T) {
	for name, change := range map[string]func(*profile.Network){
		"chain id": func(n *profile.Network) { n.ChainID++ },
		"contract": func(n *profile.Network) { n.Contracts.Task[0]++ },
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			change(&w.net)
			g := w.open(alice)
			if name == "chain id" {
				alice.SetChain(w.net.ChainID) // the wallet believes the page
				g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == w.net.ChainID })
			}
			g.stops(g.order(task.SD, sd(t, 1)), job.NetworkMismatch)
			if p := alice.prompts(); len(p) != 0 {
				t.Errorf("prompts %v", p)
			}
		})
	}
}
