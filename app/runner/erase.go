package runner

import (
	"context"
	"errors"
	"strings"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// Losses are what would be lost with everything that this browser keeps.
type Losses struct {
	// Jobs counts the tasks, Unfinished are the titles of those that were paid, or
	// perhaps paid, and still have something to come: results, or a part of the fee.
	Jobs       int
	Unfinished []string
	// Wallets are the task wallets whose keys cannot be given up just so.
	Wallets []WalletLoss
	// Type is what has to be typed; "" = nothing: no money can be lost.
	Type string
}

// WalletLoss is a task wallet with which money could be lost.
type WalletLoss struct {
	Address address
	Remains
}

// typedForTasks has to be typed where tasks are unfinished and no key is in danger.
const typedForTasks = "delete"

// errNotTyped is that it was not.
var errNotTyped = errors.New("runner: what was typed is not what was asked for")

// LookAtLosses looks what would be lost if everything were deleted now.
func (t *Tab) LookAtLosses() {
	t.dataWork("Looking what would be lost", func(ctx context.Context, r *Runner) error {
		losses, err := r.losses(ctx)
		if err != nil {
			return err
		}
		r.post(func() { r.snap.Stored.Losses = &losses })
		return nil
	})
}

// DropLosses forgets what LookAtLosses found: the person keeps everything.
func (t *Tab) DropLosses() {
	t.act(func(r *Runner) {
		if s := &r.snap.Stored; s.Step == "" {
			s.Losses, s.Fault = nil, job.Fault{}
		}
	})
}

func (r *Runner) losses(ctx context.Context) (l Losses, err error) {
	for _, s := range r.jobsNow() {
		l.Jobs++
		if s.Imported == 0 && unfinished(s) {
			l.Unfinished = append(l.Unfinished, s.Order.Title)
		}
	}
	all, err := r.Store.All(ctx, Keys)
	if err != nil {
		return l, err
	}
	var ends []string
	for _, text := range all {
		record, err := taskwallet.DecodeRecord(text)
		if err != nil { // nobody can say what is in it
			l.Unfinished = append(l.Unfinished, "a task wallet that this page cannot read")
			continue
		}
		left := r.remains(ctx, record, r.networkOf(record))
		if record.Delete(left, "") == nil {
			continue
		}
		l.Wallets = append(l.Wallets, WalletLoss{record.Address, seenOf(record, left)})
		hex := record.Address.Hex()
		ends = append(ends, hex[len(hex)-4:])
	}
	switch l.Type = strings.Join(ends, " "); {
	case l.Type != "":
	case len(l.Unfinished) > 0:
		l.Type = typedForTasks
	}
	return l, ctx.Err()
}

// unfinished reports whether a job was paid, or perhaps paid, and has not come to an end.
func unfinished(s job.State) bool {
	paid := s.TaskID != 0 || s.Create.Asked != 0
	return paid && (s.Phase != job.Done && s.Phase != job.Aborted || !s.Settled())
}

// networkOf is the network of a record; one that this page does not know has no
// endpoints that could be asked.
func (r *Runner) networkOf(record taskwallet.Record) network {
	var own network
	for _, n := range r.known() {
		switch {
		case n.ChainID != record.ChainID || n.Historical:
		case !n.Own:
			return n
		default: // the host's word counts more, where both have the chain id
			own = n
		}
	}
	return own
}

// jobsNow are all jobs, for any goroutine but the owner's.
func (r *Runner) jobsNow() []job.State {
	got := make(chan []job.State, 1)
	r.post(func() { got <- append(append([]job.State(nil), r.jobs.list...), r.imported.list...) })
	select {
	case list := <-got:
		return list
	case <-r.ctx.Done():
		return nil
	}
}

// DeleteEverything has this browser forget all that it keeps for this page, and loads
// the page anew. It is refused unless what Losses asks for now was typed. Call it only
// from a click after the losses were shown.
func (t *Tab) DeleteEverything(typed string) {
	t.dataWork("Looking once more what would be lost", func(ctx context.Context, r *Runner) error {
		losses, err := r.losses(ctx)
		if err != nil {
			return err
		}
		if strings.Join(strings.Fields(typed), " ") != losses.Type {
			r.post(func() { r.snap.Stored.Losses = &losses })
			return errNotTyped
		}
		r.dataStep("Deleting everything")
		var records []Record
		for _, store := range []string{Jobs, Files, Settings, Keys} { // the lease stays: it fences off the other tabs
			keys, err := r.Data.Keys(ctx, store)
			if err != nil {
				return err
			}
			for _, key := range keys {
				records = append(records, Record{Store: store, Key: key})
			}
		}
		if err := r.Store.apply(ctx, records...); err != nil {
			return err
		}
		r.Store.erased.Store(true)                                           // what the page still has in memory is not to come back
		if err := r.Store.Save(ctx, r.Store.lease, records...); err != nil { // nor what was on its way
			return err
		}
		if r.Vault != nil {
			_ = r.Vault.Lock(ctx) // it never fails
		}
		err = r.Data.Forget(ctx) // without what it had locked it opens nothing
		if r.Reload != nil {
			r.Reload()
		}
		return err
	})
}
