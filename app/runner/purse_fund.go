package runner

import (
	"context"
	"errors"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// Funding is what a number of tasks costs.
type Funding struct {
	Tasks uint64
	// Native and CNX are what has to be sent for them, in base units; coins for gas
	// that are there already are counted.
	Native, CNX uint256.Int
}

// Funding plans how much to send for a number of tasks at the present price of gas.
func (t *Tab) Funding(ctx context.Context, tasks uint64) (Funding, error) {
	r, err := t.running()
	if err != nil {
		return Funding{Tasks: tasks}, err
	}
	plan, err := r.plan(ctx, r.present(), tasks, r.purseNow().record)
	return Funding{Tasks: tasks, Native: plan.Native, CNX: plan.CNX}, err
}

// present is the network of the page, for any goroutine.
func (r *Runner) present() network {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.network(r.published.Network.ID)
	n.Fee = r.published.Network.Fee // the profile's may be out of date
	return n
}

// plan reads what there is and says what is missing.
func (r *Runner) plan(ctx context.Context, n network, tasks uint64, record taskwallet.Record) (chain.Balances, error) {
	there, err := n.chain.Standing(ctx, record.Address)
	if err != nil {
		return chain.Balances{}, err
	}
	return taskwallet.TopUp(there.Balances, tasks, r.mostTasks(ctx), n.Fee, taskwallet.Ceilings(taskwallet.Gas{}), there.GasPrice)
}

// FundPurse has the connected wallet send coins for a number of tasks: native
// first, so that CNX never lies where it cannot be moved. What an earlier call
// has sent is waited for instead. Call it only from a click after the amounts
// were shown.
func (t *Tab) FundPurse(tasks uint64) {
	t.purseWork("Reading balances", func(ctx context.Context, r *Runner, n network, w Connection) error {
		p := r.purseNow()
		if err := p.mayFill(n); err != nil {
			return err
		}
		owner, to := r.account(), p.record.Address
		if before, err := r.settleTransfers(ctx, n, p.record); before || err != nil {
			return err
		}
		r.purseStep("Making sure that your wallet is on this network")
		r.purseAsks(true)
		if err := r.proveNow(ctx, w, n); err != nil {
			return err
		}
		n = r.present()
		plan, err := r.plan(ctx, n, tasks, p.record)
		if err != nil {
			return err
		}
		standing, err := n.chain.Standing(ctx, owner)
		if err != nil {
			return err
		}
		err = fill(plan, standing.Balances, uint256.Int{}, func(cnx bool, amount uint256.Int) error {
			r.purseStep("Confirm the " + coins(cnx) + " in your wallet")
			return r.pay(ctx, n, w, p.record, transfer{CNX: cnx, Amount: amount, Owner: owner, To: to})
		})
		if err != nil {
			return err
		}
		return r.funded(ctx, n, p, plan.CNX)
	})
}

// fill has both kinds of coins of a plan sent, native first, so that CNX never lies where
// it cannot be moved. Nothing is sent where the sender has not enough of both, gas for
// the sending included.
func fill(plan, have chain.Balances, gas uint256.Int, send func(cnx bool, amount uint256.Int) error) error {
	need := new(uint256.Int).Add(&plan.Native, &gas)
	switch {
	case have.CNX.Lt(&plan.CNX):
		return &shortOfCNX{need: plan.CNX, have: have.CNX}
	case have.Native.Lt(need):
		return &taskwallet.ShortError{Missing: *new(uint256.Int).Sub(need, &have.Native)}
	}
	if !plan.Native.IsZero() {
		if err := send(false, plan.Native); err != nil {
			return err
		}
	}
	err := send(true, plan.CNX)
	if charged := new(*chargedError); err != nil && !plan.Native.IsZero() && !errors.As(err, charged) {
		err = &chargedError{err, job.ChargedGasCoins}
	}
	return err
}

// coins names what is sent.
func coins(cnx bool) string {
	if cnx {
		return "CNX"
	}
	return "coins for gas"
}

// funded makes what was just put in the new budget.
func (r *Runner) funded(ctx context.Context, n network, p purse, budget uint256.Int) error {
	if err := r.store(ctx, Settings, budgetKey(p.record), []byte(budget.Dec())); err != nil {
		return err
	}
	if err := r.noteSwept(ctx, p.record, false); err != nil {
		return err
	}
	if p.open {
		if err := r.Vault.Allow(ctx, budget); err != nil {
			return err
		}
	}
	after, err := n.chain.Standing(ctx, p.record.Address)
	if err != nil {
		return err
	}
	r.post(func() {
		r.snap.Purse.Budget, r.snap.Purse.Spent = budget, uint256.Int{}
		r.purse.price = after.GasPrice
		r.pursed(after, n)
	})
	return nil
}

// shortOfCNX is an owner with fewer CNX than the plan needs.
type shortOfCNX struct{ need, have uint256.Int }

func (e *shortOfCNX) Error() string { return "runner: the owner has too few CNX" }
