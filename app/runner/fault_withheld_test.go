//go:build !js

package runner_test

import (
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
)

// TestWithheldTransactionAndARetry: the endpoint takes everything and nobody knows of
// it, and the person does what a person does: speeds it up, loads the page anew, tries
// again. Whatever the endpoint lets go in the end, the task is paid once.
func TestWithheldTransactionAndARetry(t *testing.T) {
	for _, phase := range []job.Phase{job.ApprovalPending, job.CreatePending} {
		for name, does := range map[string]func(g *page, id string) *page{
			"a retry": func(g *page, id string) *page {
				g.Send(id, job.Retry{At: g.w.chain.Clock().Now().UnixMilli()})
				return g
			},
			"a higher price": func(g *page, id string) *page {
				before := g.reaches(id, phase)
				tx := before.Current().Hash
				g.Send(id, job.SpeedUp{})
				g.when(id, "has another transaction", func(s job.State) bool { return s.Current().Hash != tx })
				return g
			},
			"a reload and a retry": func(g *page, id string) *page {
				g.close()
				g.w.vault = &keyRoom{w: g.w}
				again := g.w.reopen(g.person, g.store)
				again.connect()
				again.until("the locked one is shown", func(s runner.Snapshot) bool { return s.Purse.Made && !s.Purse.Open && s.Purse.Known })
				again.purse()
				again.Send(id, job.Retry{At: g.w.chain.Clock().Now().UnixMilli()})
				again.reaches(id, phase)
				return again
			},
		} {
			t.Run(string(phase)+", "+name, func(t *testing.T) {
				w := begin(t, setup{})
				g, p := w.modern()
				made := g.purse()
				g.fund(1)
				prompts := len(p.Prompts())
				if phase == job.CreatePending {
					w.chain.Pause()
				} else {
					w.chain.SetRPCFaults(devchain.RPCFaults{Withhold: true})
				}
				id := g.order(task.SD, sd(t, 1))
				if phase == job.CreatePending {
					g.reaches(id, job.ApprovalPending)
					w.chain.SetRPCFaults(devchain.RPCFaults{Withhold: true})
					w.chain.Resume() // the approval is mined, and createTask is withheld
				}
				g.reaches(id, phase)
				g = does(g, id)
				prompts = len(p.Prompts()) - prompts
				w.chain.SetRPCFaults(devchain.RPCFaults{})
				g.when(id, "is created, or waits for a click of this visit", func(s job.State) bool { return s.Paused || s.TaskID != 0 })
				g.GoOnQueue()
				g.finish(id)
				w.must(w.chain.Mine(2))
				_, tokens := w.holds(made.Address)
				nonce, err := w.chain.Client().NonceAt(t.Context(), made.Address, nil)
				if n := w.created(made.Address); err != nil || n != 1 || !tokens.IsZero() || nonce != 2 {
					t.Errorf("%d tasks, %s CNX left, %d transactions, error %v", n, job.CNX(tokens), nonce, err)
				}
				if prompts > 1 { // opening it again is one
					t.Errorf("%d prompts", prompts)
				}
			})
		}
	}
}
