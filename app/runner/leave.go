package runner

import (
	"context"
	"errors"
)

// errPaused ends what is done for a job that was paused: nobody waits for its answer.
var errPaused = errors.New("runner: the job was paused")

// paused reports whether an effect was ended by a pause.
func paused(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errPaused) }

// Leave waits no longer for the wallet's answer to a job: what is asked now ends
// with the fault WalletSilent. Nothing is taken back in the wallet.
func (t *Tab) Leave(id string) {
	t.act(func(r *Runner) {
		if i := r.index(id); i >= 0 && r.jobs.list[i].Leavable() && r.leaves[id] != nil {
			r.leaves[id](nil)
		}
	})
}

// LeavePurse waits no longer for the wallet's answer about the task wallet. What
// was asked for and may still be confirmed is looked for before it is asked again.
func (t *Tab) LeavePurse() {
	t.act(func(r *Runner) {
		if r.snap.Purse.Asking {
			r.leavePurse()
		}
	})
}

// purseAsks notes whether the person's wallet is being asked now.
func (r *Runner) purseAsks(on bool) { r.post(func() { r.snap.Purse.Asking = on }) }

// leavable is the context of one effect of a job: it ends when the effect is over
// or the job is left.
func (r *Runner) leavable(id string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(r.ctx)
	r.leaves[id] = cancel
	return ctx, func() { cancel(nil) }
}
