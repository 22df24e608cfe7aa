package view

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

func TestCountdown_and_refund(t *testing.T) {
	running := ordered(job.Running, "a slow boat", 1)
	running.Deadline = now/1000 + 11*60 + 30
	stopped := running
	stopped.Phase, stopped.From, stopped.Fault = job.Failed, job.Uploading, job.Fault{Code: job.ArgsRefused}
	t.Run("counts_down", func(t *testing.T) {
		for _, s := range []job.State{running, stopped} {
			b := open(t, connected(s))
			b.reads("article", "Task: a slow boat", "The fee can be claimed back in 12 min if nobody finishes the task.")
			b.hides(refundLabel)
			b.isOrderly()
		}
	})
	t.Run("by_the_chain's_clock", func(t *testing.T) {
		s := running
		s.Quote.Skew = 660 // the chain is ahead
		open(t, connected(s)).reads("article", "Task: a slow boat", "in 30 s")
	})
	t.Run("offers_it_after_the_deadline", func(t *testing.T) {
		for _, s := range []job.State{running, stopped} {
			s.Overdue, s.Quote.GasPrice = true, *uint256.NewInt(1e9)
			b := open(t, connected(s))
			b.reads("article", "Task: a slow boat", "You get back what is left of the fee: 30 CNX. It costs about 0.00065 ETH of gas")
			b.hides("if nobody finishes the task")
			b.wants("button: " + refundLabel)
			b.run(b.page.send(s.ID, func() job.Event { return job.Cancel{At: now} }))
			if !b.asked("send " + s.ID + " job.Cancel") {
				t.Error(b.did)
			}
			b.isOrderly()
		}
	})
	t.Run("one_button_where_a_claim_was_stopped", func(t *testing.T) {
		s := stopped
		s.Overdue, s.From, s.Fault = true, job.AwaitCancel, job.Fault{Code: job.Rejected}
		b := open(t, connected(s))
		b.wants("button: Ask again")
		b.hides(refundLabel)
		s.Fault.Code = job.PurseRetired // which has none
		open(t, connected(s)).wants("button: " + refundLabel)
	})
	t.Run("never_once_the_nodes_have_agreed", func(t *testing.T) {
		for _, s := range []job.State{ordered(job.Fetching, "a slow boat", 1), stopped} {
			s.Deadline, s.Overdue, s.Outcome.Success = now/1000-60, true, true
			b := open(t, connected(s))
			b.hides(refundLabel)
			b.hides("claimed back")
		}
	})
}

func TestRemaining_is_said_as_people_say_it(t *testing.T) {
	for millis, want := range map[int64]string{-5: "with the next block", 0: "with the next block", 1: "in 1 s", 59_000: "in 59 s", 59_001: "in 1 min", 60_001: "in 2 min", 900_000: "in 15 min"} {
		if got := remaining(millis); got != want {
			t.Errorf("%d: %q", millis, got)
		}
	}
}

func TestLedger_is_in_every_card_that_cost_something(t *testing.T) {
	s := drawn("a lighthouse", 1)
	s.Ledger.Payments[0] = job.Payment{Tx: common.Hash{1}, Nodes: units(10), Returned: units(10)}
	s.Approve.Gas, s.Create.Gas, s.Cancel.Gas = units(0.001), units(0.02), units(0.0003)
	b := open(t, connected(s))
	b.reads("article", "Task: a lighthouse", "What it cost", "Paid 30 CNX", "To the nodes 10 CNX", "Came back to you 10 CNX", "Still in the contract 10 CNX", "Gas of all transactions 0.0213 ETH")
	b.hides("did not look")
	b.isOrderly()

	s.Ledger.Closed = true
	b = open(t, connected(s))
	b.reads("article", "Task: a lighthouse", "Paid out while this page did not look 10 CNX")
	b.hides("Still in the contract")

	b = open(t, connected(ordered(job.Checking, "a lighthouse", 1)))
	b.hides("What it cost")

	failed := ordered(job.Checking, "a lighthouse", 1)
	failed.Phase, failed.From, failed.Fault, failed.Create.Gas = job.Failed, job.CreatePending, job.Fault{Code: job.TxReverted}, units(0.02)
	b = open(t, connected(failed))
	b.reads("article", "Task: a lighthouse", "Gas of all transactions 0.02 ETH")
	b.hides("To the nodes")
	if !strings.Contains(details(s), `"payments"`) {
		t.Error("the details say nothing of it")
	}
}
