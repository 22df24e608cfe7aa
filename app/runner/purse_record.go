package runner

import (
	"context"

	"crynux-dapp/chain/taskwallet"
)

// Keys is the store of the task wallets' public records (taskwallet.md §6).
const Keys = "keys"

// recordOf finds the newest record of an owner on a network, and its number.
func (r *Runner) recordOf(ctx context.Context, owner address, n network) (number uint8, found *taskwallet.Record) {
	for _, record := range r.records(ctx, n) {
		if record.Owner == owner && record.Site == r.Home.Site && record.Kind == taskwallet.Derived && (found == nil || record.Number > number) {
			number, found = record.Number, &record
		}
	}
	return number, found
}

func (r *Runner) recordAt(ctx context.Context, at address, n network) *taskwallet.Record {
	for _, record := range r.records(ctx, n) {
		if record.Address == at {
			return &record
		}
	}
	return nil
}

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
