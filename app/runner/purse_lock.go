package runner

import (
	"time"

	"crynux-dapp/app/job"
)

const (
	// idleFor is how long the key stays without the person (taskwallet.md §7).
	idleFor = 30 * time.Minute
	// idleStep is how often that is looked at: so soon it is noticed after a
	// computer has slept.
	idleStep = time.Minute
)

// LockPurse ends the session: the key is overwritten, its program is ended, and
// the page is loaded anew, because nothing else ends for certain what was in the
// page's memory. That waits while something is between a prompt and its saving.
func (t *Tab) LockPurse() {
	t.act(func(r *Runner) {
		if r.Vault == nil {
			return
		}
		r.lock()
		r.snap.Purse.Leaving = r.Reload != nil
	})
}

// Touch tells that the person did something in the page: call it for trusted
// events only. It costs nothing, and draws nothing anew.
func (t *Tab) Touch() {
	r, err := t.running()
	if err != nil {
		return
	}
	now := r.now()
	if now-r.touched.Load() < idleFor.Milliseconds() {
		r.touched.Store(now)
		return
	}
	r.post(func() { // a computer that slept: this may be somebody else
		r.lockIdle()
		r.touched.Store(r.now())
	})
}

// lock overwrites the key and ends its program.
func (r *Runner) lock() {
	r.purse.open, r.purse.held = false, false
	r.snap.Purse.Open, r.snap.Purse.Held = false, false
	done := make(chan struct{})
	r.locking = done
	go func() {
		_ = r.Vault.Lock(r.ctx) // the program that held it is ended anyway
		close(done)
		r.post(func() {}) // who waits for it
	}()
}

// watchIdle looks after a key that is here, until it is locked.
func (r *Runner) watchIdle() {
	if r.idling || !r.purse.open && !r.purse.held {
		return
	}
	r.idling = true
	go func() {
		if r.Clock.Sleep(r.ctx, idleStep) == nil {
			r.post(func() {
				r.idling = false
				r.lockIdle()
				r.watchIdle()
			})
		}
	}()
}

// lockIdle locks a key that nobody has needed for long: no trusted input, no job
// that has not ended, and nothing being done with it.
func (r *Runner) lockIdle() {
	here := r.purse.open || r.purse.held
	if !here || r.snap.Purse.Step != "" || r.now()-r.touched.Load() < idleFor.Milliseconds() {
		return
	}
	for _, s := range r.jobs.list {
		if s.Order.Account == r.purse.record.Address && s.Phase != job.Draft && !s.Phase.Ended() {
			return
		}
	}
	r.lock()
	r.snap.Purse.Idle = true
}

// leave loads the page anew after a lock, once nothing can be lost by it.
func (r *Runner) leave() {
	if !r.snap.Purse.Leaving || r.unsaved() {
		return
	}
	r.snap.Purse.Leaving = false
	r.Reload()
}

// unsaved reports whether a key is still being overwritten, something is not in the
// store yet, or the wallet was asked for something that has to get there.
func (r *Runner) unsaved() bool {
	if r.locking != nil {
		select {
		case <-r.locking:
		default:
			return true
		}
	}
	for _, s := range r.jobs.list {
		if s.Phase == job.AwaitApproval || s.Phase == job.AwaitCreate || s.Phase == job.AwaitCancel {
			return true
		}
	}
	return r.snap.Purse.Step != "" || r.writing || len(r.writes) > 0
}
