//go:build !js

package runner_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/chain/taskwallet/vault"
)

// keyRoom is the worker's side of the task wallet without a worker.
type keyRoom struct {
	w *world

	mu     sync.Mutex
	key    vault.Key
	signer *vault.Signer
	ends   int // how often it was locked
}

func (v *keyRoom) keep(k vault.Key, err error) (common.Address, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.key = k
	return k.Address(), err
}

func (v *keyRoom) Ready(context.Context) error { return nil }

func (v *keyRoom) Derive(_ context.Context, m taskwallet.Message, first, again []byte) (common.Address, error) {
	return v.keep(vault.Derive(m, first, again))
}
func (v *keyRoom) Random(context.Context) (common.Address, error) { return v.keep(vault.Random()) }
func (v *keyRoom) OpenBackup(_ context.Context, file []byte, password string) (common.Address, error) {
	return v.keep(vault.OpenKeystore(file, password))
}
func (v *keyRoom) Unseal(_ context.Context, r taskwallet.Record, passphrase string) (common.Address, error) {
	return v.keep(vault.Unseal(r, v.w.box(passphrase)))
}

func (v *keyRoom) Open(_ context.Context, id taskwallet.Identity, gas taskwallet.Gas, budget uint256.Int) (err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.signer, err = vault.Open(v.key, vault.Session{Record: id, Gas: gas, Budget: budget, Now: v.w.chain.Clock().Now})
	return err
}

func (v *keyRoom) open() (*vault.Signer, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.signer == nil {
		return nil, &taskwallet.Error{Refusal: taskwallet.Locked}
	}
	return v.signer, nil
}

func (v *keyRoom) Allow(_ context.Context, budget uint256.Int) error {
	s, err := v.open()
	if err == nil {
		s.Allow(budget)
	}
	return err
}

func (v *keyRoom) SweepTo(_ context.Context, typed string) error {
	s, err := v.open()
	if err != nil {
		return err
	}
	return s.SweepTo(typed)
}

func (v *keyRoom) SignTx(ctx context.Context, i taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	s, err := v.open()
	if err != nil {
		return taskwallet.Signed{}, err
	}
	return s.SignTx(ctx, i, nonce, gas, price)
}

func (v *keyRoom) SignText(ctx context.Context, text []byte) ([]byte, error) {
	s, err := v.open()
	if err != nil {
		return nil, err
	}
	return s.SignText(ctx, text)
}

func (v *keyRoom) Backup(_ context.Context, password string) ([]byte, error) {
	return v.key.Keystore(password)
}
func (v *keyRoom) Seal(_ context.Context, id taskwallet.Identity, passphrase string) (taskwallet.Cipher, error) {
	return v.key.Seal(id, v.w.box(passphrase))
}

func (v *keyRoom) Lock(context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.signer != nil {
		v.signer.Lock()
	}
	v.key.Lock()
	v.signer, v.ends = nil, v.ends+1
	return nil
}

// box is what keeps keys: a passphrase, or the key of this world's only browser.
func (w *world) box(passphrase string) vault.Box {
	if passphrase != "" {
		return vault.Passphrase(passphrase)
	}
	block, err := aes.NewCipher(bytes.Repeat([]byte{7}, 32))
	w.must(err)
	gcm, err := cipher.NewGCM(block)
	w.must(err)
	return vault.Browser(
		func(iv, text, additional []byte) ([]byte, error) { return gcm.Seal(nil, iv, text, additional), nil },
		func(iv, text, additional []byte) ([]byte, error) { return gcm.Open(nil, iv, text, additional) },
	)
}

// home is this machine, where nothing else is said.
func (w *world) home() runner.Home {
	w.Helper()
	place, err := taskwallet.PlaceOf(cmp.Or(w.href, "http://127.0.0.1:8080/"))
	w.must(err)
	site, err := place.Site("")
	w.must(err)
	return runner.Home{Place: place, Site: site, Former: w.former}
}

// idle waits until what was asked of the task wallet is over, and how.
func (g *page) idle(what string) runner.Purse {
	g.w.Helper()
	s := g.until(what, func(s runner.Snapshot) bool { return s.Purse.Step == "" })
	if !s.Purse.Fault.Zero() {
		g.w.Fatalf("%s: %+v", what, s.Purse.Fault)
	}
	return s.Purse
}

// purse makes the task wallet of a person with today's wallet.
func (g *page) purse() runner.Purse {
	g.w.Helper()
	g.MakePurse()
	g.until("the task wallet is open", func(s runner.Snapshot) bool { return s.Purse.Open || !s.Purse.Fault.Zero() })
	return g.idle("making it")
}

func (g *page) fund(tasks uint64) runner.Purse {
	g.w.Helper()
	g.FundPurse(tasks)
	g.until("the task wallet has money", func(s runner.Snapshot) bool { return !s.Purse.CNX.IsZero() || !s.Purse.Fault.Zero() })
	return g.idle("funding it")
}

func TestPursePaysWithoutPromptsAndGivesEverythingBack(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	before := len(p.Prompts())
	made := g.purse()
	g.fund(3)
	if n := len(p.Prompts()) - before; n != 4 {
		t.Errorf("%d prompts to set up and fund, want 4: two signatures and two transfers", n)
	}
	for _, order := range []struct {
		kind task.Kind
		args []byte
	}{{task.SD, sd(t, 2)}, {task.SD, sd(t, 1)}, {task.GPT, gpt(t)}} {
		id := g.order(order.kind, order.args)
		done := g.finish(id)
		if done.Order.Account != made.Address {
			t.Errorf("created by %s", done.Order.Account)
		}
	}
	if n := len(p.Prompts()) - before; n != 4 {
		t.Errorf("%d prompts after three tasks, want none after the fourth", n)
	}
	if n := w.created(made.Address); n != 3 {
		t.Errorf("%d tasks on chain, want 3", n)
	}
	g.SweepPurse("")
	g.until("it is empty", func(s runner.Snapshot) bool { return s.Purse.Step == "" && s.Purse.Native.IsZero() })
	native, tokens := w.holds(made.Address)
	if !native.IsZero() || !tokens.IsZero() {
		t.Errorf("%s wei and %s CNX stayed", native.Dec(), tokens.Dec())
	}
	_, owner := w.holds(p.account)
	if owner != cnx(210) {
		t.Errorf("the owner has %s CNX, want 300 - 3 × 30", job.Decimal(owner, 18))
	}
}

func TestPurseOpensAgainWithOneSignature(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	made := g.purse()
	g.fund(1)

	for name, s := range map[string]*store{"after a reload": g.store, "in another copy of the page": onDisk(newDisk())} {
		w.vault = &keyRoom{w: w}
		again := w.reopen(p, s)
		again.connect()
		if s == g.store {
			again.until("the locked one is shown", func(s runner.Snapshot) bool { return s.Purse.Made && !s.Purse.Open && s.Purse.Known })
		}
		before := len(p.Prompts())
		if got := again.purse(); got.Address != made.Address {
			t.Errorf("%s: %s, was %s", name, got.Address, made.Address)
		}
		if n := len(p.Prompts()) - before; n != 1 {
			t.Errorf("%s: %d signatures, want 1", name, n)
		}
	}
}

func TestPurseRefusals(t *testing.T) {
	t.Run("a locked one pays for nothing", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		made := g.purse()
		g.fund(1)
		g.LockPurse()
		g.until("it is locked", func(s runner.Snapshot) bool { return !s.Purse.Open })
		g.Submit(task.SD, sd(t, 1))
		s := g.until("it says so", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.PurseLocked })
		if len(s.Jobs) != 0 || w.created(made.Address) != 0 {
			t.Error("a job was started")
		}
	})
	t.Run("an owner without CNX sends no gas either", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(20), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		made := g.purse()
		g.FundPurse(1)
		g.until("it says so", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.NotEnoughCNX })
		if native, _ := w.holds(made.Address); !native.IsZero() {
			t.Error("coins for gas were sent")
		}
	})
	t.Run("a wallet on another chain of the same id is found out", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		g.purse()
		other, err := devchain.Start(t.Context(), devchain.Options{Clock: devchain.NewClock(rate)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { other.Close() })
		p.ReplaceChain(other)
		before := len(p.Prompts())
		g.FundPurse(1)
		g.until("it says so", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.ForeignChain })
		if n := len(p.Prompts()) - before; n != 0 {
			t.Errorf("the person was asked %d times", n)
		}
	})
}
