//go:build !js

package runner_test

import (
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

func TestAbortByTheNetworkSaysWhatCameBack(t *testing.T) {
	tests := []struct {
		name   string
		faults devrelay.NodeFaults
		reason string
		full   bool // the whole fee comes back in the aborting transaction
	}{
		{"errors of two nodes", devrelay.NodeFaults{Errors: 2}, chain.AbortedByErrors, false},
		{"three different results", devrelay.NodeFaults{Cheats: 3}, chain.AbortedIllegal, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			w.nodes.SetFaults(tt.faults)
			alice := w.rich()
			g := w.open(alice)
			id := g.order(task.SD, sd(t, 1))
			s := g.reaches(id, job.Aborted)
			if s.Outcome.Reason != tt.reason {
				t.Errorf("reason %q", s.Outcome.Reason)
			}
			if tt.full && s.Outcome.Returned != cnx(30) {
				t.Errorf("%s came back", job.CNX(s.Outcome.Returned))
			}
			truth := w.received(alice.account)
			if !tt.full && s.Outcome.Returned.Gt(&truth) {
				t.Errorf("%s are said to have come back, it were %s", job.CNX(s.Outcome.Returned), job.CNX(truth))
			}
			p := job.Explain(s)
			if p.Title == "" || p.Remedy == "" {
				t.Errorf("no words for it: %+v", p)
			}
			g.Remove(id)
			g.until("it is forgotten", func(s runner.Snapshot) bool { return len(s.Jobs) == 0 })
			g.finish(g.order(task.SD, sd(t, 1))) // the person starts again
		})
	}
}

func TestOneBadNodeDoesNotMatter(t *testing.T) {
	for name, faults := range map[string]devrelay.NodeFaults{"an error": {Errors: 1}, "a cheat": {Cheats: 1}} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			w.nodes.SetFaults(faults)
			g := w.open(w.rich())
			g.finish(g.order(task.SD, sd(t, 2)))
		})
	}
}

// TestOverdueTaskIsSaidAndItsEndIsSeen lets the nodes sleep over the deadline, after
// which they cancel the task themselves.
func TestOverdueTaskIsSaidAndItsEndIsSeen(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	s := g.reaches(id, job.Running)
	if s.Deadline == 0 {
		t.Fatal("the deadline is not known")
	}
	w.chain.Pause()
	w.chain.Clock().AdvanceTo(time.Unix(s.Deadline+5, 0))
	w.must(w.chain.Mine(1))
	s = g.when(id, "is overdue", func(s job.State) bool { return s.Overdue })
	if job.Hint(s) == "" {
		t.Error("nothing is said about it")
	}
	w.chain.Resume()
	w.nodes.SetFaults(devrelay.NodeFaults{})
	s = g.reaches(id, job.Aborted)
	if back := w.received(alice.account); s.Outcome.Reason != chain.AbortedByCancel || s.Outcome.Returned != back || back != cnx(30) {
		t.Errorf("%q, %s came back of %s", s.Outcome.Reason, job.CNX(s.Outcome.Returned), job.CNX(back))
	}
}

// TestEndIsSeenWhileTheJobIsStopped: what was paid for goes on without the person.
func TestEndIsSeenWhileTheJobIsStopped(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice.Answer("eth_sign", devchain.Reject)
	id := g.order(task.SD, sd(t, 1))
	s := g.stops(id, job.Rejected)
	w.chain.Clock().AdvanceTo(time.Unix(s.Deadline+5, 0))
	w.nodes.SetFaults(devrelay.NodeFaults{})
	g.when(id, "is aborted", func(s job.State) bool { return s.Phase == job.Aborted })
}
