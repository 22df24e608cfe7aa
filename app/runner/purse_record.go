package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"crynux-dapp/chain/taskwallet"
)

// Keys is the store of the task wallets' public records (taskwallet.md §6).
const Keys = "keys"

// recordOf finds the record that an owner's signature opens: the one that is
// shown, if it is the owner's, or else the newest of this site that is not
// retired. Where there is none, number is that of the next key.
func (r *Runner) recordOf(ctx context.Context, owner address, n network) (number uint8, found *taskwallet.Record) {
	if p := r.purseNow(); p.made && p.record.Owner == owner && p.record.ChainID == n.ChainID && p.record.Kind == taskwallet.Derived {
		return p.record.Number, &p.record
	}
	records := r.records(ctx, n)
	for _, record := range records {
		if record.Owner == owner && record.Site == r.Home.Site && record.Kind == taskwallet.Derived && record.RetiredAt == 0 && (found == nil || record.Number > number) {
			number, found = record.Number, &record
		}
	}
	if found == nil {
		number, _ = taskwallet.Next(records, owner, r.Home.Site, n.ChainID) // 99 is never retired
	}
	return number, found
}

// recordAt finds the record of an address; nil if there is none.
func (r *Runner) recordAt(ctx context.Context, at address, n network) *taskwallet.Record {
	for _, record := range r.records(ctx, n) {
		if record.Address == at {
			return &record
		}
	}
	return nil
}

// records are all of a network. What cannot be read is not counted.
func (r *Runner) records(ctx context.Context, n network) (list []taskwallet.Record) {
	all, err := r.Store.All(ctx, Keys)
	if err != nil {
		return nil // as on a first visit; the key can be made again
	}
	for _, text := range all {
		if record, err := taskwallet.DecodeRecord(text); err == nil && record.ChainID == n.ChainID {
			list = append(list, record)
		}
	}
	return list
}

// lastRecord is the record of the task wallet that an owner opened last; where
// that is not known, of the one that was made last. nil if there is none that is
// not retired.
func (r *Runner) lastRecord(ctx context.Context, owner address, n network) (found *taskwallet.Record) {
	last, _, _ := r.Store.Get(ctx, Settings, lastKey(owner, n)) // without it the newest is as good
	for _, record := range r.records(ctx, n) {
		switch {
		case record.Owner != owner || record.RetiredAt != 0:
		case record.StoreKey() == string(last):
			return &record
		case found == nil || record.CreatedAt > found.CreatedAt:
			found = &record
		}
	}
	return found
}

// lastKey is where the task wallet that an owner opened last is named.
func lastKey(owner address, n network) string {
	return fmt.Sprintf("purse-%s:%d", strings.ToLower(owner.Hex()), n.ChainID)
}

// saveRecord keeps the record of the task wallet that is used now. A nonce that
// was noted in the meantime stays: another tab may have signed.
func (r *Runner) saveRecord(ctx context.Context, record taskwallet.Record, n network) error {
	r.recording.Lock()
	defer r.recording.Unlock()
	before, ok, err := r.stored(ctx, record.Identity)
	if err == nil && !ok {
		err = r.keepBroken(ctx, record.StoreKey())
	}
	if err != nil {
		return err
	}
	if h := before.HighestNonce; ok && h != nil && (record.HighestNonce == nil || *record.HighestNonce < *h) {
		record.HighestNonce = h
	}
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	if err := r.store(ctx, Keys, record.StoreKey(), text); err != nil {
		return err
	}
	return r.store(ctx, Settings, lastKey(record.Owner, n), []byte(record.StoreKey()))
}

// keepBroken puts a record that cannot be read out of the way of the one that is about
// to take its place.
func (r *Runner) keepBroken(ctx context.Context, key string) error {
	text, ok, err := r.Store.Get(ctx, Keys, key)
	if err != nil || !ok {
		return err
	}
	return r.store(ctx, Keys, fmt.Sprintf("broken-%s-%d", key, r.now()), text)
}

// changeRecord changes the record of the task wallet that is used now, in the
// store first.
func (r *Runner) changeRecord(ctx context.Context, n network, change func(*taskwallet.Record)) error {
	record := r.purseNow().record
	change(&record)
	if err := r.saveRecord(ctx, record, n); err != nil {
		return err
	}
	r.post(func() {
		if r.purse.record.Address == record.Address {
			change(&r.purse.record)
			r.showPurse(n)
		}
	})
	return nil
}
