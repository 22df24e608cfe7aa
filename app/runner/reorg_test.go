//go:build !js

package runner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// sums says where the ledgers of all jobs of an account differ from the chain, to the
// wei; "" where they do not. Nobody else uses the network. began is what the account
// had before the first of them.
func (w *world) sums(jobs []job.State, account common.Address, began uint256.Int) string {
	w.Helper()
	var paid, back, nodes, held, unseen, gas uint256.Int
	for _, s := range jobs {
		for sum, part := range map[*uint256.Int]uint256.Int{&paid: s.Create.Fee, &back: s.Ledger.Returned(), &nodes: s.Ledger.ToNodes(), &held: s.Held(), &unseen: s.Unseen(), &gas: s.Gas()} {
			sum.Add(sum, &part)
		}
	}
	var toNodes, toAccount uint256.Int
	for _, l := range w.logs(w.net.Contracts.Token, devchain.TokenABI().Events["Transfer"].ID, common.BytesToHash(w.net.Contracts.Task[:])) {
		sum := &toNodes
		if common.BytesToAddress(l.Topics[2][:]) == account {
			sum = &toAccount
		}
		sum.Add(sum, new(uint256.Int).SetBytes(l.Data))
	}
	left, _ := w.holds(account)
	_, inContract := w.holds(w.net.Contracts.Task)
	spent := *new(uint256.Int).Sub(&began, &left)
	tasks := cnx(int64(30 * w.created(account)))
	for what, pair := range map[string][2]uint256.Int{
		"paid": {tasks, paid}, "returned": {toAccount, back}, "to nodes": {toNodes, nodes}, "held": {inContract, held}, "gas": {spent, gas}, "unseen": {{}, unseen},
	} {
		if pair[0] != pair[1] {
			return fmt.Sprintf("%s: %s on chain, %s in the ledgers", what, pair[0].Dec(), pair[1].Dec())
		}
	}
	return ""
}

// balanced waits until the ledgers of all jobs equal the chain.
func (g *page) balanced(account common.Address, began uint256.Int) {
	g.w.Helper()
	var why string
	for late := time.Now().Add(patience); ; {
		s, _ := g.now()
		if why = g.w.sums(s.Jobs, account, began); why == "" {
			return
		}
		if time.Now().After(late) {
			g.w.Fatalf("%s\n%s", why, describe(s))
		}
		g.w.must(g.w.chain.Clock().Sleep(g.w.Context(), time.Second))
	}
}

// ends waits for a result. Where the Relay, or a node, does not notice what the chain
// did, there is none, and the person claims the fee back after the deadline. It reports
// whether there was a result.
func (g *page) ends(id string) bool {
	g.w.Helper()
	find := func() job.State {
		s, _ := g.now()
		return s.Jobs[slices.IndexFunc(s.Jobs, func(j job.State) bool { return j.ID == id })]
	}
	for range 120 { // seconds of the network, which is more than any task takes
		switch s := find(); {
		case s.Verified():
			return true
		case s.Phase == job.Aborted:
			return false
		case s.Phase == job.Failed && (s.Fault.Code == job.TxDropped || s.Fault.Code == job.TxReverted):
			g.retry(id)
		}
		g.w.must(g.w.chain.Clock().Sleep(g.w.Context(), time.Second))
	}
	g.when(id, "is paid", func(s job.State) bool { return s.TaskID != 0 })
	g.expire(id)
	for late := time.Now().Add(patience); ; {
		switch s := find(); {
		case s.Verified():
			return true
		case s.Phase == job.Aborted:
			if back := s.Ledger.Returned(); back.IsZero() {
				g.w.Fatalf("%s ended, and nothing came back: %+v", id, s)
			}
			return false
		case s.Refundable():
			g.claim(id)
		}
		if time.Now().After(late) {
			s, _ := g.now()
			g.w.Fatalf("%s does not end:\n%s", id, describe(s))
		}
		g.w.must(g.w.chain.Clock().Sleep(g.w.Context(), time.Second))
	}
}

// TestReorgInEachPhase takes the newest blocks away, one to five of them, while a job of
// the task wallet is in each of its phases: transactions come back, or are forgotten by
// everybody. Each job ends in its result or its refund, it is paid once, nothing is
// asked of the person, and the ledgers equal the chain.
func TestReorgInEachPhase(t *testing.T) {
	healthy := devrelay.NodeFaults{}
	mine := func(g *page, n int) { g.w.must(g.w.chain.Mine(n)) }
	phases := []struct {
		name string
		// reach brings a new job there, with its newest news depth blocks deep at most,
		// and leaves the chain standing still.
		reach func(g *page, id string, depth int)
	}{
		{"approval pending", func(g *page, id string, depth int) { g.reaches(id, job.ApprovalPending) }},
		{"create pending", func(g *page, id string, depth int) {
			g.reaches(id, job.ApprovalPending)
			mine(g, 1)
			g.reaches(id, job.CreatePending)
		}},
		{"uploading", func(g *page, id string, depth int) {
			g.w.relay.SetFaults(devrelay.Faults{Down: true})
			g.reaches(id, job.ApprovalPending)
			mine(g, 1)
			g.reaches(id, job.CreatePending)
			mine(g, depth)
			g.reaches(id, job.Uploading)
		}},
		{"running", func(g *page, id string, depth int) {
			g.w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			g.reaches(id, job.ApprovalPending)
			mine(g, 1)
			g.reaches(id, job.CreatePending)
			mine(g, depth)
			g.reaches(id, job.Running)
		}},
		{"fetching", func(g *page, id string, depth int) {
			g.w.nodes.SetFaults(devrelay.NodeFaults{LateResults: 20 * time.Second})
			g.w.chain.Resume()
			g.reaches(id, job.Fetching)
			g.w.chain.Pause()
		}},
		{"done", func(g *page, id string, depth int) {
			g.w.chain.Resume()
			g.finish(id)
			g.w.chain.Pause()
		}},
		{"cancel pending", func(g *page, id string, depth int) {
			g.w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			g.w.chain.Resume()
			g.reaches(id, job.Running)
			g.expire(id)
			g.w.chain.Pause()
			g.claim(id)
			g.reaches(id, job.CancelPending)
		}},
		{"cancelled", func(g *page, id string, depth int) {
			g.w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			g.w.chain.Resume()
			g.reaches(id, job.Running)
			g.expire(id)
			g.claim(id)
			g.when(id, "is aborted", func(s job.State) bool { return s.Phase == job.Aborted })
			g.w.chain.Pause()
		}},
	}
	for _, orphans := range []devchain.Orphans{devchain.Remined, devchain.Dropped} {
		for _, at := range phases {
			name := at.name + ", " + map[devchain.Orphans]string{devchain.Remined: "transactions come back", devchain.Dropped: "transactions are forgotten"}[orphans]
			t.Run(name, func(t *testing.T) {
				w, g, purse := wealthy(t, setup{gpus: manyNodes(24)}, 6)
				w.must(w.chain.Mine(6))
				native, _ := w.holds(purse.Address)
				results, prompts := 0, len(g.person.prompts())
				for depth := 1; depth <= 5; depth++ {
					w.chain.Pause()
					id := g.order(task.SD, sd(t, 1))
					at.reach(g, id, depth)
					w.must(w.chain.Reorg(depth, orphans))
					w.nodes.SetFaults(healthy)
					w.relay.SetFaults(devrelay.Faults{})
					w.chain.Resume()
					g.ends(id)
				}
				reorgs := 0
				for n := 1; n <= 5; n++ { // one that had ended may have been taken back with the next one
					id := fmt.Sprintf("job-%d", n)
					if g.ends(id) {
						results++
					}
					reorgs += g.when(id, "is there", func(job.State) bool { return true }).Reorgs
				}
				g.balanced(purse.Address, native)
				if n := w.created(purse.Address); n != 5 {
					t.Errorf("%d tasks were paid for 5 jobs", n)
				}
				if n := len(g.person.prompts()); n != prompts {
					t.Errorf("the person was asked: %v", g.person.prompts()[prompts:])
				}
				t.Logf("%d results, %d refunds; %d payments were taken back by the chain", results, 5-results, reorgs)
			})
		}
	}
}
