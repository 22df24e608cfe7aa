//go:build !js

package runner_test

import (
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
	"crynux-dapp/relay/devrelay"
)

// TestReloadInEveryPhase ends the page at a record of the job, once right after it
// was written and once before, and opens another one. Whatever was lost, the job
// ends with its files and is paid once.
func TestReloadInEveryPhase(t *testing.T) {
	phase := func(p job.Phase) func(job.State) bool { return func(s job.State) bool { return s.Phase == p } }
	moments := []struct {
		name string
		at   func(job.State) bool
	}{
		{"checking", phase(job.Checking)},
		{"asking for the approval", phase(job.AwaitApproval)},
		{"approval sent", phase(job.ApprovalPending)},
		{"approval mined", func(s job.State) bool { return s.Phase == job.Checking && s.Approvals == 1 }},
		{"asking for the payment", phase(job.AwaitCreate)},
		{"payment sent", phase(job.CreatePending)},
		{"payment mined", phase(job.Uploading)},
		{"uploaded", phase(job.Running)},
		{"success seen", phase(job.Fetching)},
		{"results published", func(s job.State) bool { return s.Outcome.Published }},
		{"first result", func(s job.State) bool { return s.NextFile() == 1 }},
		{"done", phase(job.Done)},
	}
	for _, m := range moments {
		for kind, when := range map[string]crash{"before": crashBefore, "after": crashAfter} {
			t.Run(m.name+" "+kind, func(t *testing.T) {
				w := begin(t, setup{})
				alice := w.rich()
				store := onDisk(newDisk())
				store.crash = func(s job.State) crash {
					if m.at(s) {
						return when
					}
					return goOn
				}
				g := w.reopen(alice, store)
				g.connect()
				id := g.order(task.SD, sd(t, 2))
				g.crashes()
				g = w.reopen(alice, onDisk(store.disk))
				if m.name == "checking" && when == crashBefore {
					if s, _ := g.now(); len(s.Jobs) != 0 {
						t.Errorf("a job that was never stored: %+v", s.Jobs)
					}
					return
				}
				g.finishAfterAll(id)
				if n := w.created(alice.account); n != 1 {
					t.Errorf("createTask was sent %d times", n)
				}
				if n := alice.asked("eth_sendTransaction"); n != 2 {
					t.Errorf("the person was asked %d times to pay, want approval and task", n)
				}
			})
		}
	}
}

// crashes waits until the page is gone.
func (g *page) crashes() {
	g.w.Helper()
	select {
	case <-g.store.crashed:
	case <-time.After(patience):
		s, _ := g.now()
		g.w.Fatalf("the page did not reach the moment of its end:\n%s", describe(s))
	}
	g.close()
}

// goOn is the person's click that ends a pause.
func (g *page) goOn(id string) {
	g.w.Helper()
	g.Send(id, job.GoOn{At: g.w.chain.Clock().Now().UnixMilli()})
	g.when(id, "goes on", func(s job.State) bool { return !s.Paused })
}

// finishAfterAll clicks on Go on where the job waits for the person.
func (g *page) finishAfterAll(id string) job.State {
	g.w.Helper()
	for range 2 {
		s := g.when(id, "ends or stops", func(s job.State) bool { return s.Phase.Ended() || s.Paused })
		if s.Paused { // nothing is paid in this visit without a click
			g.goOn(id)
			continue
		}
		if s.Phase != job.Failed {
			break
		}
		if s.Fault.Code != job.Interrupted && s.Fault.Code != job.PurseLocked {
			g.w.Fatalf("%s stopped with %+v", id, s.Fault)
		}
		g.retry(id)
	}
	return g.finish(id)
}

// TestPageThatOpensAsksForNothingThatCosts: a request for money that was not
// answered is repeated by a click only.
func TestPageThatOpensAsksForNothingThatCosts(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	store := onDisk(newDisk())
	store.crash = func(s job.State) crash {
		if s.Phase == job.AwaitCreate {
			return crashAfter
		}
		return goOn
	}
	g := w.reopen(alice, store)
	g.connect()
	id := g.order(task.SD, sd(t, 1))
	g.crashes()
	g = w.reopen(alice, onDisk(store.disk))
	s := g.stops(id, job.Interrupted)
	if n := alice.asked("eth_sendTransaction"); n != 1 {
		t.Errorf("asked for %d transactions, want the approval alone", n)
	}
	if p := job.Explain(s); !p.Quiet || p.Retry == "" {
		t.Errorf("it says %+v", p)
	}
}

// TestEndIsSeenAfterTheReload lets everything happen while no page is open.
func TestEndIsSeenAfterTheReload(t *testing.T) {
	t.Run("results", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		w.nodes.SetFaults(devrelay.NodeFaults{SlowWork: 5 * time.Second})
		id := g.order(task.SD, sd(t, 1))
		s := g.reaches(id, job.Running)
		g.close()
		w.awaitReport(s.TaskID, func(r devrelay.TaskReport) bool { return !r.Uploaded.IsZero() })
		g = w.reopen(alice, onDisk(g.store.disk))
		g.finish(id)
	})
	t.Run("abort", func(t *testing.T) {
		w := begin(t, setup{})
		alice := w.rich()
		g := w.open(alice)
		w.nodes.SetFaults(devrelay.NodeFaults{SlowWork: 5 * time.Second, Cheats: 3})
		id := g.order(task.SD, sd(t, 1))
		s := g.reaches(id, job.Running)
		g.close()
		w.awaitReport(s.TaskID, func(r devrelay.TaskReport) bool { return !r.Aborted.IsZero() })
		g = w.reopen(alice, onDisk(g.store.disk))
		if s := g.reaches(id, job.Aborted); s.Outcome.Returned != cnx(30) {
			t.Errorf("%s came back", job.CNX(s.Outcome.Returned))
		}
	})
}

// awaitReport waits for what the nodes tell of a task.
func (w *world) awaitReport(id uint64, ok func(devrelay.TaskReport) bool) {
	w.Helper()
	for late := time.Now().Add(patience); ; {
		if r, known := w.nodes.Report(id); known && ok(r) {
			return
		}
		if time.Now().After(late) {
			w.Fatal("the nodes do not come to an end")
		}
		w.must(w.chain.Clock().Sleep(w.Context(), pollStep))
	}
}
