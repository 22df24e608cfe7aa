package view

import (
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
)

// waits is a connected page on which some tasks wait to be paid.
func waits(prompts ...string) State {
	s := connected()
	for i, prompt := range prompts {
		j := ordered(job.Checking, prompt, 1)
		j.ID = prompt
		j.Marks.Submitted += int64(i)
		s.Jobs, s.Queue = append([]job.State{j}, s.Jobs...), append(s.Queue, j.ID)
	}
	return s
}

func TestQueue_says_what_it_will_cost(t *testing.T) {
	b := open(t, waits("one", "two", "three"))
	b.wants("region: Waiting tasks", "button: Pause all", "button: Move down: one", "button: Remove: two")
	b.reads("region", "Waiting tasks", "3 tasks wait", "Nothing was charged for this yet. It will cost 90 CNX, and gas.")
	b.reads("article", "Task: one", "Waits for its turn", "Nothing was charged.")
	if !b.off("Move up: one") || !b.off("Move down: three") || b.off("Move up: three") {
		t.Error("the ends of the queue can be moved beyond it")
	}
	b.hides(leaveLabel)
	b.become(func(s *State) {
		for i := range s.Jobs {
			s.Jobs[i].Paused = true
		}
	})
	b.wants("button: Go on with all for 90 CNX", "button: Go on for 30 CNX: two")
	b.reads("region", "Waiting tasks", "3 tasks are paused")
	b.reads("article", "Task: one", "Paused", "It is paid when you let it go on.", "It costs 30 CNX, and gas.", "Go on")
	b.isOrderly()
}

func TestQueue_removes_and_says_that_nothing_was_charged(t *testing.T) {
	b := open(t, waits("one"))
	b.run(b.page.remove("one"))
	if !b.asked("remove one") || b.page.toast != "Removed. Nothing was charged." {
		t.Error(b.did, b.page.toast)
	}
	b.become(func(s *State) { s.Jobs[0].Approve.Gas = *s.Network.Fee.Clone() })
	b.run(b.page.remove("one"))
	if b.page.toast != "Removed. No CNX was charged, only gas." {
		t.Error(b.page.toast)
	}
}

func TestActivity_lists_all_tasks(t *testing.T) {
	done, stopped := drawn("a fox", 1), failed(job.AwaitCreate, job.Fault{Code: job.Rejected})
	b := open(t, connected(done, stopped))
	b.fill("prompt", "half a thought")
	b.nav("/activity")
	b.wants("heading: Activity", "heading: All tasks", "link: Activity", "button: Show: "+done.Order.Title)
	b.reads("region", "All tasks", "Done, verified", "30 CNX paid")
	b.run(b.page.unfolds(done.ID))
	b.wants("article: Task: "+done.Order.Title, "button: Hide: "+done.Order.Title)
	b.isOrderly()
	b.nav("/")
	if b.values["prompt"] != "half a thought" {
		t.Errorf("the form has lost %q", b.values["prompt"])
	}
}

func TestPast_is_looked_for_by_a_click(t *testing.T) {
	b := open(t, ready())
	b.nav("/activity")
	if !b.off("Find my past tasks") {
		t.Error("whose tasks, without a wallet?")
	}
	b.become(func(s *State) { s.Session = connected().Session })
	b.values[pastID] = "0x12"
	b.run(b.page.onPastAddress)
	b.reads("form", "Look at another address", pastBad)
	if slices.ContainsFunc(b.did, func(did string) bool { return did != "focus "+pastID && did[:4] == "find" }) {
		t.Error(b.did)
	}
	b.values[pastID] = " 0x5230D1200f0c9428c167F91D2ACA44ADda6A846E "
	b.run(b.page.onPastAddress)
	if !b.asked("find past 0x5230D1200f0c9428c167F91D2ACA44ADda6A846E") {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Past = Past{Step: "Looking through the blocks", All: 200, Left: 50, Found: 2} })
	b.wants("button: Stop")
	b.reads("region", "Past tasks", "Looking through the blocks: 75 %, 2 tasks so far…")
	if !b.off("Find my past tasks") {
		t.Error("two searches at once")
	}
}

func TestPast_says_what_was_found(t *testing.T) {
	found := func(hand job.Hand, account common.Address) job.State {
		j := failed(job.Fetching, job.Fault{Code: job.Found})
		j.ID, j.TaskID, j.Recovered, j.Order.Hand, j.Order.Account, j.Order.Args, j.Order.Title = "r", 7, now, hand, account, "", "Recovered picture task #7"
		return j
	}
	s := purseWith(2)
	s.Jobs = []job.State{found(job.ByTaskWallet, s.Purse.Address)}
	s.Past = Past{Done: true, Whole: true, Found: 1, Others: []job.State{found(job.ByTaskWallet, common.HexToAddress("0x12"))}}
	b := open(t, s)
	b.nav("/activity")
	b.wants("button: Fetch the results of 1 task", "region: Tasks of other accounts", "button: Fetch the results: Recovered picture task #7")
	b.reads("region", "What was found", "1 task found and added to the list.", "Picture task #7 by 0x0000…0012", pastTheirs)
	b.run(b.page.fetchAll)
	if !b.asked("send r job.Retry") {
		t.Error(b.did)
	}
	b.run(b.page.unfolds("r"))
	b.hides("Use again") // there is nothing to put into the form
	b.become(func(s *State) { s.Purse.Open, s.Past.Whole, s.Past.Others = false, false, nil })
	b.reads("region", "What was found", "can be fetched when the task wallet that paid for them is unlocked", pastPart)
	b.hides("Fetch the results of")
	b.isOrderly()
}

func TestPast_is_offered_for_a_task_wallet_that_is_new_here(t *testing.T) {
	s := purseWith(2)
	s.Purse.Older = true
	b := open(t, s)
	b.wants("link: Find its tasks")
	b.become(func(s *State) { s.Past.Done = true })
	b.hides("Find its tasks")
	b.become(func(s *State) {
		s.Past.Done = false
		j := drawn("a fox", 1)
		j.Order.Account = s.Purse.Address
		s.Jobs = []job.State{j}
	})
	b.hides("Find its tasks")
}

func TestVerified_without_arguments_says_so(t *testing.T) {
	done := drawn("a fox", 1)
	done.Recovered, done.Order.Args = now, ""
	b := open(t, connected(done))
	b.reads("dialog", "Why this is verified", "Whether it is what was asked for cannot be checked here")
	b.hides("are those that were paid for", "took ")
}

func TestNumbers_count_while_they_are_typed(t *testing.T) {
	b := open(t, connected())
	b.values["count"] = "3"
	b.run(b.page.typing(&b.page.image))
	b.reads("form", "New picture", "10 a picture")
	b.values["count"] = "" // on the way to another one: no complaint yet
	b.run(b.page.typing(&b.page.image))
	if n := b.find("spinbutton", "Pictures"); n.attr["aria-invalid"] == "true" {
		t.Error("it complains while a number is typed")
	}

	f := funding(t, purseWith(0))
	f.types("5")
	f.wants("button: Send 150 CNX and 0.0285 ETH")
	f.values[fundID] = "8"
	f.run(f.page.onFundTyping)
	f.wants("button: Send 240 CNX and 0.0456 ETH")
	f.values[fundID] = ""
	f.run(f.page.onFundTyping)
	if !f.off("Send") {
		t.Error("what is not known can be sent")
	}
}

func TestFund_is_not_offered_to_who_has_too_little(t *testing.T) {
	s := purseWith(0)
	s.Session.CNX = *s.Network.Fee.Clone()
	b := funding(t, s)
	b.types("5")
	b.reads("region", "What it costs", "Your wallet has only 30 CNX.")
	if !b.off("Send 150 CNX and 0.0285 ETH") {
		t.Error("it can be sent")
	}
	p := job.ExplainPurse(job.Fault{Code: job.NotEnoughCNX, Need: sumOf([]job.State{ordered(job.Checking, "", 1), ordered(job.Checking, "", 1)}), Have: s.Session.CNX}, job.ChargedNothing)
	if p.Detail != "60 CNX would be sent, your account has 30 CNX. Nothing was charged." {
		t.Errorf("%+v", p)
	}
}
