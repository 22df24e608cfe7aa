//go:build !js

package runner_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
)

const passphrase = "two foxes, one lighthouse"

// set changes the task wallet and waits until that is over.
func (g *page) set(what string, change func()) runner.Purse {
	g.w.Helper()
	ended := func() int {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.works
	}
	before := ended()
	change()
	return g.until(what, func(runner.Snapshot) bool { return ended() > before }).Purse
}

// again closes the page and opens it anew over the same disk, with a new worker.
func (g *page) again() *page {
	g.w.Helper()
	g.close()
	g.w.vault = &keyRoom{w: g.w}
	next := g.w.reopen(g.person, onDisk(g.store.disk))
	next.connect()
	next.until("the record is found", func(s runner.Snapshot) bool { return s.Purse.Made && s.Purse.Known })
	return next
}

// stored are the records of the keys as text.
func (g *page) stored() string {
	g.w.Helper()
	all, err := g.store.All(g.w.Context(), runner.Keys)
	g.w.must(err)
	slices.SortFunc(all, bytes.Compare) // the store keeps no order
	return string(bytes.Join(all, nil))
}

func TestPurseStaysInThisBrowser(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	made := g.purse()
	prompts := len(p.Prompts())

	unlocked := func(how, passphrase string) {
		t.Helper()
		g = g.again()
		if s, _ := g.now(); s.Purse.Open || string(s.Purse.Remembered) != how {
			t.Fatalf("after the reload: open %t, remembered %q, want %q", s.Purse.Open, s.Purse.Remembered, how)
		}
		prompts = len(p.Prompts())
		got := g.set("it is unlocked", func() { g.UnlockPurse(passphrase) })
		if !got.Open || got.Address != made.Address || !got.Fault.Zero() {
			t.Errorf("open %t at %s, %+v", got.Open, got.Address, got.Fault)
		}
		if n := len(p.Prompts()) - prompts; n != 0 {
			t.Errorf("the wallet asked %d times", n)
		}
	}

	g.set("it stays under a passphrase", func() { g.RememberPurse(taskwallet.ByPassphrase, passphrase) })
	if strings.Contains(g.stored(), passphrase) {
		t.Error("the passphrase is in the store")
	}
	unlocked("passphrase", passphrase)

	// The other way, in place of the first.
	g.set("it stays in this browser", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
	if text := g.stored(); strings.Count(text, `"cipher"`) != 1 || !strings.Contains(text, `"by":"browser"`) {
		t.Errorf("stored: %s", text)
	}
	unlocked("browser", "")

	g.set("it is forgotten", g.ForgetPurse)
	if strings.Contains(g.stored(), "cipher") {
		t.Error("the key is still stored")
	}
	if s, _ := g.now(); !s.Purse.Open {
		t.Error("forgetting has locked it")
	}
	g = g.again()
	got := g.set("nothing opens it", func() { g.UnlockPurse(passphrase) })
	if got.Open || got.Fault.Code != job.PurseNotKept {
		t.Errorf("%+v", got)
	}
	if got := g.set("the signature opens it", g.MakePurse); !got.Open || got.Address != made.Address {
		t.Errorf("the signature opens %s", got.Address)
	}
}

func TestPurseWithAWrongPassphraseStaysLocked(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	g.set("it stays", func() { g.RememberPurse(taskwallet.ByPassphrase, passphrase) })
	g = g.again()
	for _, wrong := range []string{"two foxes, two lighthouses", ""} {
		got := g.set("it is refused", func() { g.UnlockPurse(wrong) })
		if got.Open || got.Fault.Code != job.PursePassphrase {
			t.Errorf("%q: %+v", wrong, got)
		}
	}
	if got := g.set("the right one opens it", func() { g.UnlockPurse(passphrase) }); !got.Open || !got.Fault.Zero() {
		t.Errorf("%+v", got)
	}
}

func TestPurseThatMustNotStay(t *testing.T) {
	t.Run("where others share the origin", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault, w.href = &keyRoom{w: w}, "https://somebody.github.io/crynux/"
		g := w.open(p)
		if made := g.purse(); !made.Shared {
			t.Error("the page does not know it")
		}
		got := g.set("refused", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
		if got.Fault.Code != job.PurseNotKeepable || got.Remembered != "" || strings.Contains(g.stored(), "cipher") {
			t.Errorf("%+v", got)
		}
		if got := g.set("a passphrase is allowed", func() { g.RememberPurse(taskwallet.ByPassphrase, passphrase) }); got.Remembered != taskwallet.ByPassphrase {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a key by chance before its backup", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		g.MakeRandomPurse()
		g.until("it is made", func(s runner.Snapshot) bool { return s.Purse.Open && s.Purse.Step == "" })
		got := g.set("refused", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
		if got.Fault.Code != job.PurseNotKeepable || strings.Contains(g.stored(), "cipher") {
			t.Errorf("%+v", got)
		}
		g.set("a passphrase is allowed", func() { g.RememberPurse(taskwallet.ByPassphrase, passphrase) })
		got = g.set("forgetting the last copy is not", g.ForgetPurse)
		if got.Fault.Code != job.PurseUnsafe || got.Remembered != taskwallet.ByPassphrase {
			t.Errorf("%+v", got)
		}
		file, err := g.Backup(t.Context(), passphrase)
		w.must(err)
		g.set("the backup is proven", func() { g.OpenBackup(file, passphrase) })
		got = g.set("now it may stay", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
		if !got.Fault.Zero() || got.Remembered != taskwallet.ByBrowser {
			t.Errorf("%+v", got)
		}
		if got := g.set("and be forgotten", g.ForgetPurse); !got.Fault.Zero() || got.Remembered != "" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a locked one", func(t *testing.T) {
		w := begin(t, setup{})
		p := w.person(coins(1), coins(300), devchain.WalletModern)
		w.vault = &keyRoom{w: w}
		g := w.open(p)
		g.purse()
		g.LockPurse()
		g.until("it is locked", func(s runner.Snapshot) bool { return !s.Purse.Open })
		if got := g.set("refused", func() { g.RememberPurse(taskwallet.ByPassphrase, passphrase) }); got.Fault.Code != job.PurseLocked {
			t.Errorf("%+v", got)
		}
	})
}

func TestPurseWithABrokenRecordIsMadeAgain(t *testing.T) {
	w, _, g := keeper(t, 1)
	s, _ := g.now()
	key := taskwallet.Identity{Address: s.Purse.Address, ChainID: w.net.ChainID}.StoreKey()
	w.must(g.store.Put(t.Context(), runner.Keys, key, []byte(`{"v":1,"kind":"derived"`)))
	g.close()
	w.vault = &keyRoom{w: w}
	g = w.reopen(g.person, onDisk(g.store.disk))
	g.connect()
	if got := g.set("made", g.MakePurse); !got.Open || got.Address != s.Purse.Address || !got.Fault.Zero() {
		t.Errorf("%+v", got)
	}
	if text := g.stored(); !strings.Contains(text, `"relays"`) {
		t.Errorf("stored %s", text)
	}
}
