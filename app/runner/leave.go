package runner

import "context"

// Leave waits no longer for the wallet's answer to a job: what is asked now ends
// with the fault WalletSilent. Nothing is taken back in the wallet.
func (r *Runner) Leave(id string) {
	r.post(func() {
		if i := r.index(id); i >= 0 && r.jobs[i].Leavable() && r.leaves[id] != nil {
			r.leaves[id]()
		}
	})
}

// leavable is the context of one effect of a job: it ends when the effect is over
// or the job is left.
func (r *Runner) leavable(id string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.ctx)
	r.leaves[id] = cancel
	return ctx, cancel
}
