package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// UnlockPurse opens the task wallet with what this browser keeps; passphrase is
// "" where it is kept without. The wallet is not asked for anything.
func (t *Tab) UnlockPurse(passphrase string) {
	t.purseWork("Unlocking", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		record := r.purseNow().record
		switch {
		case record.Cipher == nil:
			return saying{job.Fault{Code: job.PurseNotKept}}
		case record.Cipher.By == taskwallet.ByBrowser:
			passphrase = ""
		case passphrase == "":
			return saying{job.Fault{Code: job.PursePassphrase}}
		}
		if _, err := r.Vault.Unseal(ctx, record, passphrase); err != nil {
			return keptFault(err)
		}
		return r.openPurse(ctx, record, n)
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

// list reads a setting that is a list; a missing one is empty.
func list[T any](ctx context.Context, r *Runner, key string) (l []T, err error) {
	text, ok, err := r.Store.Get(ctx, Settings, key)
	if err != nil || !ok {
		return nil, err
	}
	err = json.Unmarshal(text, &l)
	return l, err
}

// keepList keeps a setting that is a list. The error wraps errStore.
func (r *Runner) keepList(ctx context.Context, key string, list any) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return r.store(ctx, Settings, key, text)
}

// openPurse begins a session with the key that was made last, and saves its
// public record. Where the network has moved, the key is retired, or somebody else
// has it too, no session begins: the key is held, so that its backup can be written, and
// signs nothing.
func (r *Runner) openPurse(ctx context.Context, record taskwallet.Record, n network) error {
	standing, err := r.clientOf(record, n).Standing(ctx, record.Address)
	if err != nil {
		return err
	}
	_, known, err := r.stored(ctx, record.Identity)
	if err != nil {
		return err
	}
	if err := r.saveRecord(ctx, record, n); err != nil {
		return err
	}
	signed := r.activity(ctx, record)
	budget := r.budget(ctx, record, standing.CNX)
	swept, most := r.wasSwept(ctx, record), r.mostTasks(ctx)
	var stop error
	var stranger *hash
	switch moved := moved(record, n); {
	case record.RetiredAt != 0:
		stop = saying{job.Fault{Code: job.PurseRetired}}
	case standing.HasCode:
		stop = saying{job.Fault{Code: job.PurseTaken}}
	case moved != nil:
		stop = moved
	default:
		if err := r.Vault.Open(ctx, record.Identity, taskwallet.Gas{}, budget); err != nil {
			return err
		}
		if stranger, err = r.lookForStranger(ctx, n, record.Identity, !known || record.Kind == taskwallet.Host); err != nil {
			return err
		}
	}
	held := stop != nil
	if held && r.purseNow().open { // the backup would be that of the session of before
		held = false
		if err := r.Vault.Lock(ctx); err != nil {
			return err
		}
	}
	r.post(func() {
		r.purse = purse{record: record, made: true, open: stop == nil, held: held, swept: swept, price: standing.GasPrice}
		if stranger != nil {
			r.alarm(*stranger)
		}
		r.snap.Purse.Budget, r.snap.Purse.Spent, r.snap.Purse.MostTasks = budget, uint256.Int{}, most
		r.snap.Purse.Idle, r.snap.Purse.Leaving = false, false
		r.snap.Purse.Activity = signed
		r.snap.Purse.Used = !known && standing.Nonce > 0 && standing.CNX.IsZero()
		r.snap.Purse.Older = !known && standing.Nonce > 0
		r.showPurse(n)
		r.pursed(standing, n)
		r.followTransfers(n, record)
		r.touched.Store(r.now())
		r.watchIdle()
		r.showHosts()
		if stop == nil {
			r.goOnAfterUnlock()
		}
	})
	return stop
}
