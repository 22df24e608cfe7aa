package runner

import (
	"context"
	"errors"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// numbered says whether a nonce that a node told may be used by the task wallet: the
// zero Fault if so. One that a transaction of this page has already means that the node
// is late, or that a reorganisation took that transaction out of its block. One beyond
// those that this browser has signed has to be shown by the transaction before it: a
// nonce that is told too high would wait for ever behind a gap.
func (r *Runner) numbered(ctx context.Context, s job.State, n network, h hand, nonce uint64) job.Fault {
	p, ok := h.(purseHand)
	if !ok {
		return job.Fault{} // wallets count for themselves
	}
	var next uint64
	if highest := p.purse.record.HighestNonce; highest != nil {
		next = *highest + 1
	}
	for _, other := range append(r.others(s), s) {
		if payerOf(other) != payerOf(s) {
			continue
		}
		for _, tx := range []job.Tx{other.Approve, other.Create, other.Cancel} {
			if tx.Raw == "" {
				continue
			}
			waits := other.ID != s.ID && !other.Phase.Ended()
			if tx.Nonce >= nonce && (tx.Mined != 0 || waits) {
				return job.Fault{Code: job.TxWaiting}
			}
			next = max(next, tx.Nonce+1)
		}
	}
	if nonce <= next {
		return job.Fault{}
	}
	found, err := n.chain.Find(ctx, s.Order.Account, nonce-1, 0)
	switch {
	case found != nil && p.purse.mine:
		return job.Fault{}
	case found != nil:
		return job.Fault{Code: job.PurseForeign, Reason: found.Hash.Hex()}
	case err != nil && !errors.Is(err, chain.ErrUnavailable):
		return chainFault(err)
	}
	if s.Tries < gapTries { // another device's may wait to be mined
		return job.Fault{Code: job.TxWaiting}
	}
	return job.Fault{Code: job.NonceGap, Need: *uint256.NewInt(nonce), Have: *uint256.NewInt(next)}
}

// gapTries is how often the transaction before an unknown nonce is looked for.
const gapTries = 6

// lookForGap looks whether a transaction of the task wallet waits behind nonces that
// nobody is about to use.
func (r *Runner) lookForGap(n network, id string) {
	i := r.index(id)
	if i < 0 || r.jobs.list[i].Order.Hand != job.ByTaskWallet {
		return
	}
	s, others := r.jobs.list[i], r.jobs.list
	between := map[uint64]bool{} // nonces of transactions that this page sends again itself
	for j := range others {
		if o := &others[j]; payerOf(*o) == payerOf(s) && !o.Phase.Ended() {
			for _, tx := range []*job.Tx{&o.Approve, &o.Create, &o.Cancel} {
				if tx.Raw != "" && tx.Mined == 0 {
					between[tx.Nonce] = true
				}
			}
		}
	}
	go func() {
		mined, pending, err := n.chain.Nonces(r.ctx, s.Order.Account)
		next := max(mined, pending)
		if err != nil || next >= s.Current().Nonce || between[next] {
			return
		}
		r.answer(s, job.Gap{At: r.now(), Next: next})
	}()
}
