//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// silent makes the wallet take a request and never answer the page. What the
// person does in the wallet's window counts all the same, as confirms says.
func (c *connection) silent(w *world, method string, confirms bool) (asked func() int) {
	var n atomic.Int32
	c.stand(func(ctx context.Context, m string, params any, ask asking) (json.RawMessage, error) {
		if list, _ := params.([]any); m != method || m == "eth_sign" && len(list) == 0 {
			return ask()
		}
		if n.Add(1) == 1 {
			if confirms {
				if _, err := c.site.Request(w.Context(), m, params); err != nil {
					w.Errorf("%s: %v", m, err)
				}
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return ask()
	})
	return func() int { return int(n.Load()) }
}

// wait waits for what no page shows.
func (w *world) wait(ok func() bool) {
	w.Helper()
	for late := time.Now().Add(patience); !ok(); {
		if time.Now().After(late) {
			w.Fatal("waited in vain")
		}
		w.must(w.chain.Clock().Sleep(w.Context(), pollStep))
	}
}

func TestSilentWalletCanBeLeftAndTriedAgain(t *testing.T) {
	tests := []struct {
		name, method   string
		paid, confirms bool
		asked          int // how often in the end
		phase          job.Phase
	}{
		{"before anything", "eth_accounts", false, false, 0, job.Checking},
		{"approval that nobody answers", "eth_sendTransaction", false, false, 3, job.AwaitApproval},
		{"payment that nobody answers", "eth_sendTransaction", true, false, 2, job.AwaitCreate},
		{"payment that was confirmed", "eth_sendTransaction", true, true, 1, job.AwaitCreate},
		{"signature that nobody makes", "eth_sign", true, false, 3, job.Uploading},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			if tt.paid {
				w.approve(alice, coins(30))
			}
			g := w.open(alice)
			g.until("the wallet is known", func(s runner.Snapshot) bool { return s.Session.ChainID != 0 && s.Session.Known })
			asked := g.conn.silent(w, tt.method, tt.confirms)
			id := g.order(task.SD, sd(t, 1))
			g.reaches(id, tt.phase)
			w.wait(func() bool { return asked() > 0 })
			g.Leave(id)
			s := g.stops(id, job.WalletSilent)
			if s.From != tt.phase || !job.Explain(s).Quiet {
				t.Errorf("stopped in %s, it says %+v", s.From, job.Explain(s))
			}
			g.retry(id)
			g.finish(id)
			if n := w.created(alice.account); n != 1 {
				t.Errorf("%d tasks", n)
			}
			if n := asked(); tt.asked != 0 && n != tt.asked {
				t.Errorf("asked %d times, want %d", n, tt.asked)
			}
		})
	}
}

// TestLeftPaymentThatIsConfirmedLateIsPaidOnce: the window of the first request is
// still open, the second one is answered, then the first one too.
func TestLeftPaymentThatIsConfirmedLateIsPaidOnce(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(60))
	g := w.open(alice)
	var first atomic.Pointer[any]
	g.conn.stand(func(ctx context.Context, m string, params any, ask asking) (json.RawMessage, error) {
		if m == "eth_sendTransaction" && first.CompareAndSwap(nil, &params) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return ask()
	})
	id := g.order(task.SD, sd(t, 1))
	w.wait(func() bool { return first.Load() != nil })
	g.Leave(id)
	g.stops(id, job.WalletSilent)
	g.retry(id)
	g.finish(id)
	if _, err := g.conn.site.Request(t.Context(), "eth_sendTransaction", *first.Load()); err == nil {
		t.Error("the first request was mined as well")
	}
	if n := w.created(alice.account); n != 1 {
		t.Errorf("%d tasks", n)
	}
}

func TestSilentWalletDoesNotHoldUpOtherTasks(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(60))
	g := w.open(alice)
	asked := g.conn.silent(w, "eth_sendTransaction", false)
	stuck := g.order(task.SD, sd(t, 1))
	w.wait(func() bool { return asked() > 0 })
	next := g.order(task.SD, sd(t, 1))
	g.Leave(stuck)
	g.stops(stuck, job.WalletSilent)
	g.finish(next)
	g.retry(stuck)
	g.finish(stuck)
	if n := w.created(alice.account); n != 2 {
		t.Errorf("%d tasks", n)
	}
}

func TestWalletThatDoesNotConnectCanBeAskedAgain(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	g := w.reopen(alice, onDisk(newDisk()))
	asked := g.conn.silent(w, "eth_requestAccounts", false)
	g.Connect(walletID)
	w.wait(func() bool { return asked() == 1 })
	g.connect()
	if s, _ := g.now(); s.Session.Connecting != "" || s.Session.Account != alice.account || asked() != 2 {
		t.Errorf("session %+v, asked %d times", s.Session, asked())
	}
}

func TestSilentWalletCanBeLeftWhileItIsAskedAboutTheTaskWallet(t *testing.T) {
	tests := []struct {
		name, method string
		confirms     bool
		sent         int // how often the person was asked to send in the end
	}{
		{"key that nobody signs", "eth_signTypedData_v4", false, 2},
		{"chain that it does not name", "eth_getBlockByNumber", false, 2},
		{"transfer that nobody answers", "eth_sendTransaction", false, 2},
		{"transfer that was confirmed", "eth_sendTransaction", true, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			g, p := w.modern()
			act := g.MakePurse
			if tt.method == "eth_sendTransaction" {
				g.purse()
				act = func() { g.FundPurse(1) }
			}
			asked := g.conn.silent(w, tt.method, tt.confirms)
			said := g.refuses(job.WalletSilent, func() {
				act()
				w.wait(func() bool { return asked() > 0 })
				g.until("it can be left", func(s runner.Snapshot) bool { return s.Purse.Asking })
				g.LeavePurse()
			})
			if !said.Quiet {
				t.Errorf("it says %+v", said)
			}
			if tt.method != "eth_sendTransaction" {
				g.acts(g.MakePurse)
			}
			if tt.confirms { // what was sent before is waited for by a call of its own
				g.acts(func() { g.FundPurse(1) })
			}
			g.acts(func() { g.FundPurse(1) })
			g.until("there is the money for one task", func(s runner.Snapshot) bool { return s.Purse.CNX == cnx(30) && s.Purse.Step == "" })
			if _, tokens := w.holds(p.account); tokens != cnx(270) || p.asked("eth_sendTransaction") != tt.sent {
				t.Errorf("%s left, asked to send %d times", job.CNX(tokens), p.asked("eth_sendTransaction"))
			}
		})
	}
}
