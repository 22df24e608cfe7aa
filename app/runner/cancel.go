package runner

import (
	"context"
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
)

// answer tells what came of an effect that was started for a state.
func (r *Runner) answer(s job.State, e job.Event) { r.event(s.ID, answerOf(s, e)) }

func answerOf(s job.State, e job.Event) job.Event {
	if s.Phase.Cancelling() {
		return job.OfCancel{Answer: e}
	}
	return e
}

func (r *Runner) metNow(f job.Fault) job.Event { return job.Met{At: r.now(), Fault: f} }

// cancelling reports whether the fee of a job is still being claimed back.
func (r *Runner) cancelling(id string) bool {
	i := r.index(id)
	return i >= 0 && r.jobs.list[i].Phase.Cancelling()
}

// checkCancel reads everything there is to know before the wallet is asked for a
// cancel. The contract is asked first, because the news that a task is finished may
// be there before its event is (protocol.md A.7, hazard).
func (r *Runner) checkCancel(ctx context.Context, s job.State, n network, h hand) job.Event {
	if f := h.ready(ctx, s, n); !f.Zero() {
		return r.metNow(f)
	}
	standing, err := n.chain.Standing(ctx, s.Order.Account)
	if err != nil {
		return r.metNow(chainFault(err))
	}
	if r.knowsMore(s, standing.Head) {
		return r.metNow(job.Fault{Code: job.TxWaiting})
	}
	task, err := n.chain.Task(ctx, s.TaskID)
	if err != nil {
		return r.metNow(chainFault(err))
	}
	if task.State() != chain.Running || standing.Time <= task.Deadline {
		return job.Moot{At: r.now()}
	}
	q := job.Quote{
		Native: standing.Native, CNX: standing.CNX, GasPrice: standing.GasPrice, BaseFee: standing.BaseFee,
		Block: standing.Head, Nonce: standing.Nonce, Mined: standing.Mined,
	}
	if f := h.reckon(s, &q); !f.Zero() {
		return r.metNow(f)
	}
	if f := r.numbered(ctx, s, n, h, q.Nonce); !f.Zero() {
		return r.metNow(f)
	}
	q.Gas, err = n.chain.Estimate(ctx, n.Contracts.CancelTask(s.Order.Account, s.TaskID))
	switch {
	case moot(err):
		return job.Moot{At: r.now()}
	case err != nil:
		return r.metNow(chainFault(err))
	}
	return job.CancelChecked{At: r.now(), Quote: q}
}

// moot reports whether a contract says that there is nothing to cancel, or not yet.
func moot(err error) bool {
	return errors.Is(err, chain.RevertNoTask) || errors.Is(err, chain.RevertCancelEarly)
}
