package runner

import (
	"context"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// Approval is how much a task of the connected wallet lets the Task contract take,
// where an approval is needed at all. The zero value is exact: the price of that
// task. createTask has no price limit of its own, so this is the only one.
type Approval struct {
	Tasks     uint64 // for so many tasks at the present price; 0 and 1 are exact
	Unlimited bool
}

// MostApproved is the largest number of tasks that can be approved at once.
const MostApproved = 100

// amount is what to approve at a price; zero for exact.
func (a Approval) amount(fee uint256.Int) (most uint256.Int) {
	switch {
	case a.Unlimited:
		return job.Unlimited()
	case a.Tasks > 1:
		most.Mul(&fee, uint256.NewInt(min(a.Tasks, MostApproved)))
	}
	return most
}

// SetApproval chooses how much the next tasks of the connected wallet approve. It
// is not kept for the next visit: exact is where everybody starts.
func (t *Tab) SetApproval(a Approval) {
	t.act(func(r *Runner) { r.snap.Approval = a })
}

// Revocation is the last transaction that set the allowance to nothing.
type Revocation struct {
	Asking bool // the wallet asks the person now
	Hash   hash // of the transaction that is waited for; zero when none is
	Done   bool
	Left   uint256.Int // what is still approved after it, read again
	Fault  job.Fault   // what kept it
}

// revokeID is the turn of a revocation among the jobs of an account.
const revokeID = "revoke"

// Revoke has the connected wallet set the allowance of the Task contract to
// nothing, follows the transaction, and reads the allowance again. It waits for no
// job and lets none be paid meanwhile: they need the allowance.
func (t *Tab) Revoke() {
	t.act(func(r *Runner) {
		w, n, account := r.wallet, r.network(r.snap.Network.ID), r.snap.Session.Account
		now := r.snap.Session.Revocation
		if w == nil || n.Historical || now.Asking || now.Hash != (hash{}) {
			return
		}
		turn := job.State{ID: revokeID, Order: job.Order{Network: n.ID, ChainID: n.ChainID, Account: account}}
		if r.turns.taken[payerOf(turn)] != "" {
			r.snap.Session.Revocation = Revocation{Fault: job.Fault{Code: job.PayingNow}}
			return
		}
		r.turns.take(turn)
		tell := func(v Revocation) {
			r.post(func() {
				if r.wallet == w && r.snap.Session.Account == account {
					r.snap.Session.Revocation = v
				}
			})
		}
		r.snap.Session.Revocation = Revocation{Asking: true}
		h := walletHand{r: r, wallet: w}
		go func() {
			left, f := r.revoke(r.ctx, h, turn, n, tell)
			if f.Zero() {
				tell(Revocation{Done: true, Left: left})
			} else {
				tell(Revocation{Fault: f})
			}
			r.post(func() {
				r.endTurn(turn)
				r.refreshBalances()
			})
		}()
	})
}

// revoke does it, and returns what is approved afterwards.
func (r *Runner) revoke(ctx context.Context, h walletHand, turn job.State, n network, tell func(Revocation)) (left uint256.Int, f job.Fault) {
	if f := h.ready(ctx, turn, n); !f.Zero() {
		return left, f
	}
	account := turn.Order.Account
	_, nonce, err := n.chain.Nonces(ctx, account)
	if err != nil {
		r.chainReached(err)
		return left, chainFault(err)
	}
	tx := n.Contracts.Approve(account, uint256.Int{})
	tx.Nonce, tx.ChainID = &nonce, n.ChainID
	sent, err := chain.SendTransaction(ctx, h.wallet, tx)
	if err != nil {
		return left, walletFault(err)
	}
	tell(Revocation{Hash: sent})
	for { // until it is mined, or something else took its place: what counts is the allowance then
		if r.Clock.Sleep(ctx, pollSending.second) != nil {
			return left, job.Fault{Code: job.Interrupted}
		}
		mined, err := n.chain.Landed(ctx, account, sent)
		r.chainReached(err)
		if err == nil && (mined.Receipt != nil || mined.Nonce > nonce) {
			break
		}
	}
	for {
		has, err := n.chain.Holdings(ctx, account)
		r.chainReached(err)
		if err == nil {
			return has.Allowance, job.Fault{}
		}
		if r.Clock.Sleep(ctx, pollSending.second) != nil {
			return left, job.Fault{Code: job.Interrupted}
		}
	}
}
