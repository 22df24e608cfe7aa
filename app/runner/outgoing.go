package runner

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// outgoing is a transaction that may be on its way.
type outgoing struct {
	from  address
	nonce uint64
	block uint64 // newest when it was asked for
	hash  hash   // zero = not known yet
	// signed tells that its bytes are known: they have this nonce and no other.
	signed bool
	// is reports whether a mined transaction of this sender is the one: wallets speed up
	// under another hash.
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
// Errors: errTransferFailed with the contract's reason and its charge, errNeverSent, that
// of ctx.
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
			return &chargedError{errors.Join(errTransferFailed, reason), job.ChargedGas}
		case receipt != nil && head+1 >= receipt.Block+max(n.Confirmations, 1):
			return nil
		case receipt != nil || known:
			unknown = 0
		default:
			if unknown++; tx.hash == (hash{}) || unknown%unknownTicks == 0 {
				became, err := r.trace(ctx, n, tx)
				switch {
				case errors.Is(err, errUnshown):
					if unknown >= droppedTicks { // it is of long ago
						return errNeverSent
					}
				case err != nil && !passes(err):
					return err
				}
				switch became := became.(type) {
				case job.Sent:
					tx.hash, unknown = became.Hash, 0
					continue
				case job.Replaced:
					return errNeverSent
				case job.NotSent:
					if tx.hash == (hash{}) || unknown >= droppedTicks { // nodes hear late of each other's
						return errNeverSent
					}
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

// passes reports whether an error is about the endpoint and not about what was asked.
func passes(err error) bool {
	return errors.Is(err, chain.ErrUnavailable) || errors.Is(err, chain.ErrTimeout) || errors.Is(err, chain.ErrRateLimited) || errors.Is(err, chain.ErrMalformed)
}
