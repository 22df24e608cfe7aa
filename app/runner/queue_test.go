//go:build !js

package runner_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

func TestJobsOfOneAccountPayOneAfterTheOther(t *testing.T) {
	w := begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 6}}})
	alice := w.rich()
	g := w.open(alice)
	overlap := make(chan string, 1)
	watchTurns(g, overlap)
	first, second := g.order(task.SD, sd(t, 1)), g.order(task.GPT, gpt(t))
	a, b := g.finish(first), g.finish(second)
	select {
	case both := <-overlap:
		t.Error(both)
	default:
	}
	if a.Marks.Created > b.Marks.Approved {
		t.Errorf("the first was paid at %d, after the second's approval at %d", a.Marks.Created, b.Marks.Approved)
	}
	if n := w.created(alice.account); n != 2 || a.TaskID == b.TaskID {
		t.Errorf("%d tasks for two jobs: %d and %d", n, a.TaskID, b.TaskID)
	}
	if n := alice.asked("eth_sendTransaction"); n != 4 {
		t.Errorf("asked for %d transactions, want two approvals and two tasks", n)
	}
}

func TestRetriedJobWaitsWhileAnotherPays(t *testing.T) {
	w := begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 6}}})
	alice := w.rich()
	g := w.open(alice)
	overlap := make(chan string, 1)
	watchTurns(g, overlap)
	alice.Answer("eth_sendTransaction", devchain.Reject, devchain.Approve, devchain.Ask)
	first := g.order(task.SD, sd(t, 1))
	g.stops(first, job.Rejected)
	second := g.order(task.SD, sd(t, 2))
	g.reaches(second, job.AwaitCreate) // approved; the wallet asks about the task
	g.retry(first)
	prompt, err := alice.AwaitPrompt(t.Context(), "eth_sendTransaction")
	w.must(err)
	w.must(alice.Decide(prompt.ID, devchain.Approve))
	g.finish(second)
	g.finish(first)
	select {
	case both := <-overlap:
		t.Error(both)
	default:
	}
	if n := w.created(alice.account); n != 2 {
		t.Errorf("%d tasks for two jobs", n)
	}
}

// watchTurns reports two jobs that pay at the same time.
func watchTurns(g *page, overlap chan<- string) {
	stop := g.Subscribe(func(s runner.Snapshot) {
		paying := ""
		for _, j := range s.Jobs {
			switch j.Phase {
			case job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending:
				if paying != "" {
					select {
					case overlap <- fmt.Sprintf("%s is %s while %s pays", j.ID, j.Phase, paying):
					default:
					}
				}
				paying = j.ID
			}
		}
	})
	g.w.Cleanup(stop)
}

func TestTenJobsAreWatchedForThePriceOfOne(t *testing.T) {
	w := begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 30}}})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice := w.person(coins(2), coins(300), devchain.WalletLegacy)
	w.approve(alice, coins(300))
	g := w.open(alice)

	one := g.order(task.SD, sd(t, 1))
	g.reaches(one, job.Running)
	alone := w.requestsForPolls(g, 8)
	ids := []string{one}
	for range 9 {
		ids = append(ids, g.order(task.SD, sd(t, 1)))
	}
	for _, id := range ids {
		g.reaches(id, job.Running)
	}
	together := w.requestsForPolls(g, 8)
	if together != alone || alone != 8 {
		t.Errorf("8 polls: %d requests for one job, %d for ten", alone, together)
	}

	w.nodes.SetFaults(devrelay.NodeFaults{})
	for _, id := range ids {
		g.finish(id)
	}
	if n := w.created(alice.account); n != 10 {
		t.Errorf("%d tasks for ten jobs", n)
	}
}

// requestsForPolls counts the HTTP requests to the chain while it is polled n times.
// The look at the balance that follows the last payment may fall among them.
func (w *world) requestsForPolls(g *page, n int) int {
	polls := func(s devchain.Stats) int { return s.Calls["eth_getLogs"] / 2 }
	before := w.chain.Stats()
	for polls(w.chain.Stats()) < polls(before)+n {
		if w.chain.Clock().Sleep(w.Context(), pollStep) != nil {
			w.Fatal("no polls")
		}
	}
	after := w.chain.Stats()
	return after.Requests - before.Requests - (after.Calls["eth_getBalance"] - before.Calls["eth_getBalance"])
}

// line opens a page with a funded task wallet and orders n tasks while none can be paid
// for: the first has its turn, the others wait. ids are in the order of the queue.
func line(t *testing.T, n int) (w *world, g *page, ids []string, release func()) {
	w = begin(t, setup{gpus: []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 3 * n}}})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g = w.open(p)
	g.purse()
	g.fund(uint64(n))
	gate := make(chan struct{})
	g.http.setBefore(func(url string, body []byte) []byte {
		if strings.Contains(string(body), `"eth_sendRawTransaction"`) {
			<-gate
		}
		return nil
	})
	for range n {
		ids = append(ids, g.order(task.SD, sd(t, 1)))
	}
	g.until("all but one wait", func(s runner.Snapshot) bool { return slices.Equal(s.Queue, ids[1:]) })
	w.until("its approval is signed and saved", func() bool {
		return slices.ContainsFunc(g.store.disk.jobs(), func(s job.State) bool { return s.ID == ids[0] && s.Approve.Raw != "" })
	})
	return w, g, ids, sync.OnceFunc(func() { close(gate) })
}

// paidInOrder are the jobs in the order in which their tasks were created.
func (g *page) paidInOrder(ids ...string) []string {
	g.w.Helper()
	order := slices.Clone(ids)
	slices.SortFunc(order, func(a, b string) int { return int(g.finish(a).TaskID) - int(g.finish(b).TaskID) })
	return order
}

func TestQueueKeepsTheOrderThatThePersonGives(t *testing.T) {
	w, g, ids, release := line(t, 4)
	g.Move(ids[3], true)
	g.Move(ids[3], true)
	g.Move(ids[1], false)
	g.Move(ids[0], false) // is being paid: it has no place any more
	g.Move("nobody", true)
	want := []string{ids[3], ids[2], ids[1]}
	g.until("they have moved", func(s runner.Snapshot) bool { return slices.Equal(s.Queue, want) })
	g.Move(ids[3], true) // is the first already
	release()
	if got := g.paidInOrder(ids...); !slices.Equal(got, append([]string{ids[0]}, want...)) {
		t.Errorf("paid %q", got)
	}
	s, _ := g.now()
	if n := w.created(s.Purse.Address); n != 4 || len(s.Queue) != 0 {
		t.Errorf("%d tasks, %q wait", n, s.Queue)
	}
}

func TestPausedJobsAreNotPaid(t *testing.T) {
	w, g, ids, release := line(t, 4)
	g.PauseQueue() // the first has its approval on the way: it goes on, its payment waits
	g.until("all are paused", func(s runner.Snapshot) bool {
		return !slices.ContainsFunc(s.Jobs, func(j job.State) bool { return !j.Paused })
	})
	release()
	g.when(ids[0], "waits after its approval", func(s job.State) bool { return s.Phase == job.Checking && s.Approvals == 1 })
	w.must(w.chain.Mine(3))
	s, _ := g.now()
	if n := w.created(s.Purse.Address); n != 0 {
		t.Errorf("%d tasks were paid in the pause", n)
	}
	// One goes on, another is taken away, then the rest.
	g.goOn(ids[2])
	g.finish(ids[2])
	if n := w.created(s.Purse.Address); n != 1 {
		t.Errorf("%d tasks were paid, want the one that goes on", n)
	}
	g.Remove(ids[1])
	g.until("it is gone", func(s runner.Snapshot) bool { return len(s.Jobs) == 3 && len(s.Queue) == 2 })
	g.GoOnQueue()
	for _, id := range []string{ids[0], ids[3]} {
		g.finish(id)
	}
	if n := w.created(s.Purse.Address); n != 3 {
		t.Errorf("%d tasks for the three that were not removed", n)
	}
	if len(g.store.disk.jobs()) != 3 {
		t.Error("the removed one is still stored")
	}
}

func TestWaitingJobsAreRemoved(t *testing.T) {
	w, g, ids, release := line(t, 3)
	g.Remove(ids[0]) // it is being paid: it stays
	g.Remove(ids[1])
	s := g.until("it is gone", func(s runner.Snapshot) bool { return len(s.Queue) == 1 })
	if len(s.Jobs) != 2 || s.Queue[0] != ids[2] {
		t.Errorf("%q wait\n%s", s.Queue, describe(s))
	}
	release()
	g.finish(ids[0])
	g.finish(ids[2])
	if n := w.created(s.Purse.Address); n != 2 {
		t.Errorf("%d tasks", n)
	}
}

// TestReloadedQueuePaysNothingByItself is I3 of taskwallet.md: what was confirmed in an
// earlier visit is paid after a click of this one.
func TestReloadedQueuePaysNothingByItself(t *testing.T) {
	w, g, ids, release := line(t, 4)
	defer release()
	g.Move(ids[3], true)
	want := []string{ids[1], ids[3], ids[2]}
	g.until("it has moved", func(s runner.Snapshot) bool { return slices.Equal(s.Queue, want) })
	w.until("it is saved", func() bool {
		return slices.ContainsFunc(g.store.disk.jobs(), func(s job.State) bool { return s.ID == ids[1] && s.Place == 0 }) &&
			slices.ContainsFunc(g.store.disk.jobs(), func(s job.State) bool { return s.ID == ids[3] && s.Place != 0 })
	})
	g = g.again()
	g.purse()
	// What was signed goes out: it may be out already. Its payment waits like the others.
	g.when(ids[0], "waits after its approval", func(s job.State) bool { return s.Phase == job.Checking && s.Paused && s.Approvals == 1 })
	w.must(w.chain.Mine(3))
	s := g.until("all are paused", func(s runner.Snapshot) bool { return len(s.Queue) == 4 })
	for _, j := range s.Jobs {
		if !j.Paused || j.Create.Asked != 0 {
			t.Errorf("%s: %s, paused %t, asked %d", j.ID, j.Phase, j.Paused, j.Create.Asked)
		}
	}
	if !slices.Equal(s.Queue, append([]string{ids[0]}, want...)) {
		t.Errorf("the order is %q", s.Queue)
	}
	if n := w.created(s.Purse.Address); n != 0 {
		t.Errorf("%d tasks were paid without a click", n)
	}
	g.GoOnQueue()
	if got := g.paidInOrder(ids...); !slices.Equal(got, append([]string{ids[0]}, want...)) {
		t.Errorf("paid %q", got)
	}
	if n := w.created(s.Purse.Address); n != 4 {
		t.Errorf("%d tasks for four jobs", n)
	}
}
