package view

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

func TestActivity_is_folded_and_complete(t *testing.T) {
	tx := common.HexToHash("0xfeed00000000000000000000000000000000000000000000000000000000beef")
	s := purseWith(3)
	s.Purse.Activity = []Signature{
		{At: now, What: SignedCoins, Amount: units(0.01), Tx: tx},
		{At: now, What: SignedSweep, Amount: units(84)},
		{At: now, What: SignedResult, Task: 17, File: "1", Title: "a fox"},
		{At: now, What: SignedStatus, Task: 17},
		{At: now, What: SignedUpload, Task: 17, Title: "a fox"},
		{At: now, What: SignedCancel, Task: 16},
		{At: now, What: SignedCreate, Amount: units(30), Title: "a fox"},
		{At: now, What: SignedApprove, Amount: units(30), Title: "a fox"},
		{At: now, What: SignedHost},
	}
	b := in(t, s)
	b.hides("a fox")
	b.wants("button: What it has signed")
	b.run(func(app.Context, app.Event) { b.page.purse.history = true })
	b.reads("region", "Activity",
		"Took out 0.01 ETH", "0xfeed…beef", "Took out 84 CNX", "Fetched result 2 of task 17: a fox", "Asked for the state of task 17",
		"Sent the arguments of task 17: a fox", "Cancelled, to get the fee back of task 16", "Paid 30 CNX for a task: a fox",
		"Allowed the task contract 30 CNX: a fox", "Filled the purse of another page", "Nov ")
	b.isOrderly()
	b.become(func(s *State) { s.Purse.Activity = nil })
	b.reads("region", "Activity", "It has signed nothing in this browser.")
}
