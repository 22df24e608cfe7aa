package runner

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain"
)

// outgoing is a transaction that belongs to no job and may be on its way.
type outgoing struct {
	from  address
	nonce uint64
	block uint64 // newest when it was asked for
	hash  hash   // zero = not known yet
	// is reports whether a mined transaction of this sender and nonce is the one:
	// wallets speed up under another hash.
	is func(*chain.Transaction) bool
}

// Why a transaction outside of a job did not do what it was sent for.
var (
	errTransferFailed = errors.New("runner: the transfer was mined and failed")
	errNeverSent      = errors.New("runner: the transfer never left, or its place was taken by another transaction")
)

// settleEvery is how often the chain is asked about a transaction outside of a job.
const settleEvery = time.Second

// settle waits until a transaction is as deep in the chain as the network wants.
// Errors: errTransferFailed with the contract's reason, errNeverSent, that of ctx.
func (r *Runner) settle(ctx context.Context, n network, tx outgoing) error {
	for unknown := 0; ; {
		receipt, head, known, err := r.receipt(ctx, n, tx.hash)
		switch {
		case err != nil:
			if !passes(err) {
				return err
			}
		case receipt != nil && !receipt.OK:
			reason, _ := n.chain.Failure(ctx, receipt) // without a reason it has failed as well
			return errors.Join(errTransferFailed, reason)
		case receipt != nil && head+1 >= receipt.Block+max(n.Confirmations, 1):
			return nil
		case receipt != nil || known:
			unknown = 0
		default:
			if unknown++; tx.hash == (hash{}) || unknown%unknownTicks == 0 {
				found, err := r.whatBecameOf(ctx, n, tx, unknown >= droppedTicks)
				if err != nil && !passes(err) {
					return err
				}
				if found != (hash{}) {
					tx.hash, unknown = found, 0
					continue
				}
			}
		}
		if err := r.Clock.Sleep(ctx, settleEvery); err != nil {
			return err
		}
	}
}

// receipt asks for a transaction by its hash; nothing is known of the zero hash.
func (r *Runner) receipt(ctx context.Context, n network, sent hash) (receipt *chain.Receipt, head uint64, known bool, err error) {
	if sent == (hash{}) {
		return nil, 0, false, nil
	}
	tick, err := n.chain.Poll(ctx, []common.Hash{sent}, noEvents, chain.Block{})
	r.chainReached(err)
	if err != nil {
		return nil, 0, false, err
	}
	return tick.Sent[0].Receipt, tick.Head.Number, tick.Sent[0].Tx != nil, nil
}

// noEvents is a block that no chain reaches: nobody asks what happened since.
const noEvents = 1 << 62

// whatBecameOf looks for a transaction by its nonce: its hash if it is mined; zero
// while it may still come. The error is errNeverSent if it cannot, which without
// a hash is certain when nothing of the sender waits, and with one when it was
// unknown for long.
func (r *Runner) whatBecameOf(ctx context.Context, n network, tx outgoing, long bool) (hash, error) {
	mined, pending, err := n.chain.Nonces(ctx, tx.from)
	if err != nil {
		return hash{}, err
	}
	switch {
	case mined > tx.nonce:
		found, err := n.chain.Find(ctx, tx.from, tx.nonce, tx.block)
		switch {
		case err != nil:
			return hash{}, err
		case found != nil && tx.is(found):
			return found.Hash, nil
		}
		return hash{}, errNeverSent
	case pending > tx.nonce:
		return hash{}, nil // something waits there
	case tx.hash == hash{}, long:
		return hash{}, errNeverSent
	}
	return hash{}, nil
}

// passes reports whether an error is about the endpoint and not about what was asked.
func passes(err error) bool {
	return errors.Is(err, chain.ErrUnavailable) || errors.Is(err, chain.ErrTimeout) || errors.Is(err, chain.ErrRateLimited) || errors.Is(err, chain.ErrMalformed)
}
