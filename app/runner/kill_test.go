//go:build !js

package runner_test

import (
	"fmt"
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// kill ends the page at a record.
func (s *store) kill(at func(runner.Record) crash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashOn = at
}

// TestKilledWhileItIsSpedUp ends the page around the record of the faster transaction:
// before it, nothing was signed that anybody could know of; after it, both may be mined.
func TestKilledWhileItIsSpedUp(t *testing.T) {
	for sends, phase := range []job.Phase{job.ApprovalPending, job.CreatePending} {
		for what, fate := range map[string]crash{"signed and not saved": crashBefore, "saved and not sent": crashAfter, "sent": goOn} {
			t.Run(string(phase)+", "+what, func(t *testing.T) {
				w, g, purse := wealthy(t, setup{}, 2)
				native, _ := w.holds(purse.Address)
				g.beforeSending(int64(sends+1), w.chain.Pause)
				id := g.order(task.SD, sd(t, 1))
				slow := g.reaches(id, phase)
				w.knows(slow.Current().Hash)
				g.store.kill(func(r runner.Record) crash {
					s, err := job.Decode(r.Value)
					if r.Store == runner.Jobs && err == nil && s.Phase == phase && s.Current().Hash != slow.Current().Hash {
						return fate
					}
					return goOn
				})
				g.Send(id, job.SpeedUp{At: w.chain.Clock().Now().UnixMilli()})
				if fate == goOn {
					fast := g.when(id, "is sped up", func(s job.State) bool { return s.Current().Hash != slow.Current().Hash })
					w.knows(fast.Current().Hash)
					g.close()
				} else {
					g.crashes()
				}
				g = g.again()
				g.purse()
				w.chain.Resume()
				s := g.finishAfterAll(id)
				if n, sent := w.created(purse.Address), w.sent(purse.Address); n != 1 || sent != 2 {
					t.Errorf("%d tasks, %d transactions", n, sent)
				}
				if fate == goOn && s.Create.Hash == slow.Create.Hash && phase == job.CreatePending {
					t.Error("the slow one was mined")
				}
				g.balanced(purse.Address, native)
			})
		}
	}
}

// TestKilledWhileTheTaskWalletIsFunded ends the page at each record of its two
// transfers, and the person asks for what is missing. Coins and CNX come once.
func TestKilledWhileTheTaskWalletIsFunded(t *testing.T) {
	records := []string{
		"coins, not asked for", "coins, sent", "coins, arrived",
		"CNX, not asked for", "CNX, sent", "CNX, arrived",
		"the budget",
	}
	for i, name := range records {
		fates := map[string]crash{"before": crashBefore}
		if i%3 == 0 && i < 6 {
			fates["after"] = crashAfter // after the others comes what is before the next
		}
		for when, fate := range fates {
			t.Run(fmt.Sprint(name, ", ", when), func(t *testing.T) {
				w := begin(t, setup{})
				g, p := w.modern()
				made := g.purse()
				saves := 0
				g.store.kill(func(r runner.Record) crash {
					if r.Store != runner.Settings || !strings.HasPrefix(r.Key, "transfers-") && !strings.HasPrefix(r.Key, "budget-") {
						return goOn
					}
					if saves++; saves == i+1 {
						return fate
					}
					return goOn
				})
				g.FundPurse(2)
				g.crashes()
				g = g.again()
				g.purse()
				for range 3 {
					if _, tokens := w.holds(made.Address); tokens == cnx(60) {
						break // whoever sees that asks for no more
					}
					if f := g.acts(func() { g.FundPurse(2) }).Fault; !f.Zero() {
						t.Fatalf("%+v", f)
					}
				}
				g.until("all has arrived", func(s runner.Snapshot) bool { return len(s.Purse.Payments) == 0 && s.Purse.CNX == cnx(60) })
				if _, tokens := w.holds(p.account); tokens != cnx(240) || w.sent(p.account) != 2 {
					t.Errorf("%s left, %d transactions", job.CNX(tokens), w.sent(p.account))
				}
				id := g.order(task.SD, sd(t, 1))
				s := g.when(id, "ends or stops", func(s job.State) bool { return s.Phase.Ended() })
				if s.Fault.Code == job.PurseOverBudget { // it came after the key was opened: a click makes it the budget
					g.retry(id)
				}
				g.finish(id)
			})
		}
	}
}
