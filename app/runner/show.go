package runner

import (
	"context"
	"crynux-dapp/app/job"
)

// show reads what another tab keeps, and again whatever it says that it changed,
// until ctx ends. Nobody is asked anything.
func (r *Runner) show(reads *inbox) {
	r.snap.Elsewhere = true
	go func() {
		r.load()
		for {
			work, ok := reads.take(r.ctx)
			if !ok {
				return
			}
			for _, do := range work {
				do()
			}
		}
	}()
	r.own()
}

// reread takes over one record that another tab has changed.
func (r *Runner) reread(store, key string) {
	if store != Jobs && (store != Settings || key != networkKey && key != ownKey) {
		return
	}
	value, ok, err := r.Store.Get(r.ctx, store, key)
	if err != nil {
		return // it is shown as it was
	}
	r.post(func() {
		switch {
		case store == Settings && key == ownKey:
			r.setOwn(value)
			return
		case store == Settings:
			r.choose(value)
			return
		}
		i := r.index(key)
		s, err := job.Decode(value)
		switch {
		case ok && err == nil && s.Imported != 0:
			r.imported.remove(key)
			r.imported.add(s)
		case !ok:
			r.imported.remove(key)
			r.jobs.remove(key)
		case err != nil:
		case i >= 0:
			r.jobs.set(i, s)
		default:
			r.jobs.add(s)
		}
	})
}

// yield gives the lease away: nothing is begun any more, and run ends when
// everything is saved.
func (r *Runner) yield() { r.post(func() { r.yielding = true }) }

// forgetKey overwrites a key that is here, or may be. It is called when run has ended.
func (r *Runner) forgetKey(ctx context.Context) {
	if r.Vault != nil && ctx.Err() == nil && (r.purse.open || r.purse.held || r.snap.Purse.Step != "") {
		_ = r.Vault.Lock(ctx) // the program that held it is ended anyway
	}
}
