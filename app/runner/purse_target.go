package runner

import (
	"context"

	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// sweepTarget is where a sweep goes: the owner, or what the person typed, which
// the vault is told first; it looks at the checksum itself.
func (r *Runner) sweepTarget(ctx context.Context, id taskwallet.Identity, typed string) (address, error) {
	if typed == "" {
		return id.Owner, nil
	}
	if err := r.Vault.SweepTo(ctx, typed); err != nil {
		return address{}, err
	}
	return chain.ParseAddress(typed)
}
