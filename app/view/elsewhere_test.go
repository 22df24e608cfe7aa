package view

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// elsewhere is a state in which another tab runs the tasks.
func elsewhere(jobs ...job.State) State {
	s := connected()
	s.Elsewhere, s.Session, s.Purse, s.Preflight, s.Jobs = true, Session{}, Purse{Possible: true}, Preflight{}, jobs
	return s
}

func TestTabThatOnlyShowsOffersToWorkInIt(t *testing.T) {
	stopped := job.State{
		V: job.Version, ID: "a", Phase: job.Failed, From: job.Checking, Fault: job.Fault{Code: job.ChainDown},
		Order: job.Order{Kind: task.SD, Args: everySD, Title: "stopped"},
	}
	paused := stopped
	paused.ID, paused.Phase, paused.From, paused.Fault, paused.Paused, paused.Order.Title = "b", job.Checking, "", job.Fault{}, true, "paused"
	s := elsewhere(stopped, paused)
	s.Queue = []string{"b"}
	b := open(t, s)
	b.reads("status", elsewhereTitle, "Here you see the same, live.")
	b.wants("button: Work in this tab", "button: Copy details")
	for _, name := range []string{"Connect wallet", "Set up task wallet", job.Explain(stopped).Retry, "Remove", "Go on", "Remove: paused", "Move up: paused"} {
		if name == "" || b.find("button", name) != nil {
			t.Errorf("%q is offered, and would do nothing", name)
		}
	}
	b.fill("prompt", "typed before")
	b.run(b.page.onSubmit(b.page.form()))
	if len(b.submitted) > 0 || !b.asked("focus "+workHereID) {
		t.Errorf("submitted %v, did %v", b.submitted, b.did)
	}
	if !strings.Contains(b.drafts[task.SD], "typed before") {
		t.Errorf("the draft is %q", b.drafts[task.SD])
	}
	b.isOrderly()

	b.run(b.page.onWorkHere)
	if !b.asked("work here") {
		t.Error(b.did)
	}
	b.wants("button: Taking over…")
	b.become(func(s *State) { *s = connected(); s.Jobs, s.Queue = []job.State{stopped, paused}, []string{"b"} })
	b.wants("button: "+job.Explain(stopped).Retry, "button: Remove: paused")
	b.hides(elsewhereTitle)
	if !b.asked("focus "+sendID) || b.values["prompt"] != "typed before" {
		t.Errorf("did %v, the prompt is %q", b.did, b.values["prompt"])
	}
	b.isOrderly()
}

func TestTabThatLostThePlaceClosesWhatItCannotDo(t *testing.T) {
	b := open(t, connected())
	b.run(b.page.onWallet)
	b.become(func(s *State) { *s = elsewhere() })
	for _, dialog := range []string{walletDialogID, purseDialogID} {
		if !b.asked("close " + dialog) {
			t.Errorf("%s stays open", dialog)
		}
	}
	b.wants("button: Work in this tab")
}

func TestTabOfAFrameThatOnlyShowsSaysWhatComesFirst(t *testing.T) {
	const host = "https://shop.example"
	s := elsewhere()
	s.Guest = Guest{Host: host, Waits: true}
	b := open(t, s)
	b.reads("status", elsewhereTitle, host+" has opened this one.", "Nothing is charged by that.")
	b.reads("status", "Filled in by "+host, "Nothing is paid before you press the button.")
	b.wants("button: Work in this tab", "button: Show it nothing")
	b.isOrderly()
	b.become(func(s *State) { s.Guest = Guest{Host: host, Purse: true} })
	b.reads("region", "A purse for "+host, "work in this tab first")
	b.isOrderly()
	b.become(func(s *State) { *s = connected(); s.Guest = Guest{Host: host, Purse: true} })
	b.hides(elsewhereTitle)
	b.reads("region", "A purse for "+host, "open the task wallet first, at the top right")
}
