package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// LockPurse ends the session: the key is overwritten and its program ended.
func (r *Runner) LockPurse() {
	r.post(func() {
		if r.Vault == nil {
			return
		}
		r.purse.open, r.snap.Purse.Open = false, false
		go func() { _ = r.Vault.Lock(r.ctx) }() // the program that held it is ended anyway
	})
}

// errStore is something about the task wallet that the browser did not keep.
var errStore = errors.New("runner: it is not saved")

// store saves; its error is errStore.
func (r *Runner) store(ctx context.Context, store, key string, value []byte) error {
	if err := r.Store.Put(ctx, store, key, value); err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

// openPurse begins a session and saves the public record.
func (r *Runner) openPurse(ctx context.Context, record taskwallet.Record, n network) error {
	if err := record.SameNetwork(n.Contracts, []string{n.Relay}); err != nil {
		return err
	}
	standing, err := n.chain.Standing(ctx, record.Address)
	if err != nil {
		return err
	}
	budget := r.budget(ctx, record, standing.CNX)
	if err := r.Vault.Open(ctx, record.Identity, taskwallet.Gas{}, budget); err != nil {
		return err
	}
	_, known, err := r.stored(ctx, record.Identity)
	if err != nil {
		return err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	if err := r.store(ctx, Keys, record.StoreKey(), text); err != nil {
		return err
	}
	stranger, err := r.lookForStranger(ctx, n, record.Identity, !known)
	if err != nil {
		return err
	}
	r.post(func() {
		r.purse = purse{record: record, made: true, open: true, price: standing.GasPrice}
		if stranger != nil {
			r.alarm(*stranger)
		}
		r.snap.Purse.Budget, r.snap.Purse.Spent = budget, uint256.Int{}
		r.showPurse(n)
		r.pursed(standing, n)
		r.followTransfers(n, record)
	})
	return nil
}
