//go:build !js

package runner_test

import (
	"strings"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/relay/devrelay"
)

// rewrite changes the record of a job while no page is open.
func (d *disk) rewrite(w *world, id string, change func(*job.State)) {
	w.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	s, err := job.Decode(d.records[runner.Jobs][id])
	w.must(err)
	change(&s)
	record, err := job.Encode(s)
	w.must(err)
	d.records[runner.Jobs][id] = record
}

// TestFeesOfLongAgoAreAskedForAsASum: the logs of months are not read for them.
func TestFeesOfLongAgoAreAskedForAsASum(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.settles(id)
	g.close()
	g.store.rewrite(w, id, func(s *job.State) {
		s.Ledger = job.Ledger{}
		s.Marks.Ended -= (2 * time.Hour).Milliseconds()
		s.Deadline -= int64((2 * time.Hour).Seconds())
	})
	logs := w.chain.Stats().Calls["eth_getLogs"]
	again := w.reopen(alice, onDisk(g.store.disk))
	s := again.settles(id)
	held, nodes := s.Held(), s.Ledger.ToNodes()
	if !s.Ledger.Closed || !held.IsZero() || !nodes.IsZero() || s.Unseen() != cnx(30) {
		t.Errorf("%+v", s.Ledger)
	}
	if n := w.chain.Stats().Calls["eth_getLogs"] - logs; n != 0 {
		t.Errorf("%d requests for logs", n)
	}
}

// TestRefundAfterTheEndIsSeenByALaterPage: a page that was closed at the end of a task
// reads what has moved since.
func TestRefundAfterTheEndIsSeenByALaterPage(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Cheats: 1})
	alice := w.rich()
	native, _ := w.holds(alice.account)
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	g.settles(id)
	g.close()
	g.store.rewrite(w, id, func(s *job.State) { s.Ledger = job.Ledger{} })
	s := w.reopen(alice, onDisk(g.store.disk)).settles(id)
	if s.Phase != job.Done || s.Ledger.Returned() != cnx(10) {
		t.Errorf("%s, %+v", s.Phase, s.Ledger)
	}
	w.balances(s, native)
}

// TestDeadlineThatWasNotToldIsAskedFor: without it a fee could never be claimed back.
func TestDeadlineThatWasNotToldIsAskedFor(t *testing.T) {
	w := begin(t, setup{})
	w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	alice := w.rich()
	g := w.open(alice)
	id := g.order(task.SD, sd(t, 1))
	want := g.reaches(id, job.Running).Deadline
	g.store.until(w, "it is stored", func(map[string][]byte) bool {
		return strings.Contains(string(g.store.records[runner.Jobs][id]), `"phase":"running"`)
	})
	g.close()
	g.store.rewrite(w, id, func(s *job.State) { s.Deadline = 0 })
	again := w.reopen(alice, onDisk(g.store.disk))
	if s := again.when(id, "has a deadline", func(s job.State) bool { return s.Deadline != 0 }); s.Deadline != want || want == 0 {
		t.Errorf("%d, want %d", s.Deadline, want)
	}
}

// TestNothingIsAskedOnceAllIsSettled: an idle page leaves the chain alone.
func TestNothingIsAskedOnceAllIsSettled(t *testing.T) {
	w := begin(t, setup{})
	g := w.open(w.rich())
	id := g.order(task.SD, sd(t, 1))
	g.settles(id)
	before := w.chain.Stats().Calls["eth_getLogs"]
	head := func() uint64 {
		n, err := w.chain.Client().BlockNumber(t.Context())
		w.must(err)
		return n
	}
	last := head() + 60
	w.until("a minute of the network passes", func() bool { return head() >= last })
	if n := w.chain.Stats().Calls["eth_getLogs"] - before; n > 2 {
		t.Errorf("%d requests for logs after the end", n)
	}
}
