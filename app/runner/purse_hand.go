package runner

import (
	"context"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// purseHand is the task wallet: nobody is asked, and what it signs is saved before
// it is sent.
type purseHand struct {
	r     *Runner
	open  bool
	purse purse
}

func (h purseHand) ready(ctx context.Context, s job.State, n network) job.Fault {
	return h.able(ctx, s, n)
}

func (h purseHand) able(_ context.Context, _ job.State, n network) job.Fault {
	switch {
	case !h.open:
		return job.Fault{Code: job.PurseLocked}
	case h.purse.stranger != nil:
		return job.Fault{Code: job.PurseForeign, Reason: h.purse.stranger.Hex()}
	}
	if err := h.purse.record.SameNetwork(n.Contracts, n.Relays); err != nil {
		return walletFault(err)
	}
	return job.Fault{}
}

// reckon approves for all jobs of the account together, and refuses a price of gas
// that nobody can be said to have confirmed (taskwallet.md §5, §9).
func (h purseHand) reckon(s job.State, q *job.Quote) job.Fault {
	if h.purse.mine && q.Nonce > q.Mined {
		return job.Fault{Code: job.TxWaiting} // another device is at it: one transaction at a time
	}
	q.Due = h.r.due(s)
	shown := h.shown(s)
	if err := (taskwallet.Price{Max: q.GasPrice, Shown: shown}).Check(); err != nil {
		return job.Fault{Code: job.GasPriceRaised, Need: q.GasPrice, Have: shown, Detail: err.Error()}
	}
	return job.Fault{}
}

// shown is the price of gas that the person confirmed for a job.
func (h purseHand) shown(s job.State) uint256.Int {
	if s.Order.GasPrice.IsZero() {
		return h.purse.price
	}
	return s.Order.GasPrice
}

func (h purseHand) approve(ctx context.Context, s job.State, n network, e job.AskApprove) job.Event {
	gas := taskwallet.Ceilings(taskwallet.Gas{}).Approve
	return h.signTx(ctx, s, taskwallet.Approve{Amount: e.Amount}, s.Approve.Nonce, gas)
}

func (h purseHand) create(ctx context.Context, s job.State, n network, e job.AskCreate) job.Event {
	cancel := taskwallet.Ceilings(taskwallet.Gas{}).Cancel
	if err := taskwallet.MayCreate(s.Quote.Native, e.Gas, cancel, h.r.runningOf(s), s.Quote.GasPrice); err != nil {
		return job.NotAsked{At: h.r.now(), Fault: walletFault(err)}
	}
	signed := h.signTx(ctx, s, h.createIntent(s), s.Create.Nonce, e.Gas)
	if _, ok := signed.(job.Signed); ok {
		h.r.post(func() { h.r.snap.Purse.Spent.Add(&h.r.snap.Purse.Spent, &s.Quote.Fee) })
	}
	return signed
}

func (h purseHand) cancel(ctx context.Context, s job.State, _ network, e job.AskCancel) job.Event {
	return h.signTx(ctx, s, taskwallet.Cancel{ID: s.TaskID}, s.Cancel.Nonce, e.Gas)
}

func (purseHand) createIntent(s job.State) taskwallet.Intent {
	return taskwallet.Create{Kind: uint8(s.Order.Kind), TaskHash: s.Order.Hash, VRAM: s.Order.VRAM, Fee: s.Quote.Fee}
}

func (h purseHand) signTx(ctx context.Context, s job.State, intent taskwallet.Intent, nonce, gas uint64) job.Event {
	if !h.open {
		return job.NotAsked{At: h.r.now(), Fault: job.Fault{Code: job.PurseLocked}}
	}
	price := taskwallet.Offer(s.Quote.GasPrice, s.Quote.BaseFee, h.shown(s), s.Quote.Native, gas)
	return h.signAt(ctx, s, intent, nonce, gas, price)
}

// hasten signs the transaction that waits once more, at the present price of gas
// and an eighth more than before at least.
func (h purseHand) hasten(ctx context.Context, s job.State, n network) job.Event {
	standing, err := n.chain.Standing(ctx, s.Order.Account)
	if err != nil {
		return job.Met{At: h.r.now(), Fault: chainFault(err)}
	}
	tx, gas, intent := s.Create, s.Quote.Gas, h.createIntent(s)
	switch s.Phase {
	case job.ApprovalPending:
		tx, gas, intent = s.Approve, taskwallet.Ceilings(taskwallet.Gas{}).Approve, taskwallet.Approve{Amount: s.Allowance()}
	case job.CancelPending:
		tx, gas, intent = s.Cancel, s.Cancel.Limit, taskwallet.Cancel{ID: s.TaskID}
	}
	price := taskwallet.Offer(standing.GasPrice, standing.BaseFee, h.shown(s), standing.Native, gas)
	least := taskwallet.Price{Max: tx.Price, Tip: tx.Tip, Dynamic: price.Dynamic}.Faster()
	if least.Max.Gt(&price.Max) {
		price.Max = least.Max
	}
	if least.Tip.Gt(&price.Tip) {
		price.Tip = least.Tip
	}
	e := h.signAt(ctx, s, intent, tx.Nonce, gas, price)
	if not, ok := e.(job.NotAsked); ok { // it still waits at the old price
		return job.Met(not)
	}
	return e
}

func (h purseHand) signAt(ctx context.Context, s job.State, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) job.Event {
	signed, err := h.r.signTx(ctx, h.purse.record.Identity, intent, nonce, gas, price)
	if err != nil {
		f := walletFault(err)
		if f.Code == job.PurseOverBudget {
			f.Need = s.Quote.CNX // all that is there: the new budget the person may confirm
		}
		return job.NotAsked{At: h.r.now(), Fault: f}
	}
	return job.Signed{At: h.r.now(), Raw: job.Bytes(signed.Raw), Hash: signed.Hash, Price: price.Max, Tip: price.Tip}
}

// signTx has the key sign a transaction and notes its nonce: what else appears on
// chain is not by this browser.
func (r *Runner) signTx(ctx context.Context, id taskwallet.Identity, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	signed, err := r.Vault.SignTx(ctx, intent, nonce, gas, price)
	if err == nil {
		err = r.noteNonce(ctx, id, nonce) // before it is sent
	}
	return signed, err
}

func (h purseHand) sign(ctx context.Context, _ job.State, _ network, text []byte) ([]byte, job.Fault) {
	if !h.open {
		return nil, job.Fault{Code: job.PurseLocked}
	}
	signed, err := h.r.Vault.SignText(ctx, text)
	if err != nil {
		return nil, walletFault(err)
	}
	return signed, job.Fault{}
}

func (purseHand) patient() bool { return false }

// gasPriceShown is the price of gas that the page shows before a payment of the
// task wallet.
func (r *Runner) gasPriceShown() uint256.Int {
	if a := r.snap.Ahead; a.Known && a.Account == r.purse.record.Address {
		return a.Preflight.GasPrice
	}
	return r.purse.price
}

// runningOf counts the other tasks of a job's account that may need a cancel.
func (r *Runner) runningOf(s job.State) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.published.Jobs {
		if other.ID != s.ID && other.Order.Account == s.Order.Account && other.Unsettled() && other.Imported == 0 {
			n++
		}
	}
	return n
}
