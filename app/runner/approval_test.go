//go:build !js

package runner_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
)

// allowance is what the Task contract may take of the account that is connected.
func (g *page) allowance(want uint256.Int) {
	g.w.Helper()
	g.until("the allowance is "+job.Allowance(want), func(s runner.Snapshot) bool {
		return s.Session.Known && s.Session.Allowance == want
	})
}

// TestApproval: what is chosen is what is asked, and the logs of the payment are
// read right with each of them (protocol.md A.3).
func TestApproval(t *testing.T) {
	tests := []struct {
		name   string
		choice runner.Approval
		left   uint256.Int // after the first task
		logs   int         // of createTask
		asked  int         // transactions for two tasks
	}{
		{"exact", runner.Approval{}, cnx(0), 5, 4},
		{"one task is exact", runner.Approval{Tasks: 1}, cnx(0), 5, 4},
		{"for five tasks", runner.Approval{Tasks: 5}, cnx(120), 5, 3},
		{"unlimited", runner.Approval{Unlimited: true}, job.Unlimited(), 4, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			g.SetApproval(tt.choice)
			s := g.finish(g.order(task.SD, sd(t, 1)))
			receipt, err := w.chain.Client().TransactionReceipt(t.Context(), s.Create.Hash)
			w.must(err)
			if len(receipt.Logs) != tt.logs || s.TaskID != 1 || s.Create.Fee != cnx(30) || job.Hint(s) != "" {
				t.Errorf("%d logs, task %d, fee %s, hint %q", len(receipt.Logs), s.TaskID, job.CNX(s.Create.Fee), job.Hint(s))
			}
			g.allowance(tt.left)
			if s := g.finish(g.order(task.SD, sd(t, 1))); s.TaskID != 2 || s.Create.Fee != cnx(30) {
				t.Errorf("task %d, fee %s", s.TaskID, job.CNX(s.Create.Fee))
			}
			if n := alice.asked("eth_sendTransaction"); n != tt.asked {
				t.Errorf("asked for %d transactions, want %d", n, tt.asked)
			}
		})
	}
}

// TestApprovalThatWasChangedInTheWalletIsSaid: MetaMask lets the person change the
// amount; too little stops the task, anything else is said.
func TestApprovalThatWasChangedInTheWalletIsSaid(t *testing.T) {
	for name, tt := range map[string]struct {
		choice runner.Approval
		edited *big.Int
		says   string
	}{
		"more":             {runner.Approval{}, coins(500), "approved 500 CNX instead of 30 CNX"},
		"everything":       {runner.Approval{}, math.MaxBig256, "an unlimited amount instead of 30 CNX"},
		"less, but enough": {runner.Approval{Tasks: 5}, coins(60), "approved 60 CNX instead of 150 CNX"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			alice.EditApprovals(tt.edited)
			g := w.open(alice)
			g.SetApproval(tt.choice)
			id := g.order(task.SD, sd(t, 1))
			s := g.when(id, "is paid", func(s job.State) bool { return s.TaskID != 0 || s.Phase.Ended() })
			if got := job.ApprovedOther(s); !strings.Contains(got, tt.says) {
				t.Errorf("in %s it says %q", s.Phase, got)
			}
			g.finish(id)
		})
	}
}

func TestRevocation(t *testing.T) {
	ended := func(s runner.Snapshot) bool { return s.Session.Revocation.Done }
	start := func(t *testing.T) (*world, person, *page) {
		w := begin(t, setup{})
		alice := w.rich()
		w.approve(alice, coins(500))
		g := w.open(alice)
		g.allowance(cnx(500))
		return w, alice, g
	}
	t.Run("takes everything back", func(t *testing.T) {
		_, alice, g := start(t)
		g.Revoke()
		s := g.until("it is done", ended)
		if v := s.Session.Revocation; !v.Left.IsZero() || !v.Fault.Zero() {
			t.Errorf("%+v", v)
		}
		g.allowance(cnx(0))
		if n := alice.asked("eth_sendTransaction"); n != 1 {
			t.Errorf("asked for %d transactions", n)
		}
	})
	t.Run("was changed in the wallet", func(t *testing.T) {
		_, alice, g := start(t)
		alice.EditApprovals(coins(7))
		g.Revoke()
		if v := g.until("it is done", ended).Session.Revocation; v.Left != cnx(7) {
			t.Errorf("left %s", job.CNX(v.Left))
		}
	})
	t.Run("was said no to", func(t *testing.T) {
		_, alice, g := start(t)
		alice.Answer("eth_sendTransaction", devchain.Reject)
		g.Revoke()
		g.until("it is said", func(s runner.Snapshot) bool { return s.Session.Revocation.Fault.Code == job.Rejected })
		g.Revoke()
		g.until("it is done", ended)
	})
	t.Run("was cancelled in the wallet", func(t *testing.T) {
		w, alice, g := start(t)
		w.chain.Pause()
		g.Revoke()
		sent := g.until("it is sent", func(s runner.Snapshot) bool { return s.Session.Revocation.Hash != (common.Hash{}) }).Session.Revocation.Hash
		w.replace(alice, sent, func(tx *types.DynamicFeeTx) { tx.To, tx.Data = &alice.account, nil })
		w.chain.Resume()
		if v := g.until("it is done", ended).Session.Revocation; v.Left != cnx(500) {
			t.Errorf("left %s", job.CNX(v.Left))
		}
	})
	t.Run("is not made while a task is being paid", func(t *testing.T) {
		w, alice, g := start(t)
		w.chain.Pause()
		id := g.order(task.SD, sd(t, 1))
		g.reaches(id, job.CreatePending)
		g.Revoke()
		g.until("it is said", func(s runner.Snapshot) bool { return s.Session.Revocation.Fault.Code == job.PayingNow })
		w.chain.Resume()
		g.finish(id)
		if n := alice.asked("eth_sendTransaction"); n != 1 {
			t.Errorf("asked for %d transactions, want the payment alone", n)
		}
	})
	t.Run("lets no task be paid meanwhile", func(t *testing.T) {
		w, alice, g := start(t)
		w.chain.Pause()
		g.Revoke()
		g.until("it is sent", func(s runner.Snapshot) bool { return s.Session.Revocation.Hash != (common.Hash{}) })
		id := g.order(task.SD, sd(t, 1))
		g.reaches(id, job.Checking)
		w.chain.Resume()
		g.until("it is done", ended)
		g.finish(id)
		if n := alice.asked("eth_sendTransaction"); n != 3 {
			t.Errorf("asked for %d transactions, want revocation, approval and payment", n)
		}
	})
	t.Run("is not asked for on another chain", func(t *testing.T) {
		_, alice, g := start(t)
		alice.SetChain(1)
		g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
		g.Revoke()
		g.until("it is said", func(s runner.Snapshot) bool { return s.Session.Revocation.Fault.Code == job.WrongChain })
		if n := alice.asked("eth_sendTransaction"); n != 0 {
			t.Errorf("asked for %d transactions", n)
		}
	})
}
