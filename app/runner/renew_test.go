//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// renewal is a newer version of the page, and how often it was taken.
type renewal struct{ taken atomic.Int32 }

func (n *renewal) Watch(f func()) (cancel func()) {
	f()
	return func() {}
}

func (n *renewal) Take() { n.taken.Add(1) }

// TestRenewTakesTheNewerVersionOnlyWhenNothingIsLost: not between a prompt and the
// saving of its answer, and at once otherwise, also while a task runs.
func TestRenewTakesTheNewerVersionOnlyWhenNothingIsLost(t *testing.T) {
	w := begin(t, setup{})
	newer := &renewal{}
	w.renewal = newer
	g := w.open(w.rich())
	renewable := func(s runner.Snapshot) bool { return s.Renewable && !s.Renewing }
	g.until("it is offered", renewable)
	if g.settled("nobody has pressed"); newer.taken.Load() != 0 {
		t.Fatal("it was taken by itself")
	}
	taken := func(times int32) {
		t.Helper()
		g.until("it is taken", func(s runner.Snapshot) bool { return newer.taken.Load() == times && !s.Renewing })
	}
	g.Renew()
	taken(1)

	asked, answer := make(chan struct{}), make(chan struct{})
	g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
		if method == "eth_sendTransaction" {
			asked <- struct{}{}
			<-answer
		}
		return ask()
	})
	w.chain.Pause() // what is sent stays on its way
	id := g.order(task.SD, sd(t, 1))
	<-asked
	g.Renew()
	g.until("it says that it waits", func(s runner.Snapshot) bool { return s.Renewing })
	if g.settled("the prompt is open"); newer.taken.Load() != 1 {
		t.Error("the page is gone while the wallet asks for money")
	}
	answer <- struct{}{}
	taken(2)
	for _, s := range g.store.jobs() {
		if s.ID == id && s.Approve.Hash == [32]byte{} {
			t.Error("the page is gone before the wallet's answer was on disk")
		}
	}

	g.reaches(id, job.ApprovalPending)
	g.Renew()
	taken(3) // a task that runs goes on in the newer version
	g.conn.stand(nil)
	w.chain.Resume()
	g.finish(id)
}
