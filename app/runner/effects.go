package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/proof"
	"crynux-dapp/app/task"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// perform starts the effects of a job. Each runs beside the owner and answers
// with an event; a panic in one becomes a Fault of its job.
func (r *Runner) perform(s job.State, effects []job.Effect) {
	for _, e := range effects {
		if s.Phase.Cancelling() && !r.cancelling(s.ID) {
			continue // finished meanwhile: nothing is claimed back any more
		}
		if checks(e) {
			if i := r.index(s.ID); i < 0 || r.jobs.list[i].Paused {
				continue // removed or paused while it was saved
			}
			if !r.turns.take(s) {
				continue // endTurn comes back to it
			}
			if h, ok := r.hand(s).(purseHand); ok && h.open {
				r.whenAlone(s, h.purse.record.Identity, func() { r.start(s, e) })
				continue
			}
		}
		r.start(s, e)
	}
}

// checks reports whether an effect reads everything before a payment or a cancel.
func checks(e job.Effect) bool {
	switch e.(type) {
	case job.Check, job.CheckCancel:
		return true
	}
	return false
}

// start performs one effect beside the owner.
func (r *Runner) start(s job.State, e job.Effect) {
	h := r.hand(s)
	others := r.sentByOthers(s.ID)
	ctx, over := r.leavable(s.ID)
	go func() {
		defer over()
		defer func() {
			if v := recover(); v != nil {
				r.answer(s, r.metNow(job.Fault{Code: job.Internal, Detail: fmt.Sprintf("%v\n%s", v, debug.Stack())}))
			}
		}()
		r.do(forJob(ctx, s.ID), s, h, e, others)
	}()
}

func (r *Runner) do(ctx context.Context, s job.State, h hand, e job.Effect, others map[common.Hash]bool) {
	n := r.network(s.Order.Network)
	if n.chain == nil {
		r.answer(s, r.metNow(job.Fault{Code: job.NetworkMismatch, Reason: "This page does not know the network " + s.Order.Network + "."}))
		return
	}
	switch e := e.(type) {
	case job.Wait:
		if err := r.Clock.Sleep(ctx, r.spread(millis(e.Millis))); paused(ctx) {
			return
		} else if err != nil {
			r.answer(s, r.metNow(job.Fault{Code: job.WalletSilent, Detail: err.Error()}))
			return
		}
		r.answer(s, job.Woke{At: r.now()})
	case job.Check:
		if e := r.check(ctx, s, n, h); !paused(ctx) {
			r.event(s.ID, e)
		}
	case job.AskApprove:
		r.event(s.ID, h.approve(ctx, s, n, e))
	case job.AskCreate:
		r.event(s.ID, h.create(ctx, s, n, e))
	case job.CheckCancel:
		r.answer(s, r.checkCancel(ctx, s, n, h))
	case job.AskCancel:
		r.answer(s, h.cancel(ctx, s, n, e))
	case job.Hasten:
		if h, ok := h.(purseHand); ok { // nobody else has signed bytes
			r.answer(s, h.hasten(ctx, s, n))
		}
	case job.Resend:
		r.chainReached(n.chain.SendRaw(ctx, []byte(e.Raw))) // whether it is known is asked anyway
	case job.Broadcast:
		r.broadcast(ctx, s, n, e.Raw, s.Current().Hash, others)
	case job.Search:
		r.search(ctx, s, n, e.Tx, others)
	case job.Upload:
		r.upload(ctx, s, n, h)
	case job.Fetch:
		r.fetch(ctx, s, n, h, e.Index)
	}
}

// spread makes a pause up to a quarter shorter, by chance.
func (r *Runner) spread(pause time.Duration) time.Duration {
	if r.Chance == nil {
		return pause
	}
	return pause - time.Duration(r.Chance()*float64(pause)/4)
}

func (r *Runner) event(id string, e job.Event) { r.post(func() { r.apply(id, e) }) }

func (r *Runner) met(id string, f job.Fault) { r.event(id, job.Met{At: r.now(), Fault: f}) }

func createTx(s job.State, n network) chain.Tx {
	return n.Contracts.CreateTask(s.Order.Account, uint8(s.Order.Kind), s.Order.Hash, s.Order.VRAM)
}

// check reads everything there is to know before anything is asked of the wallet.
func (r *Runner) check(ctx context.Context, s job.State, n network, h hand) job.Event {
	if f := h.able(ctx, s, n); !f.Zero() {
		return r.metNow(f)
	}
	p, err := n.chain.Preflight(ctx, s.Order.Account, uint8(s.Order.Kind), s.Order.VRAM)
	r.chainReached(err)
	if err != nil {
		return r.metNow(chainFault(err))
	}
	if f := rightToken(p, n); !f.Zero() {
		return r.metNow(f)
	}
	if r.knowsMore(s, p.Head.Number) {
		return r.metNow(job.Fault{Code: job.TxWaiting})
	}
	if f := r.outpriced(s); !f.Zero() {
		return r.metNow(f)
	}
	q := job.Quote{
		Native: p.Native, CNX: p.CNX, Allowance: p.Allowance, Fee: s.Order.Fee, GasPrice: p.GasPrice, BaseFee: p.Head.BaseFee, Nodes: p.FreeNodes,
		Skew: int64(p.Head.Time) - r.Clock.Now().Unix(), Block: p.Head.Number, Nonce: p.Nonce, Mined: p.Mined,
	}
	if f := h.reckon(s, &q); !f.Zero() {
		return r.metNow(f)
	}
	if f := r.numbered(ctx, s, n, h, q.Nonce); !f.Zero() {
		return r.metNow(f)
	}
	if q.Nodes < 3 && s.Order.Hand == job.ByTaskWallet && !q.CNX.Lt(&q.Fee) && r.runningOf(s) > 0 {
		return r.metNow(job.Fault{Code: job.NodesBusy})
	}
	if !q.Allowance.Lt(&q.Fee) && !q.CNX.Lt(&q.Fee) {
		q.Gas, err = n.chain.Estimate(ctx, createTx(s, n))
		switch {
		case errors.Is(err, chain.RevertAllowance) || errors.Is(err, chain.RevertTokens):
			// The contract wants more than the profile says. The newest payment tells
			// how much; it is only a hint (anybody may send CNX there), so the person
			// decides, and it is not looked at before the contract itself has said no.
			if now, err := n.chain.Holdings(ctx, s.Order.Account); err == nil && (now.Allowance.Lt(&q.Allowance) || now.CNX.Lt(&q.CNX)) {
				return r.metNow(job.Fault{Code: job.TxWaiting}) // another device has paid in between: all is read again
			}
			f := job.Fault{Code: job.FeeRaised, Have: q.Fee}
			if p.FeeHint.Gt(&q.Fee) {
				f.Need = p.FeeHint
			}
			return r.metNow(f)
		case err != nil:
			return r.metNow(chainFault(err))
		}
	}
	return job.Checked{At: r.now(), Quote: q}
}

// aBitLate is by how many blocks one endpoint is usually behind another at most.
// Where it seems to be more, the chain is another one than when the job was paid.
const aBitLate = 8

// knowsMore reports whether a transaction of the job's account was mined after this
// block: the endpoint that tells of it is a little later than the one that was asked
// before, and its nonce, allowance and balances are of the past.
func (r *Runner) knowsMore(s job.State, head uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.published.Jobs, func(other job.State) bool {
		mined := max(other.Approve.Mined, other.Create.Mined, other.Cancel.Mined)
		return other.Order.Network == s.Order.Network && other.Order.Account == s.Order.Account && mined > head && mined <= head+aBitLate
	})
}

func (r *Runner) upload(ctx context.Context, s job.State, n network, h hand) {
	params := relay.UploadParams{TaskArgs: s.Order.Args, TaskID: s.TaskID}
	signed, f := r.sign(ctx, s, n, h, params)
	if !f.Zero() {
		r.met(s.ID, f)
		return
	}
	soon := s.Trouble.Code != job.NotSynced || s.Tries < syncTries
	taker, err := n.relay.Upload(ctx, params, signed, soon)
	r.relayReached(err)
	if err != nil {
		r.met(s.ID, r.orphaned(ctx, s, n, err, r.refused(s, err, params)))
		return
	}
	r.event(s.ID, job.Uploaded{At: r.now(), TaskID: s.TaskID, Relay: taker})
}

// syncTries is how often a Relay may say that it has not seen a task yet, until another
// one is asked as well: about half a minute, where it usually lags by four seconds
// (protocol.md B.4).
const syncTries = 20

// orphaned tells a Relay that takes a task for another one: it knows no
// reorganisations (protocol.md B.4), so it keeps the creator and the hash that an id had
// in a block that is gone. The chain says whose it is now. Where a wallet signed, and no
// such thing was seen, a slip of the signature is likelier.
func (r *Runner) orphaned(ctx context.Context, s job.State, n network, err error, f job.Fault) job.Fault {
	signer := isFault(err, relay.SignerRefused) && (s.Reorgs > 0 || s.Order.Hand == job.ByTaskWallet)
	if !signer && !isFault(err, relay.HashMismatch) {
		return f
	}
	if t, err := n.chain.Task(ctx, s.TaskID); err == nil && t.Creator == s.Order.Account && t.TaskHash == s.Order.Hash {
		f.Code = job.RelayOrphan
	}
	return f
}

func (r *Runner) fetch(ctx context.Context, s job.State, n network, h hand, index int) {
	params := relay.ResultParams{ImageNum: strconv.Itoa(index), TaskID: s.TaskID}
	signed, f := r.sign(ctx, s, n, h, params)
	if !f.Zero() {
		r.met(s.ID, f)
		return
	}
	file, err := n.relay.Result(ctx, params, signed, s.Relay)
	r.relayReached(err)
	if err != nil {
		r.met(s.ID, r.orphaned(ctx, s, n, err, r.refused(s, err, params)))
		return
	}
	sum := sha256.Sum256(file)
	got := job.File{SHA256: hex.EncodeToString(sum[:]), Size: len(file)}
	result := []byte(s.Outcome.Result)
	if s.Order.Kind == task.SD {
		hash, err := r.Worker.ImageHash(ctx, file)
		if err != nil {
			r.met(s.ID, workerFault(err))
			return
		}
		compared := proof.Image(index, hash, result)
		got.Verified, got.Distance = compared.Verified(), compared.Distance
	} else {
		if _, err := task.DecodeAnswer(file); err != nil {
			r.met(s.ID, job.Fault{Code: job.ResultDamaged, Detail: err.Error()})
			return
		}
		got.Verified = proof.Text(file, result).Verified()
	}
	if err := r.Store.Put(ctx, Files, got.SHA256, file); err != nil {
		r.met(s.ID, storageFault(err))
		return
	}
	r.event(s.ID, job.Fetched{At: r.now(), Index: index, File: got, Result: s.Outcome.Result})
}

// chainReached and relayReached note for the page whether they answer.
func (r *Runner) chainReached(err error) {
	r.post(func() { r.snap.ChainDown = err != nil && chainFault(err).Code == job.ChainDown })
}

func (r *Runner) relayReached(err error) {
	r.post(func() { r.snap.RelayDown = err != nil && relayFault(err).Code == job.RelayDown })
}

// paid is what a mined transaction cost: gas in wei, and the CNX that moved to the
// Task contract.
func paid(n network, receipt *chain.Receipt) (gas, fee uint256.Int) {
	gas.Mul(&receipt.GasPrice, uint256.NewInt(receipt.GasUsed))
	for _, l := range receipt.Logs {
		event, err := n.Contracts.Event(l)
		if t, ok := event.(chain.Transfer); ok && err == nil && t.To == n.Contracts.Task {
			fee.Add(&fee, &t.Amount)
		}
	}
	return gas, fee
}
