package runner

import (
	"context"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// SweepPurse sends everything to the owner, or to an address that the person typed
// in full; "" = the owner. CNX first, then what is left of the native coins
// (taskwallet.md §10). Nothing is sent while a confirmed job is
// not created yet, and native coins stay while a job may need them for a cancel.
func (t *Tab) SweepPurse(to string) {
	t.purseWork("Sending CNX back", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		p := r.purseNow()
		if !p.open {
			return &taskwallet.Error{Refusal: taskwallet.Locked}
		}
		id := p.record.Identity
		target, err := r.sweepTarget(ctx, id, to)
		if err != nil {
			return err
		}
		if r.payingFrom(id.Address) {
			return errPurseBusy // not even waited for: it has the turn
		}
		return r.alone(ctx, id, func(ctx context.Context) error {
			if r.payingFrom(id.Address) {
				return errPurseBusy
			}
			if err := r.sweepCNX(ctx, n, id, target, r.signs(id)); err != nil {
				return err
			}
			if err := r.noteSwept(ctx, p.record, true); err != nil {
				return err
			}
			if r.runningOf(job.State{Order: job.Order{Account: id.Address}}) > 0 {
				return nil // the rest stays for a cancel; the page says so
			}
			r.purseStep("Sending the coins for gas back")
			if err := r.sweepNative(ctx, n, id, target, r.signs(id)); err != nil {
				return &chargedError{err, job.ChargedCNX}
			}
			return nil
		})
	})
}

// noteSwept remembers whether the CNX were taken out: what comes back later is said.
func (r *Runner) noteSwept(ctx context.Context, record taskwallet.Record, swept bool) error {
	r.post(func() {
		if r.purse.record.Address == record.Address {
			r.purse.swept = swept
		}
	})
	if !swept {
		return r.Store.Delete(ctx, Settings, sweptKey(record))
	}
	return r.store(ctx, Settings, sweptKey(record), []byte("yes"))
}

func (r *Runner) wasSwept(ctx context.Context, record taskwallet.Record) bool {
	_, swept, err := r.Store.Get(ctx, Settings, sweptKey(record))
	return swept && err == nil
}

func sweptKey(record taskwallet.Record) string { return "swept-" + record.StoreKey() }

// signs signs a transaction of the account that is swept.
type signs func(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error)

// signs is the open task wallet's own hand.
func (r *Runner) signs(id taskwallet.Identity) signs {
	return func(ctx context.Context, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
		return r.signTx(ctx, id, intent, nonce, gas, price)
	}
}

func (r *Runner) sweepCNX(ctx context.Context, n network, id taskwallet.Identity, target address, sign signs) error {
	standing, err := r.quiet(ctx, n, id.Address)
	if err != nil || standing.CNX.IsZero() {
		return err
	}
	tx := n.Contracts.Transfer(id.Address, target, standing.CNX)
	gas, err := n.chain.Gas(ctx, tx)
	if err != nil {
		return err
	}
	gas = min(gas+gas/4, taskwallet.Ceilings(taskwallet.Gas{}).Transfer) // what is not used stays for the next step
	price := taskwallet.Offer(standing.GasPrice, standing.BaseFee, standing.GasPrice, standing.Native, gas)
	if err := taskwallet.Affords(standing.Native, gas, price.Max); err != nil {
		return err
	}
	return r.sweep(ctx, n, id, taskwallet.SweepToken{To: target, Amount: standing.CNX}, standing, gas, price, sign)
}

func (r *Runner) sweepNative(ctx context.Context, n network, id taskwallet.Identity, target address, sign signs) error {
	standing, err := r.quiet(ctx, n, id.Address)
	if err != nil || standing.Native.IsZero() {
		return err
	}
	// The true target may be a contract, or an account that became one: it costs more.
	gas, err := n.chain.Gas(ctx, chain.Tx{From: id.Address, To: target, Value: *uint256.NewInt(1)})
	if err != nil {
		return err
	}
	l1, err := n.chain.L1Fee(ctx, sweepSize)
	if err != nil {
		return err
	}
	price := taskwallet.SweepPrice(standing.GasPrice, standing.BaseFee)
	value, err := taskwallet.SweepValue(standing.Native, gas, price.Max, l1)
	if err != nil || value.IsZero() {
		return err
	}
	return r.sweep(ctx, n, id, taskwallet.SweepNative{To: target, Amount: value}, standing, gas, price, sign)
}

// sweepSize is how long a signed transfer of native coins is at most, in bytes.
const sweepSize = 130

// quiet reads where the task wallet stands once none of its transactions waits:
// what is swept must not be spent by another one.
func (r *Runner) quiet(ctx context.Context, n network, at address) (chain.Standing, error) {
	for {
		standing, err := n.chain.Standing(ctx, at)
		if err != nil {
			return standing, err
		}
		if standing.Mined == standing.Nonce {
			return standing, nil
		}
		r.purseStep("Waiting for a transaction of the task wallet")
		if err := r.Clock.Sleep(ctx, settleEvery); err != nil {
			return standing, err
		}
	}
}

// sweep signs, sends and waits.
func (r *Runner) sweep(ctx context.Context, n network, id taskwallet.Identity, intent taskwallet.Intent, s chain.Standing, gas uint64, price taskwallet.Price, sign signs) error {
	signed, err := sign(ctx, intent, s.Nonce, gas, price)
	if err != nil {
		return err
	}
	if err := n.chain.SendRaw(ctx, signed.Raw); err != nil {
		return err
	}
	return r.settle(ctx, n, outgoing{from: id.Address, nonce: s.Nonce, block: s.Head, hash: signed.Hash, signed: true, is: func(found *chain.Transaction) bool {
		return found.Hash == signed.Hash
	}})
}

// payingFrom reports whether a job of an account was confirmed and is not created yet.
func (r *Runner) payingFrom(account address) bool {
	for _, s := range r.others(job.State{}) {
		if s.Order.Account == account && paying(s) {
			return true
		}
	}
	return false
}
