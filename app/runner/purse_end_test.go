//go:build !js

package runner_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/relay/devrelay"
)

// keeper is a page with an open task wallet, on a network with some endpoints.
func keeper(t *testing.T, endpoints int) (*world, person, *page) {
	w := begin(t, setup{})
	for len(w.net.RPC) < endpoints {
		s := httptest.NewServer(w.chain)
		t.Cleanup(s.Close)
		w.net.RPC = append(w.net.RPC, s.URL)
	}
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	return w, p, g
}

// end is the last four characters of an address.
func end(p runner.Purse) string { return p.Address.Hex()[38:] }

// refused fails unless a change was refused as unsafe.
func (g *page) refused(what, why string, change func()) {
	g.w.Helper()
	before := g.stored()
	s := g.set(what, change)
	if s.Fault.Code != job.PurseUnsafe || !strings.Contains(s.Fault.Reason, why) {
		g.w.Errorf("%s: %+v", what, s.Fault)
	}
	if !s.Made || g.stored() != before {
		g.w.Errorf("%s: the record was changed", what)
	}
}

// TestPurseIsDeletedOnlyWhereNothingIsLost is test 11 of taskwallet.md.
func TestPurseIsDeletedOnlyWhereNothingIsLost(t *testing.T) {
	typed := func(g *page) {
		g.w.Helper()
		s, _ := g.now()
		g.refused("other characters", "not the end", func() { g.DeletePurse("0000") })
		if got := g.set("typed", func() { g.DeletePurse(end(s.Purse)) }); got.Made || !got.Fault.Zero() || g.stored() != "" {
			g.w.Errorf("%+v, stored %s", got, g.stored())
		}
	}
	free := func(g *page, want bool) runner.Remains {
		g.w.Helper()
		left, err := g.PurseRemains(g.w.Context())
		g.w.must(err)
		if left.Free != want {
			g.w.Errorf("free %t, %+v", left.Free, left)
		}
		return left
	}
	t.Run("empty, seen by two", func(t *testing.T) {
		_, _, g := keeper(t, 2)
		free(g, true)
		if got := g.set("deleted", func() { g.DeletePurse("") }); got.Made || got.Open || !got.Fault.Zero() || g.stored() != "" {
			t.Errorf("%+v, stored %s", got, g.stored())
		}
		if got := g.set("it can be made again", g.MakePurse); !got.Open || got.Number != 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("seen by one", func(t *testing.T) {
		_, _, g := keeper(t, 1)
		if left := free(g, false); left.Endpoints != 1 {
			t.Errorf("%+v", left)
		}
		g.refused("not typed", "Only one node", func() { g.DeletePurse("") })
		typed(g)
	})
	t.Run("seen by one host twice", func(t *testing.T) {
		w, p, g := keeper(t, 1)
		g.close()
		w.net.RPC = append(w.net.RPC, w.net.RPC[0]+"/other")
		w.vault = &keyRoom{w: w}
		g = w.reopen(p, onDisk(g.store.disk))
		g.connect()
		g.until("it is found", func(s runner.Snapshot) bool { return s.Purse.Made })
		g.refused("not typed", "Only one node", func() { g.DeletePurse("") })
	})
	t.Run("the second does not answer", func(t *testing.T) {
		w, _, g := keeper(t, 2)
		g.http.fail(w.net.RPC[1], errors.New("down"))
		g.refused("not typed", "Only one node", func() { g.DeletePurse("") })
	})
	t.Run("money left", func(t *testing.T) {
		_, _, g := keeper(t, 2)
		g.fund(1)
		if left := free(g, false); left.CNX != cnx(30) || left.Native.IsZero() || !left.WayBack || left.Endpoints != 2 {
			t.Errorf("%+v", left)
		}
		g.refused("not typed", "still money", func() { g.DeletePurse("") })
		typed(g)
	})
	t.Run("no way back", func(t *testing.T) {
		_, _, g := keeper(t, 2)
		g.set("a key by chance", g.MakeRandomPurse)
		if left := free(g, false); left.WayBack {
			t.Errorf("%+v", left)
		}
		g.refused("not typed", "backup", func() { g.DeletePurse("") })
		file, err := g.Backup(t.Context(), passphrase)
		if err != nil {
			t.Fatal(err)
		}
		g.set("the backup is proven", func() { g.OpenBackup(file, passphrase) })
		if got := g.set("deleted", func() { g.DeletePurse("") }); !got.Fault.Zero() {
			t.Errorf("%+v", got.Fault)
		}
	})
	t.Run("a fee can come back", func(t *testing.T) {
		w, _, g := keeper(t, 2)
		g.fund(1)
		w.nodes.SetFaults(devrelay.NodeFaults{Silent: true})
		id := g.order(task.SD, sd(t, 1))
		g.reaches(id, job.Running)
		if left := free(g, false); left.Refundable != 1 {
			t.Errorf("%+v", left)
		}
		g.refused("deleting", "can still come to it", func() { g.DeletePurse("") })
		g.refused("retiring", "can still come to it", g.RetirePurse)
	})
	t.Run("a locked one", func(t *testing.T) {
		_, _, g := keeper(t, 2)
		g.set("it stays", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
		g = g.again()
		if got := g.set("deleted", func() { g.DeletePurse("") }); got.Made || g.stored() != "" {
			t.Errorf("%+v, stored %s", got, g.stored())
		}
	})
}

func TestPurseIsRetired(t *testing.T) {
	_, p, g := keeper(t, 1)
	first, _ := g.now()
	g.set("it stays", func() { g.RememberPurse(taskwallet.ByBrowser, "") })
	g.fund(1)
	g.refused("with money in it", "still money", g.RetirePurse)
	g.SweepPurse("")
	g.until("it is empty", func(s runner.Snapshot) bool { return s.Purse.Step == "" && s.Purse.Native.IsZero() })
	got := g.set("retired", g.RetirePurse)
	if got.Made || got.Open || !got.Fault.Zero() {
		t.Errorf("%+v", got)
	}
	g.until("the next number is known", func(s runner.Snapshot) bool { return s.Purse.Number == 1 })
	if text := g.stored(); strings.Contains(text, "cipher") || !strings.Contains(text, `"retiredAt"`) {
		t.Errorf("stored %s", text)
	}
	prompts := len(p.Prompts())
	next := g.set("the next key", g.MakePurse)
	if next.Number != 1 || next.Address == first.Purse.Address || !next.Open {
		t.Errorf("%+v", next)
	}
	if n := len(p.Prompts()) - prompts; n != 2 {
		t.Errorf("%d signatures for a key that was never used, want 2", n)
	}
	g = g.again()
	if s, _ := g.now(); s.Purse.Address != next.Address {
		t.Errorf("after the reload: %s", s.Purse.Address)
	}
	g.set("it is empty and retired", g.RetirePurse)
	if next := g.set("the third key", g.MakePurse); next.Number != 2 {
		t.Errorf("number %d", next.Number)
	}
}

func TestPurseThatIsRetiredSignsNothing(t *testing.T) {
	w, _, g := keeper(t, 1)
	first, _ := g.now()
	file, err := g.Backup(t.Context(), passphrase)
	w.must(err)
	g.set("retired", g.RetirePurse)
	got := g.set("its backup is opened", func() { g.OpenBackup(file, passphrase) })
	if got.Open || !got.Held || !got.Retired || got.Fault.Code != job.PurseRetired || got.Address != first.Purse.Address {
		t.Errorf("%+v", got)
	}
	g.Submit(task.SD, sd(t, 1))
	g.until("nothing is paid", func(s runner.Snapshot) bool { return s.Purse.Fault.Code == job.PurseLocked })
	if got := g.set("nothing goes in", func() { g.FundPurse(1) }); got.Fault.Code != job.PurseRetired || !got.CNX.IsZero() {
		t.Errorf("%+v", got)
	}
}

// TestPurseThatWasRetiredElsewhere is a second browser, which has no record of it.
func TestPurseThatWasRetiredElsewhere(t *testing.T) {
	w, p, g := keeper(t, 1)
	if s, _ := g.now(); s.Purse.Used {
		t.Error("a fresh key passes for a used one")
	}
	g.fund(1)
	g.set("swept", func() { g.SweepPurse("") })
	g.set("retired", g.RetirePurse)
	next := g.set("the next key", g.MakePurse)
	g.close()

	w.vault = &keyRoom{w: w}
	g = w.reopen(p, onDisk(newDisk()))
	g.connect()
	if s := g.set("opened", g.MakePurse); !s.Open || s.Number != 0 || !s.Used {
		t.Errorf("%+v", s)
	}
	g.set("retired here as well", g.RetirePurse)
	if s := g.set("the next key", g.MakePurse); s.Address != next.Address || s.Number != 1 {
		t.Errorf("%+v", s)
	}
}
