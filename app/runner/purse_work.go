package runner

import (
	"context"
	"fmt"
	"runtime/debug"

	"crynux-dapp/app/job"
)

// purseWork does one thing with the task wallet at a time, and notes how it ended.
func (t *Tab) purseWork(step string, do func(ctx context.Context, r *Runner, n network, w Connection) error) {
	t.act(func(r *Runner) {
		p, n, w := &r.snap.Purse, r.network(r.snap.Network.ID), r.wallet
		switch {
		case p.Step != "" || r.Vault == nil || n.Historical:
			return
		case p.Refused:
			p.Fault = job.Fault{Code: job.NoPurseHere}
			return
		case w == nil:
			p.Fault = job.Fault{Code: job.WalletLocked}
			return
		}
		p.Step, p.Fault, p.Charge = step, job.Fault{}, job.ChargedNothing
		locking := r.locking
		ctx, over := context.WithCancel(r.ctx)
		r.leavePurse = over
		go func() {
			defer over()
			if locking != nil {
				<-locking // a key that is made now must not end with the one before
			}
			err := whole(func() error { return do(ctx, r, n, w) })
			r.post(func() {
				r.snap.Purse.Step, r.snap.Purse.Asking = "", false
				if err != nil {
					r.snap.Purse.Fault, r.snap.Purse.Charge = walletFault(err), chargeOf(err)
				}
				r.refreshPurse()
				r.refreshBalances()
			})
		}()
	})
}

// whole makes a panic the error of what was done.
func whole(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = saying{job.Fault{Code: job.Internal, Detail: fmt.Sprintf("%v\n%s", v, debug.Stack())}}
		}
	}()
	return do()
}

// purseStep says what is being done now.
func (r *Runner) purseStep(step string) { r.post(func() { r.snap.Purse.Step = step }) }

// account is the connected account; zero without one. It may be asked from any goroutine.
func (r *Runner) account() address {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.published.Session.Account
}
