package runner

import (
	"context"
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// proven names what was proved: that a wallet is on the very chain of a network.
type proven struct {
	wallet  Connection
	network string // id of the profile
}

// prove compares the chain of a wallet with that of a network, through the wallet
// itself: the id alone proves nothing (design.md 5). It is done once for each
// connection, chain and profile, before the first question to the person, and it
// asks the person nothing. The zero Fault is the proof.
func (r *Runner) prove(ctx context.Context, w Connection, n network) job.Fault {
	key := proven{w, n.ID}
	r.mu.Lock()
	proved, epoch := r.proved[key], r.epoch
	r.mu.Unlock()
	if proved {
		return job.Fault{}
	}
	f := r.proofFault(ctx, w, n, n.chain.Prove(ctx, w))
	if f.Zero() {
		r.mu.Lock()
		if r.epoch == epoch { // the wallet did not move meanwhile
			r.proved[key] = true
		}
		r.mu.Unlock()
	}
	r.post(func() {
		if r.wallet == w {
			r.snap.Session.Foreign = f.Code == job.ForeignChain
		}
	})
	return f
}

// proveNow compares the two chains again, whatever was proved before: money is
// about to go where it cannot be fetched back from. The error is a saying.
func (r *Runner) proveNow(ctx context.Context, w Connection, n network) error {
	if f := r.proofFault(ctx, w, n, n.chain.Prove(ctx, w)); !f.Zero() {
		return saying{f}
	}
	return nil
}

// unprove forgets all proofs: a wallet has come, gone or moved.
func (r *Runner) unprove() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	clear(r.proved)
}

// proofFault tells the wallet's trouble from our own node's.
func (r *Runner) proofFault(ctx context.Context, w Connection, n network, err error) job.Fault {
	var wallet *chain.WalletError
	switch {
	case err == nil:
		return job.Fault{}
	case errors.As(err, &wallet) && errors.Is(err, chain.ErrUnsupported):
		return job.Fault{Code: job.ForeignChain, Reason: "The wallet does not let this page see on which chain it is.", Detail: err.Error()}
	case errors.Is(err, chain.ErrWrongChain) && !errors.Is(err, chain.ErrSameID):
		if id, err := chain.ChainID(ctx, w); err == nil && id == n.ChainID {
			return otherNode(n) // it is ours that is elsewhere
		}
		return walletFault(err)
	case errors.As(err, &wallet), errors.Is(err, chain.ErrWrongChain):
		return walletFault(err)
	}
	r.chainReached(err)
	return chainFault(err)
}
