package runner

import (
	"context"
	"errors"
	"time"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// mostTasks is the ceiling of one funding (taskwallet.md §8).
const mostTasks = taskwallet.MostTasks

// Funding is what a number of tasks costs.
type Funding struct {
	Tasks       uint64
	Native, CNX uint256.Int
}

// Funding plans how much to send for a number of tasks at the present price of gas.
func (r *Runner) Funding(ctx context.Context, tasks uint64) (Funding, error) {
	n := r.present()
	standing, err := n.chain.Standing(ctx, r.account())
	if err != nil {
		return Funding{}, err
	}
	plan, err := taskwallet.Fund(tasks, mostTasks, n.Fee, taskwallet.Ceilings(taskwallet.Gas{}), standing.GasPrice)
	return Funding{Tasks: tasks, Native: plan.Native, CNX: plan.CNX}, err
}

// present is the network of the page, for any goroutine.
func (r *Runner) present() network {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.networks[r.published.Network.ID]
}

// FundPurse has the connected wallet send coins for a number of tasks: native
// first, so that CNX never lies where it cannot be moved. Call it only from a
// click after the amounts were shown.
func (r *Runner) FundPurse(tasks uint64) {
	r.purseWork("Reading balances", func(ctx context.Context, n network, w Connection) error {
		p := r.purseNow()
		if err := p.mayFill(n); err != nil {
			return err
		}
		owner, to := r.account(), p.record.Address
		if err := n.chain.Prove(ctx, w); err != nil {
			return err
		}
		standing, err := n.chain.Standing(ctx, owner)
		if err != nil {
			return err
		}
		plan, err := taskwallet.Fund(tasks, mostTasks, n.Fee, taskwallet.Ceilings(taskwallet.Gas{}), standing.GasPrice)
		if err != nil {
			return err
		}
		switch {
		case standing.CNX.Lt(&plan.CNX):
			return &shortOfCNX{need: plan.CNX, have: standing.CNX}
		case standing.Native.Lt(&plan.Native):
			return &taskwallet.ShortError{Missing: *new(uint256.Int).Sub(&plan.Native, &standing.Native)}
		}
		if !plan.Native.IsZero() {
			r.purseStep("Confirm the coins for gas in your wallet")
			tx := chain.Tx{From: owner, To: to, Value: plan.Native, ChainID: n.ChainID}
			if err := r.pay(ctx, n, w, tx, Payment{Amount: plan.Native}); err != nil {
				return err
			}
		}
		r.purseStep("Confirm the CNX in your wallet")
		tx := n.Contracts.Transfer(owner, to, plan.CNX)
		tx.ChainID = n.ChainID
		if err := r.pay(ctx, n, w, tx, Payment{CNX: true, Amount: plan.CNX}); err != nil {
			return err
		}
		after, err := n.chain.Standing(ctx, to)
		if err != nil {
			return err
		}
		if err := r.Store.Put(ctx, Settings, budgetKey(p.record), []byte(plan.CNX.Dec())); err != nil {
			return err
		}
		if p.open {
			if err := r.Vault.Allow(ctx, plan.CNX); err != nil {
				return err
			}
		}
		r.post(func() { r.purse.price = after.GasPrice; r.pursed(after, n) })
		return nil
	})
}

// pay has the wallet send one transfer and waits until it is mined. It is shown
// as pending meanwhile, so that nobody sends it twice.
func (r *Runner) pay(ctx context.Context, n network, w Connection, tx chain.Tx, p Payment) error {
	sent, err := chain.SendTransaction(ctx, w, tx)
	if err != nil {
		return err
	}
	p.Hash = sent
	r.post(func() { r.snap.Purse.Payments = append(r.snap.Purse.Payments, p) })
	r.purseStep("Waiting for the transfer to be mined")
	err = r.mined1(ctx, n, sent)
	r.post(func() {
		kept := r.snap.Purse.Payments[:0:0]
		for _, other := range r.snap.Purse.Payments {
			if other.Hash != sent {
				kept = append(kept, other)
			}
		}
		r.snap.Purse.Payments = kept
	})
	return err
}

// mined1 waits for one transaction.
func (r *Runner) mined1(ctx context.Context, n network, sent hash) error {
	head, err := n.chain.Standing(ctx, address{})
	if err != nil {
		return err
	}
	from := head.Head + 1
	for {
		tick, err := n.chain.Poll(ctx, []hash{sent}, from)
		switch {
		case err != nil && !errors.Is(err, chain.ErrUnavailable) && !errors.Is(err, chain.ErrTimeout) && !errors.Is(err, chain.ErrRateLimited):
			return err
		case err == nil && tick.Sent[0].Receipt != nil:
			if !tick.Sent[0].Receipt.OK {
				reason, _ := n.chain.Failure(ctx, tick.Sent[0].Receipt)
				return errors.Join(errTransferFailed, reason)
			}
			return nil
		}
		if err := r.Clock.Sleep(ctx, time.Second); err != nil {
			return err
		}
	}
}

var errTransferFailed = errors.New("runner: the transfer was mined and failed")

// SweepPurse sends everything to the owner, or to an address that the person typed
// in full; "" = the owner. CNX first, then what is left of the native coins
// (taskwallet.md §10). Native coins stay while a job may need them for a cancel.
func (r *Runner) SweepPurse(to string) {
	r.purseWork("Sending CNX back", func(ctx context.Context, n network, _ Connection) error {
		p := r.purseNow()
		if !p.open {
			return &taskwallet.Error{Refusal: taskwallet.Locked}
		}
		id := p.record.Identity
		target, err := r.sweepTarget(ctx, id, to)
		if err != nil {
			return err
		}
		standing, err := n.chain.Standing(ctx, id.Address)
		if err != nil {
			return err
		}
		price := taskwallet.Price{Max: standing.GasPrice, Shown: standing.GasPrice}
		if !standing.CNX.IsZero() {
			if err := r.sweep(ctx, n, id, taskwallet.SweepToken{To: target, Amount: standing.CNX}, standing.Nonce, price); err != nil {
				return err
			}
		}
		if r.runningOf(job.State{Order: job.Order{Account: id.Address}}) > 0 {
			return nil // the rest stays for a cancel; the page says so
		}
		r.purseStep("Sending the coins for gas back")
		if standing, err = n.chain.Standing(ctx, id.Address); err != nil {
			return err
		}
		if standing.Native.IsZero() {
			return nil
		}
		gas, err := n.chain.Gas(ctx, chain.Tx{From: id.Address, To: target, Value: *uint256.NewInt(1)})
		if err != nil {
			return err
		}
		value, err := taskwallet.SweepValue(standing.Native, gas, standing.GasPrice, uint256.Int{})
		if err != nil {
			return err
		}
		return r.sweep(ctx, n, id, taskwallet.SweepNative{To: target, Amount: value}, standing.Nonce, taskwallet.Price{Max: standing.GasPrice, Shown: standing.GasPrice}, gas)
	})
}

func (r *Runner) sweep(ctx context.Context, n network, id taskwallet.Identity, intent taskwallet.Intent, nonce uint64, price taskwallet.Price, gas ...uint64) error {
	limit := taskwallet.Ceilings(taskwallet.Gas{}).Transfer
	if len(gas) > 0 {
		limit = gas[0]
	}
	signed, err := r.Vault.SignTx(ctx, intent, nonce, limit, price)
	if err != nil {
		return err
	}
	if err := n.chain.SendRaw(ctx, signed.Raw); err != nil {
		return err
	}
	return r.mined1(ctx, n, signed.Hash)
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
				r.snap.Purse.Fault = purseFault(err)
				return
			}
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

// shortOfCNX is an owner with fewer CNX than the plan needs.
type shortOfCNX struct{ need, have uint256.Int }

func (e *shortOfCNX) Error() string { return "runner: the owner has too few CNX" }
