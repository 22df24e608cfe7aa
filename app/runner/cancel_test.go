//go:build !js

package runner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// expire lets the deadline of a job pass, and a block after it.
func (g *page) expire(id string) job.State {
	g.w.Helper()
	s := g.when(id, "has a deadline", func(s job.State) bool { return s.Deadline != 0 })
	g.w.chain.Pause()
	g.w.chain.Clock().AdvanceTo(time.Unix(s.Deadline+5, 0))
	g.w.must(g.w.chain.Mine(1))
	g.w.chain.Resume()
	return g.when(id, "is overdue", func(s job.State) bool { return s.Overdue })
}

// claim is the person's click on the refund.
func (g *page) claim(id string) {
	g.Send(id, job.Cancel{At: g.w.chain.Clock().Now().UnixMilli()})
}

// settles waits until no more of a fee can move.
func (g *page) settles(id string) job.State {
	g.w.Helper()
	return g.when(id, "is settled", func(s job.State) bool {
		return (s.Phase == job.Done || s.Phase == job.Aborted) && s.Settled() && s.Awaited() == common.Hash{}
	})
}

// balances compares the ledger of the only job of a world with the chain, to the wei.
func (w *world) balances(s job.State, native uint256.Int) {
	w.Helper()
	paid, back, nodes := s.Create.Fee, s.Ledger.Returned(), s.Ledger.ToNodes()
	if got := w.received(s.Order.Account); got != back {
		w.Errorf("%s came back, the ledger says %s", job.CNX(got), job.CNX(back))
	}
	_, held := w.holds(w.net.Contracts.Task)
	if got := s.Held(); got != held || s.Unseen() != (uint256.Int{}) {
		w.Errorf("the contract holds %s, the ledger says %s; %v unseen", job.CNX(held), job.CNX(got), s.Unseen())
	}
	var sum uint256.Int
	for _, l := range w.logs(w.net.Contracts.Token, devchain.TokenABI().Events["Transfer"].ID, common.BytesToHash(w.net.Contracts.Task[:])) {
		if common.BytesToAddress(l.Topics[2][:]) != s.Order.Account {
			sum.Add(&sum, new(uint256.Int).SetBytes(l.Data))
		}
	}
	if sum != nodes {
		w.Errorf("the nodes got %s, the ledger says %s", job.CNX(sum), job.CNX(nodes))
	}
	var all uint256.Int
	for _, part := range []uint256.Int{back, nodes, held} {
		all.Add(&all, &part)
	}
	if all != paid || paid != cnx(30) {
		w.Errorf("%s paid, %s accounted for", job.CNX(paid), job.CNX(all))
	}
	left, _ := w.holds(s.Order.Account)
	if spent := *new(uint256.Int).Sub(&native, &left); spent != s.Gas() {
		w.Errorf("%s wei spent for gas, the ledger says %v", spent.Dec(), s.Gas())
	}
}

// TestLedgerBalances goes through the courses of protocol.md A.7.
func TestLedgerBalances(t *testing.T) {
	fine := devrelay.NodeFaults{}
	tests := []struct {
		name   string
		faults devrelay.NodeFaults
		during func(g *page, id string)
		phase  job.Phase
		back   int64 // CNX
	}{
		{"all well", fine, nil, job.Done, 0},
		{"one cheat", devrelay.NodeFaults{Cheats: 1}, nil, job.Done, 10},
		{"one error", devrelay.NodeFaults{Errors: 1}, nil, job.Done, 10},
		{"two errors", devrelay.NodeFaults{Errors: 2}, nil, job.Aborted, -1},
		{"two cheats", devrelay.NodeFaults{Cheats: 2}, nil, job.Aborted, 30},
		{"three cheats", devrelay.NodeFaults{Cheats: 3}, nil, job.Aborted, 30},
		{"late upload", devrelay.NodeFaults{LateResults: time.Minute}, nil, job.Done, 0},
		{"cancelled by the person", devrelay.NodeFaults{Silent: true}, func(g *page, id string) { g.expire(id); g.claim(id) }, job.Aborted, 30},
		{"cancelled by the nodes", devrelay.NodeFaults{Silent: true}, func(g *page, id string) { g.expire(id); g.w.nodes.SetFaults(fine) }, job.Aborted, -1}, // those that report before one of them cancels are paid
	}
	for _, tt := range tests {
		course := func(t *testing.T, g *page, payer common.Address) {
			g.w.nodes.SetFaults(tt.faults)
			native, _ := g.w.holds(payer)
			id := g.order(task.SD, sd(t, 1))
			if tt.during != nil {
				tt.during(g, id)
			}
			s := g.settles(id)
			if back := s.Ledger.Returned(); s.Phase != tt.phase || tt.back >= 0 && back != cnx(tt.back) {
				t.Errorf("%s, %s came back", s.Phase, job.CNX(back))
			}
			g.w.balances(s, native)
			shown := new(uint256.Int).Mul(&s.Quote.GasPrice, uint256.NewInt(job.CancelGasHint))
			if gas := s.Cancel.Gas; gas.Gt(shown) {
				t.Errorf("%v wei for the cancel, more than is shown before", gas)
			}
		}
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			course(t, g, alice.account)
		})
		if tt.name == "all well" || tt.name == "one cheat" || tt.during != nil {
			t.Run(tt.name+", task wallet", func(t *testing.T) {
				_, g, purse := wealthy(t, setup{}, 2)
				course(t, g, purse.Address)
			})
		}
	}
}

// The fee of one task is not taken for that of another that runs at the same time:
// a refund after the success names nothing but the creator.
func TestRefundsOfTasksAtTheSameTimeAreToldApart(t *testing.T) {
	w, g, purse := wealthy(t, setup{gpus: manyNodes(12)}, 3)
	native, _ := w.holds(purse.Address)
	w.nodes.SetFaults(devrelay.NodeFaults{Cheats: 1}) // of the first that works
	ids := []string{g.order(task.SD, sd(t, 1)), g.order(task.SD, sd(t, 1)), g.order(task.SD, sd(t, 1))}
	var back, gas uint256.Int
	cheated := 0
	for _, id := range ids {
		s := g.settles(id)
		got, nodes, spent := s.Ledger.Returned(), s.Ledger.ToNodes(), s.Gas()
		if sum := *new(uint256.Int).Add(&got, &nodes); sum != cnx(30) {
			t.Errorf("%s: %s of 30 accounted for", id, job.CNX(sum))
		}
		if got == cnx(10) {
			cheated++
		}
		back.Add(&back, &got)
		gas.Add(&gas, &spent)
	}
	if back != w.received(purse.Address) || cheated != 1 {
		t.Errorf("%s came back of %d tasks", job.CNX(back), cheated)
	}
	left, _ := w.holds(purse.Address)
	if spent := *new(uint256.Int).Sub(&native, &left); spent != gas {
		t.Errorf("%s wei spent, the ledgers say %s", spent.Dec(), gas.Dec())
	}
}

func TestCancelIsNotOfferedBeforeTheDeadline(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	if s := g.reaches(id, job.Running); s.Refundable() {
		t.Error("offered")
	}
	before := alice.asked("eth_sendTransaction")
	g.claim(id)
	g.Touch()
	g.expire(id)
	if n := alice.asked("eth_sendTransaction"); n != before {
		t.Errorf("%d prompts", n-before)
	}
}

func TestCancelThatWasRejectedIsAskedAgain(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Running)
	g.expire(id)
	alice.Answer("eth_sendTransaction", devchain.Reject, devchain.Approve)
	g.claim(id)
	s := g.stops(id, job.Rejected)
	if p := job.Explain(s); !strings.Contains(p.Detail, "still holds 30 CNX of it. Nothing was charged for the claim.") {
		t.Error(p.Detail)
	}
	g.retry(id)
	if s := g.settles(id); s.Outcome.Reason != chain.AbortedByCancel || s.Ledger.Returned() != cnx(30) {
		t.Errorf("%q, %v", s.Outcome.Reason, s.Ledger)
	}
}

// TestANodeMayBeQuickerThanThePerson: nodes cancel at the deadline themselves.
func TestANodeMayBeQuickerThanThePerson(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice := w.rich()
	native, _ := w.holds(alice.account)
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Running)
	g.expire(id)
	alice.Answer("eth_sendTransaction", devchain.Ask)
	g.claim(id)
	g.reaches(id, job.AwaitCancel)
	w.nodes.SetFaults(devrelay.NodeFaults{})
	if s := g.settles(id); s.Phase != job.Aborted || s.Ledger.Returned() != cnx(30) {
		t.Errorf("%s, %v", s.Phase, s.Ledger)
	}
	prompts := alice.Prompts()
	w.must(alice.Decide(prompts[len(prompts)-1].ID, devchain.Approve)) // it comes too late, and costs its gas
	s := g.when(id, "counts that gas", func(s job.State) bool { return !s.Cancel.Gas.IsZero() })
	w.balances(s, native)
}

func TestCancelIsSpedUpAtOneNonce(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	id := g.order(task.SD, sd(t, 1))
	g.reaches(id, job.Running)
	g.expire(id)
	before := w.sent(purse.Address)
	g.beforeSending(1, w.chain.Pause)
	g.claim(id)
	slow := g.reaches(id, job.CancelPending)
	g.Send(id, job.SpeedUp{At: w.chain.Clock().Now().UnixMilli()})
	fast := g.when(id, "is sped up", func(s job.State) bool { return s.Cancel.Hash != slow.Cancel.Hash && s.Trouble.Zero() })
	if fast.Cancel.Nonce != slow.Cancel.Nonce || !fast.Cancel.Price.Gt(&slow.Cancel.Price) {
		t.Errorf("nonce %d at %s, was %d at %s", fast.Cancel.Nonce, fast.Cancel.Price.Dec(), slow.Cancel.Nonce, slow.Cancel.Price.Dec())
	}
	w.knows(fast.Cancel.Hash)
	w.chain.Resume()
	if s := g.settles(id); s.Cancel.Hash != fast.Cancel.Hash || s.Ledger.Returned() != cnx(30) {
		t.Errorf("%+v, %v", s.Cancel, s.Ledger)
	}
	if n := w.sent(purse.Address); n != before+1 {
		t.Errorf("%d transactions", n-before)
	}
}

// TestCancelSurvivesAReload ends the page at each step of a cancel.
func TestCancelSurvivesAReload(t *testing.T) {
	for name, at := range map[string]func(job.State) bool{
		"looked at":        func(s job.State) bool { return s.Phase == job.CancelChecking },
		"about to be made": func(s job.State) bool { return s.Phase == job.AwaitCancel },
		"signed":           func(s job.State) bool { return s.Phase == job.AwaitCancel && s.Cancel.Raw != "" },
		"sent":             func(s job.State) bool { return s.Phase == job.CancelPending },
	} {
		for when, fate := range map[string]crash{"before": crashBefore, "after": crashAfter} {
			t.Run(name+" "+when, func(t *testing.T) {
				w, g, purse := wealthy(t, setup{}, 2)
				w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
				id := g.order(task.SD, sd(t, 1))
				g.reaches(id, job.Running)
				g.expire(id)
				before := w.sent(purse.Address)
				g.store.mu.Lock()
				g.store.crash = func(s job.State) crash {
					if at(s) {
						return fate
					}
					return goOn
				}
				g.store.mu.Unlock()
				g.claim(id)
				g.crashes()
				g = g.again()
				g.purse()
				s := g.when(id, "goes on or can be claimed", func(s job.State) bool {
					return s.Refundable() || s.Phase == job.Aborted || s.Phase == job.CancelPending
				})
				if s.Refundable() {
					g.claim(id)
				}
				s = g.settles(id)
				if s.Phase != job.Aborted || s.Ledger.Returned() != cnx(30) || w.sent(purse.Address) != before+1 {
					t.Errorf("%s, %v, %d transactions", s.Phase, s.Ledger, w.sent(purse.Address)-before)
				}
			})
		}
	}
}
