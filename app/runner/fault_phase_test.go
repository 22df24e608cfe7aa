//go:build !js

package runner_test

import (
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

// held brings a job into a phase and keeps it there until it is let go.
type held struct {
	phase    job.Phase
	approved bool // an allowance is there already
	prompt   string
	nth      int // of the prompts of this method that is left open
	pause    bool
	silent   bool // the nodes do nothing
}

var everyPhase = []held{
	{phase: job.AwaitApproval, prompt: "eth_sendTransaction", nth: 1},
	{phase: job.ApprovalPending, pause: true},
	{phase: job.AwaitCreate, approved: true, prompt: "eth_sendTransaction", nth: 1},
	{phase: job.CreatePending, approved: true, pause: true},
	{phase: job.Uploading, approved: true, prompt: "eth_sign", nth: 1},
	{phase: job.Running, approved: true, silent: true},
	{phase: job.Fetching, approved: true, prompt: "eth_sign", nth: 2},
}

// hold orders a task and returns once it is held in its phase.
func (h held) hold(w *world, p person, g *page) (id string, letGo func()) {
	w.Helper()
	if h.approved {
		w.approve(p, coins(30))
	}
	if h.pause {
		w.chain.Pause()
	}
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: h.silent})
	for range h.nth - 1 {
		p.Answer(h.prompt, devchain.Approve)
	}
	if h.prompt != "" {
		p.Answer(h.prompt, devchain.Ask)
	}
	id = g.order(task.SD, sd(w.T, 1))
	g.reaches(id, h.phase)
	open := devchain.Prompt{}
	if h.prompt != "" {
		var err error
		open, err = p.AwaitPrompt(w.Context(), h.prompt)
		w.must(err)
	}
	return id, func() {
		w.Helper()
		if h.prompt != "" {
			w.must(p.Decide(open.ID, devchain.Approve))
		}
		w.nodes.SetFaults(devrelay.NodeFaults{})
		w.chain.Resume()
	}
}

// TestAccountThatChangesInTheMiddleOfAPhase: the job belongs to the account that
// started it, and nobody else is asked for it.
func TestAccountThatChangesInTheMiddleOfAPhase(t *testing.T) {
	for _, h := range everyPhase {
		t.Run(string(h.phase), func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			other := addressOf(w.chain.Key("alice's other account"))
			w.must(w.chain.Fund(t.Context(), other, coins(1), coins(300))) // it could pay
			g := w.open(alice)
			id, letGo := h.hold(w, alice, g)
			w.must(alice.SwitchAccount(other))
			g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.Account == other })
			letGo()
			if s := g.when(id, "is over", func(s job.State) bool { return s.Phase.Ended() }); s.Phase != job.Done {
				if s.Fault.Code != job.WrongAccount {
					t.Fatalf("%s with %+v", s.Phase, s.Fault)
				}
				w.must(alice.SwitchAccount(alice.account))
				g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.Account == alice.account })
				g.retry(id)
			} else if h.phase != job.Fetching {
				t.Error("it went on without its account")
			}
			s := g.finish(id)
			if s.Order.Account != alice.account || w.created(alice.account) != 1 || w.created(other) != 0 {
				t.Errorf("ordered by %s, %d tasks of it, %d of the other", s.Order.Account, w.created(alice.account), w.created(other))
			}
			for _, prompt := range alice.Prompts() {
				if prompt.Kind != "connect" && prompt.Account != alice.account {
					t.Errorf("the other account was asked for %s", prompt.Method)
				}
			}
			if _, tokens := w.holds(other); tokens != cnx(300) {
				t.Errorf("the other account has %s left", job.CNX(tokens))
			}
		})
	}
}

// TestNetworkThatChangesInTheMiddleOfAPhase: what is under way on chain goes on,
// and the wallet is asked for nothing while it is elsewhere.
func TestNetworkThatChangesInTheMiddleOfAPhase(t *testing.T) {
	for _, h := range everyPhase {
		t.Run(string(h.phase), func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			g.until("the wallet's network is known", func(s runner.Snapshot) bool { return s.Session.ChainID != 0 })
			id, letGo := h.hold(w, alice, g)
			alice.SetChain(1)
			g.until("the page knows", func(s runner.Snapshot) bool { return s.Session.ChainID == 1 })
			letGo()
			if s := g.when(id, "is over", func(s job.State) bool { return s.Phase.Ended() }); s.Phase != job.Done {
				unclear := h.prompt == "eth_sendTransaction" && s.Fault.Code == job.WalletGarbage // confirmed where it means nothing
				if s.Fault.Code != job.WrongChain && !unclear {
					t.Fatalf("%s with %+v", s.Phase, s.Fault)
				}
				g.SwitchChain()
				g.until("the wallet is back", func(s runner.Snapshot) bool { return s.Session.ChainID == w.net.ChainID && s.Session.Fault.Zero() })
				g.retry(id)
			} else if h.phase != job.Fetching {
				t.Error("it went on without its network")
			}
			g.finishAfterAll(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
			if _, tokens := w.holds(alice.account); tokens != cnx(270) {
				t.Errorf("%s left", job.CNX(tokens))
			}
		})
	}
}
