package runner

import (
	"context"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// whyNoTarget is said of addresses that would keep what they get.
const whyNoTarget = "This address is a contract of the network, or the task wallet itself: what is sent there is lost, or goes nowhere."

// sweepTarget is where a sweep goes: the owner, or what the person typed, which
// the vault is told first; it looks at the checksum itself. The network's own
// contracts have no use for coins and give none back.
func (r *Runner) sweepTarget(ctx context.Context, id taskwallet.Identity, typed string) (address, error) {
	if typed == "" {
		return id.Owner, nil
	}
	to, err := chain.ParseAddress(typed)
	if c := id.Contracts; err == nil && (to == c.Token || to == c.Node || to == c.Task || to == id.Address) {
		return address{}, saying{job.Fault{Code: job.PurseForeignTarget, Reason: whyNoTarget}}
	}
	if err := r.Vault.SweepTo(ctx, typed); err != nil {
		return address{}, err
	}
	return to, err
}
