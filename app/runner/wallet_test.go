//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
)

// once answers one request of a method by itself.
func (c *connection) once(method string, answer func(asking) (json.RawMessage, error)) {
	var done bool
	c.stand(func(_ context.Context, m string, params any, ask asking) (json.RawMessage, error) {
		if list, _ := params.([]any); m != method || done || method == "eth_sign" && len(list) == 0 {
			return ask()
		}
		done = true
		return answer(ask)
	})
}

func TestUnclearAnswerAboutAPaymentIsLookedUpFirst(t *testing.T) {
	garbage := func(asking) (json.RawMessage, error) { return json.RawMessage(`"0x12"`), nil }
	tests := []struct {
		name   string
		answer func(asking) (json.RawMessage, error)
	}{
		{"garbage, nothing sent", garbage},
		{"garbage, but sent", func(ask asking) (json.RawMessage, error) {
			if _, err := ask(); err != nil {
				return nil, err
			}
			return json.RawMessage(`{"result":"ok"}`), nil
		}},
		{"an error of no known kind, but sent", func(ask asking) (json.RawMessage, error) {
			if _, err := ask(); err != nil {
				return nil, err
			}
			return nil, &chain.ProviderError{Code: -32603, Message: "Internal error"}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			g := w.open(alice)
			g.conn.once("eth_sendTransaction", tt.answer)
			id := g.order(task.SD, sd(t, 1))
			s := g.stops(id, job.WalletGarbage)
			if p := job.Explain(s); !strings.Contains(p.Detail, "not certain") {
				t.Errorf("it says %q", p.Detail)
			}
			g.retry(id)
			g.finish(id)
			if n := alice.asked("eth_sendTransaction"); n != 1 {
				t.Errorf("the person was asked %d times to pay", n)
			}
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
		})
	}
}

// TestPaymentUnderAnotherNonceIsFound is a wallet that chooses the nonce itself and
// does not tell the hash, while the account is used elsewhere too.
func TestPaymentUnderAnotherNonceIsFound(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	g.conn.stand(func(ctx context.Context, method string, params any, ask asking) (json.RawMessage, error) {
		if method != "eth_sendTransaction" {
			return ask()
		}
		if _, err := w.chain.Transact(ctx, alice.key(w), alice.account, coins(0), nil); err != nil {
			return nil, err
		}
		_, err := g.conn.site.Request(ctx, method, without("nonce", params))
		return json.RawMessage(`"?"`), err
	})
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.WalletGarbage)
	taken := s.Create.Nonce
	g.retry(id)
	s = g.finish(id)
	tx, _, err := w.chain.Client().TransactionByHash(t.Context(), s.Create.Hash)
	w.must(err)
	if tx.Nonce() != taken+1 || w.created(alice.account) != 1 {
		t.Errorf("nonce %d after %d was taken, %d tasks", tx.Nonce(), taken, w.created(alice.account))
	}
}

// without takes a member out of the only object of some parameters.
func without(name string, params any) any {
	var list []map[string]any
	text, err := json.Marshal(params)
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		panic(err)
	}
	delete(list[0], name)
	return list
}

func TestUnusableSignaturesNeverReachTheRelay(t *testing.T) {
	tests := map[string]struct {
		answer string
		code   job.Code
	}{
		"no text":         {`{}`, job.WalletGarbage},
		"no hex":          {`"0xzz"`, job.WalletGarbage},
		"too short":       {`"0x1234"`, job.SignerMismatch},
		"of nobody":       {`"0x` + strings.Repeat("00", 65) + `"`, job.SignerMismatch},
		"of someone else": {`"0x` + strings.Repeat("11", 64) + `1b"`, job.SignerMismatch},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			g := w.open(alice)
			g.conn.once("eth_sign", func(asking) (json.RawMessage, error) { return json.RawMessage(tt.answer), nil })
			id := g.order(task.SD, sd(t, 1))
			g.stops(id, tt.code)
			if n := w.relay.Stats()["POST /v1/inference_tasks"]; n != 0 {
				t.Errorf("the Relay got %d requests", n)
			}
			g.retry(id)
			g.finish(id)
		})
	}
}

func TestWalletThatIsNotReadyIsNotAskedToPay(t *testing.T) {
	other := func(w *world) common.Address { return addressOf(w.chain.Key("alice's other account")) }
	connected := func(s runner.Snapshot) bool { return s.Session.Connected }
	tests := []struct {
		name string
		code job.Code
		away func(*world, person)
		seen func(*world, runner.Snapshot) bool // that the page knows
		back func(*world, person, *page)
	}{
		{
			"locked", job.WalletLocked, func(_ *world, p person) { p.Lock() },
			func(_ *world, s runner.Snapshot) bool { return !connected(s) },
			func(_ *world, p person, g *page) { p.Unlock(); g.connect() },
		},
		{
			"on another network", job.WrongChain, func(_ *world, p person) { p.SetChain(1) },
			func(_ *world, s runner.Snapshot) bool { return s.Session.ChainID == 1 },
			func(w *world, _ person, g *page) { g.SwitchChain() },
		},
		{
			"on an account that did not order", job.WrongAccount, func(w *world, p person) { w.must(p.SwitchAccount(other(w))) },
			func(w *world, s runner.Snapshot) bool { return s.Session.Account == other(w) },
			func(w *world, p person, _ *page) { w.must(p.SwitchAccount(p.account)) },
		},
		{
			"offline", job.WalletGone, func(_ *world, p person) { p.GoOffline() },
			func(_ *world, s runner.Snapshot) bool { return s.Session.Fault.Code == job.WalletGone },
			func(_ *world, p person, _ *page) { p.GoOnline() },
		},
		{
			"disconnected", job.WalletLocked, func(_ *world, p person) { p.Disconnect("https://dapp.example") },
			func(_ *world, s runner.Snapshot) bool { return !connected(s) },
			func(_ *world, _ person, g *page) { g.connect() },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			w.chain.Pause() // the approval waits while the person does something else
			id := g.order(task.SD, sd(t, 1))
			g.reaches(id, job.ApprovalPending)
			tt.away(w, alice)
			g.until("the page knows", func(s runner.Snapshot) bool { return tt.seen(w, s) })
			w.chain.Resume()
			s := g.stops(id, tt.code)
			if s.Approve.Mined == 0 || s.Create.Asked != 0 {
				t.Errorf("approval in block %d, payment asked at %d", s.Approve.Mined, s.Create.Asked)
			}
			tt.back(w, alice, g)
			g.until("the wallet is back", func(s runner.Snapshot) bool {
				return s.Session.Connected && s.Session.ChainID == w.net.ChainID && s.Session.Account == alice.account && s.Session.Fault.Zero()
			})
			g.retry(id)
			g.finish(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
		})
	}
}

func TestPendingRequestIsSaidAndGoesOn(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	g.conn.once("eth_sendTransaction", func(asking) (json.RawMessage, error) {
		return nil, &chain.ProviderError{Code: -32002, Message: "Request of type 'eth_sendTransaction' already pending."}
	})
	id := g.order(task.SD, sd(t, 1))
	if p := job.Explain(g.stops(id, job.WalletPending)); !strings.Contains(p.Detail, "Nothing was charged.") {
		t.Errorf("it says %q", p.Detail)
	}
	g.retry(id)
	g.finish(id)
}

func TestWalletThatTalksNonsenseAboutItselfIsNotAskedToPay(t *testing.T) {
	before := map[string]int{"eth_chainId": 2, "eth_accounts": 1} // before the chain is proved, for the proof
	for method, answer := range map[string]string{"eth_chainId": `"zero"`, "eth_accounts": `["0x12"]`} {
		t.Run(method, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			g := w.open(alice)
			g.until("the wallet's network is known", func(s runner.Snapshot) bool { return s.Session.ChainID != 0 })
			asked := 0
			g.conn.stand(func(_ context.Context, m string, _ any, ask asking) (json.RawMessage, error) {
				if m == method {
					if asked++; asked == before[method]+1 { // right before the payment
						return json.RawMessage(answer), nil
					}
				}
				return ask()
			})
			id := g.order(task.SD, sd(t, 1))
			s := g.stops(id, job.WalletGarbage)
			if p := job.Explain(s); s.From != job.AwaitCreate || !strings.Contains(p.Detail, "Nothing was charged.") {
				t.Errorf("stopped in %s, it says %q", s.From, p.Detail)
			}
			g.retry(id)
			g.finish(id)
		})
	}
}

func TestConnecting(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.reopen(alice, onDisk(newDisk()))
	fault := func(c job.Code) func(runner.Snapshot) bool {
		return func(s runner.Snapshot) bool {
			return !s.Session.Connected && s.Session.Connecting == "" && s.Session.Fault.Code == c
		}
	}
	g.Connect("no such wallet")
	g.until("it is said that there is none", fault(job.WalletGone))
	alice.Answer("eth_requestAccounts", devchain.Reject)
	g.Connect(walletID)
	g.until("the rejection is said", fault(job.Rejected))
	g.Connect("") // the only one there is
	s := g.until("it is connected and known", func(s runner.Snapshot) bool { return s.Session.Connected && s.Session.Known && s.Session.ChainID != 0 })
	if s.Session.CNX != cnx(300) || s.Session.Account != alice.account || !s.Session.Fault.Zero() {
		t.Errorf("session %+v", s.Session)
	}
	g.Disconnect()
	g.until("it is disconnected", func(s runner.Snapshot) bool { return !s.Session.Connected })
	g.Submit(task.SD, sd(t, 1))
	g.Connect(walletID)
	s = g.until("it is connected again", func(s runner.Snapshot) bool { return s.Session.Connected })
	if len(s.Jobs) != 0 {
		t.Error("a job without a wallet")
	}
}

func TestWalletLearnsTheNetwork(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	alice.SetChain(1)
	alice.ForgetChain(w.net.ChainID)
	g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
	g.SwitchChain()
	g.until("the wallet is on the network", func(s runner.Snapshot) bool { return s.Session.ChainID == w.net.ChainID })
}
