package runner

import (
	"errors"
	"slices"

	"crynux-dapp/app/job"
)

// ErrStorageFull is a record that was not saved because the browser gives this page no
// more room.
var ErrStorageFull = errors.New("runner: the browser's storage is full")

// LookAtStorage reads how much is stored, and whether the browser keeps it.
func (t *Tab) LookAtStorage() { t.act((*Runner).lookAtStorage) }

func (r *Runner) lookAtStorage() {
	if r.Data == nil {
		return
	}
	go func() {
		used, most, err := r.Data.Room(r.ctx)
		kept, keptErr := r.Data.Kept(r.ctx)
		r.post(func() {
			s := &r.snap.Stored
			s.Known, s.Used, s.Most = err == nil, used, most
			if keptErr == nil {
				s.Promise = promise(kept)
			}
		})
	}()
}

func promise(kept bool) Promise {
	if kept {
		return PromiseGiven
	}
	return PromiseNot
}

// keepAskedKey notes that the browser was asked to keep what is stored.
const keepAskedKey = "keep-asked"

// askToKeep asks the browser to keep what is stored, once: with the first payment that
// the person has confirmed, because from then on there is something to lose.
func (r *Runner) askToKeep(before, next job.State) {
	if r.Data == nil || r.keepAsked || before.Create.Hash != (hash{}) || next.Create.Hash == (hash{}) {
		return
	}
	r.keepAsked = true
	go func() {
		if _, asked, err := r.Store.Get(r.ctx, Settings, keepAskedKey); err != nil || asked {
			return // some browsers ask the person: not again
		}
		r.keepStored()
	}()
}

// KeepStored asks the browser to keep what is stored when it needs room.
func (t *Tab) KeepStored() { t.act((*Runner).keepStored) }

func (r *Runner) keepStored() {
	if r.Data == nil {
		return
	}
	go func() {
		kept, err := r.Data.Keep(r.ctx)
		r.post(func() {
			if err == nil {
				r.snap.Stored.Promise = promise(kept)
			}
			r.write(write{store: Settings, key: keepAskedKey, value: []byte("yes")})
		})
	}()
}

// EmptyJob removes the result files of a job that has ended, or was imported, from this
// browser; its record stays. Call it only from a click that named their size.
func (t *Tab) EmptyJob(id string) {
	t.act(func(r *Runner) {
		s, ok := r.listed(id)
		if !ok {
			return
		}
		shared := map[string]bool{}
		for _, other := range append(slices.Clone(r.jobs.list), r.imported.list...) {
			for _, f := range other.Files {
				if other.ID != id && !f.Gone {
					shared[f.SHA256] = true
				}
			}
		}
		next, _ := job.Update(s, job.Emptied{})
		if next == s {
			return
		}
		for _, f := range s.Files { // first: there may be no room for the record
			if f.SHA256 != "" && !shared[f.SHA256] {
				r.write(write{store: Files, key: f.SHA256})
			}
		}
		record, err := job.Encode(next)
		if err != nil {
			panic(err) // a State is made of plain values
		}
		r.write(write{store: Jobs, key: id, value: record, then: func(error) { r.lookAtStorage() }})
		r.replace(next)
	})
}

// listed is a job, made here or imported.
func (r *Runner) listed(id string) (job.State, bool) {
	for _, l := range []*jobs{&r.jobs, &r.imported} {
		if i := l.index(id); i >= 0 {
			return l.list[i], true
		}
	}
	return job.State{}, false
}

// replace puts a changed job in place of the one before. Nothing follows from it.
func (r *Runner) replace(next job.State) {
	for _, l := range []*jobs{&r.jobs, &r.imported} {
		if i := l.index(next.ID); i >= 0 {
			l.set(i, next)
		}
	}
}
