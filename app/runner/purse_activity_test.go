//go:build !js

package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/chain/taskwallet"
)

func TestPurseListsEverythingItSigns(t *testing.T) {
	w, _, g := keeper(t, 1)
	g.fund(1)
	id := g.order(task.SD, sd(t, 2))
	done := g.finish(id)
	g.set("swept", func() { g.SweepPurse("") })

	// The newest first; a result is signed for once, however often it is asked for.
	want := []struct {
		what runner.What
		file string
		job  bool
	}{
		{runner.SignedCoins, "", false}, {runner.SignedResult, "1", true}, {runner.SignedResult, "0", true},
		{runner.SignedUpload, "", true}, {runner.SignedCreate, "", true}, {runner.SignedApprove, "", true},
	}
	check := func(s runner.Snapshot) {
		t.Helper()
		got := s.Purse.Activity
		if len(got) != len(want) {
			t.Fatalf("%d signatures, want %d: %+v", len(got), len(want), got)
		}
		last := w.chain.Clock().Now().UnixMilli()
		for i, a := range got {
			ofJob := a.Job == id && a.Title == done.Order.Title
			if a.What != want[i].what || a.File != want[i].file || ofJob != want[i].job || a.At > last || a.At < last-3_600_000 {
				t.Errorf("%d: %+v, want %+v", i, a, want[i])
			}
			last = a.At
		}
		if a := got[4]; a.Tx != done.Create.Hash || a.Amount != cnx(30) {
			t.Errorf("payment %+v", a)
		}
		if a := got[3]; a.Task != done.TaskID || a.Tx != (common.Hash{}) {
			t.Errorf("upload %+v", a)
		}
	}
	check(g.until("all is listed", func(s runner.Snapshot) bool { return len(s.Purse.Activity) >= len(want) }))
	g.store.until(w, "all is stored", func(settings map[string][]byte) bool {
		for key, text := range settings {
			var list []runner.Signature
			if len(key) > 9 && key[:9] == "activity-" && json.Unmarshal(text, &list) == nil && len(list) == len(want) {
				return true
			}
		}
		return false
	})
	g = g.again()
	s, _ := g.now()
	check(s)
	g.set("opened", g.MakePurse)
	s, _ = g.now()
	check(s)
}

func TestPurseKeepsTheNewestSignatures(t *testing.T) {
	w, _, g := keeper(t, 1)
	g.fund(1)
	s, _ := g.now()
	g.close()
	old := make([]runner.Signature, 200)
	for i := range old {
		old[i] = runner.Signature{What: runner.SignedStatus, Task: uint64(1000 - i)}
	}
	text, err := json.Marshal(old)
	w.must(err)
	key := fmt.Sprintf("activity-%s", taskwallet.Identity{Address: s.Purse.Address, ChainID: w.net.ChainID}.StoreKey())
	w.must(g.store.Put(t.Context(), runner.Settings, key, text))
	g = g.again()
	g.set("opened", g.MakePurse)
	g.SweepPurse("")
	s = g.until("two more are listed", func(s runner.Snapshot) bool {
		a := s.Purse.Activity
		return len(a) > 1 && a[1].What == runner.SignedSweep
	})
	if a := s.Purse.Activity; len(a) != 200 || a[199].Task != 1000-197 {
		t.Errorf("%d, the oldest %+v", len(a), a[len(a)-1])
	}
}

// crashing is a worker that ends over a question.
type crashing struct {
	runner.Vault
	dead atomic.Bool
}

func (v *crashing) SignTx(ctx context.Context, i taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	if v.dead.Load() {
		return taskwallet.Signed{}, taskwallet.Locked.Because("no worker holds a key")
	}
	return v.Vault.SignTx(ctx, i, nonce, gas, price)
}

func (v *crashing) SignText(ctx context.Context, text []byte) ([]byte, error) {
	if v.dead.Load() {
		return nil, taskwallet.Locked.Because("no worker holds a key")
	}
	return v.Vault.SignText(ctx, text)
}

// crashable is a page whose task wallet is funded, and whose worker can crash.
func crashable(t *testing.T) (*page, *crashing) {
	t.Helper()
	w := begin(t, setup{})
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	worker := &crashing{Vault: &keyRoom{w: w}}
	w.vault = worker
	g := w.open(p)
	g.purse()
	g.fund(1)
	return g, worker
}

func TestPurseWhoseWorkerCrashedIsLocked(t *testing.T) {
	g, worker := crashable(t)
	worker.dead.Store(true)
	id := g.order(task.SD, sd(t, 1))
	g.stops(id, job.PurseLocked)
	if s := g.until("the page knows", func(s runner.Snapshot) bool { return !s.Purse.Open }); !s.Purse.Made {
		t.Error("it is forgotten")
	}
	worker.dead.Store(false)
	g.set("opened again", g.MakePurse)
	g.retry(id)
	g.finish(id)
}

// TestPurseThatIsOpenedLetsPaidTasksGoOn: what only lacks a signature for the Relay
// costs nothing more.
func TestPurseThatIsOpenedLetsPaidTasksGoOn(t *testing.T) {
	g, worker := crashable(t)
	id := g.order(task.SD, sd(t, 1))
	g.when(id, "is paid", func(s job.State) bool { return s.Phase == job.Running })
	worker.dead.Store(true)
	g.stops(id, job.PurseLocked)
	worker.dead.Store(false)
	g.set("opened again", g.MakePurse)
	g.finish(id)
}

func TestPurseTaskWaitsForNodesThatAreBusy(t *testing.T) {
	w := begin(t, setup{}) // four nodes
	p := w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault = &keyRoom{w: w}
	g := w.open(p)
	g.purse()
	g.fund(2)
	first, second := g.order(task.SD, sd(t, 1)), g.order(task.SD, sd(t, 1))
	g.when(second, "waits for nodes", func(s job.State) bool { return s.Trouble.Code == job.NodesBusy })
	g.finish(first)
	g.finish(second)
}
