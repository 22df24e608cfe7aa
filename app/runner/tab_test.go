//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// twoTabs opens the page twice in one browser and connects the wallet in the first.
func (w *world) twoTabs(p person) (one, two *page, b *browserTabs) {
	w.Helper()
	b = &browserTabs{}
	d := newDisk()
	one = w.reopen(p, b.inTab(d))
	one.connect()
	if w.vault != nil {
		w.vault = &keyRoom{w: w} // each page has a program of its own for it
	}
	d.until(w, "the wallet is stored", func(s map[string][]byte) bool { return s["wallet"] != nil })
	two = w.reopen(p, b.inTab(d))
	two.elsewhere()
	return one, two, b
}

// halfway opens a third tab as well, and has the first in the middle of a task.
func (w *world) halfway(p person) (one, two, three *page, id string) {
	w.Helper()
	one, two, b := w.twoTabs(p)
	three = w.reopen(p, b.inTab(one.store.disk))
	three.elsewhere()
	w.nodes.SetFaults(devrelay.NodeFaults{SlowWork: 10 * time.Second})
	id = one.order(task.SD, sd(w.T, 1))
	one.reaches(id, job.Running)
	return one, two, three, id
}

func (g *page) elsewhere() {
	g.w.Helper()
	g.until("another tab runs", func(s runner.Snapshot) bool { return s.Ready && s.Elsewhere })
}

func (g *page) here() {
	g.w.Helper()
	g.until("this tab runs, with the wallet", func(s runner.Snapshot) bool { return s.Ready && !s.Elsewhere && s.Session.Connected })
}

// quiet fails the test for whatever the page asks of the world from now on.
func (g *page) quiet() {
	g.http.setBefore(func(url string, body []byte) []byte {
		g.w.Errorf("a tab that only shows asks %s: %s", url, body)
		return nil
	})
	g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
		g.w.Errorf("a tab that only shows asks the wallet: %s", method)
		return ask()
	})
}

func TestOneTabRunsAndTheOthersShowTheSameLive(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	one, two, b := w.twoTabs(alice)
	two.quiet()
	seen := map[job.Phase]bool{}
	var mu sync.Mutex
	defer two.Subscribe(func(s runner.Snapshot) {
		mu.Lock()
		defer mu.Unlock()
		for _, j := range s.Jobs {
			seen[j.Phase] = true
		}
	})()
	id := one.order(task.SD, sd(t, 2))
	one.finish(id)
	done := one.settles(id)
	two.finish(id) // with its files
	shown := two.when(id, "is settled", job.State.Settled)
	if d := cmp.Diff(done, shown); d != "" {
		t.Errorf("it shows another state (-runs +shows):\n%s", d)
	}
	mu.Lock()
	for _, p := range []job.Phase{job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending, job.Uploading, job.Running, job.Fetching, job.Done} {
		if !seen[p] {
			t.Errorf("%s was not shown", p)
		}
	}
	mu.Unlock()

	alice.Answer("eth_sendTransaction", devchain.Reject)
	no := one.order(task.SD, sd(t, 1))
	one.stops(no, job.Rejected)
	two.stops(no, job.Rejected)
	// Nothing of this does anything here.
	two.Submit(task.SD, sd(t, 1))
	two.Send(no, job.Retry{At: 1})
	two.Remove(no)
	two.Connect(walletID)
	two.LookAhead(task.SD, sd(t, 1))
	two.MakePurse()
	two.FundPurse(1)
	if _, err := two.Funding(t.Context(), 1); err == nil {
		t.Error("it plans a funding")
	}
	if _, err := two.Backup(t.Context(), "password"); err == nil {
		t.Error("it writes a backup")
	}
	one.Remove(no)
	two.until("it is gone there too", func(s runner.Snapshot) bool { return len(s.Jobs) == 1 })

	asked := b.said(`"ask"`)
	w.must(w.chain.Clock().Sleep(t.Context(), 20*time.Second))
	if n := b.said(`"ask"`) - asked; n != 0 {
		t.Errorf("%d questions while nothing is to be done", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, told := range b.told {
		if len(told) > 200 || strings.Contains(told, "snow") {
			t.Errorf("more than a key was told: %s", told)
		}
	}
}

// TestDraftsOfAllTabsAreKept: what is typed is no effect, so every tab may save it.
func TestDraftsOfAllTabsAreKept(t *testing.T) {
	w := begin(t, setup{})
	one, two, _ := w.twoTabs(w.rich())
	two.SaveDraft(task.SD, `{"prompt":"typed in the other tab"}`)
	one.store.until(w, "it is stored", func(s map[string][]byte) bool {
		return string(s["draft-"+task.SD.String()]) == `{"prompt":"typed in the other tab"}`
	})
	two.WorkHere()
	two.here()
	one.elsewhere()
}

func TestAnotherTabGoesOnWhenTheRunnerIsClosed(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	one, two, three, id := w.halfway(alice)
	one.close()
	two.here()
	two.finish(id)
	three.finish(id)
	if s, _ := three.now(); !s.Elsewhere {
		t.Error("two tabs run")
	}
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

func TestWorkIsHandedOverByAClick(t *testing.T) {
	t.Run("in the middle of a task, to the tab that asked", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		one, two, three, id := w.halfway(alice)
		three.WorkHere()
		three.WorkHere() // twice is once
		three.here()
		one.elsewhere()
		one.quiet()
		three.finish(id)
		one.finish(id)
		for _, g := range []*page{one, two} {
			if s, _ := g.now(); !s.Elsewhere {
				t.Error("two tabs run")
			}
		}
		two.WorkHere() // and on
		two.here()
		two.finish(two.order(task.SD, sd(t, 1)))
		if n := w.created(alice.account); n != 2 {
			t.Errorf("%d tasks", n)
		}
	})
	t.Run("the task wallet is locked first", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		room := &keyRoom{w: w}
		w.vault = room
		b := &browserTabs{}
		one := w.reopen(p, b.inTab(newDisk()))
		one.connect()
		made := one.purse()
		one.fund(2)
		w.vault = &keyRoom{w: w}
		two := w.reopen(p, b.inTab(one.store.disk))
		two.elsewhere()
		if s, _ := two.now(); s.Purse.Made {
			t.Error("the other tab shows a task wallet that it does not have")
		}
		two.WorkHere()
		two.until("it is found, locked", func(s runner.Snapshot) bool { return !s.Elsewhere && s.Purse.Address == made.Address && !s.Purse.Open })
		room.mu.Lock()
		ends, open := room.ends, room.signer != nil
		room.mu.Unlock()
		if ends != 1 || open {
			t.Errorf("the key was overwritten %d times, open %v", ends, open)
		}
		two.purse()
		two.finish(two.order(task.GPT, gpt(t)))
	})
}

// TestLateAnswerOfAPromptIsFoundByTheNextTab hands over while the wallet asks. The
// person says yes in the old tab's prompt: nobody acts on it there, and the new tab
// finds the transaction.
func TestLateAnswerOfAPromptIsFoundByTheNextTab(t *testing.T) {
	for name, verdict := range map[string]devchain.Verdict{"yes": devchain.Approve, "no": devchain.Reject} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			w.approve(alice, coins(30))
			one, two, _ := w.twoTabs(alice)
			alice.Answer("eth_sendTransaction", devchain.Ask)
			id := one.order(task.SD, sd(t, 1))
			prompt, err := alice.AwaitPrompt(t.Context(), "eth_sendTransaction")
			w.must(err)
			two.WorkHere()
			two.here()
			one.quiet()
			two.stops(id, job.Interrupted)
			w.must(alice.Decide(prompt.ID, verdict))
			if verdict == devchain.Approve {
				w.until("it is mined", func() bool { return w.created(alice.account) == 1 })
			}
			two.retry(id)
			two.finish(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
			want := map[devchain.Verdict]int{devchain.Approve: 1, devchain.Reject: 2}[verdict]
			if n := alice.asked("eth_sendTransaction"); n != want {
				t.Errorf("asked %d times to pay, want %d", n, want)
			}
			if s, _ := one.now(); !s.Elsewhere {
				t.Error("the old tab runs again")
			}
		})
	}
}

// TestHungTabDoesNothingWhenItWakesUp stops a tab right before and right after it saved
// what an effect follows from. The other tab notices, takes the place and finishes the
// task; then the first one wakes up.
func TestHungTabDoesNothingWhenItWakesUp(t *testing.T) {
	phase := func(p job.Phase) func(job.State) bool { return func(s job.State) bool { return s.Phase == p } }
	moments := []struct {
		name  string
		purse bool
		at    func(job.State) bool
	}{
		{"asking for the approval", false, phase(job.AwaitApproval)},
		{"approval sent", false, phase(job.ApprovalPending)},
		{"asking for the payment", false, phase(job.AwaitCreate)},
		{"payment sent", false, phase(job.CreatePending)},
		{"uploading", false, phase(job.Uploading)},
		{"fetching", false, func(s job.State) bool { return s.Phase == job.Fetching && s.Outcome.Published }},
		{"checking, by the task wallet", true, phase(job.Checking)},
		{"approval signed", true, func(s job.State) bool { return s.Phase == job.ApprovalPending && s.Approve.Raw != "" }},
		{"asking the task wallet for the payment", true, phase(job.AwaitCreate)},
		{"payment signed", true, func(s job.State) bool { return s.Phase == job.CreatePending && s.Create.Raw != "" }},
		{"uploading by the task wallet", true, phase(job.Uploading)},
	}
	for _, m := range moments {
		for _, when := range []string{"before", "after"} {
			if m.name == "checking, by the task wallet" && when == "before" {
				continue // no other tab can know of such a job
			}
			t.Run(m.name+" "+when, func(t *testing.T) {
				w := begin(t, setup{})
				alice := w.person(coins(1), coins(300), devchain.WalletLegacy)
				if m.purse {
					w.vault = &keyRoom{w: w}
				}
				one, two, _ := w.twoTabs(alice)
				payer := alice.account
				if m.purse {
					payer = one.purse().Address
					one.fund(2)
				}
				var once sync.Once
				hang := func(r runner.Record) {
					if s, err := job.Decode(r.Value); err == nil && r.Store == runner.Jobs && m.at(s) {
						once.Do(one.store.tab.hang)
					}
				}
				if when == "before" {
					one.store.around(hang, nil)
				} else {
					one.store.around(nil, hang)
				}
				id := one.order(task.SD, sd(t, 1))
				if m.name == "checking, by the task wallet" {
					two.WorkHere() // it never heard of the job
				}
				two.here() // by itself
				if m.purse {
					two.purse()
				}
				two.finishAfterAll(id)
				prompts, sent := len(alice.prompts()), w.chain.Stats().Calls["eth_sendRawTransaction"]
				one.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
					t.Errorf("it wakes up and asks the wallet: %s", method)
					return ask()
				})
				one.store.tab.wake()
				one.elsewhere()
				// What it read while it hung may be older than what it is told now.
				one.when(id, "is shown as done", phase(job.Done))
				one.finish(id)
				w.must(w.chain.Clock().Sleep(t.Context(), 5*time.Second))
				if n := len(alice.prompts()) - prompts; n != 0 {
					t.Errorf("%d prompts of a tab that nobody waits for", n)
				}
				if n := w.chain.Stats().Calls["eth_sendRawTransaction"] - sent; n != 0 {
					t.Errorf("%d transactions of a tab that nobody waits for", n)
				}
				if n := w.created(payer); n != 1 {
					t.Errorf("%d tasks", n)
				}
				if s, _ := two.now(); s.Elsewhere || len(s.Jobs) != 1 {
					t.Errorf("the tab that runs was disturbed: %s", describe(s))
				}
			})
		}
	}
}

// TestHungTabIsLeftAloneWhileNobodyLooks: a tab in the background asks nothing; a click
// takes the place of a hung one all the same.
func TestHungTabIsLeftAloneWhileNobodyLooks(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	one, two, b := w.twoTabs(alice)
	w.nodes.SetFaults(devrelay.NodeFaults{SlowWork: 40 * time.Second})
	w.eyes[two].look(true)
	id := one.order(task.SD, sd(t, 1))
	one.reaches(id, job.Running)
	asked := b.said(`"ask"`) // a question before it was hidden is none of this
	one.store.tab.hang()
	w.must(w.chain.Clock().Sleep(t.Context(), 40*time.Second))
	if n := b.said(`"ask"`) - asked; n != 0 {
		t.Errorf("%d questions while nobody looks", n)
	}
	if s, _ := two.now(); !s.Elsewhere {
		t.Error("it took the place")
	}
	w.eyes[two].look(false)
	two.WorkHere()
	two.here()
	two.finish(id)
	one.store.tab.wake()
	one.elsewhere()
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

// TestTabThatAnswersKeepsItsPlace: a long task is no reason.
func TestTabThatAnswersKeepsItsPlace(t *testing.T) {
	w := begin(t, setup{})
	one, two, b := w.twoTabs(w.rich())
	w.nodes.SetFaults(devrelay.NodeFaults{SlowWork: 60 * time.Second})
	id := one.order(task.SD, sd(t, 1))
	one.finish(id)
	if n := b.said(`"ask"`); n < 4 {
		t.Errorf("only %d questions", n)
	}
	if s, _ := two.now(); !s.Elsewhere {
		t.Error("the place was taken from a tab that answers")
	}
}

// TestNewestTabRunsWhereNothingKeepsThemApart: without locks and a channel the lease
// alone decides, and a tab without it does nothing.
func TestNewestTabRunsWhereNothingKeepsThemApart(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	one := w.open(alice)
	one.store.until(w, "the wallet is stored", func(s map[string][]byte) bool { return s["wallet"] != nil })
	two := w.reopen(alice, onDisk(one.store.disk))
	two.here()
	one.Submit(task.SD, sd(t, 1))
	one.elsewhere() // it notices with the first thing it wants to save
	if n := len(alice.prompts()); n != 0 {
		t.Errorf("%d prompts", n)
	}
	two.finish(two.order(task.SD, sd(t, 1)))
	one.WorkHere()
	one.here()
	one.finish(one.order(task.SD, sd(t, 1)))
	if n := w.created(alice.account); n != 2 {
		t.Errorf("%d tasks", n)
	}
}

// TestTabsWithoutStorageRunAlone: each has its own memory.
func TestTabsWithoutStorageRunAlone(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	b := &browserTabs{}
	var pages []*page
	for range 2 {
		s := b.inTab(newDisk())
		s.fleeting = true
		g := w.reopen(alice, s)
		g.connect()
		pages = append(pages, g)
	}
	for _, g := range pages {
		if s, _ := g.now(); s.Elsewhere || s.Persistent {
			t.Errorf("elsewhere %v, persistent %v", s.Elsewhere, s.Persistent)
		}
		g.finish(g.order(task.SD, sd(t, 1)))
	}
	if n := w.created(alice.account); n != 2 {
		t.Errorf("%d tasks", n)
	}
}

// TestDirectModeBelongsToTheWallet: it is chosen for one, and the next is another.
func TestDirectModeBelongsToTheWallet(t *testing.T) {
	w := begin(t, setup{})
	w.vault = &keyRoom{w: w}
	alice := w.rich()
	g := w.open(alice)
	g.Direct(true)
	g.until("it is on", func(s runner.Snapshot) bool { return s.Direct })
	g.store.until(w, "it is stored", func(s map[string][]byte) bool { return string(s["direct"]) == `["test.alice"]` })
	g.close()
	w.rdns = "test.other"
	g = w.reopen(alice, onDisk(g.store.disk))
	g.connect()
	if s, _ := g.now(); s.Direct {
		t.Error("another wallet signs what it was never asked about")
	}
	g.store.until(w, "the other one is connected", func(s map[string][]byte) bool { return string(s["wallet"]) == "test.other" })
	g.close()
	w.rdns = ""
	g = w.reopen(alice, onDisk(g.store.disk))
	g.connect()
	g.until("the choice is remembered", func(s runner.Snapshot) bool { return s.Direct })
}

// TestStoreThatGivesNoLeaseShowsWhatItHas: nothing runs, and it is tried again.
func TestStoreThatGivesNoLeaseShowsWhatItHas(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.finish(id)
	g.close()
	s := onDisk(g.store.disk)
	s.noLease = fmt.Errorf("the disk is full")
	g = w.reopen(alice, s)
	g.finish(id)
	g.elsewhere()
	s.mu.Lock()
	s.noLease = nil
	s.mu.Unlock()
	g.here()
}
