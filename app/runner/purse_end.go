package runner

import (
	"context"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// Why a key is not given up.
const (
	whyNotEmpty   = "There is still money in it: take everything out first."
	whyRefund     = "Something can still come to it: the fee of a task that has not ended, or a transfer."
	whyLastNumber = "It is the last number that a key can have."
	whyNotTyped   = "What was typed is not the end of its address."
)

// remainsFor bounds how long an endpoint may take to say what is left.
const remainsFor = 15 * time.Second

// Remains is what would be lost with the key of the task wallet, as far as can be
// seen.
type Remains struct {
	// Free tells that nothing would be: it may be deleted without typing anything.
	Free bool
	// WayBack tells that the key can be made again, or that its backup was proven.
	WayBack bool
	// Refundable counts what can still come to it: fees of tasks that have not ended,
	// and transfers on their way.
	Refundable int
	// Endpoints counts the nodes that said what is left; two are wanted. Native and
	// CNX are the most that one of them said.
	Endpoints   int
	Native, CNX uint256.Int
}

// PurseRemains looks what would be lost if the task wallet were deleted now.
func (t *Tab) PurseRemains(ctx context.Context) (Remains, error) {
	r, err := t.running()
	if err != nil {
		return Remains{}, err
	}
	n, p := r.present(), r.purseNow()
	if !p.made || n.Historical {
		return Remains{}, taskwallet.Locked.Because("there is no task wallet")
	}
	return seenOf(p.record, r.remains(ctx, p.record, n)), ctx.Err()
}

// seenOf is what is left of a task wallet as it is shown.
func seenOf(record taskwallet.Record, left taskwallet.Remains) Remains {
	out := Remains{
		Free: record.Delete(left, "") == nil, WayBack: record.HasWayBack(),
		Refundable: left.Refundable, Endpoints: len(left.Balances),
	}
	for _, b := range left.Balances {
		if b.Native.Gt(&out.Native) {
			out.Native = b.Native
		}
		if b.CNX.Gt(&out.CNX) {
			out.CNX = b.CNX
		}
	}
	return out
}

// remains asks every endpoint of the network. One that does not answer, or is of
// another chain, has seen nothing; two addresses of one host are one endpoint.
func (r *Runner) remains(ctx context.Context, record taskwallet.Record, n network) taskwallet.Remains {
	ctx, cancel := context.WithTimeout(ctx, remainsFor)
	defer cancel()
	left := taskwallet.Remains{Refundable: r.expected(ctx, record)}
	seen := map[string]bool{}
	for _, address := range n.RPC {
		u, err := url.Parse(address)
		if err != nil || seen[u.Host] {
			continue
		}
		seen[u.Host] = true
		one := chain.NewEndpoints(n.ChainID, []string{address}, r.HTTP, r.Clock, r.Chance)
		c := chain.NewClient(one, chain.Contracts(record.Contracts))
		if h, err := c.Holdings(ctx, record.Address); err == nil {
			left.Balances = append(left.Balances, h.Balances)
		}
	}
	return left
}

// expected counts what can still come to a task wallet: fees and transfers.
func (r *Runner) expected(ctx context.Context, record taskwallet.Record) int {
	list, err := r.transfers(ctx, record)
	n := len(list) + r.refundable(record.Address)
	if err != nil {
		n++ // what cannot be read may be one
	}
	return n
}

// refundable counts the tasks of an account whose fee can still come back: paid, or
// perhaps paid, and not settled. A part comes back after a success as well, when one
// node had cheated (protocol.md A.7).
func (r *Runner) refundable(account address) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.published.Jobs {
		sent := s.Create.Hash != common.Hash{} && s.Create.Mined == 0 && s.Fault.Code != job.TxReplaced
		if s.Order.Account == account && (sent || !s.Settled()) {
			n++
		}
	}
	return n
}

// RetirePurse gives the key up for good: the next one has the next number. It is
// refused while there is money in it, unless somebody else has the key, and while a
// fee can come back to it. What stays is the record, without what this browser kept
// of the key.
func (t *Tab) RetirePurse() {
	t.purseWork("Looking whether it is empty", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		p := r.purseNow()
		if !p.made {
			return taskwallet.Locked.Because("there is no task wallet")
		}
		record := p.record
		standing, err := r.clientOf(record, n).Standing(ctx, record.Address)
		if err != nil {
			return err
		}
		refundable := r.expected(ctx, record)
		if err := record.Retire(standing, refundable); err != nil {
			return saying{job.Fault{Code: job.PurseUnsafe, Reason: whyNotRetired(record, refundable), Detail: err.Error()}}
		}
		record.RetiredAt, record.Cipher = r.Clock.Now().Unix(), nil
		if err := r.saveRecord(ctx, record, n); err != nil {
			return err
		}
		return r.giveUp(ctx)
	})
}

func whyNotRetired(record taskwallet.Record, refundable int) string {
	switch {
	case refundable > 0:
		return whyRefund
	case record.Kind == taskwallet.Derived && record.Number == taskwallet.MaxNumber:
		return whyLastNumber
	}
	return whyNotEmpty
}

// DeletePurse has this browser forget the task wallet and its record. It is refused
// while something could be lost by it, unless the last four characters of the
// address are typed.
func (t *Tab) DeletePurse(typed string) {
	t.purseWork("Looking what is left", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		p := r.purseNow()
		if !p.made {
			return taskwallet.Locked.Because("there is no task wallet")
		}
		record := p.record
		left := r.remains(ctx, record, n)
		if err := record.Delete(left, typed); err != nil {
			return saying{job.Fault{Code: job.PurseUnsafe, Reason: whyNotDeleted(record, left, typed), Detail: err.Error()}}
		}
		if err := r.Store.Delete(ctx, Keys, record.StoreKey()); err != nil {
			return err
		}
		for _, key := range []string{lastKey(record.Owner, n), budgetKey(record), transfersKey(record), sweptKey(record), activityKey(record)} {
			if err := r.Store.Delete(ctx, Settings, key); err != nil {
				return err
			}
		}
		return r.giveUp(ctx)
	})
}

func whyNotDeleted(record taskwallet.Record, left taskwallet.Remains, typed string) string {
	switch {
	case typed != "":
		return whyNotTyped
	case !record.HasWayBack():
		return whyNoBackup
	case left.Refundable > 0:
		return whyRefund
	case len(left.Balances) < 2:
		return "Only one node, or none, could say whether it is empty."
	}
	return whyNotEmpty
}

// giveUp ends the session, if there is one, and looks for another record.
func (r *Runner) giveUp(ctx context.Context) error {
	err := r.Vault.Lock(ctx)
	r.post(func() {
		r.purse = purse{}
		r.findPurse()
	})
	return err
}
