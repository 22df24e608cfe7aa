//go:build !js

package runner_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/chain/taskwallet/vault"
)

const shop = "https://shop.example"

// hostsOf is the part of a keyRoom that makes the keys of hosts.
func hostsOf(v runner.Vault) runner.HostVault {
	h, _ := v.(runner.HostVault)
	return h
}

func (v *keyRoom) HostAddress(_ context.Context, origin string) (common.Address, error) {
	s, err := v.open()
	if err != nil {
		return common.Address{}, err
	}
	return s.HostAddress(origin)
}

func (v *keyRoom) SignHostTx(ctx context.Context, origin string, i taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	s, err := v.open()
	if err != nil {
		return taskwallet.Signed{}, err
	}
	return s.SignHostTx(ctx, origin, i, nonce, gas, price)
}

// handOver gives the purse of a host to a frame of its own, as page and worker do.
func (v *keyRoom) handOver(frame *page, room *keyRoom, id taskwallet.Identity) error {
	s, err := v.open()
	if err != nil {
		return err
	}
	scalar, _, err := s.HandOver(shop)
	if err != nil {
		return err
	}
	frame.TakeHostPurse(id, func(context.Context) (common.Address, error) { return room.keep(vault.Adopt(scalar)) }, func() {})
	return nil
}

// TestPurseOfAHost: the person puts the price of one task in, the frame pays with it
// without any wallet, the cap is reached, and what is left comes back.
func TestPurseOfAHost(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	room := &keyRoom{w: w}
	w.vault = room
	g := w.open(p)
	mine := g.purse()
	g.fund(3)
	framed := &keyRoom{w: w}
	w.vault = framed
	frame := w.reopen(p, onDisk(newDisk())) // no wallet is connected there
	w.vault = room

	plan, err := g.HostFunding(t.Context(), shop, 1)
	if err != nil || plan.CNX != cnx(30) || plan.Native.IsZero() {
		t.Fatalf("%+v, %v", plan, err)
	}
	var id taskwallet.Identity
	before := len(p.Prompts())
	g.FundHost(shop, 1, func(_ context.Context, made taskwallet.Identity) error {
		id = made
		return room.handOver(frame, framed, made)
	})
	frame.until("the purse is open", func(s runner.Snapshot) bool { return s.Purse.Open && s.Purse.Known })
	if id.Kind != taskwallet.Host || id.Owner != mine.Address || len(p.Prompts()) != before {
		t.Errorf("%+v after %d prompts", id, len(p.Prompts())-before)
	}
	if native, tokens := w.holds(id.Address); native != plan.Native || tokens != plan.CNX {
		t.Errorf("%s wei and %s CNX are in it", native.Dec(), tokens.Dec())
	}
	s := g.until("it is listed", func(s runner.Snapshot) bool {
		return s.Purse.Step == "" && len(s.Purse.Hosts) == 1 && s.Purse.Hosts[0].Known
	})
	if h := s.Purse.Hosts[0]; h.Origin != shop || h.Address != id.Address || h.CNX != cnx(30) {
		t.Errorf("%+v", h)
	}

	done := frame.finish(frame.order(task.SD, sd(t, 1)))
	if done.Order.Account != id.Address || done.Order.Hand != job.ByTaskWallet {
		t.Errorf("paid by %s", done.Order.Account)
	}
	frame.until("the cap is reached", func(s runner.Snapshot) bool { return s.Purse.Tasks == 0 })
	beyond := frame.order(task.SD, sd(t, 1))
	if stopped := frame.reaches(beyond, job.Failed); stopped.TaskID != 0 || w.created(id.Address) != 1 {
		t.Errorf("%s after %d tasks", stopped.Fault.Code, w.created(id.Address))
	}

	// Another visit of the frame gets the same purse, without anything being sent.
	sent, ready := w.sent(mine.Address), make(chan struct{})
	g.FundHost(shop, 0, func(_ context.Context, again taskwallet.Identity) error {
		defer close(ready)
		if again.Address != id.Address {
			t.Errorf("another purse: %s", again.Address)
		}
		return nil
	})
	<-ready
	g.idle("opening it again")
	if n := w.sent(mine.Address); n != sent {
		t.Errorf("%d transactions for nothing", n-sent)
	}

	g.SweepHost(shop)
	g.until("it is empty", func(s runner.Snapshot) bool {
		return s.Purse.Step == "" && len(s.Purse.Hosts) == 1 && s.Purse.Hosts[0].Known && s.Purse.Hosts[0].Native.IsZero()
	})
	if native, tokens := w.holds(id.Address); !native.IsZero() || !tokens.IsZero() {
		t.Errorf("%s wei and %s CNX stay", native.Dec(), tokens.Dec())
	}
	if _, tokens := w.holds(mine.Address); tokens != cnx(60) {
		t.Errorf("the task wallet has %s", job.CNX(tokens))
	}
}

func TestPurseOfAHostIsNotFilledBeyondTheTaskWallet(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	mine := g.purse()
	g.fund(1)
	sent := w.sent(mine.Address)
	handed := func(context.Context, taskwallet.Identity) error { return errors.New("handed over") }
	g.FundHost(shop, 2, handed)
	s := g.until("it is refused", func(s runner.Snapshot) bool { return s.Purse.Step == "" && !s.Purse.Fault.Zero() })
	if f := s.Purse.Fault; f.Code != job.NotEnoughCNX || f.Need != cnx(60) || w.sent(mine.Address) != sent {
		t.Errorf("%+v after %d transactions", f, w.sent(mine.Address)-sent)
	}
}

func TestFrameRefusesAForeignPurse(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	room := &keyRoom{w: w}
	w.vault = room
	g := w.open(p)
	mine := g.purse()
	record := taskwallet.Identity{
		V: taskwallet.Version, Kind: taskwallet.Host, Owner: mine.Address, Site: "localhost", ChainID: w.net.ChainID, Address: common.Address{1},
		Contracts: taskwallet.Contracts(w.net.Contracts), Relays: w.net.Relays, CreatedAt: 1,
	}
	framed := &keyRoom{w: w}
	w.vault = framed
	frame := w.reopen(p, onDisk(newDisk()))
	if err := room.handOver(frame, framed, record); err != nil {
		t.Fatal(err)
	}
	s := frame.until("it is refused", func(s runner.Snapshot) bool { return !s.Purse.Fault.Zero() })
	if s.Purse.Open || s.Purse.Fault.Code != job.PurseOtherKey {
		t.Errorf("%+v", s.Purse.Fault)
	}
}
