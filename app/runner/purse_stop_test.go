//go:build !js

package runner_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/chain/taskwallet/vault"
)

// TestPurseStopsWhenTheNetworkHasMoved is test 20 of taskwallet.md.
func TestPurseStopsWhenTheNetworkHasMoved(t *testing.T) {
	for name, move := range map[string]func(*profile.Network){
		"Task contract":  func(n *profile.Network) { n.Contracts.Task = common.HexToAddress("0x0bad") },
		"token":          func(n *profile.Network) { n.Contracts.Token = common.HexToAddress("0x0bad") },
		"Node contract":  func(n *profile.Network) { n.Contracts.Node = common.HexToAddress("0x0bad") },
		"Relay":          func(n *profile.Network) { n.Relays = []string{"http://127.0.0.1:1"} },
		"one more Relay": func(n *profile.Network) { n.Relays = []string{n.Relays[0], "http://127.0.0.1:1"} },
	} {
		for way, unlock := range map[string]func(*page){
			"signature": func(g *page) { g.MakePurse() },
			"browser":   func(g *page) { g.UnlockPurse("") },
		} {
			t.Run(name+", by "+way, func(t *testing.T) {
				w := begin(t, setup{})
				p := w.person(coins(1), coins(300), devchain.WalletModern)
				w.vault = &keyRoom{w: w}
				g := w.open(p)
				made := g.purse()
				g.fund(2)
				if way == "browser" {
					g.set("it stays", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
				}
				was := w.net
				move(&w.net)
				g = g.again()

				s, _ := g.now()
				if s.Purse.Moved == nil || s.Purse.Moved.Record.Contracts != was.Contracts || s.Purse.Moved.Now.Contracts != w.net.Contracts ||
					!slices.Equal(s.Purse.Moved.Record.Relays, was.Relays) || !slices.Equal(s.Purse.Moved.Now.Relays, w.net.Relays) {
					t.Fatalf("both sides: %+v", s.Purse.Moved)
				}
				if s.Purse.CNX != cnx(60) {
					t.Errorf("it shows %s CNX, the 60 are in the token of before", s.Purse.CNX.Dec())
				}
				if got := g.set("unlocking stops", func() { unlock(g) }); got.Open || !got.Held || got.Fault.Code != job.PurseMoved {
					t.Errorf("open %t, held %t, %+v", got.Open, got.Held, got.Fault)
				}
				// The key belongs to the person all the same.
				file, err := g.Backup(t.Context(), passphrase)
				w.must(err)
				if key, err := vault.OpenKeystore(file, passphrase); err != nil || key.Address() != made.Address {
					t.Errorf("the backup is of %s, %v", key.Address(), err)
				}
				if got := g.set("the backup is proven", func() { g.OpenBackup(file, passphrase) }); !got.BackedUp || got.Open {
					t.Errorf("%+v", got)
				}
				prompts := len(p.Prompts())
				g.Submit(task.SD, sd(t, 1))
				g.until("nothing is paid", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.PurseLocked })
				if got := g.set("nothing is taken out", func() { g.SweepPurse("") }); got.Fault.Code != job.PurseLocked {
					t.Errorf("%+v", got.Fault)
				}
				if got := g.set("nothing goes in", func() { g.FundPurse(1) }); got.Fault.Code != job.PurseMoved {
					t.Errorf("%+v", got.Fault)
				}
				if s, _ := g.now(); len(s.Jobs) != 0 || len(p.Prompts()) != prompts {
					t.Error("something was started")
				}
				nonce, err := w.chain.Client().PendingNonceAt(t.Context(), made.Address)
				w.must(err)
				if nonce != 0 {
					t.Errorf("%d transactions", nonce)
				}
			})
		}
	}
}

// withCode answers that there is code at every account without any.
func withCode(_ string, answer []byte) []byte {
	return bytes.ReplaceAll(answer, []byte(`"result":"0x"}`), []byte(`"result":"0xef01000000000000000000000000000000000000000bad"}`))
}

func TestPurseWithCodeAtItsAddressIsLocked(t *testing.T) {
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	room := &keyRoom{w: w}
	w.vault = room
	g := w.open(p)
	made := g.purse()
	g.fund(1)

	w.chain.Pause()
	id := g.order(task.SD, sd(t, 1)) // what it spends is followed by a look at the balances
	g.reaches(id, job.ApprovalPending)
	g.http.setAlter(withCode)
	w.chain.Resume()
	s := g.until("it is locked", func(s runner.Snapshot) bool { return s.Purse.Taken && !s.Purse.Open })
	if s.Purse.Fault.Code != job.PurseTaken {
		t.Errorf("%+v", s.Purse.Fault)
	}
	g.until("the key is gone", func(runner.Snapshot) bool { room.mu.Lock(); defer room.mu.Unlock(); return room.ends == 1 })
	g.stops(id, job.PurseLocked)

	got := g.set("unlocking opens no session", g.MakePurse)
	if got.Open || !got.Held || got.Fault.Code != job.PurseTaken {
		t.Errorf("open %t, held %t, %+v", got.Open, got.Held, got.Fault)
	}
	file, err := g.Backup(t.Context(), passphrase)
	w.must(err)
	if key, err := vault.OpenKeystore(file, passphrase); err != nil || key.Address() != made.Address {
		t.Errorf("the backup is of %s, %v", key.Address(), err)
	}
	if got := g.set("nothing is sent", func() { g.SweepPurse("") }); got.Fault.Code != job.PurseLocked {
		t.Errorf("%+v", got.Fault)
	}
	if text := g.stored(); !strings.Contains(text, strings.ToLower(made.Address.Hex())) {
		t.Errorf("the record is gone: %s", text)
	}
}
