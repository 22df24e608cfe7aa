package runner

import (
	"bytes"
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// mostNonces is how many transactions of the account are looked at. Wallets may
// choose another nonce than they are told, but not one that is far away.
const mostNonces = 20

// selectorAndSpender is the part of approve's calldata that a wallet does not let
// the person change.
const selectorAndSpender = 4 + 32

// search looks whether a transaction left although nobody told its hash.
func (r *Runner) search(ctx context.Context, s job.State, n network, sent job.Tx, others map[common.Hash]bool) {
	found, err := r.trace(ctx, n, outgoingOf(s, n, sent, others))
	if errors.Is(err, errUnshown) {
		found, err = nil, nil
	}
	r.chainReached(err)
	switch {
	case err != nil:
		r.answer(s, r.metNow(chainFault(err)))
	case found == nil:
		r.answer(s, r.metNow(job.Fault{Code: job.TxWaiting}))
	default:
		r.answer(s, found)
	}
}

// errUnshown is a transaction whose nonce is used and that the node does not show yet.
var errUnshown = errors.New("runner: the node does not show what used the nonce")

// outgoingOf is a transaction that a job has asked for; others have asked for others.
func outgoingOf(s job.State, n network, sent job.Tx, others map[common.Hash]bool) outgoing {
	return outgoing{from: s.Order.Account, nonce: sent.Nonce, block: sent.Block, hash: sent.Hash, signed: sent.Raw != "", is: func(found *chain.Transaction) bool {
		return !others[found.Hash] && isThe(found, s, n)
	}}
}

// trace says by the nonces of its sender what became of a transaction: Sent if it is
// mined, Replaced if its nonce was used for something else, NotSent if the nonces are
// unused from there on. nil means that a transaction waits which may be the one. The
// error may be errUnshown.
func (r *Runner) trace(ctx context.Context, n network, tx outgoing) (job.Event, error) {
	mined, pending, err := n.chain.Nonces(ctx, tx.from)
	if err != nil {
		return nil, err
	}
	var by *chain.Transaction // took its nonce
	for nonce := tx.nonce; nonce < min(mined, tx.nonce+mostNonces); nonce++ {
		found, err := n.chain.Find(ctx, tx.from, nonce, tx.block)
		if err != nil {
			return nil, err
		}
		if found != nil && tx.is(found) {
			return job.Sent{At: r.now(), Hash: found.Hash}, nil
		}
		if nonce == tx.nonce {
			by = found
		}
		if tx.signed {
			break
		}
	}
	switch {
	case pending > max(mined, tx.nonce):
		return nil, nil
	case by != nil:
		deep, err := r.deep(ctx, n, by.Block)
		if err != nil || !deep {
			return nil, err // it may still go the other way
		}
		return job.Replaced{At: r.now(), By: by.Hash}, nil
	case mined > tx.nonce:
		return nil, errUnshown
	}
	return job.NotSent{At: r.now()}, nil
}

// deep reports whether a block is so deep that something may be given up for it.
func (r *Runner) deep(ctx context.Context, n network, block uint64) (bool, error) {
	standing, err := n.chain.Standing(ctx, address{})
	return n.buried(block, standing.Head), err
}

// isThe reports whether a mined transaction is what the job asked for. The amount
// of an approval may have been changed in the wallet.
func isThe(found *chain.Transaction, s job.State, n network) bool {
	if s.Phase == job.AwaitApproval || s.Phase == job.ApprovalPending {
		want := n.Contracts.Approve(s.Order.Account, s.Quote.Fee)
		return found.To == want.To && bytes.HasPrefix(found.Data, want.Data[:selectorAndSpender])
	}
	want := createTx(s, n)
	if s.Phase.Cancelling() {
		want = n.Contracts.CancelTask(s.Order.Account, s.TaskID)
	}
	return found.To == want.To && bytes.Equal(found.Data, want.Data)
}

// sentByOthers are the transactions of all other jobs: two jobs may ask for the same.
func (r *Runner) sentByOthers(id string) map[common.Hash]bool {
	hashes := map[common.Hash]bool{}
	for _, s := range r.jobs.list {
		if s.ID != id {
			hashes[s.Approve.Hash], hashes[s.Create.Hash], hashes[s.Cancel.Hash] = true, true, true
		}
	}
	return hashes
}

// lookFor searches for what took the nonce of a transaction that the node does
// not know. Only one that is unknown for long is given up: nodes hear late of
// each other's transactions.
func (r *Runner) lookFor(n network, id string, long bool) {
	i := r.index(id)
	if i < 0 {
		return
	}
	s, others := r.jobs.list[i], r.sentByOthers(id)
	go func() {
		found, err := r.trace(r.ctx, n, outgoingOf(s, n, s.Current(), others))
		if _, lost := found.(job.NotSent); err != nil || found == nil || lost && !long {
			return // asked again after some more polls
		}
		r.answer(s, found)
	}()
}

// lookForOther tells that a payment failed which the wallet was asked for more than
// once, and whether another one went well: a wallet that counts for itself gives each
// request a nonce of its own, so that all are mined, and the allowance is used up by the
// first.
func (r *Runner) lookForOther(n network, s job.State, failed job.Reverted) {
	not := r.sentByOthers(s.ID)
	not[failed.Hash] = true
	go func() {
		for {
			found, err := r.trace(r.ctx, n, outgoingOf(s, n, s.Create, not))
			if err != nil || found == nil {
				return // asked again with the next poll
			}
			sent, ok := found.(job.Sent)
			if !ok {
				break
			}
			receipt, _, _, err := r.receipt(r.ctx, n, sent.Hash)
			if err != nil || receipt == nil {
				return
			}
			if receipt.OK {
				failed.Instead = sent.Hash
				break
			}
			not[sent.Hash] = true
		}
		r.answer(s, failed)
	}()
}
