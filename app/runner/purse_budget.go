package runner

import (
	"context"
	"strconv"

	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// mostTasks is the ceiling of one funding (taskwallet.md §8): the shipped one, or
// what the person raised it to.
func (r *Runner) mostTasks(ctx context.Context) uint64 {
	text, ok, err := r.Store.Get(ctx, Settings, mostTasksKey)
	if err != nil || !ok {
		return taskwallet.MostTasks
	}
	most, err := strconv.ParseUint(string(text), 10, 16)
	if err != nil {
		return taskwallet.MostTasks
	}
	return min(max(most, taskwallet.MostTasks), mostEver)
}

const mostTasksKey = "most-tasks"

// mostEver bounds what the ceiling can be raised to: beyond it a task wallet is no
// longer small.
const mostEver = 1000

// SetMostTasks changes how many tasks may be funded at once, from the shipped
// ceiling up to 1000. Call it only from a click.
func (t *Tab) SetMostTasks(n uint64) {
	n = min(max(n, taskwallet.MostTasks), mostEver)
	t.act(func(r *Runner) {
		r.snap.Purse.MostTasks = n
		r.write(write{store: Settings, key: mostTasksKey, value: strconv.AppendUint(nil, n, 10)})
	})
}

// budgetKey is where the amount confirmed at the last funding is kept: so much may
// be spent after each unlocking before the person is asked again (taskwallet.md §9).
func budgetKey(record taskwallet.Record) string { return "budget-" + record.StoreKey() }

// budget is the amount confirmed at the last funding; what is there for a key
// that was funded elsewhere.
func (r *Runner) budget(ctx context.Context, record taskwallet.Record, there uint256.Int) uint256.Int {
	text, ok, err := r.Store.Get(ctx, Settings, budgetKey(record))
	if err != nil || !ok {
		return there
	}
	confirmed, err := uint256.FromDecimal(string(text))
	if err != nil {
		return there
	}
	return *confirmed
}

// allow sets the budget anew after a click that named it.
func (r *Runner) allow(amount uint256.Int, then func()) {
	go func() {
		err := r.Vault.Allow(r.ctx, amount)
		r.post(func() {
			if err != nil {
				r.snap.Purse.Fault = walletFault(err)
				return
			}
			r.snap.Purse.Budget, r.snap.Purse.Spent = amount, uint256.Int{}
			then()
		})
	}()
}

// purseNow is the task wallet as the owner goroutine has it, for others.
func (r *Runner) purseNow() purse {
	got := make(chan purse, 1)
	r.post(func() { got <- r.purse })
	select {
	case p := <-got:
		return p
	case <-r.ctx.Done():
		return purse{}
	}
}
