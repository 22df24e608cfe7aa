//go:build !js

package runner_test

import (
	"fmt"
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
