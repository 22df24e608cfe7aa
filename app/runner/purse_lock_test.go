//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
)

// settled waits until the page has done what it was told so far.
func (g *page) settled(mark string) runner.Snapshot {
	g.w.Helper()
	g.SaveDraft(task.GPT, mark)
	return g.until("it has come to "+mark, func(s runner.Snapshot) bool { return s.Drafts[task.GPT] == mark })
}

// TestPurseLocksItself is test 19 of taskwallet.md.
func TestPurseLocksItself(t *testing.T) {
	start := func(t *testing.T) (*world, *keyRoom, *page) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		room := &keyRoom{w: w}
		w.vault = room
		g := w.open(p)
		g.purse()
		return w, room, g
	}
	locked := func(s runner.Snapshot) bool { return s.Purse.Made && !s.Purse.Open }

	t.Run("after half an hour without the person", func(t *testing.T) {
		w, room, g := start(t)
		w.chain.Clock().Advance(29 * time.Minute)
		g.Touch()
		w.chain.Clock().Advance(29 * time.Minute)
		if s := g.settled("two quiet times"); !s.Purse.Open {
			t.Fatal("it is locked although the person was there between")
		}
		w.chain.Clock().Advance(2 * time.Minute)
		if s := g.until("it is locked", locked); !s.Purse.Idle {
			t.Error("it does not say why")
		}
		g.until("the key is gone", func(runner.Snapshot) bool { room.mu.Lock(); defer room.mu.Unlock(); return room.ends == 1 })
		if s := g.set("it opens again", g.MakePurse); !s.Open || s.Idle {
			t.Errorf("%+v", s)
		}
	})
	t.Run("before whoever finds the computer awake can use it", func(t *testing.T) {
		w, _, g := start(t)
		w.chain.Clock().Advance(31 * time.Minute)
		g.Touch() // the first key that is pressed after the sleep
		if s := g.settled("a key is pressed"); s.Purse.Open {
			t.Error("it is open")
		}
	})
	t.Run("not while a task has not ended", func(t *testing.T) {
		w, _, g := start(t)
		g.fund(1)
		w.chain.Pause()
		id := g.order(task.SD, sd(t, 1))
		g.reaches(id, job.ApprovalPending)
		w.chain.Clock().Advance(31 * time.Minute)
		g.Touch()
		w.chain.Clock().Advance(31 * time.Minute)
		g.Touch()
		if s := g.settled("an hour has passed"); !s.Purse.Open {
			t.Error("it is locked under a running task")
		}
		w.chain.Resume()
		g.finish(id)
		w.chain.Clock().Advance(31 * time.Minute)
		g.until("it is locked", locked)
	})
}

func TestPurseLockLoadsThePageAnew(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	g.LockPurse()
	g.until("it is loaded anew", func(runner.Snapshot) bool { return g.reloads() == 1 })
	if s, _ := g.now(); s.Purse.Open || s.Purse.Leaving {
		t.Errorf("%+v", s.Purse)
	}

	t.Run("once the wallet has answered and its answer is saved", func(t *testing.T) {
		g.set("it is open", g.MakePurse)
		asked, answer := make(chan struct{}), make(chan struct{})
		g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			if method == "eth_sendTransaction" {
				asked <- struct{}{}
				<-answer
			}
			return ask()
		})
		g.FundPurse(1)
		<-asked
		g.LockPurse()
		s := g.until("it says that it waits", func(s runner.Snapshot) bool { return s.Purse.Leaving })
		if s.Purse.Open || g.reloads() != 1 {
			t.Errorf("open %t, loaded anew %d times", s.Purse.Open, g.reloads())
		}
		if g.settled("meanwhile"); g.reloads() != 1 {
			t.Error("the page is gone while the wallet asks for money")
		}
		answer <- struct{}{}
		<-asked // for the CNX
		answer <- struct{}{}
		g.until("it is loaded anew", func(runner.Snapshot) bool { return g.reloads() == 2 })
	})
	t.Run("not before a job's prompt is saved", func(t *testing.T) {
		g.conn.stand(nil)
		g.set("it is open", g.MakePurse)
		g.LockPurse()
		g.until("it is loaded anew", func(runner.Snapshot) bool { return g.reloads() == 3 })
		g.Direct(true)
		asked, answer := make(chan struct{}), make(chan struct{})
		g.conn.stand(func(_ context.Context, method string, _ any, ask asking) (json.RawMessage, error) {
			switch method {
			case "eth_sign": // as a wallet that has it answers without parameters
				return json.RawMessage(`"0x"`), nil
			case "eth_sendTransaction":
				close(asked)
				<-answer
			}
			return ask()
		})
		id := g.order(task.SD, sd(t, 1))
		<-asked
		g.LockPurse()
		g.until("it says that it waits", func(s runner.Snapshot) bool { return s.Purse.Leaving })
		if g.settled("meanwhile"); g.reloads() != 3 {
			t.Error("the page is gone while the wallet asks for money")
		}
		close(answer)
		g.until("it is loaded anew", func(runner.Snapshot) bool { return g.reloads() == 4 })
		saved := false
		for _, s := range g.store.jobs() {
			saved = saved || s.ID == id && s.Approve.Hash != [32]byte{}
		}
		if !saved {
			t.Error("the page is gone before the wallet's answer was on disk")
		}
	})
}
