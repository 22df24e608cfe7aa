//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

func TestTooFewCNXAreSaidBeforeAnyPrompt(t *testing.T) {
	w := begin(t, setup{})
	alice := w.person(coins(1), coins(29), devchain.WalletLegacy)
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.NotEnoughCNX)
	if s.Fault.Need != cnx(30) || s.Fault.Have != cnx(29) {
		t.Errorf("need %s, have %s", job.CNX(s.Fault.Need), job.CNX(s.Fault.Have))
	}
	if p := alice.prompts(); len(p) != 0 {
		t.Errorf("prompts %v", p)
	}
	w.must(w.chain.Fund(t.Context(), alice.account, nil, coins(1)))
	g.retry(id)
	g.finish(id)
}

func TestTooLittleGasIsSaidBeforeAnyPrompt(t *testing.T) {
	w := begin(t, setup{})
	alice := w.person(nil, coins(30), devchain.WalletLegacy)
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.NotEnoughGas)
	if s.Fault.Need.IsZero() || !s.Fault.Have.IsZero() {
		t.Errorf("need %s, have %s", s.Fault.Need.Dec(), s.Fault.Have.Dec())
	}
	if p := alice.prompts(); len(p) != 0 {
		t.Errorf("prompts %v", p)
	}
	need := s.Fault.Need.ToBig()
	w.must(w.chain.Fund(t.Context(), alice.account, need, nil))
	g.retry(id)
	g.finish(id) // what was said to be needed was enough
}

func TestNoFreeNodesAreSaidBeforeAnyPrompt(t *testing.T) {
	t.Run("paused", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		w.must(w.nodes.Pause(t.Context()))
		id := g.order(task.SD, sd(t, 1))
		g.stops(id, job.NoFreeNodes)
		if p := alice.prompts(); len(p) != 0 {
			t.Errorf("prompts %v", p)
		}
		w.must(w.nodes.Resume(t.Context()))
		g.retry(id)
		g.finish(id)
	})
	t.Run("too small for the model", func(t *testing.T) {
		w := begin(t, setup{gpus: []devrelay.GPU{{Name: "small", VRAM: 4, Count: 3}}})
		g := w.open(w.rich())
		g.stops(g.order(task.SD, sd(t, 1)), job.NoFreeNodes)
	})
	t.Run("no three of a kind for an answer", func(t *testing.T) {
		w := begin(t, setup{gpus: []devrelay.GPU{{Name: "one", VRAM: 24, Count: 2}, {Name: "other", VRAM: 24, Count: 2}}})
		alice := w.rich()
		g := w.open(alice)
		g.stops(g.order(task.GPT, gpt(t)), job.NoFreeNodes)
		if p := alice.prompts(); len(p) != 0 {
			t.Errorf("prompts %v", p)
		}
	})
}

func TestApprovalThatWasMadeSmallerIsSaid(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	alice.EditApprovals(coins(10))
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.AllowanceShort)
	if s.Fault.Need != cnx(30) || s.Fault.Have != cnx(10) {
		t.Errorf("need %s, have %s", job.CNX(s.Fault.Need), job.CNX(s.Fault.Have))
	}
	first := s.Approve.Gas
	alice.EditApprovals(nil)
	g.retry(id)
	s = g.finish(id)
	if !s.Approve.Gas.Gt(&first) {
		t.Errorf("the gas of two approvals is %s, that of the first alone %s", s.Approve.Gas.Dec(), first.Dec())
	}
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// TestRevertedPaymentCostsGasOnly takes the nodes away while the wallet asks.
func TestRevertedPaymentCostsGasOnly(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	native, tokens := w.holds(alice.account)
	alice.Answer("eth_sendTransaction", devchain.Ask)
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	prompt, err := alice.AwaitPrompt(t.Context(), "eth_sendTransaction")
	w.must(err)
	w.must(w.nodes.Pause(t.Context()))
	w.must(alice.Decide(prompt.ID, devchain.Approve))

	s := g.stops(id, job.TxReverted)
	if !strings.HasPrefix(s.Fault.Reason, "No ") {
		t.Errorf("reason %q", s.Fault.Reason)
	}
	p := job.Explain(s)
	if !strings.Contains(p.Detail, "No CNX was charged, only gas.") {
		t.Errorf("it says %q", p.Detail)
	}
	nativeNow, tokensNow := w.holds(alice.account)
	if tokensNow != tokens {
		t.Error("CNX were charged")
	}
	if burnt := new(uint256.Int).Sub(&native, &nativeNow); !s.Create.Gas.Eq(burnt) {
		t.Errorf("gas %s, the account paid %s", s.Create.Gas.Dec(), burnt.Dec())
	}

	w.must(w.nodes.Resume(t.Context()))
	g.retry(id)
	s = g.finish(id)
	nativeNow, _ = w.holds(alice.account)
	if burnt := new(uint256.Int).Sub(&native, &nativeNow); !s.Create.Gas.Eq(burnt) {
		t.Errorf("gas of both tries %s, the account paid %s", s.Create.Gas.Dec(), burnt.Dec())
	}
}

func TestRaisedFeeIsPaidAfterTheClickThatNamesIt(t *testing.T) {
	w := begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 6}}})
	data, err := devchain.TaskABI().Pack("updateTaskFeePerNode", coins(15))
	w.must(err)
	_, err = w.chain.Transact(t.Context(), w.chain.Deployer(), w.net.Contracts.Task, nil, data)
	w.must(err)
	w.pays("bob", 45) // somebody else has paid the new price already

	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.FeeRaised)
	if s.Fault.Need != cnx(45) || len(alice.prompts()) != 0 {
		t.Errorf("need %s, prompts %v", job.CNX(s.Fault.Need), alice.prompts())
	}
	g.retry(id)
	if s = g.finish(id); s.Create.Fee != cnx(45) {
		t.Errorf("paid %s", job.CNX(s.Create.Fee))
	}
}

func TestModernWalletIsRefusedBeforeAnythingIsPaid(t *testing.T) {
	w := begin(t, setup{})
	alice := w.person(coins(1), coins(300), devchain.WalletModern)
	g := w.open(alice)
	s := g.stops(g.order(task.SD, sd(t, 1)), job.WalletCannot)
	if p := alice.prompts(); len(p) != 0 {
		t.Errorf("prompts %v", p)
	}
	if p := job.Explain(s); !strings.Contains(p.Detail, "Nothing was charged.") {
		t.Errorf("it says %q", p.Detail)
	}
}

// prefixing is a wallet whose eth_sign adds the EIP-191 prefix, as most have done.
func prefixing(c *connection) func(context.Context, string, any, asking) (json.RawMessage, error) {
	return func(ctx context.Context, method string, params any, ask asking) (json.RawMessage, error) {
		list, _ := params.([]any)
		if method != "eth_sign" || len(list) != 2 {
			return ask()
		}
		return c.site.Request(ctx, "personal_sign", []any{list[1], list[0]})
	}
}

func TestWalletThatPrefixesSilentlyIsFoundOut(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.conn.stand(prefixing(g.conn))
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.WalletCannot)
	if s.From != job.Uploading {
		t.Errorf("it was found out in %s", s.From)
	}
	if n := w.relay.Stats()["POST /v1/inference_tasks"]; n != 0 {
		t.Errorf("the Relay saw %d signatures that are worth nothing", n)
	}
	g.conn.stand(nil)
	g.retry(id)
	g.finish(id)
}
