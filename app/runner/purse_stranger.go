package runner

import (
	"context"
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// noteNonce saves the highest nonce that this browser has signed (taskwallet.md §6).
// What else is mined was signed by somebody else with the key.
func (r *Runner) noteNonce(ctx context.Context, id taskwallet.Identity, nonce uint64) error {
	r.recording.Lock()
	defer r.recording.Unlock()
	record, ok, err := r.stored(ctx, id)
	if err != nil || !ok {
		return err
	}
	if h := record.HighestNonce; h != nil && *h >= nonce {
		return nil
	}
	record.HighestNonce = &nonce
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	r.post(func() {
		if r.purse.record.Address == id.Address {
			r.purse.record.HighestNonce = &nonce
		}
	})
	return r.store(ctx, Keys, id.StoreKey(), text)
}

// stored is the record of a key as it is on disk: another tab may have signed. One
// that cannot be read counts as none; one of a newer version of this page is errNewer.
func (r *Runner) stored(ctx context.Context, id taskwallet.Identity) (record taskwallet.Record, ok bool, err error) {
	text, ok, err := r.Store.Get(ctx, Keys, id.StoreKey())
	if err != nil || !ok {
		return record, false, err
	}
	if taskwallet.IsNewer(text) {
		return record, false, errNewer
	}
	record, err = taskwallet.DecodeRecord(text)
	return record, err == nil, nil
}

// lookForStranger finds the newest transaction of a task wallet that this browser
// did not sign; nil when there is none. A key that is new here has a past that
// nobody can judge: what was mined before counts as the person's own.
func (r *Runner) lookForStranger(ctx context.Context, n network, id taskwallet.Identity, isNew bool) (*hash, error) {
	mined, _, err := n.chain.Nonces(ctx, id.Address)
	if err != nil || mined == 0 {
		return nil, err
	}
	record, ok, err := r.stored(ctx, id)
	switch {
	case err != nil || !ok:
		return nil, err
	case isNew:
		return nil, r.noteNonce(ctx, id, mined-1)
	case record.HighestNonce != nil && mined <= *record.HighestNonce+1:
		return nil, nil
	}
	found, err := n.chain.Find(ctx, id.Address, mined-1, 0)
	if err != nil || found == nil {
		return new(hash), nil // it is there, even if this node cannot show it
	}
	return &found.Hash, nil
}

// alarm stops the queue of a task wallet until the person has answered.
func (r *Runner) alarm(tx hash) {
	if !r.purse.mine {
		r.purse.stranger = &tx
		r.snap.Purse.Stranger = tx.Hex()
	}
}

// PurseWasMine is the answer to text W5: the person used the task wallet on another
// device. It holds as long as the task wallet is open; jobs that had to wait go on.
func (t *Tab) PurseWasMine() {
	t.act((*Runner).purseWasMine)
}

func (r *Runner) purseWasMine() {
	r.purse.mine, r.purse.stranger, r.snap.Purse.Stranger = true, nil, ""
	r.goOnAfterStranger()
}

// goOnAfterStranger lets the jobs go on that were stopped by a stranger who is none.
func (r *Runner) goOnAfterStranger() {
	r.goOnAfter(job.PurseForeign, func(job.State) bool { return true })
}

// goOnAfterUnlock lets the paid jobs go on that only lacked a signature for the Relay:
// it costs nothing. Whatever costs something waits for a click.
func (r *Runner) goOnAfterUnlock() {
	r.goOnAfter(job.PurseLocked, func(s job.State) bool { return s.From == job.Uploading || s.From == job.Fetching })
}

// goOnAfter lets those jobs of the task wallet go on that were stopped by a fault.
func (r *Runner) goOnAfter(code job.Code, may func(job.State) bool) {
	for i := len(r.jobs.list) - 1; i >= 0; i-- { // the oldest first
		if s := r.jobs.list[i]; s.Phase == job.Failed && s.Fault.Code == code && s.Imported == 0 && s.Order.Account == r.purse.record.Address && may(s) {
			r.apply(s.ID, job.Retry{At: r.now()})
		}
	}
}

// strangerOf follows what a job says of the task wallet it is paid from.
func (r *Runner) strangerOf(s job.State) {
	if s.Phase != job.Failed || s.Fault.Code != job.PurseForeign || s.Order.Account != r.purse.record.Address {
		return
	}
	if r.purse.mine {
		r.post(r.goOnAfterStranger)
		return
	}
	r.alarm(common.HexToHash(s.Fault.Reason))
}
