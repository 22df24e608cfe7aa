package runner

import (
	"context"
	"errors"

	"crynux-dapp/app/archive"
	"crynux-dapp/app/job"
	"crynux-dapp/app/profile"
)

// Data is the browser's storage as a whole, and files of any size.
type Data interface {
	// Keys lists the keys of a store.
	Keys(ctx context.Context, store string) ([]string, error)
	// Forget removes the key that the browser keeps for the task wallet.
	Forget(ctx context.Context) error
	// Room is what is stored and the most that may be, in bytes.
	Room(ctx context.Context) (used, most int64, err error)
	// Kept reports whether the browser has promised to keep it; Keep asks for that.
	Kept(ctx context.Context) (bool, error)
	Keep(ctx context.Context) (bool, error)

	// NewFile begins a file, Save hands one to the person, Pick asks them for one; ok is
	// false when they chose none.
	NewFile() FileWriter
	Save(f File, name string) error
	Pick(ctx context.Context) (f File, ok bool, err error)
	// Lock puts an envelope with a passphrase around a file, Unlock takes it off. The
	// error of Unlock is ErrPassphrase where that, or what is inside, is not the right one.
	Lock(ctx context.Context, f File, passphrase string) (File, error)
	Unlock(ctx context.Context, f File, e archive.Envelope, passphrase string) (File, error)
}

// File is a file that need not be in memory.
type File interface {
	Size() int64
	Read(ctx context.Context, at int64, n int) ([]byte, error)
}

// FileWriter puts a File together.
type FileWriter interface {
	Write(b []byte) error
	File() (File, error)
}

// ErrPassphrase is a passphrase that does not open a file.
var ErrPassphrase = errors.New("runner: the passphrase does not open the file")

// Stored is what the page shows of what this browser keeps for it.
type Stored struct {
	// Known tells that the browser says how much it stores: Used of Most bytes.
	Known      bool
	Used, Most int64
	// Promise is whether the browser keeps it when it needs room.
	Promise Promise
	// Step is what is being done now, in words; "" when nothing is.
	Step string
	// Exported tells that a file was handed over.
	Exported bool
	// Locked tells that the chosen file asks for its passphrase. Offer is what is in it,
	// nil while that is not known, and Taken what was taken of it, nil while nothing was.
	Locked bool
	Offer  *Offer
	Taken  *Taken
	// Proposed are networks that the person had added in the browser that the file is
	// from, and that this page does not know. None is added but by TryNetwork and
	// AddNetwork. They stay until another file is chosen or this one is dropped.
	Proposed []profile.Network
	// Losses are what deleting everything would lose, nil while that was not looked for.
	Losses *Losses
	// Fault of the last thing that was tried.
	Fault job.Fault
}

// Promise is what the browser says about keeping what is stored.
type Promise string

// The answers.
const (
	PromiseUnknown Promise = ""
	PromiseGiven   Promise = "given"
	PromiseNot     Promise = "not-given"
)

// dataWork does one thing with the data at a time, beside the owner. Without a place
// for it, it does nothing.
func (t *Tab) dataWork(step string, do func(ctx context.Context, r *Runner) error) {
	t.act(func(r *Runner) {
		s := &r.snap.Stored
		if s.Step != "" || r.Data == nil {
			return
		}
		s.Step, s.Fault, s.Exported = step, job.Fault{}, false
		go func() {
			err := do(r.ctx, r)
			r.lookAtStorage()
			r.post(func() {
				r.snap.Stored.Step = ""
				if err != nil {
					r.snap.Stored.Fault = dataFault(err)
				}
			})
		}()
	})
}

// dataStep says how far it is.
func (r *Runner) dataStep(step string) { r.post(func() { r.snap.Stored.Step = step }) }

// dataFault turns what went wrong with the data into a value.
func dataFault(err error) job.Fault {
	f := storageFault(err)
	var refused *archive.Error
	switch {
	case errors.Is(err, ErrPassphrase):
		f.Code = job.ExportPassphrase
	case errors.Is(err, errNotTyped):
		f.Code = job.NotTyped
	case errors.As(err, &refused):
		f.Code, f.Reason = job.BadExport, string(refused.Reason)
		if refused.Reason == archive.Newer {
			f.Code = job.NewerExport
		}
	}
	return f
}

// storageFault is a record or file that was not stored.
func storageFault(err error) job.Fault {
	f := job.Fault{Code: job.Storage, Detail: err.Error()}
	if errors.Is(err, ErrStorageFull) {
		f.Code = job.StorageFull
	}
	return f
}
