//go:build !js

package runner_test

import (
	"fmt"
	"slices"
	"strings"
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

// The ways in which a task ends. Where the Relay, or a node, does not notice what the
// chain did, the person claims the fee back after the deadline. It cannot come back
// where the nodes got it and the Relay has forgotten that it has their results, nor
// where they agreed and another one than before has to deliver, and is gone.
const (
	result = "result"
	refund = "refund"
	lost   = "paid out, and the Relay has lost the results"
	owed   = "the nodes agree, and the one that owes the results has left"
)

// ends waits for the end of a job, and helps as a person would.
func (g *page) ends(id string) string {
	g.w.Helper()
	find := func() job.State {
		s, _ := g.now()
		return s.Jobs[slices.IndexFunc(s.Jobs, func(j job.State) bool { return j.ID == id })]
	}
	for range 120 { // seconds of the network, which is more than any task takes
		switch s := find(); {
		case s.Verified():
			return result
		case s.Phase == job.Aborted:
			return refund
		case s.Phase == job.Failed && (s.Fault.Code == job.TxDropped || s.Fault.Code == job.TxReverted):
			g.retry(id)
		}
		g.w.must(g.w.chain.Clock().Sleep(g.w.Context(), time.Second))
	}
	s := g.when(id, "is paid", func(s job.State) bool { return s.Deadline != 0 })
	g.w.chain.Pause()
	g.w.chain.Clock().AdvanceTo(time.Unix(s.Deadline+5, 0))
	g.w.chain.Resume()
	for begun := time.Now(); ; {
		switch s := find(); {
		case s.Verified():
			return result
		case s.Phase == job.Failed && s.Fault.Code == job.NotUploaded:
			if held, p := s.Held(), job.Explain(s); !held.IsZero() || !strings.Contains(p.Detail, "the nodes were paid") {
				g.w.Fatalf("the contract holds %s, it says %+v", job.CNX(held), p)
			}
			return lost
		case s.Phase == job.Aborted:
			if back := s.Ledger.Returned(); back.IsZero() {
				g.w.Fatalf("%s ended, and nothing came back: %+v", id, s)
			}
			return refund
		case s.Refundable():
			g.claim(id)
		case s.Phase == job.Fetching && s.Outcome.Success && !s.Outcome.Published && time.Since(begun) > patience/2:
			if held := s.Held(); held.IsZero() || s.Trouble.Code != job.NotUploaded {
				g.w.Fatalf("the contract holds %s, the Relay says %+v", job.CNX(held), s.Trouble)
			}
			return owed
		case s.Phase == job.Fetching && !s.Asks(): // the Relay has them, and the chain lost the report
			g.Send(id, job.AskRelay{At: g.w.chain.Clock().Now().UnixMilli()})
		}
		if time.Since(begun) > patience {
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
	// pays mines one block with the approval, and some with the payment and after it.
	pays := func(g *page, id string, blocks int) {
		g.reaches(id, job.ApprovalPending)
		g.w.must(g.w.chain.Mine(1))
		g.reaches(id, job.CreatePending)
		g.w.must(g.w.chain.Mine(blocks))
	}
	// expires lets the chain run until a job that no node works for may be cancelled.
	expires := func(g *page, id string) {
		g.w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		g.w.chain.Resume()
		g.reaches(id, job.Running)
		g.expire(id)
	}
	phases := []struct {
		name string
		// reach brings a new job there, with its newest news depth blocks deep at most,
		// and leaves the chain standing still.
		reach func(g *page, id string, depth int)
	}{
		{"approval pending", func(g *page, id string, depth int) { g.reaches(id, job.ApprovalPending) }},
		{"create pending", func(g *page, id string, depth int) { pays(g, id, 0) }},
		{"uploading", func(g *page, id string, depth int) {
			g.w.relay.SetFaults(devrelay.Faults{Down: true})
			pays(g, id, depth)
			g.reaches(id, job.Uploading)
		}},
		{"running", func(g *page, id string, depth int) {
			g.w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			pays(g, id, depth)
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
			expires(g, id)
			g.w.chain.Pause()
			g.claim(id)
			g.reaches(id, job.CancelPending)
		}},
		{"cancelled", func(g *page, id string, depth int) {
			expires(g, id)
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
				ends, prompts := map[string]int{}, len(g.person.prompts())
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
					ends[g.ends(id)]++
					reorgs += g.when(id, "is there", func(job.State) bool { return true }).Reorgs
				}
				g.balanced(purse.Address, native)
				if n := w.created(purse.Address); n != 5 {
					t.Errorf("%d tasks were paid for 5 jobs", n)
				}
				if n := len(g.person.prompts()); n != prompts {
					t.Errorf("the person was asked: %v", g.person.prompts()[prompts:])
				}
				if at.name != "fetching" && ends[lost]+ends[owed] > 0 {
					t.Errorf("%v", ends)
				}
				t.Logf("%v; %d payments were taken back by the chain", ends, reorgs)
			})
		}
	}
}

// TestRelayThatKeepsAnOrphan: somebody else's task had the number in a block that is
// gone. The Relay goes on to believe so: the job says it, and its fee comes back.
func TestRelayThatKeepsAnOrphan(t *testing.T) {
	w, g, purse := wealthy(t, setup{}, 2)
	w.must(w.chain.Mine(6))
	native, _ := w.holds(purse.Address)
	w.chain.Pause()
	go w.pays("somebody else", 30)
	for head := uint64(0); w.created(addressOf(w.chain.Key("somebody else"))) == 0; head++ {
		w.must(w.chain.Mine(1))
	}
	at := w.age(addressOf(w.chain.Key("somebody else")))
	head, err := w.chain.Client().BlockNumber(t.Context())
	w.must(err)
	w.until("the Relay has seen it", func() bool { return w.relay.Synced() >= head })
	w.must(w.chain.Reorg(at, devchain.Dropped))
	w.chain.Resume()

	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.RelayOrphan)
	saysPaid(t, s)
	if p := job.Explain(s); !strings.Contains(p.Detail, "reorganised") || !strings.Contains(p.Remedy, "Claim the fee back") {
		t.Errorf("it says %+v", p)
	}
	g.retry(id) // which is no use, and costs nothing
	g.stops(id, job.RelayOrphan)
	if end := g.ends(id); end != refund {
		t.Errorf("%s of a task that the Relay does not know", end)
	}
	s = g.settles(id)
	if back := s.Ledger.Returned(); back != cnx(30) || s.Outcome.Reason != "Task Cancelled" {
		t.Errorf("%s came back, %q", job.CNX(back), s.Outcome.Reason)
	}
	g.balanced(purse.Address, native)
}

// TestReorgUnderAConnectedWallet: its transactions come back by themselves, or are
// dropped and asked for again with the same number. The person pays once.
func TestReorgUnderAConnectedWallet(t *testing.T) {
	for name, orphans := range map[string]devchain.Orphans{"come back": devchain.Remined, "forgotten": devchain.Dropped} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{gpus: manyNodes(12)})
			alice := w.rich()
			g := w.open(alice)
			w.must(w.chain.Mine(6))
			native, _ := w.holds(alice.account)
			w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
			id := g.order(task.SD, sd(t, 1))
			before := g.reaches(id, job.Running)
			w.chain.Pause()
			w.must(w.chain.Reorg(w.age(alice.account), orphans))
			if orphans == devchain.Remined {
				g.reaches(id, job.CreatePending)
			}
			w.nodes.SetFaults(devrelay.NodeFaults{})
			w.chain.Resume()
			if orphans == devchain.Dropped {
				s := g.stops(id, job.TxDropped)
				if p := job.Explain(s); !strings.Contains(p.Detail, "not certain") || s.Create.Nonce != before.Create.Nonce {
					t.Errorf("it says %+v", p)
				}
				g.retry(id)
			}
			s := g.finish(id)
			if n := w.created(alice.account); n != 1 || s.Create.Nonce != before.Create.Nonce || s.Reorgs != 1 {
				t.Errorf("%d tasks, nonce %d of %d, %d reorgs", n, s.Create.Nonce, before.Create.Nonce, s.Reorgs)
			}
			g.balanced(alice.account, native)
		})
	}
}

// TestReorgWhileThePageIsClosed: what the record says of blocks is compared with the
// chain when the page opens again.
func TestReorgWhileThePageIsClosed(t *testing.T) {
	w := begin(t, setup{gpus: manyNodes(12)})
	alice := w.rich()
	g := w.open(alice)
	w.must(w.chain.Mine(6))
	native, _ := w.holds(alice.account)
	id := g.order(task.SD, sd(t, 1))
	done := g.finish(id)
	w.chain.Pause() // or it grows meanwhile, until the block of the outcome is final
	g.close()
	w.must(w.chain.Reorg(int(w.head()-done.Outcome.Block)+1, devchain.Remined))
	w.chain.Resume()
	g = w.reopen(alice, onDisk(g.store.disk))
	s := g.when(id, "is told the success of another block", func(s job.State) bool {
		return s.Phase == job.Done && s.Outcome.Block > done.Outcome.Block
	})
	if s.Files != done.Files || s.Outcome.Result != done.Outcome.Result {
		t.Errorf("%+v, was %+v", s.Files, done.Files)
	}
	g.balanced(alice.account, native)
}

func (w *world) head() uint64 {
	w.Helper()
	n, err := w.chain.Client().BlockNumber(w.Context())
	w.must(err)
	return n
}
