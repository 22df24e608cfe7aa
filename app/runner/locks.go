package runner

import (
	"context"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// Locks keeps the tabs of a browser apart.
type Locks interface {
	// WithLock runs f while nobody else of this browser runs one under this name.
	// The error is f's, or that of ctx if it ends while waiting.
	WithLock(ctx context.Context, name string, f func(ctx context.Context) error) error
}

// alone runs f while no other tab gives out nonces of a task wallet (taskwallet.md §9).
func (r *Runner) alone(ctx context.Context, id taskwallet.Identity, f func(ctx context.Context) error) error {
	if r.Locks == nil {
		return f(ctx)
	}
	return r.Locks.WithLock(ctx, id.LockName(), f)
}

// whenAlone calls do, in the owner goroutine, once a job of the task wallet has
// its turn among all tabs, and keeps the turn until endTurn.
func (r *Runner) whenAlone(s job.State, id taskwallet.Identity, do func()) {
	p := payerOf(s)
	if r.Locks == nil || r.alones[p] != nil {
		do()
		return
	}
	ctx, release := context.WithCancel(r.ctx)
	r.alones[p] = release
	go func() {
		// It ends when ctx does; nothing is left to be said then.
		_ = r.alone(ctx, id, func(ctx context.Context) error {
			r.post(do)
			<-ctx.Done()
			return nil
		})
	}()
}
