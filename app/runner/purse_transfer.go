package runner

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// transfer is a payment from the owner's wallet into the task wallet. It is saved
// before the wallet is asked and forgotten when it has arrived, so that a reload
// in between sends nothing twice (taskwallet.md §8).
type transfer struct {
	CNX    bool        `json:"cnx,omitempty"` // else native coins
	Amount uint256.Int `json:"amount"`        // base units
	Owner  address     `json:"owner"`
	To     address     `json:"to"`
	Nonce  uint64      `json:"nonce"` // of the owner when the wallet was asked
	Block  uint64      `json:"block"` // newest then
	Hash   hash        `json:"hash"`  // zero until the wallet answered
}

func (t transfer) tx(n network) chain.Tx {
	tx := chain.Tx{From: t.Owner, To: t.To, Value: t.Amount}
	if t.CNX {
		tx = n.Contracts.Transfer(t.Owner, t.To, t.Amount)
	}
	tx.ChainID, tx.Nonce = n.ChainID, &t.Nonce
	return tx
}

func (t transfer) outgoing(n network) outgoing {
	want := t.tx(n)
	return outgoing{from: t.Owner, nonce: t.Nonce, block: t.Block, hash: t.Hash, is: func(found *chain.Transaction) bool {
		return found.To == want.To && found.Value == want.Value && bytes.Equal(found.Data, want.Data)
	}}
}

// pay has the owner's wallet send one transfer and waits until it has arrived.
func (r *Runner) pay(ctx context.Context, n network, w Connection, record taskwallet.Record, t transfer) error {
	standing, err := n.chain.Standing(ctx, t.Owner)
	if err != nil {
		return err
	}
	t.Nonce, t.Block = standing.Nonce, standing.Head
	if err := r.keepTransfers(ctx, record, []transfer{t}); err != nil {
		return err
	}
	r.purseAsks(true)
	t.Hash, err = chain.SendTransaction(ctx, w, t.tx(n))
	r.purseAsks(false)
	if err != nil {
		if f := walletFault(err); f.Answered() {
			return errors.Join(err, r.keepTransfers(ctx, record, nil))
		}
		return &chargedError{err, job.ChargedPerhaps} // it stays, and is looked for before the next one
	}
	if err := r.keepTransfers(ctx, record, []transfer{t}); err != nil {
		return err
	}
	r.purseStep("Waiting for the transfer to arrive")
	return r.arrive(ctx, n, record, t)
}

// arrive waits for a transfer and forgets it.
func (r *Runner) arrive(ctx context.Context, n network, record taskwallet.Record, t transfer) error {
	err := r.settle(ctx, n, t.outgoing(n))
	if err != nil && !errors.Is(err, errTransferFailed) && !errors.Is(err, errNeverSent) {
		return err
	}
	return errors.Join(err, r.keepTransfers(ctx, record, nil))
}

// chargedError is an error with what it may have cost.
type chargedError struct {
	error
	charge job.Charge
}

func (e *chargedError) Unwrap() error { return e.error }

// transfers are those that are not known to have arrived.
func (r *Runner) transfers(ctx context.Context, record taskwallet.Record) ([]transfer, error) {
	return list[transfer](ctx, r, transfersKey(record))
}

// keepTransfers saves what is on its way, and shows it.
func (r *Runner) keepTransfers(ctx context.Context, record taskwallet.Record, list []transfer) error {
	r.post(func() { r.showTransfers(record, list) })
	if len(list) == 0 {
		return r.Store.Delete(ctx, Settings, transfersKey(record))
	}
	return r.keepList(ctx, transfersKey(record), list)
}

func transfersKey(record taskwallet.Record) string { return "transfers-" + record.StoreKey() }

func (r *Runner) showTransfers(record taskwallet.Record, list []transfer) {
	if r.purse.record.Address != record.Address {
		return
	}
	r.snap.Purse.Payments = nil
	for _, t := range list {
		r.snap.Purse.Payments = append(r.snap.Purse.Payments, Payment{CNX: t.CNX, Amount: t.Amount, Hash: t.Hash})
	}
}

// followTransfers takes up what an earlier visit had sent into a task wallet.
func (r *Runner) followTransfers(n network, record taskwallet.Record) {
	go func() {
		list, err := r.transfers(r.ctx, record)
		if err != nil || len(list) == 0 {
			return
		}
		r.post(func() {
			if r.snap.Purse.Step != "" || r.following[record.Address] {
				return // whoever works on it looks at them first
			}
			r.following[record.Address] = true
			r.showTransfers(record, list)
			go func() {
				for _, t := range list {
					// Whatever became of it is seen by the balances; what cannot be read
					// now is looked at again before the next transfer.
					_ = r.arrive(r.ctx, n, record, t)
				}
				r.post(func() {
					delete(r.following, record.Address)
					r.refreshPurse()
				})
			}()
		})
	}()
}

// settleTransfers waits for what was sent before; ok tells that there was something.
func (r *Runner) settleTransfers(ctx context.Context, n network, record taskwallet.Record) (ok bool, err error) {
	list, err := r.transfers(ctx, record)
	if err != nil {
		return false, err
	}
	for _, t := range slices.Clone(list) {
		r.purseStep("Waiting for the transfer that was sent before")
		switch err := r.arrive(ctx, n, record, t); {
		case errors.Is(err, errNeverSent):
		case err != nil:
			return false, err
		default:
			ok = true
		}
	}
	return ok, nil
}
