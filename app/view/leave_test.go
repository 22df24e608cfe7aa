package view

import (
	"testing"

	"crynux-dapp/app/job"
)

func TestPage_offers_to_leave_a_wallet_that_does_not_answer(t *testing.T) {
	const label = leaveLabel
	waiting := ordered(job.AwaitCreate, "a cat", 1)
	b := open(t, connected(waiting))
	b.wants("button: " + label)
	b.run(b.page.leaves(waiting.ID))
	if !b.asked("leave " + waiting.ID) {
		t.Errorf("done: %q", b.did)
	}
	if b := open(t, connected(ordered(job.Running, "a cat", 1))); b.find("button", label) != nil {
		t.Error("offered while the nodes work")
	}

	asked := connected()
	asked.Purse = Purse{Possible: true, Step: "Waiting for your wallet", Asking: true}
	b = open(t, asked)
	b.run(b.page.onPurse)
	b.wants("button: " + label)
	b.run(b.page.leavesPurse)
	if !b.asked("leave purse") {
		t.Errorf("done: %q", b.did)
	}
	b.become(func(s *State) { s.Purse.Step, s.Purse.Asking = "Waiting for the transfer to arrive", false })
	if b.find("button", label) != nil {
		t.Error("offered while nobody is asked")
	}
}
