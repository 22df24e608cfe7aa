package view

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
)

func TestPurse_asks_about_a_stranger(t *testing.T) {
	s := purseWith(4)
	s.Purse.Stranger, s.Purse.Number = "0x1234", 2
	b := in(t, s)
	b.reads("alert", "Someone else used this task wallet", "Someone else used this task wallet (0x1234).", "go on with number 3.")
	b.wants("button: It was me")
	b.isOrderly()
	b.run(b.page.choose(actSweep))
	b.wants("button: Send everything back")
	b.become(func(s *State) { s.Purse.Stranger = "" })
	if b.find("alert", "Someone else used this task wallet") != nil {
		t.Error("it is still asked about")
	}
}

func TestPurse_shows_what_is_left_of_the_budget(t *testing.T) {
	s := purseWith(3)
	s.Purse.Budget, s.Purse.Spent = units(150), units(60)
	b := in(t, s)
	const text = "60 CNX spent since you last opened or filled it; at 150 CNX it stops and asks you"
	b.wants("meter: " + text)
	if got := b.find("meter", text).attr["value"]; got != "40" {
		t.Errorf("%s of 100", got)
	}
}

func TestPurse_says_what_came_back(t *testing.T) {
	s := purseWith(1)
	s.Purse.CameBack = units(30)
	in(t, s).reads("dialog", "Task wallet", "30 CNX came back after everything had been taken out.")
}

func TestFund_raises_its_limit(t *testing.T) {
	b := funding(t, purseWith(0))
	b.reads("region", "Add funds", "More than 20 tasks at once")
	for _, text := range []string{"", "19", "1001", "x"} {
		b.values[fundMostID] = text
		b.run(b.page.onRaiseLimit)
		b.reads("region", "Add funds", "The limit must be a whole number from 20 to 1000.")
	}
	b.values[fundMostID] = "50"
	b.run(b.page.onRaiseLimit)
	if !b.asked("most 50") || strings.Contains(strings.Join(b.did, " "), "most 19") {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Purse.MostTasks = 50 })
	b.types("50")
	b.wants("button: Send 1500 CNX and 0.285 ETH")
}

func TestFund_needs_one_prompt_where_there_is_gas_enough(t *testing.T) {
	s := lookedAt(purseWith(0))
	b := open(t, s, func(b *browser) { b.gasThere = true })
	b.run(b.page.onPurse)
	b.run(b.page.choose(actFund))
	b.wants("button: Send 150 CNX")
	b.reads("region", "Add funds", "Your wallet will ask once: for the CNX. There are coins for gas enough in the task wallet.")
}

func TestFund_shows_transfers_whose_hash_is_not_known(t *testing.T) {
	s := purseWith(0)
	s.Purse.Payments = []Payment{{Amount: units(0.1)}, {CNX: true, Amount: units(30), Hash: common.Hash{1}}}
	b := in(t, s)
	b.reads("region", "Transfers on the way", "0.1 ETH", "the wallet has not told its hash", "30 CNX", "0x0100…0000")
	if !b.off("Send 150 CNX and 0.0285 ETH") {
		t.Error("it can be sent again")
	}
}

func TestProgress_offers_to_speed_up(t *testing.T) {
	s := purseWith(3)
	s.Jobs = []job.State{{ID: "j", Phase: job.CreatePending, Since: now - slowAfter - 1, Order: job.Order{Hand: job.ByTaskWallet, Count: 1, Title: "a slow boat"}}}
	b := open(t, s)
	b.wants("button: Speed up")
	b.run(b.page.send("j", func() job.Event { return job.SpeedUp{At: now} }))
	if !b.asked("send j job.SpeedUp") {
		t.Error(b.did)
	}
	b.become(func(s *State) {
		s.Jobs = []job.State{{ID: "j", Phase: job.CreatePending, Since: now, Order: s.Jobs[0].Order}}
	})
	if b.find("button", "Speed up") != nil {
		t.Error("it is offered at once")
	}
	b.become(func(s *State) {
		s.Jobs = []job.State{{ID: "j", Phase: job.CreatePending, Since: now - slowAfter - 1, Order: job.Order{Count: 1}}}
	})
	if b.find("button", "Speed up") != nil {
		t.Error("a wallet's transaction is sped up in the wallet")
	}
}
