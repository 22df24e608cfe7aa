package runner

import (
	"context"
	"errors"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// ErrDamaged is a picture that cannot be read.
var ErrDamaged = errors.New("runner: the picture cannot be read")

var errFileGone = errors.New("runner: the file is not in the store")

// File reads a stored result, in any tab.
func (t *Tab) File(ctx context.Context, sha256 string) ([]byte, error) {
	value, ok, err := t.Store.Get(ctx, Files, sha256)
	if err == nil && !ok {
		err = errFileGone
	}
	return value, err
}

// write is one record to be saved, or deleted when value is nil.
type write struct {
	store, key string
	value      []byte
	then       func(error) // called by the owner when it is on disk; nil = nobody waits
}

// write saves in the order of the calls, one batch at a time.
func (r *Runner) write(w write) {
	r.writes = append(r.writes, w)
	r.flush()
}

func (r *Runner) flush() {
	if r.writing || len(r.writes) == 0 {
		return
	}
	r.writing = true
	batch := r.writes
	r.writes = nil
	go func() {
		errs := make([]error, len(batch))
		for i, w := range batch {
			if w.value == nil {
				errs[i] = r.Store.Delete(r.ctx, w.store, w.key)
				continue
			}
			errs[i] = r.Store.Put(r.ctx, w.store, w.key, w.value)
		}
		r.post(func() {
			r.writing = false
			for i, w := range batch {
				if w.then != nil {
					w.then(errs[i])
				}
			}
			r.flush()
		})
	}()
}

// load reads what earlier visits left. A record that cannot be read is set aside
// and counted; it never keeps the page from starting.
func (r *Runner) load() {
	records, err := r.Store.All(r.ctx, Jobs)
	var drafts [2]string
	for k := range drafts {
		if text, ok, err := r.Store.Get(r.ctx, Settings, draftKey(k)); err == nil && ok {
			drafts[k] = string(text)
		}
	}
	last, _, _ := r.Store.Get(r.ctx, Settings, "wallet")
	chosen, _, _ := r.Store.Get(r.ctx, Settings, networkKey)
	own, _, _ := r.Store.Get(r.ctx, Settings, ownKey)
	direct, _, _ := r.Store.Get(r.ctx, Settings, directKey)
	barred, _, _ := r.Store.Get(r.ctx, Settings, barredKey)
	broken, newer := r.setAside(r.ctx)
	r.post(func() {
		r.snap.Unreadable, r.snap.Newer = broken, newer
		r.snap.Drafts = drafts
		r.setOwn(own)
		r.choose(chosen)
		r.allowed, r.barred = readNames(direct), readNames(barred)
		r.showDirect()
		if err != nil {
			r.snap.Persistent = false
		}
		var earlier, imported []job.State
		for _, record := range records {
			s, err := job.Decode(record)
			switch {
			case errors.Is(err, job.ErrNewer):
				r.snap.Newer++
			case err != nil:
				r.snap.Unreadable++
			case s.Imported != 0:
				imported = append(imported, s)
			case r.index(s.ID) < 0:
				earlier = append(earlier, s)
				r.earlier[s.ID] = true
			}
		}
		r.jobs.add(earlier...)
		r.imported.add(imported...)
		r.snap.Ready = true
		if !r.snap.Elsewhere {
			r.reconnect(string(last))
		}
	})
}

// draftKey is the setting that holds the draft of a kind.
func draftKey(kind int) string { return "draft-" + task.Kind(kind).String() }

// networkKey is the setting that names the network of the page.
const networkKey = "network"

// choose makes a stored network that of the page, if it is still there.
func (r *Runner) choose(stored []byte) {
	if n := r.network(string(stored)); n.chain != nil {
		r.snap.Network, r.picked = n.Network, true
	}
}
